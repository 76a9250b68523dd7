-- What can be sold, and where. Kept by the consumer "catalog".
CREATE TABLE branches (
    tenant_id uuid NOT NULL,
    branch_id uuid NOT NULL,
    name text NOT NULL,
    time_zone text NOT NULL,
    currency text NOT NULL,
    cut_off text NOT NULL,
    revision bigint NOT NULL,
    -- As in the event; null where none was given.
    address jsonb,
    -- How business days are counted from later dates on, in the order of the dates; "time_zone" and "cut_off"
    -- are those of the beginning.
    business_day_changes jsonb NOT NULL DEFAULT '[]',
    is_open boolean NOT NULL DEFAULT true,
    PRIMARY KEY (tenant_id, branch_id)
);
CREATE INDEX branches_by_name ON branches (tenant_id, name, branch_id);
SELECT enable_tenant_rls('branches');

CREATE TABLE categories (
    tenant_id uuid NOT NULL,
    category_id uuid NOT NULL,
    name text NOT NULL,
    place bigint NOT NULL,
    revision bigint NOT NULL,
    PRIMARY KEY (tenant_id, category_id)
);
CREATE INDEX categories_by_place ON categories (tenant_id, place, category_id);
SELECT enable_tenant_rls('categories');

CREATE TABLE products (
    tenant_id uuid NOT NULL,
    product_id uuid NOT NULL,
    name text NOT NULL,
    category_id uuid NOT NULL,
    -- The variants in the order of the menu, as in the event.
    variants jsonb NOT NULL,
    revision bigint NOT NULL,
    PRIMARY KEY (tenant_id, product_id)
);
CREATE INDEX products_by_name ON products (tenant_id, name, product_id);
SELECT enable_tenant_rls('products');
