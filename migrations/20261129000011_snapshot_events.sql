-- A snapshot names the event that it ends with: a copy of the log that lacks this event, as after a failover
-- to a replica that lagged behind, has no use for it. What was kept without is made again.
DELETE FROM snapshots;
ALTER TABLE snapshots ADD COLUMN last_event uuid NOT NULL;

DROP FUNCTION log_snapshots(uuid, text[]);
DROP FUNCTION log_keep_snapshot(uuid, text, bigint, smallint, bytea);

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

GRANT fastops_log TO CURRENT_USER;
SELECT hand_functions_to('fastops_log', ARRAY['log_snapshots', 'log_keep_snapshot']);
