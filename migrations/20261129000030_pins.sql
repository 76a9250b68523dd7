-- Which PIN of a person the hash is of: that of the event in the log which has this number, 0 where PINs
-- were not counted. A hash whose number is not the last one in the log is of no use.
ALTER TABLE credentials ADD pin_number integer NOT NULL DEFAULT 0;

-- How often in a row the PIN was tried and not found right, by all processes and on all tills together.
ALTER TABLE credentials ADD pin_failures integer NOT NULL DEFAULT 0;
