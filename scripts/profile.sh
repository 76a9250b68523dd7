#!/usr/bin/env bash
# Measures what the program spends its time on, for scripts/release.sh: writes deploy/profile/.
# Takes about a quarter of an hour. Worth it for a release, after a change of the compiler's version (on
# which every name in the profile depends), and after changes of what an order passes through.
#
# The instrumented program takes orders and lets people sign in, as `make bench` has it do.
set -euo pipefail

cd "$(dirname "$0")/.."
triple=$(rustc -vV | sed -n 's/^host: //p')
target=${CARGO_TARGET_DIR:-$PWD/target}/profile
measured=$target/measured

# The compiler's own where it is installed (rustup component add llvm-tools), else the system's newest:
# 19 writes a format that 22 reads.
merge=$(rustc --print sysroot)/lib/rustlib/$triple/bin/llvm-profdata
[ -x "$merge" ] || merge=$(printf '%s\n' /usr/lib/llvm-*/bin/llvm-profdata | sort --version-sort | tail -n 1)
version=$("$merge" --version 2>&1 | sed -n 's/.*LLVM version \([0-9]*\).*/\1/p') || version=0
if [ "${version:-0}" -lt 19 ]; then
    echo "profile: missing: llvm-profdata, 19 or later. Install llvm-19 and try again" >&2
    exit 1
fi

rm -rf "$measured"
CARGO_ENCODED_RUSTFLAGS="-Cprofile-generate=$measured" CARGO_TARGET_DIR=$target \
    cargo build --locked --release --target "$triple" --package fastops --package bench
"$target/$triple/release/bench" orders append logins rounds=2
# Functions that never ran are left out: they are compiled as usual, not as if they never would.
"$merge" merge --sparse --output=deploy/profile/fastops.profdata "$measured"
rustc -V >deploy/profile/rustc.txt
