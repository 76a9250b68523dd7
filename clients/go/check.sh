#!/usr/bin/env bash
# Generates the client of openapi.json beside it, and places an order with it.
set -euo pipefail
mkdir -p fastops
go tool oapi-codegen -generate types,client -package fastops -o fastops/generated.go openapi.json >&2
go vet ./... >&2
go run .
