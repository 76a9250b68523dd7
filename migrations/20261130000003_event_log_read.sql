-- How the log is read by the processes that decide. They are planned as the functions that append.

-- An event as a reader gets it; `place` says which of several requests it answers.
CREATE TYPE recorded_event AS (
    place bigint, lane smallint,
    position bigint, tenant_id uuid, tenant_seq bigint, stream text, revision bigint,
    event_id uuid, event_type text, schema_version smallint, payload bytea, metadata bytea,
    business_date date, occurred_at timestamptz, recorded_at timestamptz,
    content_hash bytea, link bytea
);

-- The events of several streams of one tenant after p_after, each stream from its end back; `place` counts
-- the streams from 1. Of a stream with more than p_most such events only the last p_most are given; the
-- reader asks for the ones before them with the position of the first one it has as p_before, which is 0
-- otherwise.
--
-- Mostly a reader knows the streams up to their end, which `streams` alone can tell. Otherwise each is
-- followed back, event by event: events are not indexed by stream, which every append would pay for.
CREATE FUNCTION log_read_streams(
    p_tenant uuid, p_streams text[], p_after bigint[], p_before bigint[], p_most bigint
) RETURNS SETOF recorded_event
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = public, pg_temp
SET enable_seqscan = off SET enable_bitmapscan = off
SET plan_cache_mode = force_generic_plan SET jit = off AS $$
DECLARE
    places bigint[];
    revisions bigint[];
    positions bigint[];
    n_expected bigint;
    n_events bigint;
    tenant_lane smallint;
BEGIN
    SELECT
        array_agg(i.place), array_agg(ended.revision), array_agg(ended.position),
        sum(least(ended.revision - i.after, p_most))
    INTO places, revisions, positions, n_expected
    FROM unnest(p_streams, p_after, p_before) WITH ORDINALITY AS i (stream, after, before, place)
    CROSS JOIN LATERAL (
        SELECT revision, last_position AS position FROM streams
        WHERE i.before = 0 AND tenant_id = p_tenant AND stream = i.stream AND revision > i.after
        UNION ALL
        SELECT revision - 1, previous FROM events
        WHERE position = i.before AND tenant_id = p_tenant AND stream = i.stream
        OFFSET 0
    ) ended;
    IF places IS NULL THEN
        RETURN;
    END IF;
    tenant_lane := log_lane(p_tenant);
    RETURN QUERY
    WITH RECURSIVE tail AS (
        SELECT ended.place, greatest(p_after[ended.place], ended.revision - p_most) AS after, e.*
        FROM unnest(places, revisions, positions) AS ended (place, revision, position)
        CROSS JOIN LATERAL (
            SELECT * FROM events
            WHERE position = ended.position AND revision = ended.revision
                AND tenant_id = p_tenant AND stream = p_streams[ended.place]
            OFFSET 0
        ) e
        UNION ALL
        SELECT tail.place, tail.after, e.*
        FROM tail
        CROSS JOIN LATERAL (
            SELECT * FROM events
            WHERE position = tail.previous AND revision = tail.revision - 1
                AND tenant_id = p_tenant AND stream = tail.stream
            OFFSET 0
        ) e
        WHERE tail.revision > tail.after + 1
    )
    SELECT
        e.place, tenant_lane, e.position, e.tenant_id, e.tenant_seq, e.stream, e.revision,
        e.event_id, e.event_type, e.schema_version, e.payload, e.metadata, e.business_date,
        e.occurred_at, e.recorded_at, e.content_hash, e.link
    FROM tail e;
    -- No stream gives more than it has: only if none lacks anything are there as many as all should have.
    GET DIAGNOSTICS n_events = ROW_COUNT;
    IF n_events <> n_expected THEN
        RAISE EXCEPTION 'streams % of tenant % lead back to % events after %, not to %',
            p_streams, p_tenant, n_events, p_after, n_expected
            USING ERRCODE = 'data_corrupted';
    END IF;
END
$$;

-- Those of these commands that were accepted.
CREATE FUNCTION log_commands(p_tenant uuid, p_ids uuid[])
RETURNS TABLE (command_id uuid, fingerprint bytea, first_position bigint, event_count integer)
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = public, pg_temp
SET enable_seqscan = off SET enable_bitmapscan = off
SET plan_cache_mode = force_generic_plan SET jit = off AS $$
#variable_conflict use_column
BEGIN
    RETURN QUERY
    SELECT c.command_id, c.fingerprint, c.first_position, c.event_count
    FROM unnest(p_ids) AS i (id)
    CROSS JOIN LATERAL (
        SELECT command_id, fingerprint, first_position, event_count FROM command_log
        WHERE tenant_id = p_tenant AND command_id = i.id
        OFFSET 0
    ) c;
END
$$;

-- Events of one tenant at consecutive positions: those of one command.
CREATE FUNCTION log_events_at(p_tenant uuid, p_first bigint, p_count integer)
RETURNS SETOF recorded_event
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = public, pg_temp
SET enable_seqscan = off SET enable_bitmapscan = off
SET plan_cache_mode = force_generic_plan SET jit = off AS $$
BEGIN
    RETURN QUERY
    SELECT
        1::bigint, log_lane(p_tenant), e.position, e.tenant_id, e.tenant_seq, e.stream, e.revision, e.event_id,
        e.event_type, e.schema_version, e.payload, e.metadata, e.business_date, e.occurred_at,
        e.recorded_at, e.content_hash, e.link
    FROM events e
    WHERE e.position >= p_first AND e.position < p_first + p_count AND e.tenant_id = p_tenant
    ORDER BY e.position;
END
$$;

-- Runs as fastops_log, which sees every tenant; each function filters by its argument.
SELECT hand_functions_to('fastops_log', ARRAY['log_read_streams', 'log_commands', 'log_events_at']);
