#!/usr/bin/env bash
# Generates the client of openapi.json beside it, and places an order with it.
set -euo pipefail
python3 -m venv venv
PATH="$PWD/venv/bin:$PATH"
pip install --quiet --disable-pip-version-check --requirement requirements.txt >&2
openapi-python-client generate --path openapi.json --meta none --output-path fastops --overwrite \
    --fail-on-warning >&2
python main.py
