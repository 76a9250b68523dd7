-- Of a sign-in every refresh token is remembered that was used a moment ago, with when it was: whoever
-- comes late with any of them gets its successor.
ALTER TABLE sessions
    ADD COLUMN used_hashes bytea[] NOT NULL DEFAULT '{}',
    ADD COLUMN used_hashes_at timestamptz[] NOT NULL DEFAULT '{}',
    ADD CONSTRAINT sessions_used_alike
        CHECK (cardinality(used_hashes) = cardinality(used_hashes_at));
-- As the owner, for whom row security is put aside until the end of the migration.
ALTER TABLE sessions NO FORCE ROW LEVEL SECURITY;
UPDATE sessions
SET used_hashes = ARRAY[previous_hash], used_hashes_at = ARRAY[used_at]
WHERE previous_hash IS NOT NULL;
ALTER TABLE sessions FORCE ROW LEVEL SECURITY;
ALTER TABLE sessions DROP COLUMN previous_hash;
