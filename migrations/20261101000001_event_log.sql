-- The end of the log. Its one row is locked first by every append and until commit: positions are
-- therefore gapless, and two nodes can never deadlock on streams.
CREATE TABLE log_head (
    only_row boolean PRIMARY KEY DEFAULT true CHECK (only_row),
    incarnation uuid NOT NULL DEFAULT gen_random_uuid(),
    position bigint NOT NULL DEFAULT 0
) WITH (fillfactor = 50, autovacuum_vacuum_threshold = 1000, autovacuum_vacuum_scale_factor = 0);
INSERT INTO log_head DEFAULT VALUES;

-- The end of each tenant's chain, and the lane its events are consumed in.
CREATE TABLE tenant_heads (
    tenant_id uuid PRIMARY KEY,
    tenant_seq bigint NOT NULL,
    link bytea NOT NULL,
    lane smallint NOT NULL
) WITH (fillfactor = 50);

CREATE TABLE streams (
    tenant_id uuid NOT NULL,
    stream text COLLATE "C" NOT NULL,
    revision bigint NOT NULL,
    last_event uuid NOT NULL,
    -- Where that event is in the log: where whoever reads the stream begins.
    last_position bigint NOT NULL,
    PRIMARY KEY (tenant_id, stream)
) WITH (fillfactor = 80);

-- Accepted commands, kept for ever: what makes a retry after weeks harmless.
CREATE TABLE command_log (
    tenant_id uuid NOT NULL,
    command_id uuid NOT NULL,
    fingerprint bytea NOT NULL,
    first_position bigint NOT NULL,
    event_count integer NOT NULL,
    PRIMARY KEY (tenant_id, command_id)
);

CREATE TABLE events (
    position bigint NOT NULL,
    tenant_id uuid NOT NULL,
    tenant_seq bigint NOT NULL,
    stream text COLLATE "C" NOT NULL,
    revision bigint NOT NULL,
    -- Where in the log the event before it in its stream is; 0 for the first one. Whoever follows it looks
    -- whether that is so: a CHECK would be read again by each statement that writes events.
    previous bigint NOT NULL,
    event_id uuid NOT NULL,
    event_type text NOT NULL,
    schema_version smallint NOT NULL,
    payload bytea NOT NULL,
    metadata bytea NOT NULL,
    business_date date,
    occurred_at timestamptz NOT NULL,
    recorded_at timestamptz NOT NULL,
    content_hash bytea NOT NULL,
    link bytea NOT NULL,
    PRIMARY KEY (position)
) PARTITION BY RANGE (position);

CREATE FUNCTION refuse_change() RETURNS trigger
LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'the event log is append-only: % on % is refused', TG_OP, TG_TABLE_NAME
        USING ERRCODE = 'insufficient_privilege';
END
$$;
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE ON events
    FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER append_only_whole BEFORE TRUNCATE ON events
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

-- Makes the partitions of the next 64 million positions.
CREATE FUNCTION log_extend() RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    size CONSTANT bigint := 16000000;
    head bigint;
    partition_no bigint;
    partition_name text;
BEGIN
    PERFORM pg_advisory_xact_lock(hashtext('log_extend'));
    SELECT position INTO STRICT head FROM log_head;
    FOR partition_no IN head / size .. head / size + 3 LOOP
        partition_name := 'events_' || partition_no;
        CONTINUE WHEN to_regclass(partition_name) IS NOT NULL;
        EXECUTE format(
            -- Events are small and read soon: they stay as they are, up to what fills a page.
            'CREATE TABLE %I PARTITION OF events FOR VALUES FROM (%s) TO (%s)
                WITH (toast_tuple_target = 8160)',
            partition_name, partition_no * size, (partition_no + 1) * size
        );
        EXECUTE format(
            'CREATE TRIGGER append_only_whole BEFORE TRUNCATE ON %I
                FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()',
            partition_name
        );
        EXECUTE format('SELECT enable_tenant_rls(%L)', partition_name);
        EXECUTE format(
            'CREATE POLICY log ON %I TO fastops_log USING (true) WITH CHECK (true)', partition_name
        );
        EXECUTE format('REVOKE ALL ON %I FROM fastops_app, fastops_projector', partition_name);
    END LOOP;
