#!/bin/sh
# profile of the distribution's own SeaBIOS, whose symbols make firmware has where its source gives the same bytes; nothing
# is said of them on the command line.
# shellcheck source=tests/lib.sh
. "$(dirname "$0")/../lib.sh"
image=/usr/share/seabios/bios-256k.bin
symbols=$build/firmware/symbols/debian-bios-256k
[ -s "$symbols/rom.o" ] || skip_all "make firmware has no symbols of $image: it was built by another compiler"

# A boot sector that powers off: out 0x2000 to PM1a_CNT at 0x604, hlt
perl -e 'print pack("H*", "faba0406b80020eff4ebfd"), "\0" x 499, "\x55\xaa"' >"$tmp/off.img"
capture=$tmp/seabios.bst
timeout -k 5 60 "$BOOTSTAMP" run -q --profile=5000 -- "$QEMU" -M pc -accel tcg -m 512 -no-user-config -nodefaults -display none \
    -vga std -bios "$image" -drive "file=$tmp/off.img,format=raw,if=ide,snapshot=on" \
    -chardev "timestamp,id=dbg,path=$capture" -device isa-debugcon,iobase=0x402,chardev=dbg </dev/null >"$tmp/qemu.log" 2>&1
is $? 0 "Debian's own SeaBIOS boots" || diag "$(cat "$tmp/qemu.log")"

"$BOOTSTAMP" profile --all "$capture" >"$tmp/out" 2>&1
like "$(cat "$tmp/out")" "^symbols +.*/debian-bios-256k/rom\.o$" "its symbols are found without being named"

# By the log's own line and nm: how many ticks are in each 32-bit function.
"$BOOTSTAMP" export -F json "$capture" >"$tmp/json"
# those that have their name and their address alone
nm "$symbols/rom16.o" "$symbols/rom32seg.o" | awk 'NF == 3 { print $3 }' >"$tmp/others"
nm -n -S "$symbols/rom.o" >"$tmp/nm.all"
awk 'FILENAME ~ /others$/ { names[$1] = 2; next }
    FILENAME ~ /nm.all$/ { names[$4]++; starts[$1]++; lines[++n] = $0; next }
    END { for (i = 1; i <= n; i++) { split(lines[i], f); if (names[f[4]] == 1 && starts[f[1]] == 1) print lines[i] } }' \
    "$tmp/others" "$tmp/nm.all" >"$tmp/nm"
counts() {
    perl -ne '
        BEGIN {
            open my $in, "<", shift or die;
            while (<$in>) { push @functions, [hex $1, hex($1) + hex $2, $3] if /^(\w+) (\w+) [tT] (.*)$/ }
        }
        ($from, $to, $size) = (hex $1, hex $2, $3) if /Relocating init from 0x(\w+) to 0x(\w+) .size (\d+)/;
        next unless /"type":"sample".*"ticks":(\d+),.*"pc":"0x(\w+)"/;
        ($ticks, $pc) = ($1, hex $2);
        $pc -= 0xfff00000 if $pc >= 0xfff00000; # the ROM, at the top of 4 GiB too
        $pc -= $to - $from if $to && $pc >= $to && $pc < $to + $size;
        for (@functions) { $n{$_->[2]} += $ticks if $pc >= $_->[0] && $pc < $_->[1] }
        END { print "$_ $n{$_}\n" for sort keys %n }' "$tmp/nm" "$tmp/json"
}
counts >"$tmp/want"
"$BOOTSTAMP" export -F folded "$capture" >"$tmp/folded"
sed 's/.*;//' "$tmp/folded" | awk '{ n[$1] += $2 } END { for (f in n) print f, n[f] }' | sort >"$tmp/all"
awk 'NR == FNR { there[$4]; next } $1 in there' "$tmp/nm" "$tmp/all" >"$tmp/got"
ok "each function has as many ticks as by the log's line and nm ($(wc -l <"$tmp/want") functions)" \
    diff "$tmp/want" "$tmp/got"
ok "of many functions" test "$(wc -l <"$tmp/want")" -gt 5

# How far call paths go; without call frame information three of four end at once.
whole=$(sed -n 's/^call paths: \([0-9]*\)\..*/\1/p' "$tmp/out")
ok "most call paths are whole (${whole:-0}%)" test "${whole:-0}" -ge 30
like "$(cat "$tmp/folded")" "^BIOS post;.*;dopost;[^ ]+;[^ ]+ [0-9]+$" "paths go through dopost"
unset capture
done_testing
