-- Stock items, recipes, and the stock of each branch. Kept by the consumer "inventory".
CREATE TABLE stock_items (
    tenant_id uuid NOT NULL,
    item_id uuid NOT NULL,
    name text NOT NULL,
    unit text NOT NULL,
    on_shortage text NOT NULL,
    revision bigint NOT NULL,
    PRIMARY KEY (tenant_id, item_id)
);
CREATE INDEX stock_items_by_name ON stock_items (tenant_id, name, item_id);
SELECT enable_tenant_rls('stock_items');

CREATE TABLE recipes (
    tenant_id uuid NOT NULL,
    product_id uuid NOT NULL,
    version bigint NOT NULL,
    -- The portions of the latest version, as in the event.
    portions jsonb NOT NULL,
    revision bigint NOT NULL,
    PRIMARY KEY (tenant_id, product_id)
);
SELECT enable_tenant_rls('recipes');

-- Quantities are millionths of the item's base unit.
CREATE TABLE stock_balances (
    tenant_id uuid NOT NULL,
    branch_id uuid NOT NULL,
    item_id uuid NOT NULL,
    quantity bigint NOT NULL,
    reserved bigint NOT NULL,
    -- Null until a quantity has come in or gone out: a reservation alone has no value.
    currency text,
    value bigint,
    PRIMARY KEY (tenant_id, branch_id, item_id)
);
SELECT enable_tenant_rls('stock_balances');

-- Every movement of every item, with the balance after it.
CREATE TABLE kardex (
    tenant_id uuid NOT NULL,
    branch_id uuid NOT NULL,
    item_id uuid NOT NULL,
    -- The event in the log, and the movement in the event.
    position bigint NOT NULL,
    part bigint NOT NULL,
    reason text NOT NULL,
    -- The order that consumed it, or the receipt that brought it.
    source_id uuid NOT NULL,
    event_id uuid NOT NULL,
    quantity bigint NOT NULL,
    currency text NOT NULL,
    value bigint NOT NULL,
    balance_quantity bigint NOT NULL,
    balance_value bigint NOT NULL,
    business_date date NOT NULL,
    occurred_at timestamptz NOT NULL,
    PRIMARY KEY (tenant_id, branch_id, item_id, position, part)
);
SELECT enable_tenant_rls('kardex');
