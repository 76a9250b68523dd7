-- How commands are appended.

-- Functions of the log find few rows in large tables, always by a whole key. Their plans are made once
-- per session, perhaps while the tables are empty; the settings of each function prevent such a plan from
-- reading whole tables later. What they forbid counts as costly, which must not start the compiler.
-- A join could still read a whole tenant by the first half of a key and compare the rest; OFFSET 0
-- keeps each lookup a query of its own, with the whole key.
-- PL/pgSQL expands the arrays it is given as it begins: an element is found in constant time.

-- The lane of a tenant: the stored one, or the one its first event will store.
CREATE FUNCTION log_lane(tenant uuid) RETURNS smallint
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
    RETURN coalesce(
        (SELECT lane FROM tenant_heads WHERE tenant_id = tenant),
        mod(('x' || substr(md5(tenant::text), 1, 7))::bit(28)::integer, 12)::smallint
    );
END
$$;

-- Appends a batch of commands in one transaction, each as a whole or not at all.
--
-- Commands, streams, tenants and contexts of the batch are numbered from 1 and referred to by number;
-- expectations and events are sorted by their command. A context is what the events of a command mostly
-- have in common: metadata, business date and times. A command that expects what an earlier one of
-- the batch leaves behind, down to its last event, succeeds or fails with it.
-- Verdicts: 0 committed, 1 duplicate, 2 conflict. With a committed command that has events come the
-- sequence number and the link with which its tenant's chain ended before them.
CREATE FUNCTION log_append(
    p_tenant_ids uuid[],
    p_command_tenants integer[], p_command_ids uuid[], p_fingerprints bytea[],
    p_stream_tenants integer[], p_stream_names text[],
    p_expected_commands integer[], p_expected_streams integer[], p_expected_revisions bigint[],
    p_expected_events uuid[],
    p_event_commands integer[], p_event_streams integer[], p_event_revisions bigint[],
    p_event_ids uuid[], p_event_types text[], p_event_versions smallint[],
    p_event_payloads bytea[], p_event_hashes bytea[], p_event_contexts integer[],
    p_context_metadata bytea[], p_context_dates date[], p_context_occurred timestamptz[],
    p_context_recorded timestamptz[],
    p_rings boolean
) RETURNS TABLE (
    verdict smallint, first_position bigint, event_count integer, fingerprint bytea,
    conflict_stream integer, actual_revision bigint,
    lane smallint, seq_before bigint, link_before bytea
)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp
SET enable_seqscan = off SET enable_bitmapscan = off
SET plan_cache_mode = force_generic_plan SET jit = off AS $$
#variable_conflict use_column
DECLARE
    n_commands CONSTANT integer := cardinality(p_command_ids);
    n_expected CONSTANT integer := cardinality(p_expected_commands);
    n_events CONSTANT integer := cardinality(p_event_commands);
    head bigint;
    head_before bigint;
    revisions bigint[];
    last_events uuid[];
    last_positions bigint[];
    written boolean[] := array_fill(false, ARRAY[cardinality(p_stream_names)]);
    seqs bigint[];
    links bytea[];
    lanes smallint[];
    verdicts smallint[] := array_fill(0::smallint, ARRAY[n_commands]);
    firsts bigint[];
    counts integer[];
    fingerprints bytea[];
    conflict_streams integer[] := array_fill(NULL::integer, ARRAY[n_commands]);
    actuals bigint[] := array_fill(NULL::bigint, ARRAY[n_commands]);
    command_lanes smallint[] := array_fill(NULL::smallint, ARRAY[n_commands]);
    seqs_before bigint[] := array_fill(NULL::bigint, ARRAY[n_commands]);
    links_before bytea[] := array_fill(NULL::bytea, ARRAY[n_commands]);
    event_positions bigint[] := array_fill(NULL::bigint, ARRAY[n_events]);
    event_seqs bigint[] := array_fill(NULL::bigint, ARRAY[n_events]);
    event_previous bigint[] := array_fill(NULL::bigint, ARRAY[n_events]);
    event_links bytea[] := array_fill(NULL::bytea, ARRAY[n_events]);
    command_no integer;
    expected_no integer := 1;
    event_no integer := 1;
    tenant_no integer;
    stream_no integer;
