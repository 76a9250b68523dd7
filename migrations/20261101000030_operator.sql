-- Whoever runs the installation sees which companies are in it, of each no more than this: at most
-- `p_rows` after a short name, or the first ones.
CREATE FUNCTION companies_after(p_slug text, p_rows bigint)
RETURNS TABLE (tenant_id uuid, slug text, created_at timestamptz)
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
#variable_conflict use_column
BEGIN
    RETURN QUERY
    SELECT c.tenant_id, c.slug, c.created_at
    FROM companies c
    WHERE p_slug IS NULL OR c.slug > p_slug
    ORDER BY c.slug
    LIMIT p_rows;
END
$$;

SELECT hand_functions_to('fastops_identity', ARRAY['companies_after']);
