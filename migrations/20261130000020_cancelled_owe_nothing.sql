-- A cancelled order has a balance of zero. The owner updates the rows of all companies, so row security is
-- not forced on it until the end of the migration.
ALTER TABLE orders NO FORCE ROW LEVEL SECURITY;
UPDATE orders SET balance = 0 WHERE status = 'cancelled';
ALTER TABLE orders FORCE ROW LEVEL SECURITY;
