#!/usr/bin/env bash
# Generates a client from the OpenAPI document in each language, and has it sign in, place an order, pay it
# and list it against a demo that is thrown away afterwards. Prints a line for each language.
#
#   scripts/clients.sh <program> [language…]    by default all folders in clients/
#
# A folder in clients/ has a small program, what it depends on, and check.sh, which is run in a copy of the
# folder in the cache, beside the document (openapi.json) and with the address and the account in the
# environment. What it generates stays there.
set -euo pipefail
cd "$(dirname "$0")/.."

program=$1
shift
[ $# -gt 0 ] || set -- $(ls clients)

cache="${FASTOPS_CACHE:-$HOME/.cache/fastops}/clients"
folder=$(mktemp -d)
# PostgreSQL does not run as root and has to reach its data.
chmod 711 "$folder"
demo=
end() {
    [ -z "$demo" ] || { kill -INT "$demo" 2>/dev/null && wait "$demo"; } || true
    rm -rf "$folder"
}
trap end EXIT

mkdir -p "$cache"
"$program" openapi >"$cache/openapi.json"

FASTOPS_OPS_LISTEN=127.0.0.1:0 "$program" demo --data-dir "$folder/demo" --listen 127.0.0.1:0 \
    --no-simulate --json >"$folder/access.json" 2>"$folder/demo.log" &
demo=$!
until [ -s "$folder/access.json" ]; do
    kill -0 "$demo" 2>/dev/null || { cat "$folder/demo.log" >&2; exit 1; }
    sleep 0.2
done
access() { sed -E "s/.*\"$1\":\"([^\"]*)\".*/\1/" "$folder/access.json"; }
FASTOPS_URL=$(access url) FASTOPS_EMAIL=$(access email) FASTOPS_PASSWORD=$(access password)
export FASTOPS_URL FASTOPS_EMAIL FASTOPS_PASSWORD

failed=0
for language in "$@"; do
    here="$cache/$language"
    mkdir -p "$here"
    cp -R "clients/$language/." "$cache/openapi.json" "$here"
    if said=$(cd "$here" && ./check.sh 2>"$here/check.log"); then
        echo "$language: $said"
    else
        cat "$here/check.log" >&2
        echo "$language: failed, see $here/check.log"
        failed=1
    fi
done
exit $failed
