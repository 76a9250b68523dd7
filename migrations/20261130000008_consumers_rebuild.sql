-- Rebuilds of read models. Tables are filled in the schema "rebuild" and then exchanged with the live ones,
-- which stay in "previous" until the next rebuild. Only the projector has access to either schema.
-- The tables belong to the owner of the database, as the live ones do; hence the functions.
CREATE SCHEMA rebuild;
CREATE SCHEMA previous;
GRANT USAGE ON SCHEMA rebuild, previous TO fastops_projector;

-- The checkpoints and parked events of the consumers of the tables in "previous" when these were replaced.
CREATE TABLE previous_read_models (
    consumer text PRIMARY KEY,
    -- Rows of `checkpoints`.
    checkpoints jsonb NOT NULL,
    -- Rows of `consumer_parked`.
    parked jsonb NOT NULL,
    replaced_at timestamptz NOT NULL DEFAULT now()
);
GRANT SELECT, INSERT, UPDATE, DELETE ON previous_read_models TO fastops_projector;

-- The live table of this name. Refuses a table that is no read model, and one with properties that a table
-- of another schema cannot have in its stead.
CREATE FUNCTION rebuild_live(target text) RETURNS regclass
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    live CONSTANT regclass := to_regclass(format('public.%I', target));
BEGIN
    IF live IS NULL OR NOT has_table_privilege('fastops_projector', live, 'TRUNCATE') THEN
        RAISE EXCEPTION '% is no read model', target USING ERRCODE = 'insufficient_privilege';
    END IF;
    IF EXISTS (SELECT FROM pg_trigger WHERE tgrelid = live)
        OR EXISTS (SELECT FROM pg_constraint WHERE contype = 'f' AND live IN (conrelid, confrelid))
        OR EXISTS (
            SELECT FROM pg_depend WHERE refobjid = live AND classid = 'pg_rewrite'::regclass
        )
    THEN
        RAISE EXCEPTION '% has triggers, foreign keys or views, which cannot change tables', target
            USING ERRCODE = 'feature_not_supported';
    END IF;
    RETURN live;
END
$$;

-- Everything about a table but its name and rows.
CREATE FUNCTION rebuild_shape(target regclass) RETURNS SETOF text
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT concat_ws(
        ' ', 'column', row_number() OVER (ORDER BY a.attnum), a.attname,
        format_type(a.atttypid, a.atttypmod), a.attcollation, a.attnotnull, a.attidentity,
        a.attgenerated, a.attstorage, pg_get_expr(d.adbin, d.adrelid)
    )
    FROM pg_attribute a
    LEFT JOIN pg_attrdef d ON d.adrelid = a.attrelid AND d.adnum = a.attnum
    WHERE a.attrelid = target AND a.attnum > 0 AND NOT a.attisdropped
    UNION ALL
    SELECT 'index ' || regexp_replace(pg_get_indexdef(indexrelid), ' ON \w+\.', ' ON ')
    FROM pg_index
    WHERE indrelid = target AND indisvalid
    UNION ALL
    SELECT concat_ws(' ', 'constraint', conname, pg_get_constraintdef(oid))
    FROM pg_constraint
    WHERE conrelid = target
    UNION ALL
    SELECT concat_ws(
        ' ', 'policy', polname, polcmd, polpermissive, polroles::regrole[],
        pg_get_expr(polqual, polrelid), pg_get_expr(polwithcheck, polrelid)
    )
    FROM pg_policy
    WHERE polrelid = target
    UNION ALL
    SELECT concat_ws(' ', 'grant', g.grantee::regrole, g.privilege_type, g.is_grantable)
    FROM pg_class c, aclexplode(c.relacl) g
    WHERE c.oid = target
    UNION ALL
    SELECT concat_ws(
        ' ', 'table', relrowsecurity, relforcerowsecurity, relpersistence, relowner::regrole,
        reloptions
    )
    FROM pg_class
    WHERE oid = target
$$;

-- Makes an empty table like the live one, in the schema "rebuild". It has the keys that consumers name when
-- they write, and no other index, which would have to be maintained row by row.
CREATE FUNCTION rebuild_begin(target text) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    live CONSTANT regclass := rebuild_live(target);
    key record;
BEGIN
    EXECUTE format('DROP TABLE IF EXISTS rebuild.%I', target);
    EXECUTE format(
        'CREATE TABLE rebuild.%I (LIKE %s INCLUDING ALL EXCLUDING INDEXES)
            WITH (autovacuum_enabled = false)',
        target, live
    );
    FOR key IN
        SELECT conname, pg_get_constraintdef(oid) AS definition
        FROM pg_constraint
        WHERE conrelid = live AND contype IN ('p', 'u')
    LOOP
        EXECUTE format(
            'ALTER TABLE rebuild.%I ADD CONSTRAINT %I %s', target, key.conname, key.definition
        );
    END LOOP;
    EXECUTE format(
        'GRANT SELECT, INSERT, UPDATE, DELETE, TRUNCATE ON rebuild.%I TO fastops_projector', target
    );
