-- Price lists, published or not. Kept by the consumer "catalog".
CREATE TABLE price_lists (
    tenant_id uuid NOT NULL,
    price_list_id uuid NOT NULL,
    name text NOT NULL,
    -- Branch, channel, days and hours, and the prices by their subjects, as in the events.
    conditions jsonb NOT NULL,
    valid_from date NOT NULL,
    entries jsonb NOT NULL,
    -- How many entries there are, so that a list of lists does not read them.
    price_count bigint NOT NULL,
    is_published boolean NOT NULL,
    revision bigint NOT NULL,
    PRIMARY KEY (tenant_id, price_list_id)
);
CREATE INDEX price_lists_by_name ON price_lists (tenant_id, name, price_list_id);
SELECT enable_tenant_rls('price_lists');
