-- The sales channels of a company, built-in ones included, as one object by their codes; a company that has
-- changed none has no row. "company_id" is "tenant_id", after which the stream is named. Kept by the
-- consumer "catalog".
CREATE TABLE channels (
    tenant_id uuid NOT NULL,
    company_id uuid NOT NULL,
    channels jsonb NOT NULL,
    revision bigint NOT NULL,
    PRIMARY KEY (tenant_id, company_id)
);
SELECT enable_tenant_rls('channels');
