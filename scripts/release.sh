#!/usr/bin/env bash
# Builds the program as it is delivered, with the benchmark beside it, and prints the folder of both.
#
# It is laid out for what it does most, which deploy/fastops.profdata says and scripts/profile.sh has
# measured. The names in a profile follow from the compiler's version, the triple, and the features of
# everything that is built together: what a profile does not name is compiled as without one.
set -euo pipefail

cd "$(dirname "$0")/.."
profile=$PWD/deploy/fastops.profdata
triple=$(rustc -vV | sed -n 's/^host: //p')
target=${CARGO_TARGET_DIR:-$PWD/target}

# A compiler that is older than the profile's format does not read it at all.
if echo 'fn main() {}' | rustc --crate-name readable --emit metadata -o /dev/null -C "profile-use=$profile" - 2>/dev/null
then
    # Code changes more often than what it spends its time on; a function that does not fit goes without.
    export RUSTFLAGS="${RUSTFLAGS:-} -C profile-use=$profile -C llvm-args=-no-pgo-warn-mismatch"
else
    echo "release: this compiler cannot read $profile and does without" >&2
fi
cargo build --locked --release --target "$triple" --package fastops --package bench >&2
echo "$target/$triple/release"
