-- Commands that processes have planned: each follows from an event and is sent when it is due. A row is
-- deleted when its command was sent, so the table stays small.
--
-- A command that fails for a technical reason is tried again at growing intervals, so that it does not
-- delay the others; after some attempts it is parked until an administrator decides.
CREATE TABLE process_timers (
    tenant_id uuid NOT NULL,
    process text NOT NULL,
    -- What the command is about; another event about the same replaces it.
    key uuid NOT NULL,
    due_at timestamptz NOT NULL,
    -- The event it follows from, and the request that this belongs to.
    event_id uuid NOT NULL,
    correlation_id uuid NOT NULL,
    command jsonb NOT NULL,
    -- How often it has failed, when it is tried again, and the last error.
    attempts integer NOT NULL DEFAULT 0,
    retry_at timestamptz,
    reason text,
    parked_at timestamptz,
    -- The trace context of the request that the command follows from.
    traceparent text,
    PRIMARY KEY (tenant_id, process, key)
);
CREATE INDEX process_timers_by_due ON process_timers (process, (greatest(due_at, retry_at)))
    WHERE parked_at IS NULL;
CREATE INDEX process_timers_parked ON process_timers (process, parked_at) WHERE parked_at IS NOT NULL;

-- It cannot be filled again from the log, so consumers may not empty it.
SELECT enable_tenant_rls('process_timers');
REVOKE TRUNCATE ON process_timers FROM fastops_projector;
