#!/usr/bin/env bash
# Prints where one of LLVM's tools is, 19 or later: the compiler's own where it is installed (rustup
# component add llvm-tools), else the system's newest. Prints nothing where there is none.
#
#   scripts/llvm.sh llvm-profdata     reads and writes what instrumented programs measure
#   scripts/llvm.sh llvm-bolt         lays out a program that is linked
set -euo pipefail

triple=$(rustc -vV | sed -n 's/^host: //p')
systems=$(printf '%s\n' /usr/lib/llvm-*/bin/"$1" | sort --version-sort | tail -n 1)
for tool in "$(rustc --print sysroot)/lib/rustlib/$triple/bin/$1" "$systems"; do
    [ -x "$tool" ] || continue
    version=$("$tool" --version 2>&1 | sed -n 's/.*LLVM version \([0-9]*\).*/\1/p') || version=0
    if [ "${version:-0}" -ge 19 ]; then
        echo "$tool"
        exit
    fi
done
