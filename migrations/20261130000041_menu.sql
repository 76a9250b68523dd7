-- The menu document. Kept by the consumer "menu".

-- What it is compiled from: the states of the streams, in the columns of the tables of the consumers "catalog" and
-- "inventory". They are its own, because those consumers may be further in the log. A column that is added to one
-- of those tables is added here, too.
CREATE TABLE menu_branches (LIKE branches INCLUDING ALL);
CREATE TABLE menu_categories (LIKE categories INCLUDING ALL);
CREATE TABLE menu_products (LIKE products INCLUDING DEFAULTS);
ALTER TABLE menu_products ADD PRIMARY KEY (tenant_id, product_id);
CREATE INDEX menu_products_by_combo ON menu_products (tenant_id) WHERE combo IS NOT NULL;
CREATE TABLE menu_modifier_groups (LIKE modifier_groups INCLUDING DEFAULTS);
ALTER TABLE menu_modifier_groups ADD PRIMARY KEY (tenant_id, modifier_group_id);
CREATE TABLE menu_price_lists (LIKE price_lists INCLUDING DEFAULTS);
ALTER TABLE menu_price_lists ADD PRIMARY KEY (tenant_id, price_list_id);
CREATE TABLE menu_stations (LIKE stations INCLUDING ALL);
CREATE TABLE menu_recipes (LIKE recipes INCLUDING ALL);
CREATE TABLE menu_stock_items (LIKE stock_items INCLUDING DEFAULTS);
ALTER TABLE menu_stock_items ADD PRIMARY KEY (tenant_id, item_id);
CREATE TABLE menu_availability (
    tenant_id uuid NOT NULL,
    branch_id uuid NOT NULL,
    -- As in snapshots of the stream.
    state jsonb NOT NULL,
    revision bigint NOT NULL,
    PRIMARY KEY (tenant_id, branch_id)
);

-- Everything that is or was in a menu.
CREATE TABLE menu_entries (
    tenant_id uuid NOT NULL,
    -- branch, category, product, modifier_group or price_list
    kind text NOT NULL,
    entry_id uuid NOT NULL,
    -- The part of the document that it is in, and its place there.
    part_id uuid NOT NULL,
    place bigint NOT NULL,
    name text NOT NULL,
    -- Where it is shown; null for everywhere.
    branch_id uuid,
    channel text,
    -- As in the document; null if it was removed.
    body text,
    -- The last event that it depends on.
    position bigint NOT NULL,
    PRIMARY KEY (tenant_id, kind, entry_id)
);
CREATE INDEX menu_entries_by_part ON menu_entries (tenant_id, kind, part_id, place);
CREATE INDEX menu_entries_by_position ON menu_entries (tenant_id, position);

-- Entries one after another, as blocks of DEFLATE, so that the document is these rows one after another.
CREATE TABLE menu_parts (
    tenant_id uuid NOT NULL,
    kind text NOT NULL,
    -- The category of products, the price list, the branch; the company for categories and modifier groups.
    part_id uuid NOT NULL,
    place bigint NOT NULL,
    branch_id uuid,
    channel text,
    packed bytea NOT NULL,
    -- The checksum and the length of the text.
    crc bigint NOT NULL,
    length bigint NOT NULL,
    PRIMARY KEY (tenant_id, kind, part_id)
);
-- It is compressed already.
ALTER TABLE menu_parts ALTER COLUMN packed SET STORAGE EXTERNAL;

SELECT enable_tenant_rls('menu_branches');
SELECT enable_tenant_rls('menu_categories');
SELECT enable_tenant_rls('menu_products');
SELECT enable_tenant_rls('menu_modifier_groups');
SELECT enable_tenant_rls('menu_price_lists');
SELECT enable_tenant_rls('menu_stations');
SELECT enable_tenant_rls('menu_recipes');
SELECT enable_tenant_rls('menu_stock_items');
SELECT enable_tenant_rls('menu_availability');
SELECT enable_tenant_rls('menu_entries');
SELECT enable_tenant_rls('menu_parts');
