-- What processes have planned: commands that follow from an event, each at its time. A row leaves when
-- its command was sent, so the table stays small.
CREATE TABLE process_timers (
    tenant_id uuid NOT NULL,
    process text NOT NULL,
    -- What it is about; another event about the same replaces it.
    key uuid NOT NULL,
    due_at timestamptz NOT NULL,
    -- The event it follows from, and the request that this belongs to.
    event_id uuid NOT NULL,
    correlation_id uuid NOT NULL,
    command jsonb NOT NULL,
    PRIMARY KEY (tenant_id, process, key)
);
CREATE INDEX process_timers_by_due ON process_timers (process, due_at);

-- No read model that could be emptied and filled again.
SELECT enable_tenant_rls('process_timers');
REVOKE TRUNCATE ON process_timers FROM fastops_projector;
