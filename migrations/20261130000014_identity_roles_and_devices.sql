-- The roles of a company with their grants: one stream, one row. Kept by the consumer "people", as are the
-- devices.
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

-- Every grant and revocation of a role, by whom and when. Kept by the consumer "grants".
CREATE TABLE grant_changes (
    tenant_id uuid NOT NULL,
    -- The event in the log, and the change in the event.
    position bigint NOT NULL,
    part bigint NOT NULL,
    role_id uuid,
    user_id uuid,
    change jsonb NOT NULL,
    changed_by uuid,
    changed_at timestamptz NOT NULL,
    PRIMARY KEY (tenant_id, position, part)
);
CREATE INDEX grant_changes_of_role ON grant_changes (tenant_id, role_id, position, part)
    WHERE role_id IS NOT NULL;
CREATE INDEX grant_changes_of_user ON grant_changes (tenant_id, user_id, position, part)
    WHERE user_id IS NOT NULL;
SELECT enable_tenant_rls('grant_changes');
