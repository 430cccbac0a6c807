#!/bin/sh
# POST codes, and exits from KVM: what the guest is known to do.
# shellcheck source=tests/lib.sh
. "$(dirname "$0")/../lib.sh"
need_guests post.rom pattern-1000.rom pattern-20000.rom
command -v jq >/dev/null || skip_all "no jq"

# codes CAPTURE: as the guest wrote them
codes() { json_of "$1" 'select(.type == "post_code") | .code' | tr '\n' ' '; }
said() { raw_of "$1" | od -An -tx1; }

RUN="$BOOTSTAMP run -q -c $tmp/off.bst --"
lib_qemu -m 32 -bios "$guests/post.rom" -chardev file,id=dbg,path="$tmp/log"
is "$? $(codes "$tmp/off.bst")" "0 " "POST codes are not captured unless they are asked for"
is "$(said "$tmp/off.bst")" " ff 0a" "QEMU's port reads as nothing"
RUN="$BOOTSTAMP run -q --post-codes -c $tmp/post.bst --"
lib_qemu -m 32 -bios "$guests/post.rom" -chardev file,id=dbg,path="$tmp/log"
is "$? $(codes "$tmp/post.bst")" "0 16 41 41 41 128 16 243 " "run --post-codes captures them"
is "$(said "$tmp/post.bst")" " ff 0a" "the port reads as before"
is "$("$BOOTSTAMP" phases "$tmp/post.bst" | sed -n 's/^\(POST code 0x..\) .*/\1/p' | tr '\n' ,)" \
    "POST code 0x10,POST code 0x29,POST code 0x80,POST code 0x10,POST code 0xf3," "phases has them, repeated ones once"
RUN="$BOOTSTAMP run --post-codes -c $tmp/own.bst --"
lib_qemu -m 32 -bios "$guests/post.rom" -chardev "timestamp,id=dbg,path=$tmp/own.bst"
is "$? $(codes "$tmp/own.bst")" "0 16 41 41 41 128 16 243 " "beside a chardev of the command line"
like "$(cat "$tmp/qemu.log")" '^bootstamp: run: POST codes at port 0x80 are captured$' "it says so"

# --- names and milestones

mkdir -p "$XDG_CONFIG_HOME/bootstamp"
cat >"$XDG_CONFIG_HOME/bootstamp/phases.conf" <<'END'
postcode 0x29 memory is set up
milestone Payload
    post 0xf3
    group loader
milestone Memory
    post 0x29
END
"$BOOTSTAMP" phases "$tmp/post.bst" >"$tmp/out"
like "$(cat "$tmp/out")" '^POST code 0x29 memory is set up ' "a code has a name"
is "$(milestones "$tmp/post.bst" | tr '\n' ,)" "Start,Run,Memory,Payload,Shutdown request,Stop," "codes are milestones"
first=$(json_of "$tmp/post.bst" 'select(.type == "post_code" and .code == 41) | .time_ns' | head -n 1)
is "$(json_of "$tmp/post.bst" 'select(.type == "milestone" and .name == "Memory") | .time_ns')" "$first" "at the first such write"
like "$("$BOOTSTAMP" export --events "$tmp/post.bst")" 'POST code 0x29 memory is set up$' "text"
is "$("$BOOTSTAMP" export --events -F csv "$tmp/post.bst" | grep -c ',post,')" 7 "CSV"
is "$("$BOOTSTAMP" export -F perfetto "$tmp/post.bst" | jq '[.traceEvents[] | select(.name | startswith("POST code"))] | length')" 7 \
    "Perfetto"
echo 'postcode 256 too large' >"$XDG_CONFIG_HOME/bootstamp/phases.conf"
like "$("$BOOTSTAMP" phases "$tmp/post.bst" 2>&1 >/dev/null)" ":1: '256' is not a number from 0 to 0xff\$" "a number that is no code"
rm "$XDG_CONFIG_HOME/bootstamp/phases.conf"

# --- exits from KVM

is "$("$BOOTSTAMP" phases "$tmp/post.bst" | grep -c 'KVM exits')" 0 "under TCG nothing leaves KVM"
if have_kvm; then
    RUN="$BOOTSTAMP run -q --"
    for n in 1000 20000; do
        ACCEL=kvm run_rom "pattern-$n" -chardev "timestamp,id=dbg,path=$tmp/kvm-$n.bst"
        "$BOOTSTAMP" phases "$tmp/kvm-$n.bst" | sed -n 's/^All  *exits  *\([0-9]*\) .*/\1/p' >"$tmp/exits-$n"
    done
    few=$(cat "$tmp/exits-1000") many=$(cat "$tmp/exits-20000")
    # and some more: interrupts of the host
    ok "each of 19,000 bytes more is an exit ($few, $many)" test $((many - few)) -ge 18000 -a $((many - few)) -le 30000
    is "$(json_of "$tmp/kvm-20000.bst" 'select(.type == "exits_in" and .kind == "exits") | .count' | paste -sd+ | bc)" "$many" \
        "JSON has them by phase, which add up"
    like "$("$BOOTSTAMP" export -F perfetto "$tmp/kvm-20000.bst" | jq -c '.traceEvents[] | select(.name == "Run") | .args')" \
        '"KVM exits":[0-9]{5}' "Perfetto at the phase"
else
    skip "exits from KVM" "KVM does not work here"
fi
done_testing
