-- Appends one command against which nothing stands: the same as log_append on a batch of one, in fewer
-- and smaller statements, since few callers wait for each of them.
--
-- Streams are the expected ones, with the revision and event that each is left at, NULL where it is only
-- read; events refer to them by number from 1. Gives the first position. Changes nothing where log_append
-- has to judge: gives NULL when the command was accepted before or is the tenant's first, and fails with
-- FO001 when a stream stands elsewhere, which is found out by writing to it.
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
BEGIN
    UPDATE log_head SET position = position + n_events RETURNING position - n_events INTO STRICT head;

    SELECT t.tenant_seq, t.link INTO seq, last_link FROM tenant_heads t WHERE t.tenant_id = p_tenant;
    IF FOUND THEN
        INSERT INTO command_log (tenant_id, command_id, fingerprint, first_position, event_count)
        VALUES (p_tenant, p_command, p_fingerprint, head + 1, n_events)
        ON CONFLICT DO NOTHING;
    END IF;
    IF NOT FOUND THEN
        UPDATE log_head SET position = head;
        RETURN NULL;
    END IF;

    FOR n IN 1 .. n_events LOOP
        last_link := sha256(last_link || int8send(seq + n) || p_event_hashes[n]);
        links[n] := last_link;
    END LOOP;
    UPDATE tenant_heads t SET tenant_seq = seq + n_events, link = last_link WHERE t.tenant_id = p_tenant;

    FOR n IN 1 .. cardinality(p_streams) LOOP
        IF p_expected_revisions[n] = 0 AND p_left_revisions[n] IS NOT NULL THEN
            INSERT INTO streams (tenant_id, stream, revision, last_event)
            VALUES (p_tenant, p_streams[n], p_left_revisions[n], p_left_events[n])
            ON CONFLICT DO NOTHING;
        ELSIF p_left_revisions[n] IS NOT NULL THEN
            UPDATE streams s SET revision = p_left_revisions[n], last_event = p_left_events[n]
            WHERE s.tenant_id = p_tenant AND s.stream = p_streams[n]
                AND s.revision = p_expected_revisions[n]
                AND s.last_event = coalesce(p_expected_events[n], s.last_event);
        ELSIF p_expected_revisions[n] = 0 THEN
            PERFORM WHERE NOT EXISTS (
                SELECT FROM streams s WHERE s.tenant_id = p_tenant AND s.stream = p_streams[n]
            );
        ELSE
            PERFORM FROM streams s
            WHERE s.tenant_id = p_tenant AND s.stream = p_streams[n]
                AND s.revision = p_expected_revisions[n]
                AND s.last_event = coalesce(p_expected_events[n], s.last_event);
        END IF;
        IF NOT FOUND THEN
            RAISE 'stream % stands elsewhere', p_streams[n] USING ERRCODE = 'FO001';
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

SELECT hand_functions_to('fastops_log', ARRAY['log_append_one']);
