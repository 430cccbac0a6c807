#!/bin/bash
# bootstamp run --view: QEMU and the viewer share a terminal without a fight.
. "$(dirname "$0")/../lib.sh"
need_guests pattern-1000.rom
command -v tmux >/dev/null || skip_all "no tmux"

# A server of its own for each terminal: a name is not free again at once.
turn=0
tmux_() { tmux -L "bootstamp-$$-$turn" -f /dev/null "$@"; }
trap 'tmux_ kill-server 2>/dev/null; lib_cleanup' EXIT
screen() { tmux_ capture-pane -p -t t 2>/dev/null; }
shows() { screen | grep -q -e "$1"; }

# in_terminal COMMAND...: in a terminal that stays after it
in_terminal() {
    tmux_ kill-server 2>/dev/null
    turn=$((turn + 1))
    printf '%s\necho "status $?"\nexec sleep 60\n' "$*" >"$tmp/script"
    tmux_ new-session -d -s t -x 110 -y 30 "LC_ALL=C.UTF-8 bash $tmp/script"
}

# Stock SeaBIOS finds nothing to boot, and stays.
idle=(-M pc -accel tcg -m 32 -nodefaults -display none)
rom=("${idle[@]}" -bios "$guests/pattern-1000.rom")

rm -f "$tmp/a.bst"
in_terminal "$BOOTSTAMP" run --view -q -c "$tmp/a.bst" -- "$QEMU" "${idle[@]}"
ok "the guest's lines appear" wait_for 20 shows 'LIVE'
pid=$(info_value "$tmp/a.bst" pid)
tmux_ send-keys -t t q
ok "q leaves the viewer and says that QEMU goes on" wait_for 10 shows "pid $pid) goes on"
ok "and it does" kill -0 "$pid"
tmux_ send-keys -t t C-c
ok "Ctrl-C then ends QEMU, whose status is ours" wait_for 10 shows 'status 0'
ok "QEMU is gone" wait_for 10 sh -c "! kill -0 $pid 2>/dev/null"
like "$("$BOOTSTAMP" export --events "$tmp/a.bst" | tail -n 8)" "shutdown request: host-signal" "by a clean shutdown"

rm -f "$tmp/b.bst"
in_terminal "$BOOTSTAMP" run --view -q -c "$tmp/b.bst" -- "$QEMU" "${idle[@]}"
wait_for 20 shows 'LIVE'
pid=$(info_value "$tmp/b.bst" pid)
tmux_ send-keys -t t C-c
ok "Ctrl-C in the viewer ends both" wait_for 10 sh -c "! kill -0 $pid 2>/dev/null"
ok "and leaves a sane terminal" wait_for 10 shows '^status '

in_terminal "$BOOTSTAMP" run --view -q -- "$QEMU" "${rom[@]}" -chardev "timestamp,id=x,path=$tmp/own.bst" \
    -device isa-debugcon,iobase=0x402,chardev=x
ok "a chardev of one's own is found, and the end seen" wait_for 20 shows 'ENDED'
tmux_ send-keys -t t q
ok "after q the status is QEMU's" wait_for 10 shows 'status 0'

in_terminal "$BOOTSTAMP" run --view -q -c "$tmp/c.bst" -- "$QEMU" "${rom[@]}" -no-such-option
ok "QEMU's own error is shown" wait_for 20 shows 'no-such-option: invalid option'
ok "with its status" wait_for 10 shows 'status 1'

printf '#!/bin/sh\n%s "$@"\nexit $?\n' "$QEMU" >"$tmp/no-exec"
chmod +x "$tmp/no-exec"
in_terminal "$BOOTSTAMP" run --view -q -c "$tmp/d.bst" -- "$tmp/no-exec" "${rom[@]}" -nographic
ok "a wrapper that does not exec, and a QEMU that wants the terminal too" wait_for 20 shows 'ENDED'
tmux_ send-keys -t t q
ok "after q the status is the wrapper's" wait_for 10 shows 'status 0'

# QEMU is the first process of a name space, and its parent ignores signals.
if unshare -pf true 2>/dev/null; then
    in_terminal "$BOOTSTAMP" run --view -q -c "$tmp/h.bst" -- unshare -pf "$QEMU" "${idle[@]}"
    ok "unshare -pf: the guest's lines appear" wait_for 20 shows 'BIOS int 19'
    ok "live" shows LIVE
    pid=$(pgrep -f "^$QEMU .*" -P "$(pgrep -f "unshare -pf $QEMU" | tail -n 1)")
    tmux_ send-keys -t t C-c
    ok "unshare -pf: Ctrl-C ends both" wait_for 20 shows '^status '
    ok "and QEMU" wait_for 10 sh -c "! kill -0 ${pid:-$$} 2>/dev/null"
    like "$("$BOOTSTAMP" info "$tmp/h.bst")" '^state +ended' "in good order"
    is "$(find "$tmp" -name 'bootstamp-qemu-*' -o -name 'bootstamp-run-*')" "" "no log is left"
else
    skip "unshare -pf" "no right to"
fi

in_terminal "$BOOTSTAMP" run --view -q -c "$tmp/f.bst" -- "$QEMU" "${rom[@]}" -daemonize
ok "-daemonize is refused" wait_for 20 shows 'Leave -daemonize out'
ok "with a status" wait_for 10 shows 'status 1'

in_terminal "$BOOTSTAMP" run --view -q -c "$tmp/g.bst" -- sleep 100
sleep 0.5
tmux_ send-keys -t t C-c
ok "Ctrl-C ends what never makes a capture" wait_for 10 shows 'status 130'

"$BOOTSTAMP" run --view -q -c "$tmp/e.bst" -- "$QEMU" "${rom[@]}" >"$tmp/out" 2>&1 </dev/null
is $? 0 "without a terminal QEMU just runs"
done_testing
