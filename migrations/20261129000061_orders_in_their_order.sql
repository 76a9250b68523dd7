-- Orders are listed and cooked in the order of the log: the clock of a server may be wrong, or be set.
ALTER TABLE orders ADD COLUMN position bigint NOT NULL DEFAULT 0;
-- Of those from before it is not looked up where they are in the log: they stay among themselves by time,
-- below all that come. As the owner, for whom row security is put aside until the end of the migration.
ALTER TABLE orders NO FORCE ROW LEVEL SECURITY;
UPDATE orders AS o SET position = earlier.place
FROM (
    SELECT tenant_id, order_id, -row_number() OVER (ORDER BY placed_at DESC, order_id DESC) AS place
    FROM orders
) AS earlier
WHERE o.tenant_id = earlier.tenant_id AND o.order_id = earlier.order_id;
ALTER TABLE orders FORCE ROW LEVEL SECURITY;
ALTER TABLE orders ALTER COLUMN position DROP DEFAULT;

DROP INDEX orders_by_day, orders_by_status, orders_in_kitchen;
CREATE INDEX orders_by_day ON orders (tenant_id, business_date, position);
CREATE INDEX orders_by_status ON orders (tenant_id, status, business_date, position);
CREATE INDEX orders_in_kitchen ON orders (tenant_id, branch_id, position)
    WHERE status IN ('confirmed', 'preparing', 'ready');
