-- A lower bound for placing an order: one event of one kilobyte, the next number of a branch, six
-- ingredients taken from its stock. No checks, no idempotency, no read model, no history.
CREATE TABLE branches (branch integer PRIMARY KEY, number bigint NOT NULL) WITH (fillfactor = 50);
CREATE TABLE stock (
    branch integer NOT NULL,
    item integer NOT NULL,
    quantity bigint NOT NULL,
    PRIMARY KEY (branch, item)
) WITH (fillfactor = 50);
CREATE TABLE events (
    position bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    branch integer NOT NULL,
    number bigint NOT NULL,
    recorded_at timestamptz NOT NULL DEFAULT now(),
    payload bytea NOT NULL
);
INSERT INTO branches SELECT branch, 0 FROM generate_series(1, 100) AS branch;
INSERT INTO stock
SELECT branch, item, 1000000000 FROM generate_series(1, 100) AS branch, generate_series(1, 6) AS item;

CREATE FUNCTION place_order(p_branch integer) RETURNS bigint
LANGUAGE plpgsql AS $$
DECLARE
    given bigint;
BEGIN
    UPDATE branches SET number = number + 1 WHERE branch = p_branch RETURNING number INTO given;
    UPDATE stock SET quantity = quantity - 125 WHERE branch = p_branch;
    INSERT INTO events (branch, number, payload)
    VALUES (p_branch, given, convert_to(repeat('0123456789', 100), 'UTF8'));
    RETURN given;
END
$$;
