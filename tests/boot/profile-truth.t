#!/bin/sh
# profile: known call paths, a guest that spins with interrupts off, a stack that is garbage, code that is written anew,
# two boots compared.  Exact under -icount; under TCG and KVM, that it holds.
# shellcheck source=tests/lib.sh
. "$(dirname "$0")/../lib.sh"
need_guests truth-1000.rom truth-100.rom shares-1000.rom shares-2000.rom

as --32 -I "$src/tests/guests" -o "$tmp/truth.o" "$src/tests/guests/truth.S" &&
    ld -m elf_i386 -e start -Ttext=0 --section-start=.reset=0xfff0 -o "$tmp/truth.elf" "$tmp/truth.o"
as --32 -I "$src/tests/guests" -o "$tmp/shares.o" "$src/tests/guests/shares.S" &&
    ld -m elf_i386 -T "$src/tests/guests/rom.ld" --oformat elf32-i386 -o "$tmp/shares.elf" "$tmp/shares.o"

# boot NAME ROM [QEMU ARGS]: into $tmp/NAME.bst
boot() {
    name=$1 rom=$2
    shift 2
    RUN="$BOOTSTAMP run -q --profile --" run_rom "$rom" -chardev "timestamp,id=dbg,path=$tmp/$name.bst" "$@"
    is $? 0 "$name: the guest ends"
}
# profile_of NAME FROM TO: between two lines
profile_of() { "$BOOTSTAMP" profile --all --symbols "$tmp/truth.elf@0xf0000" --clock "${clock:-host}" --between "$2" "$3" "$tmp/$1.bst"; }
# total FUNCTION, own FUNCTION <TABLE: its shares; told WORDS: a figure of the line about call paths
total() { awk -v f="$1" '$3 ~ /%$/ && $5 == f { print $3 + 0 }'; }
own() { awk -v f="$1" '$3 ~ /%$/ && $5 == f { print $1 + 0 }'; }
told() { tr '\n' ' ' | grep -o "[0-9.]*% $1" | sed 's/%.*//'; }
between() { awk -v x="${1:-none}" -v low="$2" -v high="$3" 'BEGIN { exit !(x != "none" && x + 0 >= low && x + 0 <= high) }'; }

boot icount truth-1000 -icount shift=3,sleep=off
is "$("$BOOTSTAMP" export -F raw "$tmp/icount.bst" | tr '\n' ' ')" "begin paths lonely garbage changed " "the guest did what it says"
clock=virtual

