-- Forgets a person: the key that everything known of them is sealed under, their secrets, sessions,
-- tickets and letters. The log keeps their id and what happened to it.
CREATE FUNCTION forget_person(p_tenant uuid, p_person uuid) RETURNS void
LANGUAGE plpgsql SET search_path = public, pg_temp AS $$
BEGIN
    -- Whoever writes to the person at this moment has this row. Letters go with it.
    DELETE FROM people WHERE tenant_id = p_tenant AND person_id = p_person;
    DELETE FROM credentials WHERE tenant_id = p_tenant AND user_id = p_person;
    DELETE FROM sessions WHERE tenant_id = p_tenant AND user_id = p_person;
    DELETE FROM tickets
    WHERE tenant_id = p_tenant AND subject_id = p_person AND kind IN ('invitation', 'password_reset');
END
$$;
REVOKE EXECUTE ON FUNCTION forget_person(uuid, uuid) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION forget_person(uuid, uuid) TO fastops_app, fastops_projector;

-- It runs with the rights of whoever calls it: the application forgets within a company, a consumer
-- whoever the log says is forgotten.
GRANT DELETE ON credentials TO fastops_app;
GRANT DELETE ON people, credentials, sessions, tickets TO fastops_projector;
GRANT SELECT (tenant_id, person_id) ON people TO fastops_projector;
GRANT SELECT (tenant_id, user_id) ON credentials, sessions TO fastops_projector;
GRANT SELECT (tenant_id, kind, subject_id) ON tickets TO fastops_projector;
