#!/bin/sh
# run --profile: are the samples where the guest was?
# shellcheck source=tests/lib.sh
. "$(dirname "$0")/../lib.sh"
need_guests shares.rom shares-100.rom smp-100000.rom halt.rom

# The symbols of a ROM: it is linked again, as ELF.
symbols_of() {
    as --32 -I "$src/tests/guests" -o "$tmp/$1.o" "$src/tests/guests/$1.S" &&
        ld -m elf_i386 -T "$src/tests/guests/rom.ld" --oformat elf32-i386 -o "$tmp/$1.elf" "$tmp/$1.o"
}
symbols_of shares

# profile_of CAPTURE [OPTION...]: of the time between the guest's two lines
profile_of() {
    capture=$1
    shift
    "$BOOTSTAMP" profile --all --symbols "$tmp/shares.elf@0xf0000" --between begin end "$@" "$capture"
}

# shares NAME: "is within three standard errors" for each function; those of a printed table
shares() {
    awk -v name="$1" '
        $1 ~ /%$/ && $5 ~ /^(ten|thirty|sixty)$/ {
            want = $5 == "ten" ? 10 : $5 == "thirty" ? 30 : 60
            self = $1 + 0; error = $2 + 0; n += $4; found++
            # what is printed is rounded
            if (self < want - 3 * error - 0.1 || self > want + 3 * error + 0.1)
                wrong = wrong " " $5 " " self "% +- " error
        }
        END {
            if (found == 3 && n > 100 && !wrong)
                print "yes"
            else
                print "no:" wrong ", " found + 0 " functions, " n + 0 " samples"
        }'
}

accels=tcg
if have_kvm; then accels="tcg kvm"; else skip "the shares under KVM" "no usable KVM"; fi
for accel in $accels; do
    rom=shares
    [ "$accel" = tcg ] || rom=shares-100 # a nested KVM may interpret a ROM's code
    for hz in 250 1000; do
        RUN="$BOOTSTAMP run -q --profile=$hz --" ACCEL=$accel \
            run_rom "$rom" -chardev "timestamp,id=dbg,path=$tmp/$accel-$hz.bst"
        is $? 0 "$accel, $hz a second: the guest ends"
        profile_of "$tmp/$accel-$hz.bst" >"$tmp/out"
        is "$(shares <"$tmp/out")" yes "$accel, $hz a second: 10, 30 and 60%, within three standard errors" ||
            diag "$(cat "$tmp/out")"
    done
    like "$(cat "$tmp/out")" "^[0-9]+ samples, 1000 a second, idle 0\.0%" "$accel: a guest that never halts has no idle time"
done

# every tick is counted: as many as the time has
ticks=$("$BOOTSTAMP" export -F json "$tmp/tcg-1000.bst" |
    sed -n 's/.*"type":"sample","time_ns":\([0-9]*\).*"ticks":\([0-9]*\).*/\1 \2/p' |
    awk 'NR == 1 { first = $1; next } { n += $2; last = $1 } END { printf "%d\n", 100 * n / ((last - first) / 1000000) }')
ok "the ticks are those of the time ($ticks%)" test "$ticks" -ge 97 -a "$ticks" -le 103

# --- a halted vCPU is idle, and is not woken
for accel in $accels; do
    RUN="$BOOTSTAMP run -q --profile --" ACCEL=$accel start_rom halt -chardev "timestamp,id=dbg,path=$tmp/halt.bst"
    sleep 1
    stop_qemu TERM
    idle=$("$BOOTSTAMP" profile "$tmp/halt.bst" | sed -n 's/.*idle \([0-9]*\)\..*/\1/p')
    ok "$accel: a halted vCPU is idle ($idle%)" test "${idle:-0}" -ge 60
    n=$("$BOOTSTAMP" export -F json "$tmp/halt.bst" | grep -c '"type":"sample".*"idle":false')
    ok "$accel: and was asked a few times only ($n)" test "$n" -lt 300
done

# --- several vCPUs, one thread and many
for thread in single multi; do
    RUN="$BOOTSTAMP run -q --profile --" ACCEL=tcg,thread=$thread \
        run_rom smp-100000 -smp 4 -chardev "timestamp,id=dbg,path=$tmp/smp.bst"
    is $? 0 "four vCPUs, thread=$thread"
    is "$("$BOOTSTAMP" export -F json "$tmp/smp.bst" | sed -n 's/.*"type":"sample".*"vcpu":\([0-9]*\).*/\1/p' |
        sort -u | tr '\n' ' ')" "0 1 2 3 " "each has samples of its own, thread=$thread"
    "$BOOTSTAMP" export -F speedscope --vcpu 2 "$tmp/smp.bst" >"$tmp/speedscope"
    is "$(grep -o '"name":"vCPU [0-9]*"' "$tmp/speedscope")" '"name":"vCPU 2"' "--vcpu: speedscope has that one, thread=$thread"
    ticks=$("$BOOTSTAMP" export -F json "$tmp/smp.bst" | sed -n 's/.*"type":"sample".*"vcpu":2,"ticks":\([0-9]*\).*/\1/p' | awk '{ n += $1 } END { print n + 0 }')
    is "$("$BOOTSTAMP" export -F folded --vcpu 2 "$tmp/smp.bst" | awk '{ n += $NF } END { print n + 0 }')" "$ticks" \
        "and folded has its ticks, thread=$thread"
done

# --- -icount: the same instructions in each run
for i in 1 2; do
    RUN="$BOOTSTAMP run -q --profile --" run_rom shares -icount shift=3,sleep=off \
        -chardev "timestamp,id=dbg,path=$tmp/icount-$i.bst"
    "$BOOTSTAMP" export -F json --clock virtual "$tmp/icount-$i.bst" | grep '"type":"sample"' >"$tmp/icount-$i"
done
ok "-icount: two profiles are equal" cmp "$tmp/icount-1" "$tmp/icount-2"
ok "of many samples" test "$(wc -l <"$tmp/icount-1")" -gt 1000
profile_of "$tmp/icount-1.bst" --clock virtual >"$tmp/out"
is "$(shares <"$tmp/out")" yes "and they are true" || diag "$(cat "$tmp/out")"

# --- without the option there is nothing
RUN="$BOOTSTAMP run -q --" run_rom shares -chardev "timestamp,id=dbg,path=$tmp/none.bst"
is "$("$BOOTSTAMP" export -F json "$tmp/none.bst" | grep -c '"type":"\(sample\|profile\)"')" 0 "nothing is sampled without the option"
is "$("$BOOTSTAMP" profile "$tmp/none.bst" 2>&1)" \
    "bootstamp: $tmp/none.bst: has no samples; capture with bootstamp run --profile" "and profile says so"

done_testing
