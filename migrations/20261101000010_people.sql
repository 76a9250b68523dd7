-- The vault: what is known of a person besides their id. Each person has a key of their own, sealed
-- under the installation's master key; without it the rest of the row is noise, so deleting a row, or
-- only its key, is forgetting the person.
CREATE TABLE people (
    tenant_id uuid NOT NULL,
    person_id uuid NOT NULL,
    sealed_key bytea NOT NULL,
    sealed_name bytea NOT NULL,
    sealed_email bytea NOT NULL,
    PRIMARY KEY (tenant_id, person_id)
);
SELECT enable_tenant_rls('people');

-- Sign-ins that go on. Of the token that renews one only the hash is kept, and that of the token
-- before it.
CREATE TABLE sessions (
    tenant_id uuid NOT NULL,
    session_id uuid NOT NULL,
    user_id uuid NOT NULL,
    epoch bigint NOT NULL,
    device_id uuid,
    label text,
    token_hash bytea NOT NULL,
    previous_hash bytea,
    begun_at timestamptz NOT NULL,
    used_at timestamptz NOT NULL,
    expires_at timestamptz NOT NULL,
    PRIMARY KEY (tenant_id, session_id)
);
CREATE INDEX sessions_of_user ON sessions (tenant_id, user_id, begun_at);
SELECT enable_tenant_rls('sessions');

-- Secrets that were given to somebody: in a letter, or to a till. One of each kind counts.
CREATE TABLE tickets (
    tenant_id uuid NOT NULL,
    kind text NOT NULL CHECK (kind IN ('invitation', 'password_reset', 'device')),
    subject_id uuid NOT NULL,
    secret_hash bytea NOT NULL,
    expires_at timestamptz,
    PRIMARY KEY (tenant_id, kind, subject_id)
);
SELECT enable_tenant_rls('tickets');

REVOKE ALL ON people, sessions, tickets FROM fastops_projector;
GRANT INSERT, UPDATE, DELETE ON people, sessions, tickets TO fastops_app;
