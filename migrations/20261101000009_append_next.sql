-- Appends a batch of commands against which nothing stands, where the log still ends at p_head: what
-- log_append would write, without its looking and judging. Whoever wrote the batch before this one knows
-- how everything stands that it names, as long as nobody else has written since.
--
-- Commands, streams, tenants, events and contexts of the batch are numbered from 1 and referred to by
-- number. Streams are those that are written to: where the last event of each was, 0 for one that begins,
-- and which event of the batch is its last. Contexts are as in log_append.
-- Sequence numbers and links are those that follow from the tenants' chains, which end as is said.
--
-- The numbers of elements are made in a select list: there they are not gathered first, which for the few
-- of a lone command would take longer than they do themselves.
--
-- How its statements are planned is set by the session of the writer (event-store/src/postgres/line.rs),
-- which saves each call doing so. Another session gets the same done, but a plan that it makes while the
-- tables are small may read them as a whole later.
--
-- Gives false and changes nothing where log_append has to judge: when the log ends elsewhere, or when a
-- command was accepted before. An error where anything else is not as it was said to be.
CREATE FUNCTION log_append_next(
    p_head bigint,
    p_tenant_ids uuid[], p_links_before bytea[], p_seqs bigint[], p_links bytea[],
    p_command_tenants integer[], p_command_ids uuid[], p_fingerprints bytea[],
    p_firsts bigint[], p_counts integer[],
    p_stream_tenants integer[], p_stream_names text[], p_positions_before bigint[],
    p_last_events integer[],
    p_event_seqs bigint[], p_event_previous bigint[],
    p_event_streams integer[], p_event_revisions bigint[],
    p_event_ids uuid[], p_event_types text[], p_event_versions smallint[],
    p_event_payloads bytea[], p_event_hashes bytea[], p_event_contexts integer[],
    p_context_metadata bytea[], p_context_dates date[], p_context_occurred timestamptz[],
    p_context_recorded timestamptz[],
    p_event_links bytea[], p_is_new boolean, p_rings boolean
) RETURNS boolean
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    n_events CONSTANT integer := cardinality(p_event_ids);
    n_begun integer;
    n_moved integer := 0;
BEGIN
    IF NOT p_is_new THEN
        IF EXISTS (
            SELECT FROM (SELECT generate_series(1, cardinality(p_command_ids)) AS no) AS c
            CROSS JOIN LATERAL (
                SELECT FROM command_log
                WHERE tenant_id = p_tenant_ids[p_command_tenants[c.no]]
                    AND command_id = p_command_ids[c.no]
                OFFSET 0
            ) accepted
        ) THEN
            RETURN false;
        END IF;
    END IF;
    UPDATE log_head SET position = p_head + n_events WHERE position = p_head;
    IF NOT FOUND THEN
        RETURN false;
    END IF;

    -- Whoever was accepted meanwhile, or is wrongly said to be new, fails to be written down twice.
    INSERT INTO command_log (tenant_id, command_id, fingerprint, first_position, event_count)
    SELECT
        p_tenant_ids[p_command_tenants[c.no]], p_command_ids[c.no], p_fingerprints[c.no],
        p_firsts[c.no], p_counts[c.no]
    FROM (SELECT generate_series(1, cardinality(p_command_ids)) AS no) AS c;

    INSERT INTO streams (tenant_id, stream, revision, last_event, last_position)
    SELECT
        p_tenant_ids[p_stream_tenants[s.no]], p_stream_names[s.no],
        p_event_revisions[p_last_events[s.no]], p_event_ids[p_last_events[s.no]],
        p_head + p_last_events[s.no]
    FROM (SELECT generate_series(1, cardinality(p_stream_names)) AS no) AS s
    WHERE p_positions_before[s.no] = 0;
    GET DIAGNOSTICS n_begun = ROW_COUNT;
    IF n_begun < cardinality(p_stream_names) THEN
        UPDATE streams AS t
        SET revision = p_event_revisions[p_last_events[s.no]],
            last_event = p_event_ids[p_last_events[s.no]],
            last_position = p_head + p_last_events[s.no]
        FROM (SELECT generate_series(1, cardinality(p_stream_names)) AS no) AS s
        WHERE p_positions_before[s.no] > 0
            AND t.tenant_id = p_tenant_ids[p_stream_tenants[s.no]]
            AND t.stream = p_stream_names[s.no]
            AND t.last_position = p_positions_before[s.no];
        GET DIAGNOSTICS n_moved = ROW_COUNT;
    END IF;
    IF n_begun + n_moved < cardinality(p_stream_names) THEN
        RAISE EXCEPTION 'a stream is not where it was said to be' USING ERRCODE = 'FO001';
    END IF;

    INSERT INTO events (
        position, tenant_id, tenant_seq, stream, revision, previous, event_id, event_type, schema_version,
        payload, metadata, business_date, occurred_at, recorded_at, content_hash, link
    )
    SELECT
        p_head + e.no, p_tenant_ids[p_stream_tenants[p_event_streams[e.no]]], p_event_seqs[e.no],
        p_stream_names[p_event_streams[e.no]], p_event_revisions[e.no], p_event_previous[e.no],
        p_event_ids[e.no], p_event_types[e.no], p_event_versions[e.no], p_event_payloads[e.no],
        p_context_metadata[p_event_contexts[e.no]], p_context_dates[p_event_contexts[e.no]],
        p_context_occurred[p_event_contexts[e.no]], p_context_recorded[p_event_contexts[e.no]],
        p_event_hashes[e.no], p_event_links[e.no]
    FROM (SELECT generate_series(1, n_events) AS no) AS e;

    UPDATE tenant_heads AS t SET tenant_seq = p_seqs[n.no], link = p_links[n.no]
    FROM (SELECT generate_series(1, cardinality(p_tenant_ids)) AS no) AS n
    WHERE t.tenant_id = p_tenant_ids[n.no] AND t.link = p_links_before[n.no];
    GET DIAGNOSTICS n_moved = ROW_COUNT;
    IF n_moved < cardinality(p_tenant_ids) THEN
        RAISE EXCEPTION 'a chain is not where it was said to be' USING ERRCODE = 'FO001';
    END IF;

    IF p_rings THEN
        PERFORM pg_notify('fastops_log', '');
    END IF;
    RETURN true;
END
$$;

GRANT fastops_log TO CURRENT_USER;
SELECT hand_functions_to('fastops_log', ARRAY['log_append_next']);
