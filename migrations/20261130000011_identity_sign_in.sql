-- Who can sign in where: passwords, PINs, sessions and links. Secrets are here and never in the log; names
-- and addresses are in the vault, and here only a keyed hash of an address.
CREATE TABLE credentials (
    tenant_id uuid NOT NULL REFERENCES companies (tenant_id),
    user_id uuid NOT NULL,
    -- A keyed hash of the normalized e-mail address.
    email_key bytea NOT NULL,
    -- PHC strings: algorithm and parameters are part of them. Null until the person has joined or
    -- chosen a PIN.
    password_hash text,
    pin_hash text,
    changed_at timestamptz NOT NULL DEFAULT now(),
    -- Which PIN of the person the hash is of: the number in the event that set it. A hash whose number is
    -- not the last one in the log is not accepted.
    pin_number integer NOT NULL DEFAULT 0,
    -- Wrong PINs in a row, counted over all processes and all tills.
    pin_failures integer NOT NULL DEFAULT 0,
    PRIMARY KEY (tenant_id, user_id),
    UNIQUE (tenant_id, email_key)
);
CREATE INDEX credentials_of_email ON credentials (email_key);

SELECT enable_tenant_rls('credentials');
REVOKE ALL ON credentials FROM fastops_projector;
GRANT INSERT, UPDATE ON credentials TO fastops_app;
CREATE POLICY identity ON credentials TO fastops_identity USING (true);
GRANT SELECT ON credentials TO fastops_identity;

-- The accounts of an e-mail address, in one company or in all: a sign-in or a forgotten password comes
-- without a tenant. Accounts without a password are included, because a person may have joined in a process
-- that ended before it stored the password. An address has several keys if its normal form has changed.
CREATE FUNCTION accounts_of_email(p_email_keys bytea[], p_slug text)
RETURNS TABLE (tenant_id uuid, slug text, user_id uuid, password_hash text)
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
#variable_conflict use_column
BEGIN
    RETURN QUERY
    SELECT c.tenant_id, co.slug, c.user_id, c.password_hash
    FROM credentials c
    JOIN companies co ON co.tenant_id = c.tenant_id
    WHERE c.email_key = ANY (p_email_keys)
        AND (p_slug IS NULL OR co.slug = p_slug);
END
$$;

SELECT hand_functions_to('fastops_identity', ARRAY['accounts_of_email']);

-- Sessions. Of the refresh token only the hash is kept.
CREATE TABLE sessions (
    tenant_id uuid NOT NULL,
    session_id uuid NOT NULL,
    user_id uuid NOT NULL,
    epoch bigint NOT NULL,
    device_id uuid,
    label text,
    token_hash bytea NOT NULL,
    begun_at timestamptz NOT NULL,
    used_at timestamptz NOT NULL,
    expires_at timestamptz NOT NULL,
    -- The hashes of the refresh tokens that were used a moment ago, and when: a request that comes late with
    -- one of them gets its successor.
    used_hashes bytea[] NOT NULL DEFAULT '{}',
    used_hashes_at timestamptz[] NOT NULL DEFAULT '{}',
    PRIMARY KEY (tenant_id, session_id),
    CONSTRAINT sessions_used_alike CHECK (cardinality(used_hashes) = cardinality(used_hashes_at))
);
CREATE INDEX sessions_of_user ON sessions (tenant_id, user_id, begun_at);
SELECT enable_tenant_rls('sessions');

-- Secrets of links in e-mails, and of tills. The last one of each kind counts.
CREATE TABLE tickets (
    tenant_id uuid NOT NULL,
    kind text NOT NULL CHECK (kind IN ('invitation', 'password_reset', 'device')),
    subject_id uuid NOT NULL,
    secret_hash bytea NOT NULL,
    expires_at timestamptz,
    -- The session epoch of the person when the link was made: what ends all sessions of a person makes the
    -- link invalid too. Without meaning for tills.
    epoch bigint NOT NULL DEFAULT 0,
    PRIMARY KEY (tenant_id, kind, subject_id)
);
SELECT enable_tenant_rls('tickets');

REVOKE ALL ON sessions, tickets FROM fastops_projector;
GRANT INSERT, UPDATE, DELETE ON sessions, tickets TO fastops_app;
