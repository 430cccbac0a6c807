#!/bin/bash
# The series of patches that puts our back end into QEMU, made from the sources.
#
#   tools/qemu-series.sh VERSION DIR      write it to DIR, for git am
#   tools/qemu-series.sh --files VERSION  which file goes where: STEP SET FROM TO
#   tools/qemu-series.sh --lines VERSION  how many lines each step adds
#
# VERSION is 7.2, 10.0 or newest, any version of QEMU (one that is newer than
# those it knows is newest), or the folder of a QEMU source.  A patch is made of
# each step, a folder chardev-backend/hooks/NN-NAME:
#
#   message         subject, blank line, text
#   files           our files that it adds, lines of SET FOLDER PATTERN...; a file
#                   goes with the first step that names it.  SET: chardev (its C
#                   files are linked into QEMU's unit tests too) or system (system
#                   emulators only) of chardev/timestamp/meson.build, which is made;
#                   "-": the step's diff names it in the meson.build of its folder
#   VERSION.diff    by hand: what it changes in QEMU's files; a version without one
#                   has that of the version before
#   common.diff     the same for all versions
#
# What becomes of a file is in put().
set -euo pipefail
shopt -s nullglob

die() {
    printf 'bootstamp: qemu-series: %s\n' "$*" >&2
    exit 1
}

usage() {
    echo "usage: tools/qemu-series.sh VERSION DIR | --files VERSION | --lines VERSION" >&2
    exit 2
}

versions=(7.2 10.0 newest)
here=$PWD
[ $# -eq 0 ] || [ ! -f "$1/VERSION" ] || set -- "$(cat "$1/VERSION")" "${@:2}"
cd "$(dirname "$0")/.."
hooks="chardev-backend/hooks"
author='bootstamp developers <bootstamp@example.org>'

# --- which files, and where they go -----------------------------------------

# Only a loadable module needs these, or in-tree/ has another of that name.
loadable_only() {
    case $1 in
    chardev-backend/preload.c | chardev-backend/*-wrap.c | chardev-backend/*-module.c) return 0 ;;
    chardev-backend/in-tree/*) return 1 ;;
    *) [ -e "chardev-backend/in-tree/${1##*/}" ] ;;
    esac
}

# step_files STEP: SET FOLDER FILE, for each that its patterns name
step_files() {
    local set folder pattern file
    local -a patterns

    [ -f "$hooks/$1/files" ] || return 0
    while read -r set folder pattern; do
        read -ra patterns <<<"$pattern"
        for pattern in "${patterns[@]}"; do
            # shellcheck disable=SC2231  # a pattern
            for file in $pattern; do
                loadable_only "$file" || echo "$set $folder $file"
            done
        done
    done < <(grep -v '^#' "$hooks/$1/files")
}

# list_files VERSION: STEP SET FROM TO, for each file of the series
list_files() {
    local step set folder file
    local -A taken=()

    for step in "$hooks"/[0-9]*/; do
        step=$(basename "$step")
        while read -r set folder file; do
            [ -z "${taken[$file]-}" ] || continue
            taken[$file]=1
            # until 8.1
            [ "$1 $folder" != '7.2 system' ] || folder=softmmu
            case $file in
            *.conf) echo "$step $set $file $folder/$(basename "$file" .conf)-conf.h" ;;
            *) echo "$step $set $file $folder/${file##*/}" ;;
            esac
        done < <(step_files "$step")
    done
}

# --- a file as QEMU wants it ------------------------------------------------

# What osdep.h brings, as QEMU's scripts/clean-includes has it.
provided='assert|ctype|errno|fcntl|getopt|glib|inttypes|limits|setjmp|signal|stdarg|stdbool|stddef|stdint|stdio|stdlib|string|strings|sys/stat|sys/time|sys/types|time|unistd'

