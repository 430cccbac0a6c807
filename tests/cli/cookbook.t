#!/bin/sh
# docs/cookbook.md: every block of commands, in its order.  Fewer boots than the cookbook has: 3 for 20.
# shellcheck source=tests/lib.sh
. "$(dirname "$0")/../lib.sh"
need_guests linux

mkdir -m 700 "$tmp/run" "$tmp/here" "$tmp/bin" "$tmp/blocks"
XDG_RUNTIME_DIR=$tmp/run PATH=$tmp/bin:$PATH
export XDG_RUNTIME_DIR PATH
ln -s "$BOOTSTAMP" "$tmp/bin/bootstamp"
ln -s "$guests/vmlinuz" "$tmp/here/vmlinuz"
mkdir "$tmp/here/build"
ln -s "$build/firmware" "$tmp/here/build/firmware"
small=$guests/initrd-small
[ -e "$small" ] || small=$guests/initrd
ln -s "$small" "$tmp/here/initrd"
if "$src/tests/guests/make-guests.sh" linux-arm64 "$guests/" >"$tmp/arm64.log" 2>&1; then
    ln -s "$guests/vmlinuz-arm64" "$guests/initrd-arm64" "$tmp/here/"
else
    sed 's/^/# /' "$tmp/arm64.log" >&2
fi

# NUMBER: the heading, what the block needs (or nothing) and its commands
perl -ne '
    BEGIN { $n = 0; $dir = shift }
    if (/^## (.*)/) { $title = $1 }
    elsif (/^<!-- needs: (.+?) -->/) { $needs = $1 }
    elsif (/^```sh/) { open $to, ">", sprintf("%s/%02d", $dir, ++$n) or die; print $to "$title\n", $needs // "", "\n"; $in = 1 }
    elsif (/^```/) { $in = 0; undef $needs; close $to if $to }
    elsif ($in) { s/-n (20|10)\b/-n 3/; s/-n 5\.\.60/-n 3..4/; s/--warmup 2/--warmup 1/; print $to $_ }
' "$tmp/blocks" "$src/docs/cookbook.md"
ok "there are blocks" test "$(find "$tmp/blocks" -type f | wc -l)" -ge 12

cd "$tmp/here" || exit
for block in "$tmp"/blocks/*; do
    name="$(basename "$block"): $(head -n 1 "$block")"
    needs=$(sed -n 2p "$block")
    lacks=
    for file in $needs; do
        if [ "$file" = kvm ]; then
            have_kvm || lacks="$lacks KVM that runs firmware"
        else
            [ -e "$file" ] || lacks="$lacks $file"
        fi
    done
    if [ -n "$lacks" ]; then
        skip "$name" "no$lacks"
    elif grep -q 'jq ' "$block" && ! command -v jq >/dev/null; then
        skip "$name" "no jq"
    else
        sed 1,2d "$block" >"$tmp/block.sh"
        ok "$name" timeout -k 5 150 sh -eu "$tmp/block.sh"
        cp "$tmp/ok.log" "$tmp/$(basename "$block").log"
    fi
done

like "$(cat "$tmp/01.log")" 'kernel +[0-9]+ +PIO' "the slow boot copies by PIO"
like "$(cat "$tmp/02.log")" '^copy of kernel .* \+[0-9.]+ .* cannot tell' "and the comparison shows it, but not of one boot a side"
like "$(cat "$tmp/05.log")" 'console +\[ .*reboot: Power down' "kernel and firmware in one capture"
like "$(cat "$tmp/07.log")" '^boot time: (ok|slower|so many)' "the gate speaks"
like "$(cat "$tmp/09.log")" '^within: 0 of [0-9]+ slower' "instructions: no difference"
ok "files are there" test -s boot.svg -a -s boot.html -a -s boot.json -a -s console.cast -a -s base.csv

done_testing
