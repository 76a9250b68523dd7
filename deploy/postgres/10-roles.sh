#!/bin/sh
# Sets the passwords of the roles that log in, when PostgreSQL's data folder is created. The
# migrations define everything else about them.
set -eu
psql --set ON_ERROR_STOP=1 --username "$POSTGRES_USER" --dbname "$POSTGRES_DB" \
    --set app="$FASTOPS_APP_PASSWORD" --set projector="$FASTOPS_PROJECTOR_PASSWORD" <<'SQL'
CREATE ROLE fastops_app LOGIN NOSUPERUSER NOBYPASSRLS PASSWORD :'app';
CREATE ROLE fastops_projector LOGIN NOSUPERUSER NOBYPASSRLS PASSWORD :'projector';
SQL
