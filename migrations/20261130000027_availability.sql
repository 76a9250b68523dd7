-- What a branch does not sell, or has run out of. Kept by the consumer "catalog". A row stays when it is
-- sold again, and a snooze stays when its time is over.
CREATE TABLE availability (
    tenant_id uuid NOT NULL,
    branch_id uuid NOT NULL,
    -- product, variant or modifier
    kind text NOT NULL,
    subject_id uuid NOT NULL,
    is_delisted boolean NOT NULL,
    is_snoozed boolean NOT NULL,
    -- The moment from which it is sold again; null until it is put back.
    snoozed_until timestamptz,
    PRIMARY KEY (tenant_id, branch_id, kind, subject_id)
);
SELECT enable_tenant_rls('availability');
