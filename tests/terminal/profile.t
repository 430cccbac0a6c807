#!/usr/bin/env bash
# The functions beside the log, of run --profile: live, by line, by phase, since a mark.
# shellcheck source=tests/lib.sh
. "$(dirname "$0")/../lib.sh"
# shellcheck source=tests/terminal/screen.sh
. "$(dirname "$0")/screen.sh"
need_guests shares-40000.rom pattern-1000.rom

as --32 -I "$src/tests/guests" -o "$tmp/shares.o" "$src/tests/guests/shares.S" &&
    ld -m elf_i386 -T "$src/tests/guests/rom.ld" --oformat elf32-i386 -o "$tmp/shares.elf" "$tmp/shares.o"

# go MILESTONE: there
go() {
    keys :
    keys -l "$1"
    keys Enter
}
# share FUNCTION: its own share on the screen; samples FUNCTION: how many
row() { screen | grep -o "[0-9.]*% *[0-9.]*% *[0-9]* .* $1 *\$"; }
share() { row "$1" | sed 's/%.*//'; }
samples() { row "$1" | awk '{ print $3 }'; }
near() { awk -v got="$(share "$1")" -v want="$2" 'BEGIN { exit !(got > want - 8 && got < want + 8) }'; }

# --- live: a guest that wrote "begin" and works, 10, 30 and 60% in three functions
RUN="$BOOTSTAMP run -q --profile --" start_rom shares-40000 -chardev "timestamp,id=dbg,path=$tmp/live.bst"
screen_start 150 40 "$BOOTSTAMP" view --symbols "$tmp/shares.elf@0xf0000" "$tmp/live.bst"
sees "a guest that is silent: the time since its last line" 'Functions: since this line'
sees "its function with the largest share" '[456][0-9]\.[0-9]% .* sixty'
before=$(samples sixty)
more() { test "$(samples sixty)" -gt $((before + 100)); }
ok "samples are added while it runs" wait_for 20 more
for want in 'ten 10' 'thirty 30' 'sixty 60'; do
    # shellcheck disable=SC2086
    ok "$want% of the time, as samples come" wait_for 40 near $want || screen | diag "$(cat)"
done
keys P
sees "its phase" 'Functions: phase Run'
sees "with the same functions" '% .* sixty'
stop_qemu TERM
sees "the guest's end is met" ENDED
go Run
keys p
ok "p hides the functions" wait_for 10 sh -c "! tmux -L $screen_server capture-pane -p | grep -q Functions:"
keys p
sees "and shows them" 'Functions:'
keys Tab Tab
sees "the pane has keys of its own" 'line, phase, mark'
keys O /
keys -l thir
keys Enter
sees "what is searched for is found in it" '/thir|thirty'
keys q

# --- a narrow terminal: below the log, on demand
screen_start 80 24 "$BOOTSTAMP" view --symbols "$tmp/shares.elf@0xf0000" "$tmp/live.bst"
sees "80 columns: the log" ENDED
ok "without the functions" sh -c "! tmux -L $screen_server capture-pane -p | grep -q Functions:"
go Run
keys p
sees "p puts them below it" 'Functions: phase Run'
sees "with their rows" '% .* sixty'
keys q
sees "the viewer ends" 'status 0'

# --- symbols that cannot be read; no samples
screen_start 150 40 "$BOOTSTAMP" view --symbols "$tmp/none.elf" "$tmp/live.bst"
sees "the log" ENDED
go Run
sees "a symbol file that is not there is reported in the pane" 'none.elf: '
sees "and what is known without it is there" '\[BIOS\]|\[ROM\]'
keys q
run_rom pattern-1000 -chardev "file,id=dbg,path=$tmp/out"
RUN="$BOOTSTAMP run -q --" run_rom pattern-1000 -chardev "timestamp,id=dbg,path=$tmp/none.bst"
screen_start 150 40 "$BOOTSTAMP" view "$tmp/none.bst"
sees "a capture without samples has no such pane" ENDED
ok "at all" sh -c "! tmux -L $screen_server capture-pane -p | grep -q Functions"
keys p
sees "and p says how to get one" 'no samples.* --profile'
keys q

# --- ten minutes of samples: the picture comes before they are read, keys do not wait for them
make_capture "$tmp/long.bst" samples 600000
screen_start 150 40 "$BOOTSTAMP" view "$tmp/long.bst"
sees "600,000 samples: the first picture" 'after 1000 samples'
sees "and all of them" '600 s, 600000 samples'
keys -l ':300'
keys Enter
sees "a line of it" 'Functions: before this line'
sees "has the thousand before it" '1\.00 s, 1000 samples, idle'
keys k
sees "so has the next" '1\.00 s, 1000 samples, idle'
keys q

# --- a real boot: our SeaBIOS, symbols found by its log
bios=$build/firmware/bios-probes.bin
if [ -s "$bios" ] && [ -d "$build/firmware/symbols/probes" ]; then
    "$BOOTSTAMP" run -q --profile -c "$tmp/bios.bst" -- "$QEMU" -M pc -accel tcg -m 512 -no-user-config -nodefaults \
        -display none -vga std -bios "$bios" -pidfile "$tmp/bios.pid" </dev/null >"$tmp/qemu.log" 2>&1 &
    job=$!
    screen_start 150 45 "$BOOTSTAMP" view --wait "$tmp/bios.bst"
    sees "SeaBIOS, live: functions of its image" 'Functions: .*'
    sees "it comes to its end" 'No bootable device'
    kill "$(cat "$tmp/bios.pid")"
    wait $job
    sees "and ends" ENDED
    keys P
    go 'BIOS post'
    sees "the phase BIOS post" 'Functions: phase BIOS post'
    # the same figures as the command prints
    want=$("$BOOTSTAMP" profile --all --phase 'BIOS post' "$tmp/bios.bst" | awk '$5 == "memset.isra.0" { print $1, $3, $4 }')
    like "$want" '^[0-9.]+% [0-9.]+% [0-9]+$' "profile names memset"
    pane_row() { screen | grep -o '[0-9.]*% *[0-9.]*% *[0-9]* .*memset.isra.0' | awk '{ print $1, $2, $3 }'; }
    same() { test "$(pane_row)" = "$want"; }
    ok "and the pane has its figures, $want" wait_for 15 same || screen | diag "$(cat)"
    keys q
else
    skip "SeaBIOS, live" "make firmware has not built it"
fi
done_testing
