#!/bin/sh
# make deb: the same bytes from two folders, nothing that lintian minds; installed, used, triggered, upgraded, removed and
# purged in a bare chroot of this release.
# shellcheck source=tests/lib.sh
. "$(dirname "$0")/../lib.sh"
for tool in dh lintian debootstrap; do
    command -v $tool >/dev/null || skip_all "no $tool: tools/install-deps.sh --slow"
done
[ "$(id -u)" = 0 ] || skip_all "not root"
need_guests pattern-1000.rom
suite=${BOOTSTAMP_SUITE:-$(sed -n "s/^VERSION_CODENAME=//p" /etc/os-release)}
qemu=$(sed -n 's/^QEMU = //p' "$src/config.mak")
source=$(sed -n 's/^QEMU_SOURCE = //p' "$src/config.mak")
minor=$(sed 's/^\([0-9]*\.[0-9]*\).*/\1/' "$source/VERSION")
SOURCE_DATE_EPOCH=$(date +%s)
export SOURCE_DATE_EPOCH

# copy DIR: the sources, as they are
copy() {
    mkdir -p "$1"
    (cd "$src" && tar -cf - --exclude=./build --exclude=./.git --exclude=./config.mak .) | tar -xf - -C "$1"
}
# deb DIR: make deb there
deb() { env -u BOOTSTAMP_BUILD -u BOOTSTAMP_SRC "$1/tools/make-deb.sh" "$qemu" "$source"; }

# --- two builds
copy "$tmp/one"
copy "$tmp/another/place"
# As after tools/install-deps.sh and apt-get install debhelper: without build-essential
mkdir "$tmp/dpkg" "$tmp/bin"
perl -00 -ne 'print unless /^Package: build-essential$/m' /var/lib/dpkg/status >"$tmp/dpkg/status"
printf '#!/bin/sh\nexec /usr/bin/dpkg-checkbuilddeps --admindir=%s "$@"\n' "$tmp/dpkg" >"$tmp/bin/dpkg-checkbuilddeps"
chmod +x "$tmp/bin/dpkg-checkbuilddeps"
(
    PATH=$tmp/bin:$PATH
    deb "$tmp/one"
) >"$tmp/out" 2>&1
is $? 0 "make deb, without build-essential" || diag "$(tail -n 5 "$tmp/out")"
ok "in another folder" deb "$tmp/another/place"
debs=$(cd "$tmp/one/build/deb" && ls -- *.deb)
is "$(echo "$debs" | grep -v dbgsym | tr '\n' ' ' | sed 's/_[^ ]*//g')" "bootstamp-qemu-$minor bootstamp " "two packages"
for file in $debs; do
    ok "$file: the same bytes" cmp "$tmp/one/build/deb/$file" "$tmp/another/place/build/deb/$file"
    dpkg-deb -x "$tmp/one/build/deb/$file" "$tmp/content"
