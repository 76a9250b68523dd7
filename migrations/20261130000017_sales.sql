-- Sales figures. Kept by the consumer "sales"; an order counts on the business date and at the hour at
-- which it became fully paid. Sums are numeric, so that no amount a tenant can enter overflows them.
CREATE TABLE sales_by_hour (
    tenant_id uuid NOT NULL,
    business_date date NOT NULL,
    branch_id uuid NOT NULL,
    hour bigint NOT NULL,
    currency text NOT NULL,
    n_orders bigint NOT NULL,
    n_lines bigint NOT NULL,
    n_items bigint NOT NULL,
    gross numeric NOT NULL,
    PRIMARY KEY (tenant_id, business_date, branch_id, hour, currency)
);
SELECT enable_tenant_rls('sales_by_hour');

CREATE TABLE sales_by_variant (
    tenant_id uuid NOT NULL,
    business_date date NOT NULL,
    branch_id uuid NOT NULL,
    category_id uuid NOT NULL,
    product_id uuid NOT NULL,
    variant_id uuid NOT NULL,
    currency text NOT NULL,
    -- As on the last line that was sold that day.
    product_name text NOT NULL,
    variant_name text NOT NULL,
    n_lines bigint NOT NULL,
    n_items bigint NOT NULL,
    gross numeric NOT NULL,
    PRIMARY KEY (
        tenant_id, business_date, branch_id, category_id, product_id, variant_id, currency
    )
);
SELECT enable_tenant_rls('sales_by_variant');
