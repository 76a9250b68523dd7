-- Events that a consumer could not apply, and the later ones of their keys, which wait for them.
CREATE TABLE consumer_parked (
    tenant_id uuid NOT NULL,
    consumer text NOT NULL,
    position bigint NOT NULL,
    key text NOT NULL,
    event_type text NOT NULL,
    -- Why it could not be applied; null where it only waits for an earlier event of its key.
    reason text,
    attempts bigint NOT NULL,
    -- When the log heard of the event: what is shown of its key is as it was before.
    recorded_at timestamptz NOT NULL,
    parked_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (tenant_id, consumer, position)
);
CREATE INDEX consumer_parked_by_key ON consumer_parked (tenant_id, consumer, key, position);
CREATE INDEX consumer_parked_by_consumer ON consumer_parked (consumer);

-- What was done about parked events, by whom and why. A discarded event is passed over for ever, so
-- that reading the log again gives the same rows.
CREATE TABLE consumer_resolutions (
    tenant_id uuid NOT NULL,
    command_id uuid NOT NULL,
    consumer text NOT NULL,
    key text NOT NULL,
    -- The discarded event; null where the whole key was replayed.
    discarded bigint,
    reason text,
    actor jsonb NOT NULL,
    n_events bigint NOT NULL,
    resolved_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (tenant_id, command_id),
    CHECK ((discarded IS NULL) = (reason IS NULL))
);
CREATE INDEX consumer_resolutions_discarded ON consumer_resolutions (consumer)
    WHERE discarded IS NOT NULL;

-- Neither is a read model that could be emptied and filled again.
SELECT enable_tenant_rls('consumer_parked');
REVOKE TRUNCATE ON consumer_parked FROM fastops_projector;
SELECT enable_tenant_rls('consumer_resolutions');
REVOKE UPDATE, DELETE, TRUNCATE ON consumer_resolutions FROM fastops_projector;
