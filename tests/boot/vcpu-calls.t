#!/bin/sh
# The guest's path makes no system call: strace counts those of the thread
# that runs the guest, for few bytes and for many.
. "$(dirname "$0")/../lib.sh"
need_guests pattern-1000.rom pattern-20000.rom
command -v strace >/dev/null || skip_all "no strace"
strace -o /dev/null true 2>/dev/null || skip_all "strace may not trace here"

# calls ROM RUN CHARDEV...: system calls of the vCPU thread
calls() {
    rom=$1
    start=$2
    shift 2
    rm -f "$tmp"/trace.*
    RUN="strace -ff -o $tmp/trace $start" run_rom "$rom" -name g,debug-threads=on "$@" >/dev/null
    file=$(grep -l 'PR_SET_NAME, "CPU 0/TCG"' "$tmp"/trace.* | head -n 1)
    [ -n "$file" ] && wc -l <"$file"
}

# How many more for 19,000 bytes more
more() {
    few=$(calls pattern-1000 "$@")
    many=$(calls pattern-20000 "$@")
    echo $((many - few))
}

run="$BOOTSTAMP run --"
alone=$(more "" -chardev "file,id=dbg,path=$tmp/f")
ok "the count sees the file back end's writes ($alone for 19,000 bytes)" test "$alone" -ge 19000
n=$(more "$run" -chardev "file,id=next,path=$tmp/f" -chardev "timestamp,id=dbg,path=$tmp/n.bst,chardev=next")
ok "chardev=ID2, a file: that back end's calls and none of ours ($n)" test "$n" -lt $((alone + 100))
n=$(more "$run" -chardev "timestamp,id=dbg,path=$tmp/t.bst")
ok "timestamp: no call for a byte ($n in all, as threads race)" test "$n" -lt 100
ok "the capture has them all" test "$("$BOOTSTAMP" export --format raw "$tmp/t.bst" | wc -c)" = 20000
done_testing
