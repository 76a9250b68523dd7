#!/usr/bin/env bash
# Builds the program as it is delivered, with the benchmark beside it, and prints the folder of both.
#
# It is laid out for what it does most, as scripts/profile.sh has measured: by the compiler, and once more
# where the linker has put everything. The names in a profile follow from the compiler's version, the
# triple, and the features of everything that is built together: what a profile does not name is compiled
# as without one, and stays where it is.
set -euo pipefail

cd "$(dirname "$0")/.."
profile=$PWD/deploy/profile
triple=$(rustc -vV | sed -n 's/^host: //p')
target=${CARGO_TARGET_DIR:-$PWD/target}
built=$target/$triple/release
delivered=$target/$triple/delivered
tried=$(mktemp -d)
trap 'rm -rf "$tried"' EXIT

say() { echo "release: slower than it could be, for $*" >&2; }

measured=$(<"$profile/rustc.txt")
if [ "$(rustc -V)" != "$measured" ]; then
    say "the profile was made with $measured; see scripts/profile.sh"
fi

# A compiler that is older than the profile's format does not read it at all.
flags=()
echo 'fn main() {}' >"$tried/main.rs"
if rustc --emit obj --out-dir "$tried" -C "profile-use=$profile/fastops.profdata" "$tried/main.rs"; then
    # Code changes more often than what it spends its time on; a function that does not fit goes without.
    flags+=("-Cprofile-use=$profile/fastops.profdata" -Cllvm-args=-no-pgo-warn-mismatch)
fi
# Whoever lays it out has to know what refers to what.
bolt=
if [[ $triple != x86_64-*-linux-* ]]; then
    say "where its parts go was measured on Linux on x86_64 only"
elif bolt=$(scripts/llvm.sh llvm-bolt) && [ -n "$bolt" ]; then
    flags+=(-Clink-arg=-Wl,--emit-relocs)
else
    say "llvm-bolt, 19 or later, is missing"
fi
read -ra more <<<"${RUSTFLAGS:-}"
CARGO_ENCODED_RUSTFLAGS=$(IFS=$'\x1f'; echo "${more[*]}${more:+$'\x1f'}${flags[*]}")
export CARGO_ENCODED_RUSTFLAGS
cargo build --locked --release --target "$triple" --package fastops --package bench >&2

# A program that runs keeps its file; the next one gets another.
rm -rf "$delivered"
mkdir -p "$delivered"
cp "$built/bench" "$built/fastops" "$delivered"
if [ -n "$bolt" ]; then
    # What was measured on code that has changed since is taken for what it most resembles.
    if gunzip --stdout "$profile/fastops.bolt.yaml.gz" >"$tried/bolt.yaml" \
        && "$bolt" "$built/fastops" -o "$tried/fastops" --data="$tried/bolt.yaml" --infer-stale-profile \
            --reorder-blocks=ext-tsp --reorder-functions=cdsort --split-functions --split-all-cold \
            >"$tried/bolt.log" 2>&1 \
        && "$tried/fastops" openapi >/dev/null; then
        cp "$tried/fastops" "$delivered/fastops"
    else
        tail -n 5 "$tried/bolt.log" >&2 || true
        say "llvm-bolt could not lay it out"
    fi
fi
echo "$delivered"
