#!/bin/sh
# Instructions per operation, under callgrind: the difference between 2N and N runs, so that set-up does not count.
#
#   bench/count.sh                       all operations
#   bench/count.sh session_cookie/open   one
set -eu
cd "$(dirname "$0")/.."
TIMES=${TIMES:-500}

cargo build --quiet --profile bench -p bench --bin count
count=${CARGO_TARGET_DIR:-target}/release/count

instructions() {
    valgrind --tool=callgrind --callgrind-out-file=/dev/null "$count" "$1" "$2" 2>&1 >/dev/null |
        sed -n 's/.*Collected *: *\([0-9]*\).*/\1/p'
}

for name in ${*:-$("$count")}; do
    once=$(instructions "$name" "$TIMES")
    twice=$(instructions "$name" $((TIMES * 2)))
    printf '%-28s %8d instructions\n' "$name" $(((twice - once) / TIMES))
done
