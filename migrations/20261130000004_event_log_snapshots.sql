-- The last kept state of a stream, to spare the reading of its first events: a cache, which can be
-- emptied at any time.
CREATE TABLE snapshots (
    tenant_id uuid NOT NULL,
    stream text COLLATE "C" NOT NULL,
    revision bigint NOT NULL,
    version smallint NOT NULL,
    state bytea NOT NULL,
    -- The event that the state ends with: a copy of the log that lacks it, as after a failover to a replica
    -- that lagged behind, has no use for the snapshot.
    last_event uuid NOT NULL,
    PRIMARY KEY (tenant_id, stream)
) WITH (fillfactor = 80);
-- A snapshot is replaced soon, so compressing it is not worth the time.
ALTER TABLE snapshots ALTER COLUMN state SET STORAGE EXTERNAL;

SELECT enable_tenant_rls('snapshots');
CREATE POLICY log ON snapshots TO fastops_log USING (true) WITH CHECK (true);
REVOKE INSERT, UPDATE, DELETE, TRUNCATE ON snapshots FROM fastops_projector;
GRANT SELECT, INSERT, UPDATE ON snapshots TO fastops_log;

-- The snapshots of several streams of one tenant; `place` counts the streams from 1.
CREATE FUNCTION log_snapshots(p_tenant uuid, p_streams text[])
RETURNS TABLE (place bigint, revision bigint, last_event uuid, version smallint, state bytea)
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = public, pg_temp
SET enable_seqscan = off SET enable_bitmapscan = off
SET plan_cache_mode = force_generic_plan SET jit = off AS $$
#variable_conflict use_column
BEGIN
    RETURN QUERY
    SELECT i.place, s.revision, s.last_event, s.version, s.state
    FROM unnest(p_streams) WITH ORDINALITY AS i (stream, place)
    CROSS JOIN LATERAL (
        SELECT revision, last_event, version, state FROM snapshots
        WHERE tenant_id = p_tenant AND stream = i.stream
        OFFSET 0
    ) s;
END
$$;

-- Keeps a snapshot, unless one of a later revision is kept already.
CREATE FUNCTION log_keep_snapshot(
    p_tenant uuid, p_stream text, p_revision bigint, p_last_event uuid, p_version smallint, p_state bytea
) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
    INSERT INTO snapshots AS kept (tenant_id, stream, revision, last_event, version, state)
    VALUES (p_tenant, p_stream, p_revision, p_last_event, p_version, p_state)
    ON CONFLICT (tenant_id, stream) DO UPDATE
        SET revision = excluded.revision, last_event = excluded.last_event,
            version = excluded.version, state = excluded.state
        WHERE kept.revision <= excluded.revision;
END
$$;

-- Runs as fastops_log, as the functions of the log itself.
SELECT hand_functions_to('fastops_log', ARRAY['log_snapshots', 'log_keep_snapshot']);
