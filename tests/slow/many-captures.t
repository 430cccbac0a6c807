#!/bin/sh
# stats of 100,000 captures, links to a few real ones, in less than two minutes on two CPUs.
# shellcheck source=tests/lib.sh
. "$(dirname "$0")/../lib.sh"
need_guests linux

count=100000
mkdir "$tmp/few"
for i in 1 2 3 4; do
    "$BOOTSTAMP" run -q --serial -c "$tmp/few/boot-$i.bst" -- "$QEMU" -M q35 -accel tcg -m 512 -nodefaults -display none -no-user-config \
        -serial "file:$tmp/serial.log" -kernel "$guests/vmlinuz" -initrd "$guests/initrd" -append "console=ttyS0 panic=-1" \
        </dev/null >"$tmp/log" 2>&1 || skip_all "the guest does not boot: $(tail -n 1 "$tmp/log")"
done
perl -e '
    my ($few, $tree, $n) = @ARGV;
    mkdir $tree;
    for my $i (0 .. $n - 1) {
        my ($host, $date) = ($i % 100, int($i / 100) % 28);
        mkdir "$tree/host$host";
        mkdir "$tree/host$host/$date";
        symlink sprintf("%s/boot-%d.bst", $few, $i % 4 + 1), "$tree/host$host/$date/boot-$i.bst" or die;
    }' "$tmp/few" "$tmp/tree" $count
cat >"$tmp/run.py" <<'PY'
import resource, subprocess, sys, time
began = time.monotonic()
out = subprocess.run(sys.argv[1:], stdout=subprocess.PIPE, check=True).stdout
use = resource.getrusage(resource.RUSAGE_CHILDREN)
print(round(time.monotonic() - began), round(use.ru_utime + use.ru_stime), use.ru_maxrss, out.decode().split()[0])
PY
# shellcheck disable=SC2046
set -- $(python3 "$tmp/run.py" "$BOOTSTAMP" stats "$tmp/tree")
diag "$count captures of $(du -k "$tmp/few/boot-1.bst" | cut -f 1) kB: $1 s, $2 s of CPU, $3 kB at most, $(nproc) CPUs"
is "$4" $count "all are read"
ok "memory: $3 kB" test "$3" -lt 200000
if [ "$(nproc)" -ge 2 ]; then
    # Not the time: other programs may be at work.  On two CPUs this is two minutes.
    ok "CPU time: $2 s" test "$2" -lt 240
fi

done_testing