done
is "$(grep -rlF -e "$tmp" -e "$source" -e "$src" "$tmp/content")" "" "no path of the build in any file"
lintian --allow-root --fail-on error,warning "$tmp/one/build/deb"/*.changes >"$tmp/lintian" 2>&1
is "$? $(cat "$tmp/lintian")" "0 " "lintian: no error, no warning"
rm -rf "$tmp/another"

# An upgrade: the same sources under another version
DEB_VERSION=$(sed -n 's/^version=//p' "$src/configure")+1
export DEB_VERSION
mv "$tmp/one/build/deb" "$tmp/first"
ok "the next version" deb "$tmp/one"

# --- in a bare system
root=$build/chroot/$suite
in_chroot() { "$src/tools/in-chroot.sh" --empty --again "$suite" "$@" >"$tmp/out" 2>&1; }
"$src/tools/in-chroot.sh" --empty "$suite" true >"$tmp/out" 2>&1
is $? 0 "a bare $suite" || { diag "$(tail -n 5 "$tmp/out")"; done_testing; }
mkdir -p "$root/debs/next"
cp "$tmp/first"/*.deb "$root/debs/"
cp "$tmp/one/build/deb"/*.deb "$root/debs/next/"
rm -f "$root"/debs/*dbgsym* "$root"/debs/next/*dbgsym*
cp "$guests/pattern-1000.rom" "$root/debs/"
guest_bytes pattern 1000 >"$root/debs/expected"

in_chroot sh -c 'DEBIAN_FRONTEND=noninteractive apt-get -q -y install /debs/*.deb'
is $? 0 "apt-get install of the packages, with what they recommend" || diag "$(tail -n 5 "$tmp/out")"
is "$(grep -c 'no module fits' "$tmp/out")" 0 "QEMU came, and the module fits"
is "$(chroot "$root" sh -c 'command -v gcc cc make' | wc -l)" 0 "no compiler came with them"
in_chroot sh -c 'bootstamp run -q -c /debs/a.bst -- qemu-system-x86_64 -M pc -m 32 -nodefaults -display none -accel tcg \
    -bios /debs/pattern-1000.rom && bootstamp export --format raw /debs/a.bst | cmp - /debs/expected'
is $? 0 "bootstamp run in one further command: every byte" || diag "$(cat "$tmp/out")"
in_chroot bootstamp run -q -c /debs/b.bst -n 1 --timeout 60 --until 'BIOS int 19' -- qemu-system-x86_64 -M pc -m 64 -nodefaults -display none
is $? 0 "the BIOS, too" || diag "$(cat "$tmp/out")"
for file in doc/bootstamp/screenshot.svg doc/bootstamp/apparmor-libvirt-qemu doc/bootstamp/CHANGELOG.md man/man1/bootstamp.1.gz \
    bash-completion/completions/bootstamp; do
    ok "$file is there" test -f "$root/usr/share/$file"
done

# --- the trigger: a QEMU of another version comes in a package
mkdir -p "$root/debs/new/DEBIAN" "$root/debs/new/usr/bin"
printf 'Package: qemu-new\nVersion: 99.1\nArchitecture: all\nMaintainer: none <none@example.org>\nDescription: none\n' \
    >"$root/debs/new/DEBIAN/control"
printf '#!/bin/sh\necho "QEMU emulator version 99.1.0"\n' >"$root/debs/new/usr/bin/qemu-system-sparc"
chmod 755 "$root/debs/new/usr/bin/qemu-system-sparc"
dpkg-deb --root-owner-group -b "$root/debs/new" "$root/debs/new.deb" >"$tmp/out" 2>&1
in_chroot dpkg -i /debs/new.deb
is $? 0 "a QEMU comes that no module fits: its installation does not fail"
like "$(cat "$tmp/out")" "^bootstamp: /usr/bin/qemu-system-sparc is QEMU 99\.1\.0, and no module fits it: install the package bootstamp-qemu-99\.1" \
    "and the trigger says what to do"

# --- upgrade, removal, purge
in_chroot sh -c 'DEBIAN_FRONTEND=noninteractive apt-get -q -y install /debs/next/*.deb'
is $? 0 "an upgrade" || diag "$(tail -n 5 "$tmp/out")"
like "$(cat "$tmp/out")" "^bootstamp: /usr/bin/qemu-system-sparc is QEMU 99\.1\.0, and no module fits it" \
    "a QEMU that was there before is reported, too"
in_chroot dpkg -r qemu-new
is "$(grep -c 'no module fits' "$tmp/out")" 0 "it goes, and nothing is said"
is "$(chroot "$root" dpkg-query -W -f '${Version} ' bootstamp "bootstamp-qemu-$minor")" "$DEB_VERSION $DEB_VERSION " "of both"
in_chroot sh -c 'bootstamp run -q -c /debs/c.bst -- qemu-system-x86_64 -M pc -m 32 -nodefaults -display none -accel tcg \
    -bios /debs/pattern-1000.rom && bootstamp export --format raw /debs/c.bst | cmp - /debs/expected'
is $? 0 "it runs"
in_chroot dpkg -r "bootstamp-qemu-$minor"
like "$(cat "$tmp/out")" "^bootstamp: /usr/bin/qemu-system-[a-z0-9_]* is QEMU $minor.*no module fits it" "without the module the trigger reports QEMU"
in_chroot sh -c "apt-get -q -y remove bootstamp && dpkg --purge bootstamp bootstamp-qemu-$minor"
is $? 0 "remove and purge" || diag "$(cat "$tmp/out")"
is "$(find "$root" -xdev -path "$root/debs" -prune -o -path "$root/proc" -prune -o -name '*bootstamp*' -print | grep -v '/var/\(log\|cache\|lib/apt\)/')" "" \
    "nothing is left"
rm -rf "$root/debs"
done_testing
