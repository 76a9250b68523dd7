-- Whether the release that parked an event did not know its type or version: the next one that takes the
-- consumer's lanes tries it again. Null where the event waits for an earlier one, and where nobody said.
ALTER TABLE consumer_parked ADD COLUMN is_unknown boolean;
