#!/bin/sh
# Gives the roles that log in their passwords, when PostgreSQL's data folder is made. Everything else
# about them is said by the migrations.
set -eu
psql --set ON_ERROR_STOP=1 --username "$POSTGRES_USER" --dbname "$POSTGRES_DB" \
    --set app="$FASTOPS_APP_PASSWORD" --set projector="$FASTOPS_PROJECTOR_PASSWORD" <<'SQL'
CREATE ROLE fastops_app LOGIN NOSUPERUSER NOBYPASSRLS PASSWORD :'app';
CREATE ROLE fastops_projector LOGIN NOSUPERUSER NOBYPASSRLS PASSWORD :'projector';
SQL
