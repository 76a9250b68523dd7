-- Roles and the separation of tenants.
--
-- fastops_app serves requests behind row security, fastops_projector keeps read models; both log in.
-- fastops_log and fastops_identity cannot log in: they own the functions that reach across tenants.
--
-- Roles belong to the whole cluster and may exist from another database; two migrations may also
-- run at the same moment.
DO $$
DECLARE
    role_name text;
BEGIN
    FOREACH role_name IN ARRAY ARRAY['fastops_log', 'fastops_identity'] LOOP
        BEGIN
            EXECUTE format('CREATE ROLE %I NOLOGIN NOSUPERUSER NOBYPASSRLS', role_name);
        EXCEPTION WHEN duplicate_object OR unique_violation THEN NULL;
        END;
    END LOOP;
    FOREACH role_name IN ARRAY ARRAY['fastops_app', 'fastops_projector'] LOOP
        BEGIN
            EXECUTE format('CREATE ROLE %I LOGIN NOSUPERUSER NOBYPASSRLS', role_name);
        EXCEPTION WHEN duplicate_object OR unique_violation THEN NULL;
        END;
    END LOOP;
END
$$;

REVOKE CREATE ON SCHEMA public FROM PUBLIC;
GRANT USAGE ON SCHEMA public TO fastops_app, fastops_projector, fastops_log, fastops_identity;

-- Forces row security on a table with a tenant_id: a transaction sees the rows of the tenant that it
-- has set, and none if it has set none; only the projector sees all.
-- NULLIF: after a transaction that set it, the setting is '' and not NULL.
CREATE FUNCTION enable_tenant_rls(target regclass) RETURNS void
LANGUAGE plpgsql AS $$
BEGIN
    EXECUTE format('ALTER TABLE %s ENABLE ROW LEVEL SECURITY', target);
    EXECUTE format('ALTER TABLE %s FORCE ROW LEVEL SECURITY', target);
    EXECUTE format(
        $policy$CREATE POLICY tenant_wall ON %s
            USING (tenant_id = NULLIF(current_setting('app.tenant_id', true), '')::uuid)
            WITH CHECK (tenant_id = NULLIF(current_setting('app.tenant_id', true), '')::uuid)$policy$,
        target
    );
    EXECUTE format(
        'CREATE POLICY projector ON %s TO fastops_projector USING (true) WITH CHECK (true)', target
    );
    EXECUTE format('GRANT SELECT ON %s TO fastops_app', target);
    EXECUTE format(
        'GRANT SELECT, INSERT, UPDATE, DELETE, TRUNCATE ON %s TO fastops_projector', target
    );
END
$$;

-- Makes a role without login, which has the rights that they need, the owner of all functions of these
-- names, and lets the application alone call them.
CREATE FUNCTION hand_functions_to(new_owner regrole, function_names text[]) RETURNS void
LANGUAGE plpgsql AS $$
DECLARE
    signature regprocedure;
BEGIN
    EXECUTE format('GRANT CREATE ON SCHEMA public TO %s', new_owner);
    FOR signature IN
        SELECT oid FROM pg_proc
        WHERE pronamespace = 'public'::regnamespace AND proname = ANY (function_names)
    LOOP
        EXECUTE format('ALTER FUNCTION %s OWNER TO %s', signature, new_owner);
        EXECUTE format('REVOKE EXECUTE ON FUNCTION %s FROM PUBLIC', signature);
        EXECUTE format('GRANT EXECUTE ON FUNCTION %s TO fastops_app', signature);
    END LOOP;
    EXECUTE format('REVOKE CREATE ON SCHEMA public FROM %s', new_owner);
END
$$;
REVOKE EXECUTE ON FUNCTION hand_functions_to(regrole, text[]) FROM PUBLIC;

-- The owner of the schema has to be a member of the roles that it gives functions to.
GRANT fastops_log, fastops_identity TO CURRENT_USER;
