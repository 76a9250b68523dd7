#!/usr/bin/env bash
# Measures what the program spends its time on, for scripts/release.sh: writes deploy/fastops.profdata.
# Takes about twenty minutes. Worth it for a release, after a change of the compiler's version (on which
# every name in the profile depends), and after changes of what an order passes through.
#
# The instrumented program places orders and signs people in, as `make bench` has it do.
set -euo pipefail

cd "$(dirname "$0")/.."
triple=$(rustc -vV | sed -n 's/^host: //p')
target=${CARGO_TARGET_DIR:-$PWD/target}/profile
measured=$target/measured

# The compiler's own where it is installed (rustup component add llvm-tools), else the system's newest:
# 19 and 22 write the same format.
merge=$(rustc --print sysroot)/lib/rustlib/$triple/bin/llvm-profdata
[ -x "$merge" ] || merge=$(printf '%s\n' /usr/lib/llvm-*/bin/llvm-profdata | sort --version-sort | tail -n 1)
[ -x "$merge" ] || { echo "profile: missing: llvm-profdata, 19 or later. Install llvm-19 and try again" >&2; exit 1; }

rm -rf "$measured"
RUSTFLAGS="${RUSTFLAGS:-} -C profile-generate=$measured" CARGO_TARGET_DIR=$target \
    cargo build --locked --release --target "$triple" --package fastops --package bench
"$target/$triple/release/bench" orders append logins rounds=2
# Functions that never ran are left out: they are compiled as usual, not as if they never would.
"$merge" merge --sparse --output=deploy/fastops.profdata "$measured"
