-- Modifier groups. Kept by the consumer "catalog".
CREATE TABLE modifier_groups (
    tenant_id uuid NOT NULL,
    modifier_group_id uuid NOT NULL,
    name text NOT NULL,
    -- The name as it is searched for: folded.
    search_name text NOT NULL,
    is_required boolean NOT NULL,
    min_quantity bigint NOT NULL,
    max_quantity bigint NOT NULL,
    -- The modifiers in the order of the menu, as in the event.
    modifiers jsonb NOT NULL,
    -- The ids of the groups with a modifier that asks this one.
    nested_by jsonb NOT NULL,
    -- Whether it is in the menu; otherwise it was removed.
    is_active boolean NOT NULL,
    revision bigint NOT NULL,
    PRIMARY KEY (tenant_id, modifier_group_id)
);
CREATE INDEX modifier_groups_by_name ON modifier_groups (tenant_id, name, modifier_group_id);
SELECT enable_tenant_rls('modifier_groups');
