-- Letters that no mail server has taken yet, each sealed under the key of the person it is to: whoever
-- is forgotten takes theirs along. One of a kind waits for a person, that with the ticket which counts.
CREATE TABLE letters (
    tenant_id uuid NOT NULL,
    kind text NOT NULL CHECK (kind IN ('invitation', 'password_reset')),
    person_id uuid NOT NULL,
    letter_id uuid NOT NULL,
    sealed_letter bytea NOT NULL,
    n_tries integer NOT NULL DEFAULT 0,
    -- When it is to be handed over, next; while somebody does that, when others may.
    due_at timestamptz NOT NULL,
    expires_at timestamptz NOT NULL,
    PRIMARY KEY (tenant_id, kind, person_id),
    FOREIGN KEY (tenant_id, person_id) REFERENCES people ON DELETE CASCADE
);
CREATE INDEX letters_by_due ON letters (due_at);
SELECT enable_tenant_rls('letters');
REVOKE ALL ON letters FROM fastops_projector;
GRANT INSERT, UPDATE, DELETE ON letters TO fastops_app;

-- Whoever hands letters over does so for all companies.
CREATE POLICY identity ON letters TO fastops_identity USING (true);
CREATE POLICY identity ON people TO fastops_identity USING (true);
GRANT SELECT, UPDATE ON letters TO fastops_identity;
GRANT SELECT ON people TO fastops_identity;

-- The letters that are due, those that have waited longest first. Until `p_until` they are the caller's.
CREATE FUNCTION letters_due(p_now timestamptz, p_until timestamptz, p_max integer)
RETURNS TABLE (
    tenant_id uuid,
    person_id uuid,
    letter_id uuid,
    sealed_key bytea,
    sealed_letter bytea,
    n_tries integer,
    expires_at timestamptz
)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
#variable_conflict use_column
BEGIN
    RETURN QUERY
    UPDATE letters l
    SET due_at = p_until, n_tries = l.n_tries + 1
    FROM people p
    WHERE p.tenant_id = l.tenant_id
        AND p.person_id = l.person_id
        AND (l.tenant_id, l.kind, l.person_id) IN (
            SELECT d.tenant_id, d.kind, d.person_id
            FROM letters d
            WHERE d.due_at <= p_now
            ORDER BY d.due_at
            LIMIT p_max
            FOR UPDATE SKIP LOCKED
        )
    RETURNING
        l.tenant_id, l.person_id, l.letter_id, p.sealed_key, l.sealed_letter, l.n_tries, l.expires_at;
END
$$;

SELECT hand_functions_to('fastops_identity', ARRAY['letters_due']);
