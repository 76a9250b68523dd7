-- Kept by the consumer "inventory".
CREATE TABLE suppliers (
    tenant_id uuid NOT NULL,
    supplier_id uuid NOT NULL,
    name text NOT NULL,
    payment_terms_days bigint NOT NULL,
    is_retired boolean NOT NULL,
    revision bigint NOT NULL,
    PRIMARY KEY (tenant_id, supplier_id)
);
CREATE INDEX suppliers_by_name ON suppliers (tenant_id, name, supplier_id);
SELECT enable_tenant_rls('suppliers');
