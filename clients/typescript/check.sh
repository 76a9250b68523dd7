#!/usr/bin/env bash
# Generates the types of openapi.json beside it, and places an order with them.
set -euo pipefail
npm ci --ignore-scripts --no-audit --no-fund >&2
npm run --silent generate >&2
npm run --silent build >&2
npm run --silent start
