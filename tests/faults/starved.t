#!/bin/sh
# The helper thread, which gets memory ready, hardly runs: it shares one CPU with the guest and with a busy loop, at
# the lowest priority there is.  The guest does not wait for it, and what it cannot keep is counted, to the byte.
# shellcheck source=tests/lib.sh
. "$(dirname "$0")/../lib.sh"
# shellcheck source=tests/faults/faults.sh
. "$src/tests/faults/faults.sh"
command -v taskset >/dev/null || skip_all "no taskset"
command -v chrt >/dev/null || skip_all "no chrt"
taskset -c 0 true 2>/dev/null || skip_all "this process may not choose its CPU"
guest 1800000 flood
gaps=allowed
RUN="$BOOTSTAMP run -q --"

helper=''
# shellcheck disable=SC2317
find_helper() {
    helper=$(grep -l '^bootstamp$' "/proc/$qemu_pid/task"/*/comm | cut -d/ -f5)
    [ -n "$helper" ]
}

what="helper starved"
start_rom "$guest_rom" -S -chardev "file,id=next,path=$next" -chardev "timestamp,id=dbg,path=$cap,chardev=next" \
    -qmp "unix:$tmp/qmp,server=on,wait=off"
ok "$what: it is found" wait_for 10 find_helper
taskset -a -c -p 0 "$qemu_pid" >/dev/null
ok "$what: it has the lowest priority" chrt -i -p 0 "$helper"
taskset -c 0 perl -e '1 while 1' &
busy=$!
start=$(date +%s%N)
perl "$src/tests/faults/qmp.pl" "$tmp/qmp" cont >"$tmp/qmp.log"
finish "$what"
spent=$((($(date +%s%N) - start) / 1000000))
kill $busy
wait $busy 2>/dev/null
account "$what"
diag "$what: $((N * 10 / (spent / 100 + 1))) bytes a second"

# A million bytes a second: the guest is held back by the busy loop, the helper has its usual place
what="one CPU for all"
RUN="taskset -c 0 $RUN"
taskset -c 0 perl -e '1 while 1' &
busy=$!
start=$(date +%s%N)
whole "$what"
spent=$((($(date +%s%N) - start) / 1000000))
kill $busy
wait $busy 2>/dev/null
account "$what"
diag "$what: $((N * 10 / (spent / 100 + 1))) bytes a second"
done_testing
