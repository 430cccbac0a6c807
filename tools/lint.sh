#!/bin/sh
# Hold the sources against the rules: C against .clang-format, shell scripts
# against shellcheck and .shellcheckrc.
#
#   tools/lint.sh [--fix] [c|shell] [FILE...]
#
# Without a word both, without files all.  --fix formats the C files in place.
# Exit status: 0 clean, 1 findings (printed), 3 the tool for it is not here.
set -eu

die() {
    status=$1
    shift
    printf 'bootstamp: lint: %s\n' "$*" >&2
    exit "$status"
}

cd "$(dirname "$0")/.."
fix=no what='c shell'
if [ "${1:-}" = --fix ]; then
    fix=yes
    shift
fi
case ${1:-} in
c | shell)
    what=$1
    shift
    ;;
-*)
    echo "usage: tools/lint.sh [--fix] [c|shell] [FILE...]" >&2
    exit 2
    ;;
esac

# The files that are ours, a name each line: what git has or would take; in a
# tree without git, all but what is built.
all_files() {
    if [ -e .git ] && command -v git >/dev/null; then
        git ls-files --cached --others --exclude-standard
    else
        find . -path ./build -prune -o -type f -print | sed 's|^\./||'
    fi
}

# Is FILE a shell script?  By its first line, for most have no .sh.
is_shell() {
    [ -f "$1" ] || return 1
    IFS= read -r first <"$1" || return 1
    case $first in
    '#!/bin/sh'* | '#!/bin/bash'* | '#!/usr/bin/env bash'* | '# shellcheck shell='*) ;;
    *) return 1 ;;
    esac
}

# Names on standard input: those that concern WHAT and are there.
select_files() {
    while IFS= read -r file; do
        case $1,$file in
        c,*.[ch]) [ ! -f "$file" ] || echo "$file" ;;
        shell,*.patch | shell,*.md) ;;
        shell,*) ! is_shell "$file" || echo "$file" ;;
        esac
    done
}

files_of() {
    kind=$1
    shift
    if [ $# -gt 0 ]; then
        printf '%s\n' "$@"
    else
        all_files
    fi | select_files "$kind"
}

# The formatter: a major version that is known to agree with the others here.
# (What lies between 14 and 19 was not tried.)
clang_format() {
    for name in clang-format clang-format-19 clang-format-14; do
        case $("$name" --version 2>/dev/null) in
        *'version 14.'* | *'version 19.'*)
            echo "$name"
            return
            ;;
        esac
    done
    return 1
}

# Two at a time, a few files each; status 0 if all of them were clean.
in_parallel() {
    tr '\n' '\0' | xargs -0 -r -P "${JOBS:-2}" -n 12 "$@"
}

lint_c() {
    tool=$(clang_format) || die 3 "no clang-format 14 or 19: tools/install-deps.sh installs one"
    if [ $fix = yes ]; then
        files_of c "$@" | in_parallel "$tool" -i
    else
        files_of c "$@" | in_parallel "$tool" --dry-run --Werror ||
            die 1 "format: tools/lint.sh --fix c"
    fi
}

lint_shell() {
    command -v shellcheck >/dev/null || die 3 "no shellcheck: tools/install-deps.sh installs it"
    files_of shell "$@" | in_parallel shellcheck -f gcc ||
        die 1 "shellcheck: see https://www.shellcheck.net/wiki/ for each number"
}

for kind in $what; do
    "lint_$kind" "$@"
done