END
$$;

DO $$
DECLARE
    target text;
BEGIN
    FOREACH target IN ARRAY ARRAY['tenant_heads', 'streams', 'command_log', 'events'] LOOP
        PERFORM enable_tenant_rls(target);
        EXECUTE format(
            'CREATE POLICY log ON %I TO fastops_log USING (true) WITH CHECK (true)', target
        );
        EXECUTE format(
            'REVOKE INSERT, UPDATE, DELETE, TRUNCATE ON %I FROM fastops_projector', target
        );
        EXECUTE format('GRANT SELECT, INSERT ON %I TO fastops_log', target);
    END LOOP;
END
$$;
GRANT UPDATE ON tenant_heads, streams TO fastops_log;
GRANT SELECT, UPDATE ON log_head TO fastops_log;
GRANT SELECT ON log_head TO fastops_app, fastops_projector;
SELECT log_extend();
REVOKE EXECUTE ON FUNCTION log_extend() FROM PUBLIC;
GRANT EXECUTE ON FUNCTION log_extend() TO fastops_projector;

-- Payload and metadata as JSON, for people and auditors; row security is that of the reader.
CREATE VIEW events_readable WITH (security_invoker = true) AS
SELECT
    position, tenant_id, tenant_seq, stream, revision, previous, event_id, event_type, schema_version,
    convert_from(payload, 'UTF8')::json AS payload,
    convert_from(metadata, 'UTF8')::json AS metadata,
    business_date, occurred_at, recorded_at, content_hash, link
FROM events;
GRANT SELECT ON events_readable TO fastops_app, fastops_projector;

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

-- The functions below find few rows in large tables, always by a whole key. Their plans are made once
-- per session, perhaps while the tables are empty; the settings of each function keep such a plan from
-- reading whole tables later; what they forbid counts as costly, which must not start the compiler.
-- A join could still read a whole tenant by the first half of a key and compare the rest; OFFSET 0
-- keeps each lookup a query of its own, with the whole key.
-- PL/pgSQL expands the arrays it is given as it begins: an element is found in constant time.

-- Appends a batch of commands in one transaction, each as a whole or not at all.
--
-- Commands, streams, tenants and contexts of the batch are numbered from 1 and referred to by number;
-- expectations and events are sorted by their command. A context is what the events of a command mostly
-- have in common: metadata, business date and times. A command that expects what an earlier one of
-- the batch leaves behind, down to its last event, succeeds or fails with it.
-- Verdicts: 0 committed, 1 duplicate, 2 conflict. With a committed command that has events comes where
-- its tenant's chain stood before them.
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

-- An event as a reader gets it; `place` says which of several requests it answers.
CREATE TYPE recorded_event AS (
    place bigint, lane smallint,
    position bigint, tenant_id uuid, tenant_seq bigint, stream text, revision bigint,
    event_id uuid, event_type text, schema_version smallint, payload bytea, metadata bytea,
    business_date date, occurred_at timestamptz, recorded_at timestamptz,
    content_hash bytea, link bytea
);

-- The tails of several streams of one tenant, each from its end back; `place` counts the streams from 1.
-- A tail of more than p_most events is not given as a whole, but its last ones; p_before then says at which
-- position the first of them is, for those before it, and is 0 otherwise.
--
-- Mostly a reader knows the streams up to their end, which `streams` alone can tell. Else each is followed
-- back from there, event by event: they are not indexed by stream, which every append would pay for.
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

-- The functions above run as fastops_log, who sees every tenant; each filters by its argument.
GRANT fastops_log TO CURRENT_USER;
SELECT hand_functions_to(
    'fastops_log',
    ARRAY['log_append', 'log_read_streams', 'log_commands', 'log_events_at', 'log_lane']
);
GRANT EXECUTE ON FUNCTION log_lane(uuid) TO fastops_projector;
