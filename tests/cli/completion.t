#!/bin/bash
# completion/bootstamp.bash, asked as bash asks it, in a bash without any other completion.
# shellcheck source=tests/lib.sh
. "$(dirname "$0")/../lib.sh"

export XDG_RUNTIME_DIR=$tmp/run
mkdir -p "$tmp/run/bootstamp" "$tmp/here/folder" "$tmp/bin" && chmod 700 "$tmp/run/bootstamp"
perl "$src/tests/cli/format-cases.pl" "$tmp/run/bootstamp" >/dev/null
cp "$tmp/run/bootstamp/leap.bst" "$tmp/here/one.bst"
cp "$tmp/run/bootstamp/leap.bst" "$tmp/here/with space.bst"
echo >"$tmp/here/other.txt"
ln -s "$BOOTSTAMP" "$tmp/bin/bootstamp"
printf '#!/bin/sh\n' >"$tmp/bin/qemu-system-test"
chmod +x "$tmp/bin/qemu-system-test"

# complete WORD...: what the last WORD can become, sorted, in one line
complete_words() {
    (
        cd "$tmp/here" || exit
        PATH=$tmp/bin:$PATH bash --norc --noprofile -c '
            . "$0"
            COMP_WORDS=("$@") COMP_CWORD=$(($# - 1)) COMPREPLY=()
            _bootstamp
            printf "%s\n" "${COMPREPLY[@]}" | sort | paste -sd "|"
        ' "$src/completion/bootstamp.bash" "$@" 2>&1
    )
}

completes() {
    name=$1 want=$2
    shift 2
    is "$(complete_words "$@")" "$want" "$name"
}

contains() {
    name=$1 want=$2
    shift 2
    got=$(complete_words "$@")
    case "|$got|" in
    *"|$want|"*) pass "$name" ;;
    *) fail "$name"; diag "got: $got" ;;
    esac
}

# What the program lists, and words of our own, sorted, in one line
listed() { printf '%s\n' "$@" | sort | paste -sd '|'; }

# shellcheck disable=SC2046
completes "commands" "$(listed $(commands) --help --version)" bootstamp ''
completes "a command begun" "export" bootstamp e
# shellcheck disable=SC2046
completes "formats" "$(listed $(formats) help)" bootstamp export --format ''
contains "formats: the default" text bootstamp export --format ''
completes "formats of -F" "$(formats | grep ^r | sort | paste -sd '|')" bootstamp export -F r
# shellcheck disable=SC2046
completes "formats behind =" "$(listed $(formats) help)" bootstamp export --format =
completes "a format begun behind =" "$(formats | grep ^t | sort | paste -sd '|')" bootstamp export --format = t
completes "clocks" "host|virtual" bootstamp phases --clock ''
completes "times" "delta|monotonic|relative|wall" bootstamp export --time ''
completes "nothing for a stream" "" bootstamp export --stream ''
completes "files for -o" "other.txt" bootstamp export -o ot
completes "options of view" "--wait" bootstamp view --w
completes "options of run" "--|--capture|--format|--group|--help|--if-fits|--keep|--label|--mode|--post-codes|--probes|--profile|--quiet|--runs|--serial|--silence|--size|--timeout|--until|--view|--warmup" bootstamp run --
contains "QEMU for run" qemu-system-test bootstamp run ''
contains "QEMU behind --" qemu-system-test bootstamp run -q -- qemu-system-t
contains "QEMU behind a capture" qemu-system-test bootstamp run --capture x.bst qemu-system-t
contains "a capture for run" one.bst bootstamp run --capture o
contains "a file for QEMU" other.txt bootstamp run qemu-system-test -kernel oth

contains "captures in the current folder" one.bst bootstamp phases ''
contains "with a space in its name" "with space.bst" bootstamp info w
contains "folders" folder bootstamp info ''
contains "captures of the default folder" "$tmp/run/bootstamp/wrap.bst" bootstamp view ''
completes "the same, begun" "$tmp/run/bootstamp/wrap.bst" bootstamp export "$tmp/run/bootstamp/wr"
case "|$(complete_words bootstamp phases '')|" in
*other.txt*) fail "no other files" ;;
*) pass "no other files" ;;
esac

# Every option that a command's --help tells of, and no other
for command in $(commands); do
    "$BOOTSTAMP" "$command" --help >"$tmp/help" 2>/dev/null
    want=$(sed -n 's/^  \(-[a-zA-Z], \)\{0,1\}\(--[a-z-]*\).*/\2/p' "$tmp/help" | sort | paste -sd '|')
    got=$(complete_words bootstamp "$command" --)
    is "${got#--|}" "$want" "options of $command are those of its --help"
done

# `complete` itself
is "$(bash --norc --noprofile -c '. "$0"; complete -p bootstamp' "$src/completion/bootstamp.bash")" \
    "complete -F _bootstamp bootstamp" "it is registered"

done_testing
