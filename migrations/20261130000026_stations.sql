-- Stations of branches: where things are made. Kept by the consumer "catalog".
CREATE TABLE stations (
    tenant_id uuid NOT NULL,
    station_id uuid NOT NULL,
    branch_id uuid NOT NULL,
    name text NOT NULL,
    is_open boolean NOT NULL,
    revision bigint NOT NULL,
    PRIMARY KEY (tenant_id, station_id)
);
CREATE INDEX stations_by_name ON stations (tenant_id, branch_id, name, station_id);
SELECT enable_tenant_rls('stations');