END
$$;

-- Gives the loaded table what it lacks: indexes, row security, options and statistics.
CREATE FUNCTION rebuild_finish(target text) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    live CONSTANT regclass := rebuild_live(target);
    definition text;
    options text;
BEGIN
    FOR definition IN
        SELECT pg_get_indexdef(i.indexrelid)
        FROM pg_index i
        WHERE i.indrelid = live
            AND NOT EXISTS (SELECT FROM pg_constraint c WHERE c.conindid = i.indexrelid)
    LOOP
        EXECUTE regexp_replace(definition, ' ON public\.', ' ON rebuild.');
    END LOOP;
    PERFORM enable_tenant_rls(to_regclass(format('rebuild.%I', target)));
    EXECUTE format('ALTER TABLE rebuild.%I RESET (autovacuum_enabled)', target);
    SELECT array_to_string(reloptions, ', ') INTO options FROM pg_class WHERE oid = live;
    IF options IS NOT NULL THEN
        EXECUTE format('ALTER TABLE rebuild.%I SET (%s)', target, options);
    END IF;
    EXECUTE format('ANALYZE rebuild.%I', target);
END
$$;

-- Drops the table of an abandoned rebuild.
CREATE FUNCTION rebuild_drop(target text) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
    PERFORM rebuild_live(target);
    EXECUTE format('DROP TABLE IF EXISTS rebuild.%I', target);
END
$$;

-- Locks the live tables against everything but reads and writes until the transaction ends. That cancels a
-- running autovacuum early, which would otherwise delay the exchange while requests wait for it.
CREATE FUNCTION rebuild_reserve(targets text[]) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    target text;
BEGIN
    FOREACH target IN ARRAY targets LOOP
        EXECUTE format('LOCK TABLE %s IN SHARE UPDATE EXCLUSIVE MODE', rebuild_live(target));
    END LOOP;
END
$$;

-- Exchanges the tables of a schema for the live ones, which go to "previous". Refuses a table that differs
-- from the live one in any respect, row security included.
CREATE FUNCTION rebuild_exchange(targets text[], origin text) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    target text;
    live regclass;
    successor regclass;
    difference text;
BEGIN
    IF origin NOT IN ('rebuild', 'previous') THEN
        RAISE EXCEPTION 'no table comes from %', origin USING ERRCODE = 'insufficient_privilege';
    END IF;
    FOREACH target IN ARRAY targets LOOP
        live := rebuild_live(target);
        successor := to_regclass(format('%I.%I', origin, target));
        IF successor IS NULL THEN
            RAISE EXCEPTION 'there is no %.%', origin, target USING ERRCODE = 'undefined_table';
        END IF;
        EXECUTE format('LOCK TABLE %s IN ACCESS EXCLUSIVE MODE', live);
        SELECT string_agg(line, '; ') INTO difference
        FROM (
            (
                SELECT rebuild_shape(live) AS line EXCEPT SELECT rebuild_shape(successor)
            ) UNION ALL (
                SELECT rebuild_shape(successor) EXCEPT SELECT rebuild_shape(live)
            )
        ) lines;
        IF difference IS NOT NULL THEN
            RAISE EXCEPTION '% differs from the live table: %', successor, difference
                USING ERRCODE = 'object_not_in_prerequisite_state';
        END IF;
    END LOOP;
    FOREACH target IN ARRAY targets LOOP
        IF origin = 'previous' THEN
            EXECUTE format('DROP TABLE IF EXISTS rebuild.%I', target);
            EXECUTE format('ALTER TABLE previous.%I SET SCHEMA rebuild', target);
        END IF;
        EXECUTE format('DROP TABLE IF EXISTS previous.%I', target);
        EXECUTE format('ALTER TABLE public.%I SET SCHEMA previous', target);
        EXECUTE format('ALTER TABLE rebuild.%I SET SCHEMA public', target);
    END LOOP;
END
$$;

DO $$
DECLARE
    name regprocedure;
BEGIN
    FOR name IN
        SELECT oid::regprocedure
        FROM pg_proc
        WHERE pronamespace = 'public'::regnamespace AND proname LIKE 'rebuild\_%'
    LOOP
        EXECUTE format('REVOKE EXECUTE ON FUNCTION %s FROM PUBLIC', name);
        EXECUTE format('GRANT EXECUTE ON FUNCTION %s TO fastops_projector', name);
    END LOOP;
END
$$;
