#!/usr/bin/env bash
# Runs one Apache Kafka, broker and controller in one process, on 127.0.0.1 and for tests only.
#
#   scripts/kafka/broker.sh libs                 fetches Kafka, if need be, and prints its folder
#   scripts/kafka/broker.sh run FOLDER PORT      becomes the broker; the controller takes PORT + 1
#
# FOLDER keeps its data across starts. The versions are in pom.xml; Maven downloads the artifacts,
# which are stored in ${FASTOPS_CACHE:-~/.cache/fastops}/kafka.
set -euo pipefail

here=$(cd "$(dirname "$0")" && pwd)

libs() {
    local folder unpacked
    folder="${FASTOPS_CACHE:-$HOME/.cache/fastops}/kafka/$(sha256sum "$here/pom.xml" | cut -c 1-16)"
    if [ ! -d "$folder" ]; then
        mkdir -p "$(dirname "$folder")"
        unpacked=$(mktemp -d "$(dirname "$folder")/.install.XXXXXX")
        echo "broker: fetching Apache Kafka with Maven" >&2
        mvn --quiet --batch-mode --file "$here/pom.xml" dependency:copy-dependencies \
            -DincludeScope=runtime -DoutputDirectory="$unpacked" >&2
        # Another run may have finished first; its folder is as good.
        mv --no-target-directory "$unpacked" "$folder" 2>/dev/null || rm -rf "$unpacked"
    fi
    echo "$folder"
}

run() {
    local folder=$1 port=$2 classpath java
    classpath="$(libs)/*"
    # Small, quick to start, and quiet.
    java=(java -Xms64m -Xmx256m -XX:+UseSerialGC -XX:TieredStopAtLevel=1 -XX:-UsePerfData -cp "$classpath"
        -Dorg.slf4j.simpleLogger.defaultLogLevel=warn -Dorg.slf4j.simpleLogger.showDateTime=true)
    mkdir -p "$folder"
    cat >"$folder/server.properties" <<EOF
process.roles=broker,controller
node.id=1
controller.quorum.voters=1@127.0.0.1:$((port + 1))
listeners=PLAINTEXT://127.0.0.1:$port,CONTROLLER://127.0.0.1:$((port + 1))
advertised.listeners=PLAINTEXT://127.0.0.1:$port
listener.security.protocol.map=PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT
controller.listener.names=CONTROLLER
log.dirs=$folder/data
auto.create.topics.enable=false
num.network.threads=2
num.io.threads=2
background.threads=2
log.cleaner.dedupe.buffer.size=2097152
offsets.topic.num.partitions=1
offsets.topic.replication.factor=1
transaction.state.log.num.partitions=1
transaction.state.log.replication.factor=1
transaction.state.log.min.isr=1
share.coordinator.state.topic.num.partitions=1
share.coordinator.state.topic.replication.factor=1
share.coordinator.state.topic.min.isr=1
group.initial.rebalance.delay.ms=0
EOF
    if [ ! -e "$folder/data/meta.properties" ]; then
        "${java[@]}" kafka.tools.StorageTool format --cluster-id FastOpsTestBrokerAAAAA \
            --config "$folder/server.properties" >&2
    fi
    exec "${java[@]}" kafka.Kafka "$folder/server.properties"
}

case "${1:-}" in
    libs) libs ;;
    run) run "${2:?FOLDER}" "${3:?PORT}" ;;
    *) sed -n '2,8s/^# \{0,1\}//p' "$0" >&2; exit 2 ;;
esac
