-- The roles of a company with who gave what and when: one stream, one row. Kept by the consumer
-- "people", as are the devices.
CREATE TABLE role_graphs (
    tenant_id uuid PRIMARY KEY,
    graph jsonb NOT NULL,
    revision bigint NOT NULL
);
SELECT enable_tenant_rls('role_graphs');

CREATE TABLE devices (
    tenant_id uuid NOT NULL,
    device_id uuid NOT NULL,
    branch_id uuid NOT NULL,
    name text NOT NULL,
    is_in_use boolean NOT NULL,
    revision bigint NOT NULL,
    PRIMARY KEY (tenant_id, device_id)
);
SELECT enable_tenant_rls('devices');
