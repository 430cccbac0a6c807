#!/bin/sh
# A public case: 780 ms between "init timer" and "Scan for VGA", found by added prints in several rounds, were the probe
# of a TPM that was not there.  Here a SeaBIOS whose tis_probe() waits so long for a
# register of it, as its drivers wait; one boot of it with --profile names the function.  The docs show its transcript.
# shellcheck source=tests/lib.sh
. "$(dirname "$0")/../lib.sh"
command -v "$QEMU" >/dev/null || skip_all "no $QEMU"
source=$(find "$build/firmware/source" -maxdepth 1 -name 'seabios-[0-9]*' 2>/dev/null | sort -V | tail -n 1)
if [ -z "$source" ]; then
    source=$tmp/source
    "$src/tools/fetch-source.sh" seabios - "$source" >"$tmp/fetch.log" 2>&1 ||
        skip_all "no source of SeaBIOS: $(tail -n 1 "$tmp/fetch.log")"
fi
tree=$tmp/seabios
cp -r "$source" "$tree"

# The probe waits, and is called where no ACPI table tells of a TPM, as in the SeaBIOS of that time.
sed -i -e 's/^static u32 tis_probe(void)/static noinline u32 tis_probe(void)/' \
    -e '/^static noinline u32 tis_probe/,/^}/s/tis_wait_access(0, TIS_DEFAULT_TIMEOUT_A,/tis_wait_access(0, 780000,/' \
    "$tree/src/hw/tpm_drivers.c"
sed -i '/^tpm_setup(void)/,/TPM_version = tpmhw_probe/{/int ret = tpm_tpm2_probe/,/^    }/d;s/    TPM_version = tpmhw/    int ret;\n&/}' \
    "$tree/src/tcgbios.c"
# call frame information, as make firmware keeps it
sed -i 's/^COMMONCFLAGS := /&-fno-asynchronous-unwind-tables /' "$tree/Makefile"
is "$(cd "$tree" && diff -r "$source/src" src | grep -c '^>')" 3 "three lines of SeaBIOS are others" ||
    diag "$(cd "$tree" && diff -r "$source/src" src)"

printf 'CONFIG_%s\n' QEMU=y ROM_SIZE=256 DEBUG_LEVEL=3 >"$tree/.config"
for target in oldnoconfig all; do
    MAKEFLAGS='' make -C "$tree" -j2 PYTHON='python3 -B' EXTRAVERSION=-tpm $target >"$tmp/make.log" 2>&1 </dev/null ||
        break
done
ok "it builds" test -s "$tree/out/bios.bin" || diag "$(tail -n 5 "$tmp/make.log")"

mkdir "$tmp/runs"
"$BOOTSTAMP" run -n 1 -q --profile -c "$tmp/runs" --until 'Scan for VGA' -- "$QEMU" -M pc -accel tcg -m 128 \
    -no-user-config -nodefaults -display none -vga std -bios "$tree/out/bios.bin" </dev/null >"$tmp/qemu.log" 2>&1
capture=$(find "$tmp/runs" -name '*.bst')
ok "it boots" test -s "$capture" || diag "$(cat "$tmp/qemu.log")"

# line REGEX: when it came, ms
line() { "$BOOTSTAMP" export "$capture" | grep -m 1 "$1" | awk '{ print $1 * 1000 }'; }
gap=$(echo "$(line 'init timer') $(line 'Scan for VGA')" | awk '{ printf "%d", $2 - $1 }')
ok "the two lines are 780 ms apart, and a bit ($gap ms)" test "$gap" -ge 780 -a "$gap" -le 1500

"$BOOTSTAMP" profile --symbols "$tree/out/rom.o" --between 'init timer' 'Scan for VGA' "$capture" >"$tmp/out"
# its total share of the time between them, within three standard errors and what the rest took
ms=$(awk -v gap="$gap" '$5 == "tis_probe" { printf "%d", $3 * gap / 100 }' "$tmp/out")
ok "tis_probe is named, with 780 ms (${ms:-none})" test "${ms:-0}" -ge 740 -a "${ms:-0}" -le 820 || diag "$(cat "$tmp/out")"
is "$(awk '$3 ~ /%$/ && $5 != "[idle]" && $5 != "more" { print $3 + 0, $5 }' "$tmp/out" | sort -rn | head -n 12 |
    grep -c 'tis_probe')" 1 "and is among the first by its total share"
ok "by one boot: no line of its own tells of it" sh -c "! '$BOOTSTAMP' export '$capture' | grep -i tis_probe"
done_testing
