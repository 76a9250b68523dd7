#!/usr/bin/env bash
# Writes the figures of a campaign into the last column of the table of promises.
#
#   scripts/write-promises.sh FIGURES [DOCUMENT]
#
# FIGURES has lines of an id, a tab and a text, as written by tests; several of one id are joined. A
# row without a figure gets "passes", because this is only called when every test has passed.
set -euo pipefail

if [ $# -lt 1 ]; then echo "usage: scripts/write-promises.sh FIGURES [DOCUMENT]" >&2; exit 2; fi

figures=$1
document=${2:-"$(dirname "$0")/../docs/promises.md"}
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT

# Sorted, because tests end in any order.
LC_ALL=C sort -u "$figures" >"$folder/figures"
awk '
    FILENAME == ARGV[1] {
        split($0, figure, "\t")
        figure_of[figure[1]] = figure_of[figure[1]] (figure_of[figure[1]] == "" ? "" : "; ") figure[2]
        next
    }
    /^\| [FS][0-9][0-9] \|/ {
        cells = split($0, cell, "|")
        id = cell[2]
        gsub(/ /, "", id)
        line = ""
        for (i = 2; i < cells - 1; i++) line = line "|" cell[i]
        print line "| " (figure_of[id] == "" ? "passes" : figure_of[id]) " |"
        next
    }
    { print }
' "$folder/figures" "$document" >"$folder/written"
cat "$folder/written" >"$document"
