#!/usr/bin/env bash
# Runs a command with a private Apache Kafka that is deleted afterwards.
#
#   scripts/with-test-kafka.sh cargo nextest run
#
# The command finds the broker by FASTOPS_TEST_KAFKA. It listens on 127.0.0.1 only. Exits with the
# command's status and leaves no process and no file.
set -euo pipefail

if [ $# = 0 ]; then echo "usage: scripts/with-test-kafka.sh COMMAND…" >&2; exit 2; fi

here=$(dirname "$0")
"$here/kafka/broker.sh" libs >/dev/null

folder='' broker='' command=''

clean_up() {
    trap '' INT TERM HUP
    # Nothing in there is needed any more.
    broker=${broker:-${!:-}}
    while [ -n "$broker" ] && kill -KILL "$broker" 2>/dev/null; do sleep 0.05; done
    if [ -n "$folder" ]; then rm -rf "$folder"; fi
}
trap clean_up EXIT
trap 'exit 130' INT
trap 'exit 143' TERM HUP

folder=$(mktemp -d "${TMPDIR:-/tmp}/fastops-test-kafka.XXXXXX")
log="$folder/log"

# The broker takes two consecutive ports, below those that the system assigns automatically. If
# another process takes them first the broker exits, and other ports are tried.
is_taken() { (exec 3<>"/dev/tcp/127.0.0.1/$1") 2>/dev/null; }
for _ in 1 2 3 4 5; do
    port=$((10000 + (RANDOM * 32768 + RANDOM) % 20000))
    if is_taken "$port" || is_taken "$((port + 1))"; then continue; fi
    # In its own session, so that a Ctrl-C reaches the command first; and with a signal in case this
    # script is killed in a way it cannot catch.
    setsid setpriv --pdeathsig KILL "$here/kafka/broker.sh" run "$folder/broker" "$port" >"$log" 2>&1 &
    broker=$!
    # Bash would report its end, which does not concern the command.
    disown "$broker"
    tries=0
    until is_taken "$port"; do
        if ! kill -0 "$broker" 2>/dev/null; then broker='' && break; fi
        tries=$((tries + 1))
        [ "$tries" -lt 600 ] || break
        sleep 0.1
    done
    if [ -n "$broker" ]; then break; fi
done
[ -n "$broker" ] && is_taken "$port" || { echo "with-test-kafka: Kafka did not start:" >&2; tail -n 20 "$log" >&2; exit 1; }

export FASTOPS_TEST_KAFKA="127.0.0.1:$port"

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
