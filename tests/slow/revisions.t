#!/bin/sh
# One module, real QEMUs of its minor version: another revision of the distribution runs with it, a QEMU that was configured
# so that a structure differs is refused in one line.
# shellcheck source=tests/lib.sh
. "$(dirname "$0")/../lib.sh"
need_guests pattern-1000.rom
guest_bytes pattern 1000 >"$tmp/expected"
version=$("$QEMU" --version | sed -n '1s/^QEMU emulator version //p')
minor=$(echo "$version" | sed 's/^\([0-9]*\.[0-9]*\).*/\1/')

# --- other revisions that the mirror has: a release and its security updates
package=$(dpkg-query -S "$(readlink -f "$(command -v "$QEMU")")" 2>/dev/null | sed 's/: .*//' | head -n 1)
installed=$(dpkg-query -W -f '${Version}' "$package" 2>/dev/null)
others=$([ -z "$package" ] || apt-cache madison "$package" | cut -d '|' -f 2 | tr -d ' ' | sort -u | grep -vxF "$installed")
[ -n "$others" ] || skip "another revision of QEMU $minor" "the mirror has only $installed"
for other in $others; do
    case $(echo "$other" | sed 's/^[0-9]*://') in
    "$minor"[.+]*) ;;
    *) continue ;;
    esac
    "$src/tools/fetch-source.sh" -b "$package" "$other" "$tmp/$other" >"$tmp/fetch.log" 2>&1 || {
        skip "QEMU $other" "$(tail -n 1 "$tmp/fetch.log")"
        continue
    }
    # Debian 12 has QEMU's own modules (TCG is one) in a package that all emulators share
    "$src/tools/fetch-source.sh" -b qemu-system-common "$other" "$tmp/$other-common" >"$tmp/fetch.log" 2>&1 &&
        cp -a "$tmp/$other-common/usr/lib" "$tmp/$other/usr/"
    qemu=$tmp/$other/usr/bin/${QEMU##*/}
    isnt=$("$qemu" --version | sed -n '1s/^QEMU emulator version //p')
    ok "another revision: $isnt" test "$isnt" != "$version"
    timeout 60 "$BOOTSTAMP" run -q -c "$tmp/other.bst" -- "$qemu" -M pc -m 32 -nodefaults -display none -accel tcg \
        -L /usr/share/qemu -L /usr/share/seabios -bios "$guests/pattern-1000.rom" </dev/null >"$tmp/out" 2>&1
    is "$? $(cat "$tmp/out")" "0 " "it runs with the module of $version"
    "$BOOTSTAMP" export --format raw -o "$tmp/raw" "$tmp/other.bst"
    ok "and is captured, every byte" cmp "$tmp/raw" "$tmp/expected"
done

# --- a mutex that knows who holds it, and so every chardev is larger
case $minor in
7.2 | 10.0) name=$minor ;;
*) name=newest ;;
esac
"$src/tools/qemu-build.sh" -p -o --enable-debug-mutex -o --without-default-devices "$name" x86_64 >"$tmp/build.log" 2>&1 || {
    fail "QEMU $minor with --enable-debug-mutex builds"
    tail -n 5 "$tmp/build.log" | sed 's/^/# /' >&2
    done_testing
}
qemu=$(tail -n 1 "$tmp/build.log")
pass "QEMU $minor with --enable-debug-mutex builds"
"$BOOTSTAMP" run -q -c "$tmp/refused.bst" -- "$qemu" -M pc -m 32 -nodefaults -display none -accel tcg \
    -bios "$guests/pattern-1000.rom" </dev/null >"$tmp/out" 2>&1
like "$? $(cat "$tmp/out")" \
    '^1 bootstamp: the module for QEMU .* does not fit this QEMU: a [a-z-]+ has [0-9]+ bytes there and [0-9]+ here; build one for it:' \
    "it is refused, and what differs is said"
is "$(wc -l <"$tmp/out")" 1 "in one line"
ok "no capture" test ! -e "$tmp/refused.bst"
BOOTSTAMP_MODULE=$build/chardev-timestamp.so "$src/tools/check-qemu.sh" "$qemu" >"$tmp/out" 2>&1
is $? 1 "check-qemu finds it, too"
done_testing
