-- Orders that the kitchen has or will soon have before it. Kept by the consumer "kitchen_board"; an
-- order leaves when it is delivered or cancelled, so the table stays small.
CREATE TABLE kitchen_orders (
    tenant_id uuid NOT NULL,
    order_id uuid NOT NULL,
    branch_id uuid NOT NULL,
    order_type text NOT NULL,
    number bigint NOT NULL,
    call_number bigint NOT NULL,
    placed_at timestamptz NOT NULL,
    status text NOT NULL,
    status_since timestamptz NOT NULL,
    -- All lines of the order, as in the event.
    lines jsonb NOT NULL,
    revision bigint NOT NULL,
    PRIMARY KEY (tenant_id, order_id)
) WITH (toast_tuple_target = 8160);
CREATE INDEX kitchen_orders_by_age ON kitchen_orders (tenant_id, branch_id, placed_at, order_id);
SELECT enable_tenant_rls('kitchen_orders');