# "qemu/osdep.h" first in each C file, what it brings left out; a licence that
# QEMU takes, and no text of it.
as_qemu_source() {
    awk -v is_c="$2" -v provided="^#include <($provided)\\\\.h>\$" '
        sub(/SPDX-License-Identifier: MIT-0/, "SPDX-License-Identifier: GPL-2.0-or-later") {
            print
            while ((getline) > 0 && !/^ \*\/$/) {}
        }
        $0 ~ provided { dropped = 1; next }
        # the blank line after a list of which nothing is left
        dropped && /^$/ && blank { next }
        { dropped = 0; print; blank = /^$/ }
        is_c && !done && /^ \*\/$/ {
            print ""
            print "#include \"qemu/osdep.h\""
            done = 1
            getline
        }
    ' "$1"
}

as_c_string() {
    echo '/*'
    echo ' * The rules of the milestones, a line each: a C string.'
    echo ' *'
    echo ' * SPDX-License-Identifier: GPL-2.0-or-later'
    echo ' */'
    echo
    sed 's/[\\"]/\\&/g; s/.*/"&\\n"/' "$1"
}

# own_includes FROM TO LIST: standard input, our headers by their place in QEMU's tree
own_includes() {
    awk -v from="${1%/*}/" -v to="${2%/*}/" '
        NR == FNR { place[$3] = $4; next }
        /^#include "/ {
            name = $2
            gsub(/"/, "", name)
            # beside the file, or from the root
            found = place[from name] ? place[from name] : place[name]
            # in-tree/ stands for the folder above it
            if (!found && sub(/in-tree\/$/, "", from))
                found = place[from name]
            if (found && index(found, to) == 1)
                found = substr(found, length(to) + 1)
            if (found)
                $0 = "#include \"" found "\""
        }
        { print }
    ' "$3" -
}

# put FROM TO TREE LIST
put() {
    mkdir -p "$(dirname "$3/$2")"
    case $1 in
    *.c) as_qemu_source "$1" 1 | own_includes "$1" "$2" "$4" ;;
    *.h) as_qemu_source "$1" '' | own_includes "$1" "$2" "$4" ;;
    *.conf) as_c_string "$1" ;;
    *) cat "$1" ;;
    esac >"$3/$2"
}

# --- a patch ----------------------------------------------------------------

# new_file TREE PATH: the diff that makes it, as git writes it
new_file() {
    printf 'diff --git a/%s b/%s\nnew file mode 100644\n--- /dev/null\n+++ b/%s\n' "$2" "$2" "$2"
    printf '@@ -0,0 +1,%d @@\n' "$(wc -l <"$1/$2")"
    sed 's/^/+/' "$1/$2"
}

# meson_set ADD FILE...: a statement that adds the files, if there are any
meson_set() {
    local add=$1 file

    shift
    [ $# -gt 0 ] || return 0
    echo
    echo "$add("
    for file; do
        echo "  '$file',"
    done
    echo '))'
}

# meson_files SET STEP LIST: its C files up to that step, as meson.build names them
meson_files() {
    awk -v set="$1" -v step="$2" '$1 <= step && $2 == set && sub(/^chardev\/timestamp\//, "", $4) && $4 ~ /\.c$/ {
        print $4
    }' "$3" | LC_ALL=C sort
}

