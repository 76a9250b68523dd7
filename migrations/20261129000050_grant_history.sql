-- Who gave what to whom or took it, and when. Kept by the consumer "grants".
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
