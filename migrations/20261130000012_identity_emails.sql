-- E-mails that no mail server has accepted yet, each sealed under the data key of its recipient, so that
-- they are erased with the person. At most one of a kind waits for a person: the one with the valid link.
CREATE TABLE letters (
    tenant_id uuid NOT NULL,
    kind text NOT NULL CHECK (kind IN ('invitation', 'password_reset')),
    person_id uuid NOT NULL,
    letter_id uuid NOT NULL,
    sealed_letter bytea NOT NULL,
    n_tries integer NOT NULL DEFAULT 0,
    -- When it is sent next; while a process sends it, when others may try.
    due_at timestamptz NOT NULL,
    expires_at timestamptz NOT NULL,
    PRIMARY KEY (tenant_id, kind, person_id),
    FOREIGN KEY (tenant_id, person_id) REFERENCES people ON DELETE CASCADE
);
CREATE INDEX letters_by_due ON letters (due_at);
SELECT enable_tenant_rls('letters');
REVOKE ALL ON letters FROM fastops_projector;
GRANT INSERT, UPDATE, DELETE ON letters TO fastops_app;

-- The mailer sends the e-mails of all companies.
CREATE POLICY identity ON letters TO fastops_identity USING (true);
CREATE POLICY identity ON people TO fastops_identity USING (true);
GRANT SELECT, UPDATE ON letters TO fastops_identity;
GRANT SELECT ON people TO fastops_identity;

-- Reserves the e-mails that are due for the caller until `p_until`, those that have waited longest first.
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
