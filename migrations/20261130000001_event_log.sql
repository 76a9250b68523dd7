-- The log of events, and what says where it ends.

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
    -- The position of that event: a reader of the stream starts there and goes back.
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
    -- The position of the event before it in its stream; 0 for the first one. The function that follows it
    -- verifies it: a CHECK would be read again by each statement that writes events.
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

-- Payload and metadata as JSON, for people and auditors; the row security of the reader applies.
CREATE VIEW events_readable WITH (security_invoker = true) AS
SELECT
    position, tenant_id, tenant_seq, stream, revision, previous, event_id, event_type, schema_version,
    convert_from(payload, 'UTF8')::json AS payload,
    convert_from(metadata, 'UTF8')::json AS metadata,
    business_date, occurred_at, recorded_at, content_hash, link
FROM events;
GRANT SELECT ON events_readable TO fastops_app, fastops_projector;
