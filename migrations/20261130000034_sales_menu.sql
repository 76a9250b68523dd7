-- What the sales figures say of combos, modifiers and taxes. Kept by the consumer "sales". Sales of before have
-- none of them.

-- Pieces that were sold as children of combos, and their shares in the prices of these. They are not in the
-- figures beside them, which are those of lines.
ALTER TABLE sales_by_variant ADD COLUMN n_combo_items bigint NOT NULL DEFAULT 0;
ALTER TABLE sales_by_variant ADD COLUMN combo_gross numeric NOT NULL DEFAULT 0;

-- What was chosen with products; its gross is a part of that of the lines.
CREATE TABLE sales_by_modifier (
    tenant_id uuid NOT NULL,
    business_date date NOT NULL,
    branch_id uuid NOT NULL,
    group_id uuid NOT NULL,
    modifier_id uuid NOT NULL,
    currency text NOT NULL,
    -- As on the last line that was sold that day.
    group_name text NOT NULL,
    modifier_name text NOT NULL,
    n_lines bigint NOT NULL,
    n_items bigint NOT NULL,
    gross numeric NOT NULL,
    PRIMARY KEY (tenant_id, business_date, branch_id, group_id, modifier_id, currency)
);
SELECT enable_tenant_rls('sales_by_modifier');

CREATE TABLE sales_by_tax (
    tenant_id uuid NOT NULL,
    business_date date NOT NULL,
    branch_id uuid NOT NULL,
    code text NOT NULL,
    -- In millionths.
    rate bigint NOT NULL,
    inclusion text NOT NULL,
    currency text NOT NULL,
    n_orders bigint NOT NULL,
    -- What the tax is taken on, and the tax.
    base numeric NOT NULL,
    amount numeric NOT NULL,
    PRIMARY KEY (tenant_id, business_date, branch_id, code, rate, inclusion, currency)
);
SELECT enable_tenant_rls('sales_by_tax');
