-- What consumers of the log keep about themselves.

-- Up to which position each consumer has handled each lane. A run of a consumer that lost the lane to
-- another run has an older epoch and cannot move the checkpoint.
CREATE TABLE checkpoints (
    consumer text NOT NULL,
    lane smallint NOT NULL CHECK (lane BETWEEN 0 AND 11),
    incarnation uuid NOT NULL,
    epoch bigint NOT NULL,
    position bigint NOT NULL,
    updated_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (consumer, lane)
) WITH (fillfactor = 50);
GRANT SELECT ON checkpoints TO fastops_app;
GRANT SELECT, INSERT, UPDATE, DELETE ON checkpoints TO fastops_projector;

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
    -- When the event was appended: the read model shows its key as it was before that.
    recorded_at timestamptz NOT NULL,
    parked_at timestamptz NOT NULL DEFAULT now(),
    -- Whether the release that parked the event did not know its type or version: the next release that
    -- takes the consumer's lanes tries it again. Null where the event waits for an earlier one.
    is_unknown boolean,
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

-- Neither table can be filled again from the log, so consumers may not empty them.
SELECT enable_tenant_rls('consumer_parked');
REVOKE TRUNCATE ON consumer_parked FROM fastops_projector;
SELECT enable_tenant_rls('consumer_resolutions');
REVOKE UPDATE, DELETE, TRUNCATE ON consumer_resolutions FROM fastops_projector;

-- Moves lanes of a consumer, given in rising order, to p_reached, if all are stored as the run that holds
-- them last saw them; no other transaction moves or claims them until this one ends. Returns how they were
-- stored, and whether the consumer has parked anything.
--
-- A function, because it is planned once per session: the session plans every other statement of a page of
-- events each time, and planning this one takes longer than running it.
CREATE FUNCTION checkpoints_move(
    p_consumer text, p_lanes smallint[], p_incarnations uuid[], p_epochs bigint[], p_positions bigint[],
    p_reached bigint[]
) RETURNS TABLE (lane smallint, incarnation uuid, epoch bigint, "position" bigint, has_parked boolean)
LANGUAGE plpgsql SET search_path = public, pg_temp
SET enable_seqscan = off SET plan_cache_mode = force_generic_plan AS $$
#variable_conflict use_column
DECLARE
    lanes smallint[];
    incarnations uuid[];
    epochs bigint[];
    positions bigint[];
BEGIN
    SELECT array_agg(c.lane), array_agg(c.incarnation), array_agg(c.epoch), array_agg(c.position)
    INTO lanes, incarnations, epochs, positions
    FROM (
        SELECT lane, incarnation, epoch, position FROM checkpoints
        WHERE consumer = p_consumer AND lane = ANY (p_lanes)
        ORDER BY lane
        FOR UPDATE
    ) c;
    IF lanes = p_lanes AND incarnations = p_incarnations AND epochs = p_epochs
        AND positions = p_positions
    THEN
        UPDATE checkpoints
        SET position = p_reached[array_position(p_lanes, lane)], updated_at = now()
        WHERE consumer = p_consumer AND lane = ANY (p_lanes)
            AND position < p_reached[array_position(p_lanes, lane)];
    END IF;
    RETURN QUERY
    SELECT
        unnest(lanes), unnest(incarnations), unnest(epochs), unnest(positions),
        EXISTS (SELECT FROM consumer_parked WHERE consumer = p_consumer);
END
$$;
REVOKE EXECUTE ON FUNCTION checkpoints_move(text, smallint[], uuid[], bigint[], bigint[], bigint[]) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION checkpoints_move(text, smallint[], uuid[], bigint[], bigint[], bigint[])
    TO fastops_projector;

-- Which process does what only one may do at a time, by the clock of this database. An epoch is never
-- given twice, which tells an earlier holder of a lease from the present one.
CREATE TABLE leases (
    name text PRIMARY KEY,
    holder uuid NOT NULL,
    epoch bigint NOT NULL,
    expires_at timestamptz NOT NULL
) WITH (fillfactor = 50);
GRANT SELECT, INSERT, UPDATE ON leases TO fastops_app, fastops_projector;

-- The last event of each lane that a relay has published. It moves in one transaction with the relay's
-- checkpoint: a consumer that has seen it has seen every event of the lane up to that checkpoint.
CREATE TABLE relay_lanes (
    relay text NOT NULL,
    lane smallint NOT NULL CHECK (lane BETWEEN 0 AND 11),
    position bigint NOT NULL,
    PRIMARY KEY (relay, lane)
) WITH (fillfactor = 50);
GRANT SELECT, INSERT, UPDATE ON relay_lanes TO fastops_projector;
