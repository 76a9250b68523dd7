-- Every version of the tax profiles of companies. Kept by the consumer "catalog".
CREATE TABLE tax_profile_versions (
    tenant_id uuid NOT NULL,
    tax_profile_id uuid NOT NULL,
    version bigint NOT NULL,
    name text NOT NULL,
    -- Regimes, classes and rules, as in the event.
    profile jsonb NOT NULL,
    published_at timestamptz NOT NULL,
    revision bigint NOT NULL,
    PRIMARY KEY (tenant_id, tax_profile_id, version)
);
SELECT enable_tenant_rls('tax_profile_versions');

-- The tax regimes of a branch in the order of the dates from which they hold.
ALTER TABLE branches ADD tax_regimes jsonb NOT NULL DEFAULT '[]';
