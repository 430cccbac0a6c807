#!/bin/sh
# Copies of the capture at random instants while a guest writes at full rate, as a disk would hold it when the
# power goes: each opens, and what it holds is a beginning of the truth.  See power-loss.c.
#
# COPIES (200, in as many runs as it takes) and SEED (of the day; printed) can be given.
# shellcheck source=tests/lib.sh
. "$(dirname "$0")/../lib.sh"
need_guests flood.rom
make -s -C "$src" build/faults/power-loss >"$tmp/make.log" 2>&1 || skip_all "cannot build power-loss: $(tail -n 1 "$tmp/make.log")"

COPIES=${COPIES:-200}
SEED=${SEED:-$(date +%s)}
RUN="$BOOTSTAMP run -q --"
program=$build/faults/power-loss
cap=$tmp/capture.bst copies=$tmp/copies
mkdir "$copies"
diag "$COPIES copies, SEED=$SEED"

runs=0 taken=0 opened=0 right=0 program_right=0 truth=0 stopped=0 running=0 torn=0 holes=0 wrong=0
while [ $taken -lt "$COPIES" ]; do
    runs=$((runs + 1))
    rm -f "$cap"
    start_rom flood -chardev "timestamp,id=dbg,path=$cap" || break
    wait_for 10 sh -c "'$BOOTSTAMP' info '$cap' 2>/dev/null | grep -q '^holds  *[1-9]'" || diag "no byte came"
    if "$program" take "$qemu_pid" "$cap" "$copies" $((COPIES - taken)) $((SEED + runs)) 2>"$tmp/why"; then
        opened=$((opened + 1))
    else
        diag "run $runs: $(cat "$tmp/why")"
        break
    fi
    stop_qemu TERM

    # Is the truth true?  A byte lost under load would be a gap in the numbers, and be told.
    "$BOOTSTAMP" export --format raw -o "$tmp/raw" "$cap"
    case $("$BOOTSTAMP" info "$cap" | grep '^lost') in
    *" 0 bytes, 0 "*) guest_bytes check-flood "$tmp/raw" >"$tmp/why" && truth=$((truth + 1)) ;;
    *" bytes, "*) truth=$((truth + 1)) ;;
    esac
    if "$program" check "$cap" "$copies" >"$tmp/counts" 2>"$tmp/why"; then
        right=$((right + 1))
    else
        diag "run $runs: $(cat "$tmp/why" "$tmp/counts")"
    fi
    read -r a b c d e rest <"$tmp/counts"
    taken=$((taken + rest))
    stopped=$((stopped + a)) running=$((running + b)) torn=$((torn + c)) holes=$((holes + d)) wrong=$((wrong + e))

    # The last, with the program itself
    if "$BOOTSTAMP" info "$copies/copy" >"$tmp/info" && "$BOOTSTAMP" export --format raw -o "$tmp/copy.raw" "$copies/copy" &&
        { [ "$d" -gt 0 ] || grep -q '^damage' "$tmp/info" || cmp -n "$(wc -c <"$tmp/copy.raw")" "$tmp/copy.raw" "$tmp/raw"; }; then
        program_right=$((program_right + 1))
    fi
done
diag "$stopped stopped, $running running, $torn torn; $holes running ones had a hole or a part of a word"
is $((stopped + running + torn)) "$COPIES" "$COPIES copies were taken, in $runs runs"
is $opened $runs "each opens, every byte that is in it is read; no word ever changed"
is $right $runs "each but the torn is a beginning of the truth ($wrong are not)"
is $truth $runs "the truth is what the guest wrote"
is $program_right $runs "bootstamp info and export say the same"
done_testing
