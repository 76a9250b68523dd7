#!/usr/bin/env bash
# Builds the program as it is delivered, with the benchmark beside it, and prints the folder of both.
#
# It is laid out for what it does most, as scripts/profile.sh has measured. The names in a profile follow
# from the compiler's version, the triple, and the features of everything that is built together: what a
# profile does not name is compiled as without one.
set -euo pipefail

cd "$(dirname "$0")/.."
profile=$PWD/deploy/profile/fastops.profdata
triple=$(rustc -vV | sed -n 's/^host: //p')
target=${CARGO_TARGET_DIR:-$PWD/target}

measured=$(<deploy/profile/rustc.txt)
if [ "$(rustc -V)" != "$measured" ]; then
    echo "release: slower than it could be, for the profile was made with $measured; see scripts/profile.sh" >&2
fi

# A compiler that is older than the profile's format does not read it at all.
tried=$(mktemp -d)
trap 'rm -rf "$tried"' EXIT
echo 'fn main() {}' >"$tried/main.rs"
if rustc --emit obj --out-dir "$tried" -C "profile-use=$profile" "$tried/main.rs"; then
    flags=("-Cprofile-use=$profile")
    # Code changes more often than what it spends its time on; a function that does not fit goes without.
    flags+=(-Cllvm-args=-no-pgo-warn-mismatch)
    read -ra more <<<"${RUSTFLAGS:-}"
    CARGO_ENCODED_RUSTFLAGS=$(IFS=$'\x1f'; echo "${more[*]}${more:+$'\x1f'}${flags[*]}")
    export CARGO_ENCODED_RUSTFLAGS
fi
cargo build --locked --release --target "$triple" --package fastops --package bench >&2
echo "$target/$triple/release"
