-- The last event of each lane that a relay has published; whoever has seen that one has seen every
-- event of the lane up to the relay's checkpoint, with which it moves.
CREATE TABLE relay_lanes (
    relay text NOT NULL,
    lane smallint NOT NULL CHECK (lane BETWEEN 0 AND 11),
    position bigint NOT NULL,
    PRIMARY KEY (relay, lane)
) WITH (fillfactor = 50);
GRANT SELECT, INSERT, UPDATE ON relay_lanes TO fastops_projector;