BEGIN
    SELECT position INTO STRICT head FROM log_head FOR UPDATE;
    head_before := head;

    SELECT array_agg(coalesce(s.revision, 0) ORDER BY i.place),
           array_agg(s.last_event ORDER BY i.place),
           array_agg(coalesce(s.last_position, 0) ORDER BY i.place)
    INTO revisions, last_events, last_positions
    FROM unnest(p_stream_tenants, p_stream_names) WITH ORDINALITY AS i (tenant_no, name, place)
    LEFT JOIN LATERAL (
        SELECT revision, last_event, last_position FROM streams
        WHERE tenant_id = p_tenant_ids[i.tenant_no] AND stream = i.name
        OFFSET 0
    ) s ON true;

    SELECT array_agg(coalesce(t.tenant_seq, 0) ORDER BY i.place),
           array_agg(coalesce(t.link, decode(repeat('00', 32), 'hex')) ORDER BY i.place),
           array_agg(coalesce(t.lane, log_lane(i.tenant_id)) ORDER BY i.place)
    INTO seqs, links, lanes
    FROM unnest(p_tenant_ids) WITH ORDINALITY AS i (tenant_id, place)
    LEFT JOIN LATERAL (
        SELECT tenant_seq, link, lane FROM tenant_heads WHERE tenant_id = i.tenant_id OFFSET 0
    ) t ON true;

    SELECT array_agg(c.first_position ORDER BY i.place),
           array_agg(c.event_count ORDER BY i.place),
           array_agg(c.fingerprint ORDER BY i.place)
    INTO firsts, counts, fingerprints
    FROM unnest(p_command_tenants, p_command_ids) WITH ORDINALITY AS i (tenant_no, id, place)
    LEFT JOIN LATERAL (
        SELECT first_position, event_count, fingerprint FROM command_log
        WHERE tenant_id = p_tenant_ids[i.tenant_no] AND command_id = i.id
        OFFSET 0
    ) c ON true;

    FOR command_no IN 1 .. n_commands LOOP
        IF firsts[command_no] IS NOT NULL THEN
            verdicts[command_no] := 1;
        END IF;
        WHILE expected_no <= n_expected AND p_expected_commands[expected_no] = command_no LOOP
            stream_no := p_expected_streams[expected_no];
            IF verdicts[command_no] = 0
                AND (
                    revisions[stream_no] <> p_expected_revisions[expected_no]
                    OR last_events[stream_no] <> p_expected_events[expected_no]
                )
            THEN
                verdicts[command_no] := 2;
                conflict_streams[command_no] := stream_no;
                actuals[command_no] := revisions[stream_no];
            END IF;
            expected_no := expected_no + 1;
        END LOOP;
        IF verdicts[command_no] = 0 THEN
            firsts[command_no] := head + 1;
            counts[command_no] := 0;
        END IF;
        tenant_no := p_command_tenants[command_no];
        WHILE event_no <= n_events AND p_event_commands[event_no] = command_no LOOP
            IF verdicts[command_no] = 0 THEN
                IF counts[command_no] = 0 THEN
                    command_lanes[command_no] := lanes[tenant_no];
                    seqs_before[command_no] := seqs[tenant_no];
                    links_before[command_no] := links[tenant_no];
                END IF;
                head := head + 1;
                counts[command_no] := counts[command_no] + 1;
                seqs[tenant_no] := seqs[tenant_no] + 1;
                links[tenant_no] := sha256(
                    links[tenant_no] || int8send(seqs[tenant_no]) || p_event_hashes[event_no]
                );
                event_positions[event_no] := head;
                event_seqs[event_no] := seqs[tenant_no];
                event_links[event_no] := links[tenant_no];
                stream_no := p_event_streams[event_no];
                event_previous[event_no] := last_positions[stream_no];
                last_positions[stream_no] := head;
                revisions[stream_no] := p_event_revisions[event_no];
                last_events[stream_no] := p_event_ids[event_no];
                written[stream_no] := true;
            END IF;
            event_no := event_no + 1;
        END LOOP;
        IF verdicts[command_no] = 0 AND counts[command_no] = 0 THEN
            firsts[command_no] := head;
        END IF;
    END LOOP;

    INSERT INTO command_log (tenant_id, command_id, fingerprint, first_position, event_count)
    SELECT p_tenant_ids[c.tenant_no], c.id, c.fingerprint, c.first, c.count
    FROM unnest(p_command_tenants, p_command_ids, p_fingerprints, verdicts, firsts, counts)
        AS c (tenant_no, id, fingerprint, verdict, first, count)
    WHERE c.verdict = 0;

    IF head > head_before THEN
        INSERT INTO streams (tenant_id, stream, revision, last_event, last_position)
        SELECT p_tenant_ids[s.tenant_no], s.name, s.revision, s.last_event, s.last_position
        FROM unnest(
            p_stream_tenants, p_stream_names, revisions, last_events, last_positions, written
        ) AS s (tenant_no, name, revision, last_event, last_position, written)
        WHERE s.written
        ON CONFLICT (tenant_id, stream) DO UPDATE
            SET revision = excluded.revision, last_event = excluded.last_event,
                last_position = excluded.last_position;

        INSERT INTO events (
            position, tenant_id, tenant_seq, stream, revision, previous, event_id, event_type,
            schema_version, payload, metadata, business_date, occurred_at, recorded_at,
            content_hash, link
        )
        SELECT
            e.position, p_tenant_ids[p_command_tenants[e.command_no]], e.tenant_seq,
            p_stream_names[e.stream_no], e.revision, e.previous, e.id, e.type, e.version, e.payload,
            p_context_metadata[e.context_no], p_context_dates[e.context_no],
            p_context_occurred[e.context_no], p_context_recorded[e.context_no], e.content_hash, e.link
        FROM unnest(
            event_positions, p_event_commands, event_seqs, p_event_streams, p_event_revisions,
            p_event_ids, p_event_types, p_event_versions, p_event_payloads, p_event_contexts,
            p_event_hashes, event_links, event_previous
        ) AS e (
            position, command_no, tenant_seq, stream_no, revision, id, type, version, payload,
            context_no, content_hash, link, previous
        )
        WHERE e.position IS NOT NULL;

        INSERT INTO tenant_heads (tenant_id, tenant_seq, link, lane)
        SELECT t.id, t.seq, t.link, t.lane
        FROM unnest(p_tenant_ids, seqs, links, lanes) AS t (id, seq, link, lane)
        WHERE t.seq > 0
        ON CONFLICT (tenant_id) DO UPDATE
            SET tenant_seq = excluded.tenant_seq, link = excluded.link;

        UPDATE log_head SET position = head;
    END IF;
    -- Also for what was committed quietly before.
    IF p_rings THEN
        PERFORM pg_notify('fastops_log', '');
    END IF;

    RETURN QUERY
    SELECT * FROM unnest(
        verdicts, firsts, counts, fingerprints, conflict_streams, actuals, command_lanes,
        seqs_before, links_before
    );
END
$$;

-- Appends a batch of commands that are known to commit if the log still ends at p_head: what log_append
-- would write, without its lookups and comparisons. The writer of the batch before this one knows all
-- revisions that it names, as long as no other writer has appended since.
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
-- so that no call has to. Another session gets the same result, but a plan that it makes while the
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

    -- A command that was accepted meanwhile, or is wrongly said to be new, violates the primary key.
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

-- Runs as fastops_log, which sees every tenant; each function filters by its argument.
SELECT hand_functions_to('fastops_log', ARRAY['log_lane', 'log_append', 'log_append_next']);
GRANT EXECUTE ON FUNCTION log_lane(uuid) TO fastops_projector;
