#!/bin/sh
# The sources keep the rules of .clang-format and .shellcheckrc, and tools/lint.sh sees what does not.
# shellcheck source=tests/lib.sh
. "$(dirname "$0")/../lib.sh"

# lint NAME ARGUMENTS...: clean, or skipped where the tool is missing (status 3)
lint() {
    name=$1
    shift
    "$src/tools/lint.sh" "$@" >"$tmp/lint.out" 2>&1
    case $? in
    0) pass "$name" ;;
    3) skip "$name" "$(cat "$tmp/lint.out")" ;;
    *)
        fail "$name"
        head -n 30 "$tmp/lint.out" | sed 's/^/# /' >&2
        ;;
    esac
}

# finds NAME WHAT ERE: $tmp/bad.WHAT is found, for this reason
finds() {
    "$src/tools/lint.sh" "$2" "$tmp/bad.$2" >"$tmp/lint.out" 2>&1
    case $? in
    3) skip "$1" "$(cat "$tmp/lint.out")" ;;
    *) like "$? $(cat "$tmp/lint.out")" "$3" "$1" ;;
    esac
}

lint "every C file is as clang-format writes it" c
lint "every shell script is clean for shellcheck" shell

# CC may be two words, "ccache cc": a script that quotes it looks for a program of that name.
is "$(cd "$src" && grep -nE '"\$\{?(CC|cc)(:-[a-z]+)?\}?"' configure tools/*.sh tests/*/*.t tests/*/*.sh tests/lib.sh firmware-debug/*.sh |
    grep -v 'quote "\$CC"\|dollars "\$CC"\|found compiler')" "" "no script takes CC for one word"

cp "$src/.clang-format" "$tmp/"
printf 'int f(int a) { return  a; }\n' >"$tmp/bad.c"
finds "a C file in another style is found" c 'clang-format-violations'
printf '#!/bin/sh\nrm -r $1/*\n' >"$tmp/bad.shell"
finds "a script that forgets its quotes is found" shell 'SC2086'
done_testing
