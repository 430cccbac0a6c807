# shellcheck shell=bash
# Guests of Debian's packages, and whether their rows are true.  Source after lib.sh.
# $tmp, $src and $BOOTSTAMP are of lib.sh.
# shellcheck disable=SC2154

# true_rows CAPTURE NAME [--screens STREAM,...]
true_rows() {
    local capture=$1 name=$2
    shift 2
    ok "$name: every row has the time of its first byte, and nothing is lost" \
        python3 "$src/tests/lines-witness.py" "$BOOTSTAMP" "$capture" "$@"
}

# package_guest NAME FILE WITNESS-OPTIONS MILESTONES QEMU [ARGUMENT...]
#   boots it for $seconds with its serial console captured; milestones have _ for their blanks
package_guest() {
    local name=$1 file=$2 options=$3 want=$4 qemu=$5
    shift 5
    if [ ! -e "$file" ] || ! command -v "$qemu" >/dev/null; then
        skip "$name" "no $file or no $qemu"
        return
    fi
    # shellcheck disable=SC2086
    timeout ${seconds:-8} "$BOOTSTAMP" run -q -- "$qemu" -nodefaults -display none "$@" \
        -chardev "timestamp,id=ser,path=$tmp/$name.bst" -serial chardev:ser </dev/null >"$tmp/qemu.log" 2>&1
    # shellcheck disable=SC2086
    true_rows "$tmp/$name.bst" "$name" $options
    "$BOOTSTAMP" phases "$tmp/$name.bst" >"$tmp/out"
    for milestone in $want; do
        like "$(cat "$tmp/out")" "^$(echo "$milestone" | tr _ ' ') " "$name: $(echo "$milestone" | tr _ ' ')"
    done
}
