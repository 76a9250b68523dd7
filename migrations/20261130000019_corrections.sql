-- Which correction of a person's name the sealed one is of: that of the event in the log which has this
-- number, 0 where it is the one that they were invited with.
ALTER TABLE people ADD name_number integer NOT NULL DEFAULT 0;

-- The address that was asked for in place of another, sealed like that, with the number of the request;
-- it takes the place of the other when the person has followed the link that was sent to it.
ALTER TABLE people
    ADD next_email_number integer NOT NULL DEFAULT 0,
    ADD sealed_next_email bytea;

-- The link to such an address, and the letter in which the person reads at the address before that they
-- have another.
ALTER TABLE tickets DROP CONSTRAINT tickets_kind_check;
ALTER TABLE tickets ADD CHECK (kind IN ('invitation', 'password_reset', 'email_change', 'device'));
ALTER TABLE letters DROP CONSTRAINT letters_kind_check;
ALTER TABLE letters
    ADD CHECK (kind IN ('invitation', 'password_reset', 'email_change', 'email_changed'));

CREATE OR REPLACE FUNCTION forget_person(p_tenant uuid, p_person uuid) RETURNS void
LANGUAGE plpgsql SET search_path = public, pg_temp AS $$
BEGIN
    -- Whoever writes to the person at this moment has this row. Letters go with it.
    DELETE FROM people WHERE tenant_id = p_tenant AND person_id = p_person;
    DELETE FROM credentials WHERE tenant_id = p_tenant AND user_id = p_person;
    DELETE FROM sessions WHERE tenant_id = p_tenant AND user_id = p_person;
    DELETE FROM tickets
    WHERE tenant_id = p_tenant AND subject_id = p_person
        AND kind IN ('invitation', 'password_reset', 'email_change');
END
$$;