# meson_build STEP VERSION LIST: chardev/timestamp/meson.build after that step; empty before there is one
meson_build() {
    local system=system_ss
    local -a chardev emulator

    [ "$2" != 7.2 ] || system=softmmu_ss # until 8.1
    mapfile -t chardev < <(meson_files chardev "$1" "$3")
    mapfile -t emulator < <(meson_files system "$1" "$3")
    [ ${#chardev[@]} -gt 0 ] || return 0
    echo '# chardev_ss is also linked into unit tests.'
    meson_set 'chardev_ss.add(files' "${chardev[@]}"
    meson_set "$system.add(files" "${emulator[@]}"
}

# meson_diff WORK STEP VERSION: what the step changes in it
meson_diff() {
    local file=chardev/timestamp/meson.build

    mkdir -p "$1/new/chardev/timestamp" "$1/old/chardev/timestamp"
    meson_build "$2" "$3" "$1/list" >"$1/new/$file"
    if cmp -s "$1/old/$file" "$1/new/$file" || [ ! -s "$1/new/$file" ]; then
        return 0
    elif [ ! -f "$1/old/$file" ]; then
        new_file "$1/new" "$file"
    else
        printf 'diff --git a/%s b/%s\n' "$file" "$file"
        diff -u --label "a/$file" --label "b/$file" "$1/old/$file" "$1/new/$file" || :
    fi
    cp "$1/new/$file" "$1/old/$file"
}

# hook STEP VERSION: the diff written by hand, if there is one
hook() {
    local file='' version

    for version in "${versions[@]}"; do
        [ ! -f "$hooks/$1/$version.diff" ] || file=$hooks/$1/$version.diff
        [ "$version" != "$2" ] || break
    done
    [ -z "$file" ] || cat "$file"
    [ ! -f "$hooks/$1/common.diff" ] || cat "$hooks/$1/common.diff"
}

# patch STEP DIFF
patch() {
    local message=$hooks/$1/message

    echo 'From 0000000000000000000000000000000000000000 Mon Sep 17 00:00:00 2001'
    echo "From: $author"
    echo 'Date: Mon, 23 Nov 2026 12:00:00 +0000'
    echo "Subject: [PATCH] $(head -n 1 "$message")"
    sed 1d "$message"
    printf '\nSigned-off-by: %s\n---\n' "$author"
    git apply --stat --summary "$2"
    echo
    cat "$2"
}

# The series for QEMU $1: one of $versions, or nothing.
series_of() {
    local number

    case " ${versions[*]} " in
    *" $1 "*) echo "$1" ;;
    *)
        number=$(echo "$1" | grep -oE '^[0-9]+\.[0-9]+') || die "'$1' is no version of QEMU"
        case " ${versions[*]} " in
        *" $number "*) echo "$number" ;;
        *)
            [ "$(printf '%s\n' "$number" "${versions[-2]}" | sort -V | tail -n 1)" = "$number" ] ||
                die "there is no series for QEMU $1, only for ${versions[*]}; see docs/building-qemu.md"
            echo newest
            ;;
        esac
        ;;
    esac
}

make_series() {
    local version=$1 out=$2 step from to n=0 work

    work=$(mktemp -d)
    # shellcheck disable=SC2064  # its name now
    trap "rm -rf '$work'" EXIT
    list_files "$version" >"$work/list"
    # shellcheck disable=SC2094  # read by both
    while read -r _ _ from to; do
        put "$from" "$to" "$work/tree" "$work/list"
    done <"$work/list"
    mkdir -p "$out"
    rm -f "$out"/*.patch
    for step in "$hooks"/[0-9]*/; do
        step=$(basename "$step")
        {
            hook "$step" "$version"
            meson_diff "$work" "$step" "$version"
            while read -r _ _ _ to; do
                new_file "$work/tree" "$to"
            done < <(grep "^$step " "$work/list" || :)
        } >"$work/diff"
        n=$((n + 1))
        patch "$step" "$work/diff" >"$out/$(printf %04d $n)-${step#*-}.patch"
    done
}

# How many lines each step adds: in files of its own, in QEMU's files, of tests and documents.
count_lines() {
    local patches patch

    patches=$(mktemp -d)
    make_series "$1" "$patches"
    echo 'step                           new  in QEMU   tests and docs'
    for patch in "$patches"/*.patch; do
        awk -v name="$(basename "$patch" .patch)" '
            /^diff --git / { file = substr($4, 3); new = 0 }
            /^new file/ { new = 1 }
            /^\+/ && !/^\+\+\+ / {
                if (file ~ /^(tests|docs)\//)
                    other++
                else if (new)
                    own++
                else
                    hook++
            }
            END { printf "%-28s %5d %8d %16d\n", name, own, hook, other }
        ' "$patch"
    done
    rm -rf "$patches"
}

case ${1-} in
--files)
    [ $# -eq 2 ] || usage
    version=$(series_of "$2")
    list_files "$version"
    ;;
--lines)
    [ $# -eq 2 ] || usage
    version=$(series_of "$2")
    count_lines "$version"
    ;;
'' | -*) usage ;;
*)
    [ $# -eq 2 ] || usage
    case $2 in
    /*) out=$2 ;;
    *) out=$here/$2 ;;
    esac
    version=$(series_of "$1")
    make_series "$version" "$out"
    ;;
esac
