-- A command of a process that fails in the world is sent again later and later, so that it does not stand
-- before the others; after some tries it is parked and waits for a person.
ALTER TABLE process_timers
    -- How often it has failed, when it is tried again, and what the last failure says.
    ADD COLUMN attempts integer NOT NULL DEFAULT 0,
    ADD COLUMN retry_at timestamptz,
    ADD COLUMN reason text,
    -- Since when it waits for a person.
    ADD COLUMN parked_at timestamptz;

DROP INDEX process_timers_by_due;
CREATE INDEX process_timers_by_due ON process_timers (process, (greatest(due_at, retry_at)))
    WHERE parked_at IS NULL;
CREATE INDEX process_timers_parked ON process_timers (process, parked_at) WHERE parked_at IS NOT NULL;
