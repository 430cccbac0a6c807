#!/bin/sh
# Keep a patched copy of a source tree, for incremental builds.
#
#   tools/qemu-patch.sh PRISTINE COPY [PATCH]...
#
# COPY becomes PRISTINE with the patches (-p1, no fuzz).  Run again after a change
# of the patches, it writes only files of COPY that become different, so
# everything else keeps its date and ninja compiles only what changed.  Files
# that no patch touches are left as they are in COPY.  PRISTINE is only read.
# COPY.series tells what was applied (a checksum, then the patches) and
# COPY.touched which files that concerns.
set -eu

die() {
    printf 'bootstamp: qemu-patch: %s\n' "$*" >&2
    exit 1
}

if [ $# -lt 2 ]; then
    echo "usage: tools/qemu-patch.sh PRISTINE COPY [PATCH]..." >&2
    exit 2
fi
pristine=$1 copy=$2
shift 2

if ! [ -d "$copy" ]; then
    rm -rf "$copy.new" "$copy.series" "$copy.touched"
    cp -a "$pristine" "$copy.new"
    mv -T "$copy.new" "$copy"
    : >"$copy.touched"
fi

identity="$pristine $(cat /dev/null "$@" | cksum)"
if [ "$(head -n 1 "$copy.series" 2>/dev/null)" = "$identity" ]; then
    exit 0
fi

# --- the patched files, aside -----------------------------------------------

work=$copy.patched
rm -rf "$work"
mkdir "$work"
trap 'rm -rf "$work"' EXIT
trap 'exit 130' INT
trap 'exit 143' TERM

# Both names where a file is moved.
touched=$(sed -n 's|^diff --git a/\([^ ]*\) b/\([^ ]*\)$|\1\n\2|p' /dev/null "$@" | sort -u)
for file in $touched; do
    [ -e "$pristine/$file" ] || continue
    mkdir -p "$work/$(dirname "$file")"
    cp -a "$pristine/$file" "$work/$file"
done
for patch; do
    if ! said=$(patch -d "$work" -p1 -F0 -f --no-backup-if-mismatch <"$patch" 2>&1); then
        printf '%s\n' "$said" | sed 's/^/    /' >&2
        die "$patch does not apply to $pristine; port it to that version," \
            "in a folder of its own (docs/building-qemu.md)"
    fi
done

# --- what differs, into the copy --------------------------------------------

# Until all is in place the copy is of no series.
rm -f "$copy.series"
printf '%s\n' "$touched" >"$copy.touched.new"
both=$(sort -u "$copy.touched" "$copy.touched.new")
changed=0
for file in $both; do
    # touched before only: back to the original
    from=$work
    grep -qxF -e "$file" "$copy.touched.new" || from=$pristine
    if ! [ -e "$from/$file" ]; then
        [ ! -e "$copy/$file" ] || changed=$((changed + 1))
        rm -f "$copy/$file"
    elif ! cmp -s "$from/$file" "$copy/$file"; then
        changed=$((changed + 1))
        mkdir -p "$copy/$(dirname "$file")"
        cp --preserve=mode "$from/$file" "$copy/$file"
    fi
done
mv "$copy.touched.new" "$copy.touched"
printf '%s\n' "$identity" "$@" >"$copy.series"
echo "  PATCH   $# patches, $changed files changed in ${copy##*/qemu-build/}"
