-- Companies: the tenants of the installation.
CREATE TABLE companies (
    tenant_id uuid PRIMARY KEY,
    slug text NOT NULL UNIQUE,
    name text NOT NULL,
    created_at timestamptz NOT NULL DEFAULT now()
);

SELECT enable_tenant_rls('companies');
REVOKE ALL ON companies FROM fastops_projector;
GRANT INSERT, UPDATE ON companies TO fastops_app;
CREATE POLICY identity ON companies TO fastops_identity USING (true);
GRANT SELECT ON companies TO fastops_identity;

-- The company of a short name, for the commands that set companies up, which may run again.
CREATE FUNCTION company_by_slug(p_slug text) RETURNS uuid
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
    RETURN (SELECT tenant_id FROM companies WHERE slug = p_slug);
END
$$;

-- The companies of the installation, as its operator may see them: at most `p_rows` after a short name, or
-- the first ones.
CREATE FUNCTION companies_after(p_slug text, p_rows bigint)
RETURNS TABLE (tenant_id uuid, slug text, created_at timestamptz)
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
#variable_conflict use_column
BEGIN
    RETURN QUERY
    SELECT c.tenant_id, c.slug, c.created_at
    FROM companies c
    WHERE p_slug IS NULL OR c.slug > p_slug
    ORDER BY c.slug
    LIMIT p_rows;
END
$$;

SELECT hand_functions_to('fastops_identity', ARRAY['company_by_slug', 'companies_after']);
