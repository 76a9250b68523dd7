-- Who does what only one may do at a time, by the clock of this database. An epoch is never given
-- twice, so that whoever had a lease before can be told from whoever has it.
CREATE TABLE leases (
    name text PRIMARY KEY,
    holder uuid NOT NULL,
    epoch bigint NOT NULL,
    expires_at timestamptz NOT NULL
) WITH (fillfactor = 50);
GRANT SELECT, INSERT, UPDATE ON leases TO fastops_app, fastops_projector;
