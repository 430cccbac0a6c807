#!/bin/sh
# TAP: does the QEMU that the back end was built for have every symbol that the
# back end leaves open?  Its undefined symbols are resolved by dlopen() only, so
# without this a typo would be found no earlier than at a boot.
set -u

build=${BOOTSTAMP_BUILD:-build}
module=$build/chardev-timestamp-qemu.so
qemu=${BOOTSTAMP_QEMU:-$(command -v qemu-system-x86_64)}

tmp=$(mktemp -d) || exit 1
trap 'rm -rf "$tmp"' EXIT

echo 1..3

# nm prints NAME or NAME@VERSION or NAME@@VERSION
names() {
    awk '{ sub(/@.*/, "", $NF); print $NF }' | sort -u
}
# Everything in the process: QEMU and the libraries that it is linked with.
{
    nm -D --defined-only "$qemu"
    ldd "$qemu" | sed -n 's/.*=> \(\/[^ ]*\) .*/\1/p' | while read -r library; do
        nm -D --defined-only "$library"
    done
} 2>/dev/null | names >"$tmp/offered"
nm -D --undefined-only "$module" | awk '$1 == "U"' | names >"$tmp/wanted"
comm -23 "$tmp/wanted" "$tmp/offered" >"$tmp/open"

if [ -s "$tmp/wanted" ] && ! [ -s "$tmp/open" ]; then
    echo "ok 1 - all $(wc -l <"$tmp/wanted") undefined symbols of the back end are in $qemu"
else
    echo "not ok 1 - undefined symbols of the back end are in $qemu"
    sed 's/^/# not there: /' "$tmp/open"
fi

# Whatever we export would take the place of a symbol of QEMU with that name.
nm -D --defined-only "$build/chardev-timestamp.so" "$module" |
    awk 'NF == 3 && $2 != "A"' | names >"$tmp/ours"
comm -12 "$tmp/ours" "$tmp/offered" >"$tmp/clash"
if ! [ -s "$tmp/clash" ]; then
    echo "ok 2 - no exported symbol of ours is one of QEMU's"
else
    echo "not ok 2 - no exported symbol of ours is one of QEMU's"
    sed 's/^/# both have: /' "$tmp/clash"
fi

# The shim is loaded into every child process too: it may need libc only.
readelf -d "$build/chardev-timestamp.so" | sed -n 's/.*(NEEDED).*\[\(.*\)\]/\1/p' |
    grep -v '^libc\.so\|^ld-linux' >"$tmp/needed"
if ! [ -s "$tmp/needed" ]; then
    echo "ok 3 - the preloaded object needs only libc"
else
    echo "not ok 3 - the preloaded object needs only libc"
    sed 's/^/# needs: /' "$tmp/needed"
fi
