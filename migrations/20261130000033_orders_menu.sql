-- What orders have of the menu besides products: the channel that they came from, and their taxes. Those that
-- were placed before, or are by a server of the release before, came from the counter and have no taxes.
ALTER TABLE orders ADD COLUMN channel text NOT NULL DEFAULT 'counter';

-- As text, like the lines beside it.
ALTER TABLE order_lines ADD COLUMN taxes json NOT NULL DEFAULT '[]';
