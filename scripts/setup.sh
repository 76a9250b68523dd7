#!/usr/bin/env bash
# Checks that this machine has what FastOps needs, and installs what is missing if it can.
#
#   scripts/setup.sh demo     C and C++ compiler, make, perl, PostgreSQL: enough to build and run FastOps
#   scripts/setup.sh test     the same, cargo-nextest, and Java and Maven for a Kafka to test with
#   scripts/setup.sh clients  the same as demo, and Node.js, Python and Go for clients in their languages
#   scripts/setup.sh release  the same as demo, and with PROFILED=1 what reads a measured profile
#   scripts/setup.sh lint     C and C++ compiler, make, perl and cargo-deny
#   scripts/setup.sh contract Python's venv, and in one of its own Schemathesis; prints its interpreter
#   scripts/setup.sh          everything for building, testing and linting
#   scripts/setup.sh pg-bin   prints the folder of the PostgreSQL server binaries, installs nothing
#   scripts/setup.sh llvm-profdata   prints where that tool is, installs nothing
#
# System packages are installed only as root and with apt-get; otherwise the script prints the
# command. Development tools go into ${FASTOPS_CACHE:-~/.cache/fastops}/tools and nowhere else.
set -euo pipefail

nextest_version=0.9.148
deny_version=0.20.2
schemathesis_version=4.32.5

tools="${FASTOPS_CACHE:-$HOME/.cache/fastops}/tools/bin"
PATH="$tools:$PATH"

say() { echo "setup: $*" >&2; }
fail() { say "$@"; exit 1; }
has() { command -v "$1" >/dev/null 2>&1; }

