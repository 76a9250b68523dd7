#!/usr/bin/env bash
# Builds the program as it is delivered, with the benchmark beside it, and prints the folder of both.
#
#   scripts/release.sh                link-time optimisation over all crates
#   PROFILED=1 scripts/release.sh     the same, and laid out by the compiler for what orders and sign-ins
#                                     spend their time on; takes three times as long
#
# A profile is measured with an instrumented build of the very code that it is used for, and is kept
# beside the build, never in the repository: names in it follow from the compiler and from all crates.
set -euo pipefail

cd "$(dirname "$0")/.."
target=${CARGO_TARGET_DIR:-$PWD/target}

build() { cargo build --locked --release --target-dir "$1" --package fastops --package bench >&2; }

if [ -z "${PROFILED:-}" ]; then
    build "$target"
    echo "$target/release"
    exit
fi

merge=$(scripts/setup.sh llvm-profdata)
profiled=$target/profiled
measured=$profiled/measured
rm -rf "$measured"
mkdir -p "$measured"
RUSTFLAGS="${RUSTFLAGS:-} -Cprofile-generate=$measured" build "$profiled/instrumented"
"$profiled/instrumented/release/bench" orders append logins rounds=2 >&2
# Functions that never ran are left out: they are compiled as usual, not as if they never would.
"$merge" merge --sparse --output="$measured/fastops.profdata" "$measured"/*.profraw
RUSTFLAGS="${RUSTFLAGS:-} -Cprofile-use=$measured/fastops.profdata" build "$profiled"
echo "$profiled/release"
