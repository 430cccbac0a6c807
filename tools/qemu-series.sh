#!/bin/sh
# The patches that add our sources to QEMU's tree, made from the sources.
#
#   tools/qemu-series.sh            write them to chardev-backend/patches/common
#   tools/qemu-series.sh --check    do they still say what the sources say?
#   tools/qemu-series.sh --import DIR   only the files, into a QEMU tree
#
# The other patches of chardev-backend/patches/VERSION hook these files into
# that version of QEMU and are written by hand.  What becomes of a file:
#
#   capture/*.[ch]                       chardev/timestamp/capture/
#   capture/probe.h               chardev/timestamp/capture/
#   capture/phases.conf           chardev/timestamp/capture/phases-conf.h
#   chardev-backend/*.[ch]               chardev/timestamp/
#     but what only a loadable module needs
#   chardev-backend/in-tree/*            chardev/timestamp/
#     test-*.c, *-test.c                 tests/unit/, tests/qtest/
#     *.json                             qapi/
#     *.rst                              docs/system/
#
# As QEMU's scripts/clean-includes would, "qemu/osdep.h" is put first in each
# C file, and what it brings is left out.
set -eu

die() {
    printf 'bootstamp: qemu-series: %s\n' "$*" >&2
    exit 1
}

cd "$(dirname "$0")/.."
top=$PWD
patches=chardev-backend/patches

mode=write
case ${1-} in
'') ;;
--check) mode=check ;;
--import)
    mode=import
    [ $# -eq 2 ] && [ -d "$2/chardev" ] || die "'${2-}' is no QEMU tree: no folder chardev there"
    ;;
*)
    echo "usage: tools/qemu-series.sh [--check | --import DIR]" >&2
    exit 2
    ;;
esac

# --- the files --------------------------------------------------------------

# What osdep.h brings, as scripts/clean-includes has it.
provided='assert|ctype|errno|fcntl|getopt|glib|inttypes|limits|setjmp|signal|stdarg|stdbool|stddef|stdint|stdio|stdlib|string|strings|sys/stat|sys/time|sys/types|time|unistd'

# put FROM TO: into $tree
put() {
    mkdir -p "$(dirname "$tree/$2")"
    awk -v is_c="$(case $2 in *.c) echo 1 ;; esac)" -v provided="^#include <($provided)\\\\.h>\$" '
        { gsub(/"firmware-debug\/probe\.h"/, at_probe) }
        # which may be given on as anything; QEMU takes some licences only,
        # and wants no text of them
        sub(/SPDX-License-Identifier: MIT-0/, "SPDX-License-Identifier: GPL-2.0-or-later") {
            print
            while ((getline) > 0 && !/^ \*\/$/) {}
        }
        $0 ~ provided { dropped = 1; next }
        # the blank line after a list of which nothing is left
        dropped && /^$/ && blank { next }
        { dropped = 0; print; blank = /^$/ }
        is_c && !done && /^ \*\/$/ { print ""; print "#include \"qemu/osdep.h\""; done = 1; getline }
    ' at_probe="$(case $2 in */capture/*) echo '"probe.h"' ;; *) echo '"capture/probe.h"' ;; esac)" \
        "$1" >"$tree/$2"
}

put_capture() {
    for file in capture/*.[ch]; do
        put "$file" "chardev/timestamp/$file"
    done
    put capture/probe.h chardev/timestamp/capture/probe.h
    {
        echo '/*'
        echo ' * The rules of the milestones, a line each: a C string.'
        echo ' *'
        echo ' * SPDX-License-Identifier: GPL-2.0-or-later'
        echo ' */'
        echo
        sed 's/[\\"]/\\&/g; s/.*/"&\\n"/' capture/phases.conf
    } >"$tree/chardev/timestamp/capture/phases-conf.h"
}