# The same order as in fastops/src/cluster/binaries.rs: what the user says, the newest of the system, PATH.
postgres_bin() {
    local newest found
    if [ -n "${FASTOPS_PG_BIN:-}" ]; then
        if has_server "$FASTOPS_PG_BIN"; then echo "$FASTOPS_PG_BIN"; return; fi
        fail "FASTOPS_PG_BIN is $FASTOPS_PG_BIN, but initdb and postgres are not in there"
    fi
    newest=$(printf '%s\n' /usr/lib/postgresql/*/bin | sort --version-sort | tail -n 1)
    if has_server "$newest"; then echo "$newest"; return; fi
    if found=$(command -v initdb) && found=$(dirname "$(realpath "$found")") && has_server "$found"; then
        echo "$found"
        return
    fi
    return 1
}

has_server() { [ -x "$1/initdb" ] && [ -x "$1/postgres" ]; }

# One apt-get for all missing packages.
system_packages() {
    local missing=()
    has cc || missing+=(gcc libc6-dev)
    has make || missing+=(make)
    has perl || missing+=(perl)
    # librdkafka is built from its source.
    has c++ || missing+=(g++)
    if [ "$1" = with-postgres ] && ! postgres_bin >/dev/null; then
        # A wrong FASTOPS_PG_BIN must be corrected by the user; installing would not help.
        [ -z "${FASTOPS_PG_BIN:-}" ] || exit 1
        missing+=(postgresql)
    fi
    if [ "${2:-}" = with-languages ]; then
        has npm || missing+=(nodejs npm)
        has python3 && python3 -c 'import ensurepip' 2>/dev/null || missing+=(python3-venv)
        has go || missing+=(golang-go)
    fi
    if [ "${2:-}" = with-kafka ]; then
        has java || missing+=(default-jre-headless)
        has mvn || missing+=(maven)
    fi
    [ ${#missing[@]} -gt 0 ] || return 0

    local install="apt-get update && apt-get install -y --no-install-recommends ${missing[*]}"
    if ! has apt-get; then
        fail "missing: ${missing[*]}. Install them (or set FASTOPS_PG_BIN to the folder with initdb and postgres) and try again"
    fi
    if [ "$(id -u)" != 0 ]; then
        fail "missing: ${missing[*]}. Run this and try again:  sudo sh -c '$install'"
    fi
    say "installing ${missing[*]}"
    case " ${missing[*]} " in *" postgresql "*) without_system_cluster ;; esac
    DEBIAN_FRONTEND=noninteractive sh -c "$install" >&2
    [ "$1" != with-postgres ] || postgres_bin >/dev/null || fail "PostgreSQL was installed, but its binaries were not found"
}

# FastOps starts its own clusters; Debian's package would also create and start one for the system.
without_system_cluster() {
    local config=/etc/postgresql-common/createcluster.d/fastops-setup.conf
    mkdir -p "$(dirname "$config")"
    echo "create_main_cluster = false" >"$config"
    # shellcheck disable=SC2064  # the path is meant to be expanded now
    trap "rm -f '$config'" EXIT
}

# Reads the profile of an instrumented program: the compiler's own tool (rustup component add
# llvm-tools), or the newest of the system, which must be as new as the compiler's format.
llvm_profdata() {
    local tool
    for tool in "$(rustc --print sysroot)"/lib/rustlib/*/bin/llvm-profdata \
        $(printf '%s\n' /usr/lib/llvm-*/bin/llvm-profdata | sort --version-sort --reverse); do
        if [ -x "$tool" ]; then echo "$tool"; return; fi
    done
    return 1
}

with_llvm_profdata() {
    llvm_profdata >/dev/null && return
    if has apt-get && [ "$(id -u)" = 0 ]; then
        say "installing llvm-19"
        DEBIAN_FRONTEND=noninteractive sh -c "apt-get update && apt-get install -y --no-install-recommends llvm-19" >&2
    else
        fail "missing: llvm-profdata. Run rustup component add llvm-tools and try again"
    fi
}

rust() {
    has cargo || fail "missing: Rust. Install it from https://rustup.rs and try again"
}

# The wheel on PyPI has the same binary as a build, minutes sooner.
cargo_tool() {
    local name=$1 version=$2
    "$name" --version >/dev/null 2>&1 && return

    mkdir -p "$tools"
    local unpacked
    unpacked=$(mktemp -d "$tools/.install.XXXXXX")
    if python3 -m pip --version >/dev/null 2>&1 && from_pypi "$name" "$version" "$unpacked"; then
        mv "$unpacked/bin/$name" "$tools/$name"
    else
        say "building $name $version, which takes some minutes"
        cargo install --quiet --locked --root "$unpacked" "$name@$version"
        mv "$unpacked/bin/$name" "$tools/$name"
    fi
    rm -rf "$unpacked"
    "$name" --version >/dev/null || fail "$name was installed into $tools, but does not run"
}

from_pypi() {
    say "installing $1 $2 from PyPI into $tools"
    PIP_ROOT_USER_ACTION=ignore PIP_DISABLE_PIP_VERSION_CHECK=1 \
        python3 -m pip install --quiet --no-deps --only-binary :all: --target "$3" "astral-dev-toolchain-$1==$2" >&2 \
        && "$3/bin/$1" --version >/dev/null 2>&1
}

# A version has a folder of its own, so that a half-finished one is never taken for it.
with_schemathesis() {
    local venv="${tools%/bin}/schemathesis-$schemathesis_version"
    if ! "$venv/bin/st" --version >/dev/null 2>&1; then
        has python3 || fail "missing: Python 3 with venv. Install it and try again"
        say "installing schemathesis $schemathesis_version from PyPI into $venv"
        rm -rf "$venv"
        python3 -m venv "$venv" >&2 || fail "python3 -m venv does not work; on Debian install python3-venv"
        "$venv/bin/python" -m pip install --quiet --disable-pip-version-check \
            --requirement "$(dirname "$0")/../e2e/schemathesis/requirements.txt" \
            "schemathesis==$schemathesis_version" >&2
    fi
    echo "$venv/bin/python"
}

case "${1:-all}" in
    demo) rust; system_packages with-postgres ;;
    clients) rust; system_packages with-postgres with-languages ;;
    release)
        rust
        system_packages with-postgres
        [ -z "${PROFILED:-}" ] || with_llvm_profdata
        ;;
    test) rust; system_packages with-postgres with-kafka; cargo_tool cargo-nextest "$nextest_version" ;;
    lint) rust; system_packages without-postgres; cargo_tool cargo-deny "$deny_version" ;;
    all)
        rust
        system_packages with-postgres with-kafka
        cargo_tool cargo-nextest "$nextest_version"
        cargo_tool cargo-deny "$deny_version"
        ;;
    contract) rust; system_packages with-postgres; with_schemathesis ;;
    pg-bin) postgres_bin || fail "PostgreSQL is missing; scripts/setup.sh demo installs it or prints how" ;;
    llvm-profdata) llvm_profdata || fail "llvm-profdata is missing; PROFILED=1 scripts/setup.sh release installs it" ;;
    *) fail "unknown part '$1'; one of demo, clients, test, release, lint, contract, pg-bin, llvm-profdata" ;;
esac
