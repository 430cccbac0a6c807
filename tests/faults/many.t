#!/bin/sh
# Many VMs write at once, each its own capture: every guest ends, every loss that is told is the loss measured.
# VMS (8) of them; tests/slow has 64.
# shellcheck source=tests/lib.sh
. "$(dirname "$0")/../lib.sh"
VMS=${VMS:-8}
N=900000
need_guests flood-$((N / 9)).rom
guest_bytes flood $((N / 9)) >"$tmp/want"
# All wait for the same moment.
mkfifo "$tmp/go"

jobs=''
for vm in $(seq "$VMS"); do
    {
        read -r _ <"$tmp/go"
        exec timeout -k 5 250 "$BOOTSTAMP" run -q -c "$tmp/$vm.bst" -- "$QEMU" -M pc -accel tcg,tb-size=8 -m 4 \
            -no-user-config -nodefaults -display none -bios "$guests/flood-$((N / 9)).rom" </dev/null >"$tmp/$vm.log" 2>&1
    } &
    jobs="$jobs $!"
done
sleep 0.5
start=$(date +%s)
# Each read takes one end of file.
exec 3>"$tmp/go"
sleep 0.5
exec 3>&-
failed=0
for job in $jobs; do wait "$job" || failed=$((failed + 1)); done
spent=$(($(date +%s) - start))

opened=0 ended=0 whole=0 exact=0 lossy=0
for vm in $(seq "$VMS"); do
    "$BOOTSTAMP" info "$tmp/$vm.bst" >"$tmp/info" || { cat "$tmp/$vm.log" >&2; continue; }
    opened=$((opened + 1))
    ! grep -q '^state  *ended$' "$tmp/info" || ended=$((ended + 1))
    grep -q ^damage "$tmp/info" || whole=$((whole + 1))
    "$BOOTSTAMP" export --format raw -o "$tmp/raw" "$tmp/$vm.bst"
    lost=$(row_number lost <"$tmp/info")
    kept=$(wc -c <"$tmp/raw")
    if [ "$lost" = 0 ]; then
        ! cmp -s "$tmp/raw" "$tmp/want" || exact=$((exact + 1))
    else
        lossy=$((lossy + 1))
        gaps=$("$BOOTSTAMP" export --events "$tmp/$vm.bst" | grep -a -c ' lost up to here')
        [ $((kept + lost)) != $N ] || ! guest_bytes check-gaps "$tmp/raw" "$gaps" >/dev/null ||
            exact=$((exact + 1))
        diag "VM $vm: kept $kept, lost $lost"
    fi
done
diag "$VMS VMs in $spent s, $lossy with a loss"
is $failed 0 "$VMS guests end"
is "$opened $ended $whole" "$VMS $VMS $VMS" "every capture opens, ended in good order, and is not torn"
is $exact "$VMS" "each is what the guest wrote, but for the loss that is told, to the byte"
done_testing