put_back_end() {
    for file in chardev-backend/*.[ch]; do
        name=$(basename "$file")
        case $name in
        preload.c | *-wrap.c | *-module.c) ;; # loadable only
        *) [ -e "chardev-backend/in-tree/$name" ] || put "$file" "chardev/timestamp/$name" ;;
        esac
    done
    for file in chardev-backend/in-tree/*; do
        name=$(basename "$file")
        case $name in
        test-*.c | *-test.c | *.rst | *.json) ;;
        *) put "$file" "chardev/timestamp/$name" ;;
        esac
    done
}

put_tests() {
    for file in chardev-backend/in-tree/test-*.c; do
        [ ! -e "$file" ] || put "$file" "tests/unit/$(basename "$file")"
    done
    for file in chardev-backend/in-tree/*-test.c; do
        [ ! -e "$file" ] || put "$file" "tests/qtest/$(basename "$file")"
    done
}

put_schema() {
    mkdir -p "$tree/qapi"
    cp chardev-backend/in-tree/*.json "$tree/qapi/"
}

put_documents() {
    mkdir -p "$tree/docs/system"
    cp chardev-backend/in-tree/*.rst "$tree/docs/system/"
}

if [ $mode = import ]; then
    tree=$(cd "$2" && pwd)
    put_capture
    put_back_end
    put_schema
    put_tests
    put_documents
    exit 0
fi

# --- the patches ------------------------------------------------------------

tree=$(mktemp -d)
trap 'rm -rf "$tree"' EXIT
trap 'exit 130' INT
trap 'exit 143' TERM
# Nothing of whoever runs this, nor of the day.
GIT_CONFIG_GLOBAL=/dev/null GIT_CONFIG_NOSYSTEM=1
GIT_AUTHOR_NAME='bootstamp developers' GIT_AUTHOR_EMAIL=bootstamp@example.org
GIT_COMMITTER_NAME=$GIT_AUTHOR_NAME GIT_COMMITTER_EMAIL=$GIT_AUTHOR_EMAIL
GIT_AUTHOR_DATE='2026-11-23T12:00:00Z' GIT_COMMITTER_DATE='2026-11-23T12:00:00Z'
export GIT_CONFIG_GLOBAL GIT_CONFIG_NOSYSTEM GIT_AUTHOR_NAME GIT_AUTHOR_EMAIL GIT_COMMITTER_NAME \
    GIT_COMMITTER_EMAIL GIT_AUTHOR_DATE GIT_COMMITTER_DATE
git="git -C $tree"
$git init -q
$git commit -q --allow-empty -m base

mkdir "$tree.out"
trap 'rm -rf "$tree" "$tree.out"' EXIT

# commit NUMBER SUBJECT: what was put, with the text of standard input
commit() {
    $git add -A
    { printf '%s\n\n' "$2"; cat; printf '\nSigned-off-by: %s <%s>\n' "$GIT_AUTHOR_NAME" "$GIT_AUTHOR_EMAIL"; } |
        $git commit -q -F -
    $git format-patch -q -1 --zero-commit --no-signature --abbrev=12 --start-number "$1" -o "$tree.out"
}

put_capture
commit 4 'chardev/timestamp: captures' <<END
A capture is an append-only file of stamped bytes and events, which is
valid at any instant.  Writing one takes no system call, no lock and no
allocation: a helper thread reserves, maps and faults in what will be
written.  Reading one gives lines, milestones and fw_cfg copies.

These files know nothing of QEMU; they stand in the bootstamp project,
whose viewer and reports read what they write.  Its documentation has the
layout of the file.
END
put_back_end
commit 5 'chardev/timestamp: a back end that stamps every byte' <<END
Printing a timestamp before each debug line slows the guest down, so the
numbers change.  This back end stamps every byte in the host, with no
system call on the guest's path, and puts life-cycle events, fw_cfg copies
and firmware probes into the same file, on the same clock.

It is not built yet: a later patch adds it to the schema and to the build.
END
put_schema
commit 7 'qapi: the schema of query-boot-timestamps' <<END
Managers can ask a running machine for the milestones of its boot and for
the progress of fw_cfg copies.
END
put_tests
commit 9 'tests: the timestamp back end' <<END
Unit tests of the character device, and a qtest of what the debug port,
fw_cfg and the probe port leave in a capture.
END
put_documents
commit 11 'docs/system: boot timestamps' <<END
How to see where the time goes while a machine boots.
END

cd "$top"
if [ $mode = check ]; then
    diff -r -u "$patches/common" "$tree.out" >"$tree/diff" || {
        head -n 20 "$tree/diff" >&2
        die "$patches/common is not what the sources say; run tools/qemu-series.sh"
    }
    exit 0
fi
mkdir -p "$patches/common"
rm -f "$patches"/common/*.patch
cp "$tree.out"/*.patch "$patches/common/"
