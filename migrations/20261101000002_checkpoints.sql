-- How far each consumer has come in each lane. A consumer that lost its lane to another has an older
-- epoch and can no longer move the checkpoint.
CREATE TABLE checkpoints (
    consumer text NOT NULL,
    lane smallint NOT NULL CHECK (lane BETWEEN 0 AND 11),
    incarnation uuid NOT NULL,
    epoch bigint NOT NULL,
    position bigint NOT NULL,
    updated_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (consumer, lane)
) WITH (fillfactor = 50);
GRANT SELECT ON checkpoints TO fastops_app;
GRANT SELECT, INSERT, UPDATE, DELETE ON checkpoints TO fastops_projector;
