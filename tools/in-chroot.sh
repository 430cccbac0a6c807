#!/bin/bash
# The sources as they are, in a bare chroot of a Debian release.
#
#   tools/in-chroot.sh [--again] [--empty] SUITE [COMMAND...]
#
# Makes the chroot by debootstrap from this machine's own mirror, copies the
# sources into it and runs COMMAND in /src; without one, README's two commands:
# tools/quickstart.sh and .ci/run.  After each command a line with its status
# and seconds.  The exit status is that of the first command that failed.
#
#   --again   in the chroot of the last run, with the sources of now
#   --empty   without any sources (packages are tested that way)
#
# A bare system is kept in build/chroot/SUITE.base, the last run in
# build/chroot/SUITE.  Needs root and debootstrap; mounts are seen by COMMAND only.
set -eu

die() {
    printf 'bootstamp: in-chroot: %s\n' "$*" >&2
    exit 1
}

usage() {
    echo "usage: tools/in-chroot.sh [--again] [--empty] SUITE [COMMAND...]" >&2
    exit 2
}

again=no empty=no
while [ $# -gt 0 ]; do
    case $1 in
    --again) again=yes ;;
    --empty) empty=yes ;;
    -*) usage ;;
    *) break ;;
    esac
    shift
done
[ $# -ge 1 ] || usage
suite=$1
shift

here=$(cd "$(dirname "$0")/.." && pwd)
chroots=${BOOTSTAMP_BUILD:-$here/build}/chroot
base=$chroots/$suite.base
root=$chroots/$suite
export LC_ALL=C

# --- the mirror -------------------------------------------------------------

# The release that apt's entries name
release() {
    # shellcheck source=/dev/null
    (. /etc/os-release && echo "${VERSION_CODENAME:-}")
}

# This machine's entries for its own release as "deb" lines for SUITE: first the
# release itself, then its updates.  sid has no companions.
sources() {
    local codename uri component
    apt-get indextargets --format '$(CODENAME) $(REPO_URI) $(COMPONENT)' 'Created-By: Packages' |
        while read -r codename uri component; do
            case $codename in
            "$(release)" | sid | unstable) echo "deb $uri $suite $component" ;;
            "$(release)"-*)
                [ "$suite" = sid ] || echo "deb $uri $suite${codename#"$(release)"} $component"
                ;;
            esac
        done | sort -u
}

# --- the bare system --------------------------------------------------------

make_base() {
    local list mirror
    list=$(sources)
    mirror=$(printf '%s\n' "$list" | sed -n "s/^deb \([^ ]*\) $suite main$/\1/p" | head -n 1)
    [ -n "$mirror" ] || die "apt's lists name no mirror of $(release): apt-get update"
    rm -rf "$base.new"
    mkdir -p "$chroots"
    debootstrap --variant=minbase "$suite" "$base.new" "$mirror" >"$chroots/$suite.log" 2>&1 ||
        die "debootstrap failed: see $chroots/$suite.log"
    printf '%s\n' "$list" >"$base.new/etc/apt/sources.list"
    # How this machine reaches its mirror: proxies, dates that are not checked
    apt-config dump | grep '^Acquire::' >"$base.new/etc/apt/apt.conf.d/99host"
    chroot "$base.new" apt-get -q update >>"$chroots/$suite.log" 2>&1 ||
        die "apt-get update failed: see $chroots/$suite.log"
    mv "$base.new" "$base"
}

# --- a run ------------------------------------------------------------------

make_root() {
    rm -rf --one-file-system "$root"
    cp -a --reflink=auto "$base" "$root"
    cp -L /etc/resolv.conf /etc/hosts "$root/etc/"
}

copy_sources() {
    mkdir -p "$root/src"
    (cd "$here" && git ls-files -z --cached --others --exclude-standard |
        tar -cf - --null --ignore-failed-read -T - 2>/dev/null) | tar -xf - -C "$root/src"
}

# One command in the chroot, in a mount and process namespace of its own, which
# end with it.
in_root() {
    # shellcheck disable=SC2016
    unshare --mount --pid --fork --propagation private bash -euc '
        root=$1
        shift
        mount --rbind /dev "$root/dev"
        mount -t proc proc "$root/proc"
        mount -t sysfs sysfs "$root/sys"
        mount -t tmpfs -o mode=1777 tmpfs "$root/tmp"
        mkdir -p "$root/src"
        exec chroot "$root" env -i HOME=/root TERM="${TERM:-dumb}" LC_ALL=C.UTF-8 \
            PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin \
            sh -c "cd /src && exec \"\$@\"" sh "$@"
    ' bash "$root" "$@"
}

failed=0
run() {
    local start=$SECONDS status=0
    in_root "$@" </dev/null || status=$?
    echo "in-chroot: $suite: $*: status $status, $((SECONDS - start)) s"
    [ $failed != 0 ] || failed=$status
}

# All of it is read before it runs: this file may change meanwhile.
main() {
    [ "$(id -u)" = 0 ] || die "needs root"
    command -v debootstrap >/dev/null || die "needs debootstrap: apt-get install debootstrap"
    [ -d "$base" ] || make_base
    if [ $again = no ] || [ ! -d "$root" ]; then
        make_root
    fi
    [ $empty = yes ] || copy_sources
    if [ $# -gt 0 ]; then
        run "$@"
    else
        run tools/quickstart.sh
        run .ci/run
    fi
    exit "$failed"
}
main "$@"
