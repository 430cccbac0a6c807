# shellcheck shell=sh
# $tmp, $src, $build and $guests are of lib.sh, $version of the test.
# shellcheck disable=SC2154
# The loadable module against a later version of QEMU ($version): it compiles without a warning, and in a QEMU of that
# version, built without our patches, it passes our tests.
need_guests linux marks pattern-1000.rom reset.rom

# make check-slow has built it; else the time limit of a test may be short for that.
"$src/tools/qemu-build.sh" -p "$version" >"$tmp/build.log" 2>&1 || {
    fail "QEMU $version builds"
    tail -n 5 "$tmp/build.log" | sed 's/^/# /' >&2
    done_testing
}
qemu=$(tail -n 1 "$tmp/build.log")
pass "QEMU $version builds: $("$qemu" --version | sed -n '1s/^QEMU emulator version //p')"

# As a user would: a clone, configured for that QEMU.
clone=$tmp/clone
mkdir "$clone"
(cd "$src" && tar -cf - --exclude=./build --exclude=./.git --exclude=./config.mak .) | tar -xf - -C "$clone"
ok "configure" "$clone/configure" --qemu="$qemu" --with-qemu-source="${qemu%/*}/../source"
ok "layouts are those of the binary" grep -qx 'sizes agree' "$clone"/build/qemu/local-*/abi.txt
ok "everything compiles without a warning" env MAKEFLAGS='' MAKELEVEL='' make -s -C "$clone" WERROR=1
LD_PRELOAD=$build/chardev-timestamp.so "$qemu" -M none -version >"$tmp/out" 2>"$tmp/err" </dev/null
like "$(cat "$tmp/err")" 'built for QEMU .* and this is QEMU' "a module for another version stays out"

ln -s "$guests" "$clone/build/guests"
for test in tools/check-symbols.sh tests/boot/raw.t tests/boot/linux.t tests/boot/lifecycle.t \
    tests/boot/query.t tests/cli/chardev.t; do
    ok "$test" env BOOTSTAMP_SRC="$clone" BOOTSTAMP_BUILD="$clone/build" BOOTSTAMP="$clone/build/bootstamp" \
        QEMU="$qemu" BOOTSTAMP_QEMU="$qemu" PATH="${qemu%/*}:$PATH" "$clone/$test"
done
done_testing
