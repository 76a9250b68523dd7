-- Who can sign in where. Secrets live here and never in the log; names and addresses live in the
-- vault, and here only what stands for an address.
CREATE TABLE companies (
    tenant_id uuid PRIMARY KEY,
    slug text NOT NULL UNIQUE,
    name text NOT NULL,
    created_at timestamptz NOT NULL DEFAULT now()
);

CREATE TABLE credentials (
    tenant_id uuid NOT NULL REFERENCES companies (tenant_id),
    user_id uuid NOT NULL,
    -- A keyed hash of the folded address.
    email_key bytea NOT NULL,
    -- PHC strings: algorithm and parameters are part of them. None until the person has joined or
    -- chosen a PIN.
    password_hash text,
    pin_hash text,
    changed_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (tenant_id, user_id),
    UNIQUE (tenant_id, email_key)
);
CREATE INDEX credentials_of_email ON credentials (email_key);

SELECT enable_tenant_rls('companies');
SELECT enable_tenant_rls('credentials');
REVOKE ALL ON companies, credentials FROM fastops_projector;
GRANT INSERT, UPDATE ON companies, credentials TO fastops_app;
CREATE POLICY identity ON companies TO fastops_identity USING (true);
CREATE POLICY identity ON credentials TO fastops_identity USING (true);
GRANT SELECT ON companies, credentials TO fastops_identity;

-- Whoever signs in has no tenant yet: the accounts behind an e-mail address, in one company or in all.
CREATE FUNCTION sign_in_accounts(p_email_key bytea, p_slug text)
RETURNS TABLE (tenant_id uuid, slug text, user_id uuid, password_hash text)
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
#variable_conflict use_column
BEGIN
    RETURN QUERY
    SELECT c.tenant_id, co.slug, c.user_id, c.password_hash
    FROM credentials c
    JOIN companies co ON co.tenant_id = c.tenant_id
    WHERE c.email_key = p_email_key
        AND c.password_hash IS NOT NULL
        AND (p_slug IS NULL OR co.slug = p_slug);
END
$$;

-- The company of a short name, for set-up commands that may run again.
CREATE FUNCTION company_by_slug(p_slug text) RETURNS uuid
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
    RETURN (SELECT tenant_id FROM companies WHERE slug = p_slug);
END
$$;

GRANT fastops_identity TO CURRENT_USER;
SELECT hand_functions_to('fastops_identity', ARRAY['sign_in_accounts', 'company_by_slug']);
