-- The trace context of the request that a planned command follows from.
ALTER TABLE process_timers ADD COLUMN traceparent text;
