#!/bin/sh
# The rank tests of bootstamp diff beside R's wilcox.test().
# shellcheck source=tests/lib.sh
. "$(dirname "$0")/../lib.sh"
command -v Rscript >/dev/null || skip_all "no R (r-base-core)"
command -v jq >/dev/null || skip_all "no jq"

# Twelve boots a side, in ms with digits of their own, so that none tie.
a="101.11 97.23 130.37 88.41 93.53 160.61 99.71 104.83 91.97 95.09 240.13 102.19"
b="111.07 121.31 118.29 99.93 140.41 131.57 125.51 119.67 300.73 109.79 116.83 122.89"
mkdir "$tmp/a" "$tmp/b"
i=10
# shellcheck disable=SC2086
set -- $b
for ms in $a; do
    i=$((i + 1))
    perl "$src/tests/cli/boot-capture.pl" "$tmp/a/boot-$i.bst" "post=$ms"
    perl "$src/tests/cli/boot-capture.pl" "$tmp/b/boot-$i.bst" "post=$1"
    shift
done

# figures OPTION...: p alone, shift and interval, ms
figures() {
    "$BOOTSTAMP" diff "$@" -F json "$tmp/a" "$tmp/b" | jq -r '.measures[] | select(.name == "BIOS post") |
        [.p_alone, .shift_ns / 1e6, .shift_low_ns / 1e6, .shift_high_ns / 1e6] | map(. * 1e6 | round / 1e6) | join(" ")'
}

# of_r PAIRED: the same by R; each end of the interval is wrong with a chance of 4%
of_r() {
    Rscript -e "a <- scan(text = '$a', quiet = TRUE); b <- scan(text = '$b', quiet = TRUE)" \
        -e "p <- wilcox.test(b, a, paired = $1, alternative = 'greater', exact = TRUE)\$p.value" \
        -e "w <- wilcox.test(b, a, paired = $1, exact = TRUE, conf.int = TRUE, conf.level = 0.92)" \
        -e "cat(round(c(p, w\$estimate, w\$conf.int), 6))"
}

is "$(figures)" "$(of_r FALSE)" "rank sums: p, shift, interval"
is "$(figures --paired)" "$(of_r TRUE)" "signed ranks: p, shift, interval"

done_testing
