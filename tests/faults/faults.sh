# shellcheck shell=sh
# $tmp, $src and $qemu_pid are of lib.sh.
# shellcheck disable=SC2154,SC2034
# faults.sh: what the tests of faults share, behind lib.sh.
#
#   private_mounts "$0" "$@"      starts the test again in a mount namespace of its own, where there is one
#   $cap $next $N $tmp/want       the capture, what chardev= passes on, how much the guest writes and what
#   guest BYTES [KIND]            the guest, $guest_rom, and $tmp/want; KIND is pattern, or flood (a multiple of 9 bytes)
#   begin [QEMU ARGS]             the guest runs, and has written 100,000 bytes
#   at_work [QEMU ARGS], go_on    the same, but it stands still between the two
#   qmp COMMAND...                talks to a QEMU on $tmp/qmp (see qmp.pl)
#   ends WHAT [STATUS]            waits for it: it ended by itself
#   finish WHAT [STATUS]          the same, and $next is whole
#   whole WHAT [QEMU ARGS]        begin and finish without a look between them
#   account WHAT [FILE]           the capture opens, ended in good order, the loss reported is the loss measured and
#                                 what is kept is a beginning (gaps=allowed, of flood: or has gaps); sets $kept,
#                                 $lost and $tmp/info

: "${BOOTSTAMP_IN_NAMESPACE:=}"
cap=$tmp/capture.bst next=$tmp/next N=0

private_mounts() {
    if [ -z "$BOOTSTAMP_IN_NAMESPACE" ] && unshare -m true 2>/dev/null; then
        rm -rf "$tmp"
        export BOOTSTAMP_IN_NAMESPACE=1
        TMPDIR=${tmp%/*} # which goes with this shell
        exec unshare -m "$@"
    fi
}

guest() {
    N=$1 kind=${2:-pattern} number=$1
    [ "$kind" != flood ] || number=$((N / 9))
    guest_rom=$kind-$number
    need_guests "$guest_rom.rom"
    guest_bytes "$kind" "$number" >"$tmp/want"
}

begin() {
    rm -f "$cap" "$next"
    start_rom "$guest_rom" -chardev "file,id=next,path=$next" \
        -chardev "timestamp,id=dbg,path=$cap,chardev=next${size:+,size=$size}" "$@" || return
    wait_for 20 sh -c "[ \$(cat '$next' 2>/dev/null | wc -c) -gt 100000 ]"
}

# at_work [QEMU ARGS]: as begin, but the guest stands still until go_on
qmp() { perl "$src/tests/faults/qmp.pl" "$tmp/qmp" "$@" >>"$tmp/qmp.log" 2>&1; }
at_work() {
    begin -qmp "unix:$tmp/qmp,server=on,wait=off" "$@"
    qmp stop
}
go_on() { qmp cont; }

# ends WHAT [WANTED STATUS]
ends() {
    wait "$qemu_job"
    status=$?
    qemu_pid='' qemu_job=''
    is $status "${2:-0}" "$1: the guest ends"
}

# finish WHAT [WANTED STATUS]
finish() {
    ends "$@"
    ok "$1: what chardev= passes on is whole" cmp "$tmp/want" "$next"
}

whole() {
    what=$1
    shift
    rm -f "$cap" "$next"
    run_rom "$guest_rom" -chardev "file,id=next,path=$next" \
        -chardev "timestamp,id=dbg,path=$cap,chardev=next${size:+,size=$size}" "$@"
    is $? 0 "$what: the guest ends"
    ok "$what: what chardev= passes on is whole" cmp "$tmp/want" "$next"
}

account() {
    ok "$1: the capture opens" sh -c "'$BOOTSTAMP' info '${2:-$cap}' >'$tmp/info'"
    like "$(cat "$tmp/info")" '^state +ended$' "$1: it ended in good order"
    "$BOOTSTAMP" export --format raw -o "$tmp/raw" "${2:-$cap}"
    kept=$(wc -c <"$tmp/raw")
    lost=$(row_number lost <"$tmp/info")
    is $((kept + lost)) "$N" "$1: the loss reported is the loss measured"
    if [ "${gaps:-}" = allowed ]; then
        ok "$1: what is kept is the guest's, with a gap for each loss that is told" \
            guest_bytes check-gaps "$tmp/raw" \
            "$("$BOOTSTAMP" export --events "${2:-$cap}" | grep -a -c " lost up to here")"
    else
        ok "$1: what is kept is a beginning" cmp -n "$kept" "$tmp/raw" "$tmp/want"
    fi
    diag "$1: kept $kept bytes, lost $lost"
}
