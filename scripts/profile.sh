#!/usr/bin/env bash
# Measures what the program spends its time on, for scripts/release.sh: writes deploy/profile/.
# Takes about half an hour. Worth it for a release, after a change of the compiler's version (on which
# every name in the profile depends), and after changes of what an order passes through.
#
# An instrumented program takes orders and lets people sign in, as `make bench` has it do: once for the
# compiler, and once more, as that has built it, for whoever lays it out after the linker.
set -euo pipefail

cd "$(dirname "$0")/.."
triple=$(rustc -vV | sed -n 's/^host: //p')
target=${CARGO_TARGET_DIR:-$PWD/target}
measured=$target/profile/measured

merge=$(scripts/llvm.sh llvm-profdata)
bolt=$(scripts/llvm.sh llvm-bolt)
if [ -z "$merge" ] || [ -z "$bolt" ]; then
    echo "profile: missing: llvm-profdata and llvm-bolt, 19 or later. Install llvm-19 and bolt-19 and try again" >&2
    exit 1
fi

rm -rf "$measured"
mkdir -p "$measured"
CARGO_ENCODED_RUSTFLAGS="-Cprofile-generate=$measured" CARGO_TARGET_DIR=$target/profile \
    cargo build --locked --release --target "$triple" --package fastops --package bench
"$target/profile/$triple/release/bench" orders append logins rounds=2
# Functions that never ran are left out: they are compiled as usual, not as if they never would.
"$merge" merge --sparse --output=deploy/profile/fastops.profdata "$measured"/*.profraw

scripts/release.sh
built=$target/$triple/release
"$bolt" "$built/fastops" -o "$measured/fastops" --instrument --instrumentation-file="$measured/fastops.fdata"
cp "$built/bench" "$measured"
"$measured/bench" orders logins companies=1 rounds=2
"$bolt" "$built/fastops" -o "$measured/laid-out" --data="$measured/fastops.fdata" -w "$measured/fastops.yaml"
gzip --best --no-name --stdout "$measured/fastops.yaml" >deploy/profile/fastops.bolt.yaml.gz
rustc -V >deploy/profile/rustc.txt