# --- call paths of known callers: alpha calls leaf once, beta three times; 640 samples at random moments of their
# periods, of which three standard errors are 5%
profile_of icount begin paths >"$tmp/out"
for want in 'alpha 25' 'beta 75' 'work 100'; do
    ok "$want% of the time below it" between "$(total "${want% *}" <"$tmp/out")" $((${want#* } - 5)) $((${want#* } + 5)) ||
        diag "$(cat "$tmp/out")"
done
ok "the time itself is leaf's" between "$(own leaf <"$tmp/out")" 99 100
is "$(told 'of the busy time whole' <"$tmp/out")" 100.0 "all paths are whole"
"$BOOTSTAMP" export -F folded --clock virtual --symbols "$tmp/truth.elf@0xf0000" "$tmp/icount.bst" >"$tmp/folded"
is "$(sed -n 's/^Run;\(.*;leaf\) [0-9]*$/\1/p' "$tmp/folded" | sort | tr '\n' ' ')" "work;alpha;leaf work;beta;leaf " \
    "leaf has these two callers, and no other"

# --- one function, interrupts off
profile_of icount paths lonely >"$tmp/out"
ok "a guest that spins with interrupts off is in that function" between "$(own lonely <"$tmp/out")" 99 100 || diag "$(cat "$tmp/out")"

# --- code that is written anew before each call: by its place, and who called it
profile_of icount garbage changed >"$tmp/out"
ok "code in RAM without symbols is shown by its region" grep -q '\[low memory\]' "$tmp/out"
ok "and most of the time" between "$(sed -n 's/^ *\([0-9.]*\)% .*\[low memory\].*/\1/p' "$tmp/out")" 80 100
ok "below the function that called it" between "$(total change <"$tmp/out")" 95 100 || diag "$(cat "$tmp/out")"

# --- a stack that is garbage: nobody crashes, and the share is reported
garbage() {
    profile_of "$1" lonely garbage >"$tmp/out"
    ok "$1: a stack that is garbage: the function is known" between "$(own garbled <"$tmp/out")" 95 100 || diag "$(cat "$tmp/out")"
    lost=$(echo "$(told 'end at a function' <"$tmp/out") $(told 'where the sampled' <"$tmp/out")" | awk '{ print $1 + $2 }')
    # a word that is 0 is an end, as it is of a good stack
    ok "$1: and is reported as not unwound ($lost%)" between "$lost" 75 100 || diag "$(cat "$tmp/out")"
}
garbage icount
clock=host
accels=tcg
if have_kvm; then accels="tcg kvm"; else skip "the same under KVM" "no usable KVM"; fi
for accel in $accels; do
    # a nested KVM may interpret a ROM's code
    rom=truth-1000
    [ "$accel" = tcg ] || rom=truth-100
    ACCEL=$accel boot "$accel" "$rom"
    is "$("$BOOTSTAMP" export -F raw "$tmp/$accel.bst" | tail -n 1)" changed "$accel: with all of its parts"
    garbage "$accel"
done

# --- two boots: what became more, and what did not
boot a shares-1000 -icount shift=3,sleep=off
boot b shares-2000 -icount shift=3,sleep=off
compare() { "$BOOTSTAMP" profile --clock virtual --symbols "$tmp/shares.elf@0xf0000" --between begin end "$@"; }
compare "$tmp/a.bst" "$tmp/a.bst" >"$tmp/out"
is "$(awk '$6 ~ /^(ten|thirty|sixty)$/ && $3 == "+0.000" && $5 == "no"' "$tmp/out" | wc -l)" 3 "a boot differs from itself by nothing" ||
    diag "$(cat "$tmp/out")"
compare "$tmp/a.bst" "$tmp/b.bst" >"$tmp/out"
is "$(awk '$6 ~ /^(ten|thirty|sixty)$/ && $5 == "yes" && $2 > 1.9 * $1 && $2 < 2.1 * $1' "$tmp/out" | wc -l)" 3 \
    "twice the rounds: each function takes twice the seconds, and that is sure" || diag "$(cat "$tmp/out")"
is "$(awk 'NR == 2 { print $6 }' "$tmp/out")" sixty "the largest change is first"
is "$(compare "$tmp/b.bst" "$tmp/a.bst" | awk 'NR == 2 { print ($3 < 0 ? "less" : "more") }')" less "the other way round it is less"

# --- --vcpu: of the samples, in each format that has them
boot smp truth-100
for format in $("$BOOTSTAMP" export --format help | sed 's/ .*//'); do
    "$BOOTSTAMP" export -F "$format" -o "$tmp/vcpu" --vcpu 0 "$tmp/smp.bst" >"$tmp/out" 2>&1
    status=$?
    "$BOOTSTAMP" export -F "$format" -o "$tmp/vcpu-1" --vcpu 1 "$tmp/smp.bst" >"$tmp/out-1" 2>&1
    case "$format $status $?" in
    *' 0 1')
        like "$(cat "$tmp/out-1")" 'no samples of the vCPU that --vcpu names; the last of its vCPUs is 0$' "$format: a vCPU that there is not" ;;
    *' 2 2') like "$(cat "$tmp/out")" 'has no samples: leave out --vcpu' "$format: has none of any" ;;
    *) fail "$format --vcpu: $status, $(cat "$tmp/out" "$tmp/out-1")" ;;
    esac
    rm -rf "$tmp/vcpu"
done
for command in profile export; do
    for wrong in x -1 1.5 65536; do
        "$BOOTSTAMP" $command --vcpu="$wrong" "$tmp/smp.bst" >"$tmp/out" 2>&1
        is "$? $(cat "$tmp/out")" \
            "2 bootstamp: $command: --vcpu: '$wrong' is not the number of a vCPU; see bootstamp $command --help" "$command --vcpu=$wrong"
    done
done

# --- the flame graph in the pictures
for format in svg html flamegraph; do
    "$BOOTSTAMP" export -F $format --symbols "$tmp/truth.elf@0xf0000" -o "$tmp/flame" "$tmp/tcg.bst"
    ok "$format has a box for each function" sh -c "for f in leaf alpha beta lonely garbled; do grep -q \"<title>\$f: \" '$tmp/flame' || exit 1; done"
    [ $format = html ] || ! command -v xmllint >/dev/null || ok "$format is well-formed" xmllint --noout "$tmp/flame"
done
done_testing
