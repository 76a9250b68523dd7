-- Appends a lone command of a few events in one context against which nothing stands: what
-- log_append_next does for a batch of one, in smaller statements. Whoever places an order while nobody
-- else does waits for each of them.
--
-- Streams, which are those that are written to, and events are numbered from 1: where the last event of
-- each stream was, 0 for one that begins, and which event of the command is its last. The tenant's chain
-- ends at p_link_before and goes on with the links of the events.
--
-- How its statements are planned is set by the session of the writer (event-store/src/postgres/line.rs),
-- which saves each call doing so. Another session gets the same done, but a plan that it makes while the
-- tables are small may read them as a whole later.
--
-- Gives false and changes nothing where log_append has to judge: when the log ends elsewhere than at
-- p_head, or when the command was accepted before. An error where anything else is not as it was said.
CREATE FUNCTION log_append_one(
    p_head bigint, p_tenant uuid, p_link_before bytea, p_seq_before bigint, p_link bytea,
    p_command uuid, p_fingerprint bytea,
    p_metadata bytea, p_date date, p_occurred timestamptz, p_recorded timestamptz,
    p_stream_names text[], p_positions_before bigint[], p_last_events integer[],
    p_event_previous bigint[], p_event_streams integer[], p_event_revisions bigint[],
    p_event_ids uuid[], p_event_types text[], p_event_versions smallint[],
    p_event_payloads bytea[], p_event_hashes bytea[], p_event_links bytea[],
    p_is_new boolean, p_rings boolean
) RETURNS boolean
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    n_events CONSTANT integer := cardinality(p_event_ids);
    last_no integer;
BEGIN
    IF NOT p_is_new THEN
        IF EXISTS (
            SELECT FROM command_log WHERE tenant_id = p_tenant AND command_id = p_command
        ) THEN
            RETURN false;
        END IF;
    END IF;
    UPDATE log_head SET position = p_head + n_events WHERE position = p_head;
    IF NOT FOUND THEN
        RETURN false;
    END IF;

    -- If it was accepted meanwhile, or is wrongly said to be new, it fails to be written down twice.
    INSERT INTO command_log (tenant_id, command_id, fingerprint, first_position, event_count)
    VALUES (p_tenant, p_command, p_fingerprint, p_head + 1, n_events);

    FOR stream_no IN 1 .. cardinality(p_stream_names) LOOP
        last_no := p_last_events[stream_no];
        IF p_positions_before[stream_no] = 0 THEN
            INSERT INTO streams (tenant_id, stream, revision, last_event, last_position)
            VALUES (
                p_tenant, p_stream_names[stream_no], p_event_revisions[last_no],
                p_event_ids[last_no], p_head + last_no
            );
        ELSE
            UPDATE streams
            SET revision = p_event_revisions[last_no], last_event = p_event_ids[last_no],
                last_position = p_head + last_no
            WHERE tenant_id = p_tenant AND stream = p_stream_names[stream_no]
                AND last_position = p_positions_before[stream_no];
            IF NOT FOUND THEN
                RAISE EXCEPTION 'a stream is not where it was said to be' USING ERRCODE = 'FO001';
            END IF;
        END IF;
    END LOOP;

    INSERT INTO events (
        position, tenant_id, tenant_seq, stream, revision, previous, event_id, event_type, schema_version,
        payload, metadata, business_date, occurred_at, recorded_at, content_hash, link
    )
    SELECT
        p_head + e.no, p_tenant, p_seq_before + e.no, p_stream_names[p_event_streams[e.no]],
        p_event_revisions[e.no], p_event_previous[e.no], p_event_ids[e.no], p_event_types[e.no],
        p_event_versions[e.no], p_event_payloads[e.no], p_metadata, p_date, p_occurred, p_recorded,
        p_event_hashes[e.no], p_event_links[e.no]
    FROM (SELECT generate_series(1, n_events) AS no) AS e;

    UPDATE tenant_heads SET tenant_seq = p_seq_before + n_events, link = p_link
    WHERE tenant_id = p_tenant AND link = p_link_before;
    IF NOT FOUND THEN
        RAISE EXCEPTION 'a chain is not where it was said to be' USING ERRCODE = 'FO001';
    END IF;

    IF p_rings THEN
        PERFORM pg_notify('fastops_log', '');
    END IF;
    RETURN true;
END
$$;

GRANT fastops_log TO CURRENT_USER;
SELECT hand_functions_to('fastops_log', ARRAY['log_append_one']);
