-- Processes that take commands. Each renews its row; one whose row has expired counts as stopped.
CREATE TABLE nodes (
    node uuid PRIMARY KEY,
    -- Host and port at which the other nodes reach it.
    address text NOT NULL,
    expires_at timestamptz NOT NULL
) WITH (fillfactor = 50);

-- Which node decides for a tenant, until the node expires. It spares nodes from conflicts with each other
-- and guarantees nothing: revisions are checked with every append.
CREATE TABLE deciders (
    tenant_id uuid PRIMARY KEY,
    node uuid NOT NULL,
    -- Grows whenever the tenant goes to another node.
    epoch bigint NOT NULL
);
SELECT enable_tenant_rls('deciders');
CREATE POLICY log ON deciders TO fastops_log USING (true) WITH CHECK (true);
REVOKE INSERT, UPDATE, DELETE, TRUNCATE ON deciders FROM fastops_projector;
GRANT SELECT, INSERT, UPDATE ON deciders TO fastops_log;
GRANT SELECT, INSERT, UPDATE, DELETE ON nodes TO fastops_log;

-- Renews a node for p_for. Says whether it had not expired: if it had, its tenants may have gone to
-- another node.
CREATE FUNCTION node_lives(p_node uuid, p_address text, p_for interval) RETURNS boolean
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    was_alive CONSTANT boolean := EXISTS (
        SELECT FROM nodes n WHERE n.node = p_node AND n.expires_at > clock_timestamp()
    );
BEGIN
    INSERT INTO nodes (node, address, expires_at)
    VALUES (p_node, p_address, clock_timestamp() + p_for)
    ON CONFLICT (node) DO UPDATE
        SET address = excluded.address, expires_at = excluded.expires_at;
    -- What was not heard of for an hour never comes back under its id.
    DELETE FROM nodes n WHERE n.expires_at < clock_timestamp() - interval '1 hour';
    RETURN was_alive;
END
$$;

-- Removes a node that stops; its tenants go to the next node that asks for them.
CREATE FUNCTION node_leaves(p_node uuid) RETURNS void
LANGUAGE sql SECURITY DEFINER SET search_path = public, pg_temp AS $$
    DELETE FROM nodes WHERE node = p_node
$$;

-- The node that decides for a tenant: the one that does so far, or the one that asks if that one has
-- expired. No row if the one that asks has expired too.
CREATE FUNCTION node_that_decides(p_tenant uuid, p_node uuid)
RETURNS TABLE (node uuid, address text)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
#variable_conflict use_column
BEGIN
    INSERT INTO deciders AS d (tenant_id, node, epoch) VALUES (p_tenant, p_node, 1)
    ON CONFLICT (tenant_id) DO UPDATE SET node = excluded.node, epoch = d.epoch + 1
    WHERE NOT EXISTS (
        SELECT FROM nodes n WHERE n.node = d.node AND n.expires_at > clock_timestamp()
    );
    RETURN QUERY
    SELECT n.node, n.address FROM deciders d JOIN nodes n ON n.node = d.node
    WHERE d.tenant_id = p_tenant AND n.expires_at > clock_timestamp();
END
$$;

SELECT hand_functions_to('fastops_log', ARRAY['node_lives', 'node_leaves', 'node_that_decides']);
