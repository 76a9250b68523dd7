#!/usr/bin/env bash
# Builds the client, whose macro reads openapi.json beside it, and places an order with it.
set -euo pipefail
# Not among what FastOps itself is built from: the features of dependencies differ.
export CARGO_TARGET_DIR="$PWD/target"
cargo run --quiet --locked
