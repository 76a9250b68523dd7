-- The vault: names and e-mail addresses, which are in no event. Each person has a data key, sealed under
-- the installation's master key; the rest of the row cannot be read without it, so deleting the row, or
-- only its key, erases the person.
CREATE TABLE people (
    tenant_id uuid NOT NULL,
    person_id uuid NOT NULL,
    sealed_key bytea NOT NULL,
    sealed_name bytea NOT NULL,
    sealed_email bytea NOT NULL,
    PRIMARY KEY (tenant_id, person_id)
);
SELECT enable_tenant_rls('people');

REVOKE ALL ON people FROM fastops_projector;
GRANT INSERT, UPDATE, DELETE ON people TO fastops_app;
