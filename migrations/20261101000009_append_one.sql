-- Appends one command against which nothing stands: the same as log_append on a batch of one, in fewer
-- and smaller statements, since few callers wait for each of them.
--
-- Streams are the expected ones, with the revision and event that each is left at, NULL where it is only
-- read; events refer to them by number from 1. Gives the first position. Gives NULL and changes nothing
-- where log_append has to judge: when a stream stands elsewhere, the command was accepted before, or it
-- is the tenant's first.
CREATE FUNCTION log_append_one(
    p_tenant uuid, p_command uuid, p_fingerprint bytea,
    p_streams text[], p_expected_revisions bigint[], p_expected_events uuid[],
    p_left_revisions bigint[], p_left_events uuid[],
    p_event_streams integer[], p_event_revisions bigint[], p_event_ids uuid[],
    p_event_types text[], p_event_versions smallint[], p_event_payloads bytea[],
    p_event_metadata bytea[], p_event_dates date[], p_event_occurred timestamptz[],
    p_event_recorded timestamptz[], p_event_hashes bytea[],
    p_rings boolean
) RETURNS bigint
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp
SET enable_seqscan = off SET enable_bitmapscan = off
SET plan_cache_mode = force_generic_plan SET jit = off AS $$
DECLARE
    n_events CONSTANT integer := cardinality(p_event_ids);
    head bigint;
    seq bigint;
    last_link bytea;
    links bytea[];
    actual bigint;
    actual_event uuid;
    is_hindered boolean := false;
BEGIN
    UPDATE log_head SET position = position + n_events RETURNING position - n_events INTO STRICT head;

    FOR n IN 1 .. cardinality(p_streams) LOOP
        SELECT s.revision, s.last_event INTO actual, actual_event FROM streams s
        WHERE s.tenant_id = p_tenant AND s.stream = p_streams[n];
        is_hindered := is_hindered
            OR coalesce(actual, 0) <> p_expected_revisions[n]
            OR coalesce(actual_event <> p_expected_events[n], false);
    END LOOP;
    SELECT t.tenant_seq, t.link INTO seq, last_link FROM tenant_heads t WHERE t.tenant_id = p_tenant;
    is_hindered := is_hindered OR NOT FOUND;
    IF NOT is_hindered THEN
        INSERT INTO command_log (tenant_id, command_id, fingerprint, first_position, event_count)
        VALUES (p_tenant, p_command, p_fingerprint, head + 1, n_events)
        ON CONFLICT DO NOTHING;
        is_hindered := NOT FOUND;
    END IF;
    IF is_hindered THEN
        UPDATE log_head SET position = head;
        RETURN NULL;
    END IF;

    FOR n IN 1 .. n_events LOOP
        last_link := sha256(last_link || int8send(seq + n) || p_event_hashes[n]);
        links[n] := last_link;
    END LOOP;
    UPDATE tenant_heads t SET tenant_seq = seq + n_events, link = last_link WHERE t.tenant_id = p_tenant;

    FOR n IN 1 .. cardinality(p_streams) LOOP
        IF p_left_revisions[n] IS NULL THEN
            CONTINUE;
        ELSIF p_expected_revisions[n] = 0 THEN
            INSERT INTO streams (tenant_id, stream, revision, last_event)
            VALUES (p_tenant, p_streams[n], p_left_revisions[n], p_left_events[n]);
        ELSE
            UPDATE streams s SET revision = p_left_revisions[n], last_event = p_left_events[n]
            WHERE s.tenant_id = p_tenant AND s.stream = p_streams[n];
        END IF;
    END LOOP;

    INSERT INTO events (
        position, tenant_id, tenant_seq, stream, revision, event_id, event_type, schema_version,
        payload, metadata, business_date, occurred_at, recorded_at, content_hash, link
    )
    SELECT
        head + e.place, p_tenant, seq + e.place, p_streams[e.stream_no], e.revision, e.id, e.type,
        e.version, e.payload, e.metadata, e.business_date, e.occurred_at, e.recorded_at,
        e.content_hash, e.link
    FROM unnest(
        p_event_streams, p_event_revisions, p_event_ids, p_event_types, p_event_versions,
        p_event_payloads, p_event_metadata, p_event_dates, p_event_occurred, p_event_recorded,
        p_event_hashes, links
    ) WITH ORDINALITY AS e (
        stream_no, revision, id, type, version, payload, metadata, business_date, occurred_at,
        recorded_at, content_hash, link, place
    );

    IF p_rings THEN
        PERFORM pg_notify('fastops_log', '');
    END IF;
    RETURN head + 1;
END
$$;

GRANT CREATE ON SCHEMA public TO fastops_log;
DO $$
DECLARE
    signature CONSTANT regprocedure :=
        (SELECT oid FROM pg_proc
         WHERE pronamespace = 'public'::regnamespace AND proname = 'log_append_one');
BEGIN
    EXECUTE format('ALTER FUNCTION %s OWNER TO fastops_log', signature);
    EXECUTE format('REVOKE EXECUTE ON FUNCTION %s FROM PUBLIC', signature);
    EXECUTE format('GRANT EXECUTE ON FUNCTION %s TO fastops_app', signature);
END
$$;
REVOKE CREATE ON SCHEMA public FROM fastops_log;
