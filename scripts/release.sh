#!/usr/bin/env bash
# Builds the release of the program and of the benchmark, and prints the folder of both.
#
#   scripts/release.sh                link-time optimisation over all crates
#   PROFILED=1 scripts/release.sh     the same, and laid out by the compiler for what orders and sign-ins
#                                     spend their time on; takes three times as long
#
# A profile is measured with an instrumented build of the same code. It is stored next to the build,
# never in the repository, because its symbol names depend on the compiler and on all crates.
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
# Functions that never ran are left out, so they are compiled as usual, not as cold code.
"$merge" merge --sparse --output="$measured/fastops.profdata" "$measured"/*.profraw
RUSTFLAGS="${RUSTFLAGS:-} -Cprofile-use=$measured/fastops.profdata" build "$profiled"
echo "$profiled/release"
