-- Erases a person: the data key that the vault's row is sealed under, secrets, sessions, links and e-mails.
-- The log keeps the id and its events.
CREATE FUNCTION forget_person(p_tenant uuid, p_person uuid) RETURNS void
LANGUAGE plpgsql SET search_path = public, pg_temp AS $$
BEGIN
    -- First: a transaction that stores an e-mail to the person has this row locked. E-mails go with it.
    DELETE FROM people WHERE tenant_id = p_tenant AND person_id = p_person;
    DELETE FROM credentials WHERE tenant_id = p_tenant AND user_id = p_person;
    DELETE FROM sessions WHERE tenant_id = p_tenant AND user_id = p_person;
    DELETE FROM tickets
    WHERE tenant_id = p_tenant AND subject_id = p_person AND kind IN ('invitation', 'password_reset');
END
$$;
REVOKE EXECUTE ON FUNCTION forget_person(uuid, uuid) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION forget_person(uuid, uuid) TO fastops_app, fastops_projector;

-- It runs with the rights of its caller: the application erases within one company, a consumer erases all
-- whom the log says are erased.
GRANT DELETE ON credentials TO fastops_app;
GRANT DELETE ON people, credentials, sessions, tickets TO fastops_projector;
GRANT SELECT (tenant_id, person_id) ON people TO fastops_projector;
GRANT SELECT (tenant_id, user_id) ON credentials, sessions TO fastops_projector;
GRANT SELECT (tenant_id, kind, subject_id) ON tickets TO fastops_projector;
