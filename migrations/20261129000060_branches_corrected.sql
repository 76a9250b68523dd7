-- Branches can be moved, count their days otherwise from a date on, and be closed. "time_zone" and "cut_off"
-- say how they counted them at first.
ALTER TABLE branches
    -- An address as in the event; null where nobody has said.
    ADD COLUMN address jsonb,
    -- How days are counted from later dates on, in the order of these.
    ADD COLUMN business_day_changes jsonb NOT NULL DEFAULT '[]',
    ADD COLUMN is_open boolean NOT NULL DEFAULT true;
