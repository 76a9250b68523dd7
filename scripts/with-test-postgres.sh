#!/usr/bin/env bash
# Runs a command with a private PostgreSQL that is deleted afterwards.
#
#   scripts/with-test-postgres.sh cargo nextest run
#
# The command finds the cluster by FASTOPS_TEST_DATABASE_URL. It listens on a unix socket only and
# gives up durability for speed. Exits with the command's status and leaves no process and no file.
set -euo pipefail

if [ $# = 0 ]; then echo "usage: scripts/with-test-postgres.sh COMMAND…" >&2; exit 2; fi

bin=$("$(dirname "$0")/setup.sh" pg-bin)

# PostgreSQL does not run as root.
as=()
if [ "$(id -u)" = 0 ]; then
    user=postgres
    id -u "$user" >/dev/null 2>&1 || user=nobody
    as=(setpriv --reuid "$user" --regid "$(id -g "$user")" --clear-groups)
fi

folder='' postgres='' command=''

clean_up() {
    trap '' INT TERM HUP
    # No data is needed any more, so PostgreSQL may stop without a last checkpoint. The signal is
    # repeated, because a process that is only just starting ignores it.
    postgres=${postgres:-${!:-}}
    while [ -n "$postgres" ] && kill -QUIT "$postgres" 2>/dev/null; do sleep 0.05; done
    if [ -n "$folder" ]; then rm -rf "$folder"; fi
}
trap clean_up EXIT
trap 'exit 130' INT
trap 'exit 143' TERM HUP

# A socket's path has at most 107 bytes, and the other user must be able to reach the folder.
for parent in "${TMPDIR:-/tmp}" /tmp; do
    folder=$(mktemp -d "$parent/fastops-test-postgres.XXXXXX")
    if [ ${#as[@]} -gt 0 ]; then chown "$user:" "$folder"; fi
    if [ ${#folder} -le 90 ] && "${as[@]}" test -w "$folder"; then break; fi
    rmdir "$folder"
    folder=''
done
[ -n "$folder" ] || { echo "with-test-postgres: no folder under ${TMPDIR:-/tmp} or /tmp that PostgreSQL could use" >&2; exit 1; }

log="$folder/log"
give_up() { echo "with-test-postgres: $1:" >&2; tail -n 20 "$log" >&2; exit 1; }

(
    cd "$folder"
    "${as[@]}" "$bin/initdb" --pgdata="$folder/data" --username=fastops_owner --auth=trust \
        --encoding=UTF8 --locale=C.UTF-8 --no-sync
) >"$log" 2>&1 || give_up "initdb failed"

# In its own session, so that a Ctrl-C reaches the command first; and with a signal in case this
# script is killed in a way it cannot catch.
(
    cd "$folder"
    exec setsid setpriv --pdeathsig INT "${as[@]:1}" "$bin/postgres" -D "$folder/data" -k "$folder" \
        -c listen_addresses= -c max_connections=300 -c shared_buffers=256MB -c log_min_messages=error \
        -c fsync=off -c synchronous_commit=off -c full_page_writes=off
) >>"$log" 2>&1 &
postgres=$!

tries=0
until "$bin/pg_isready" --quiet --host="$folder" --username=fastops_owner --dbname=postgres; do
    kill -0 "$postgres" 2>/dev/null || give_up "PostgreSQL did not start"
    tries=$((tries + 1))
    [ "$tries" -lt 600 ] || give_up "PostgreSQL did not answer in a minute"
    sleep 0.1
done

export FASTOPS_TEST_DATABASE_URL="postgres://fastops_owner@localhost/postgres?host=$folder"

# In the background, because bash delays a trap while a foreground command runs. A background
# command would ignore Ctrl-C without this.
env --default-signal=INT --default-signal=QUIT "$@" <&0 &
command=$!

# The terminal sends a Ctrl-C to the command too: it has a moment to exit by itself.
trap 'sleep 1; kill -TERM "$command" 2>/dev/null || true' INT
trap 'kill -TERM "$command" 2>/dev/null || true' TERM HUP

# Not `wait` alone: a signal at the wrong moment can make bash wait for ever.
while kill -0 "$command" 2>/dev/null; do sleep 0.1 || true; done
status=0
wait "$command" || status=$?
exit "$status"
