-- A link is good for as long as a session would go on that began when it was written: in this epoch of
-- the person's sessions. Of tills' tokens it says nothing.
ALTER TABLE tickets ADD COLUMN epoch bigint NOT NULL DEFAULT 0;

-- Whoever signs in or has forgotten a password has no tenant yet: the accounts behind an e-mail address,
-- in one company or in all. Whoever has none of these passwords may have joined all the same, should
-- the process have ended that was to keep it. An address has several keys where its form has changed.
DROP FUNCTION sign_in_accounts(bytea, text);
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
