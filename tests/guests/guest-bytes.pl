#!/usr/bin/perl
# The bytes the guest ROMs write: to generate them, or to check a file against them.
use strict;
use warnings;

my $usage = <<'END';
usage: guest-bytes.pl pattern N                  the N bytes of pattern-N.rom, on stdout
       guest-bytes.pl flood N                    the first N lines of flood.rom, on stdout
       guest-bytes.pl check-flood FILE           is FILE a prefix of flood.rom's output?
       guest-bytes.pl check-gaps FILE GAPS       is FILE that, with up to GAPS pieces missing?
       guest-bytes.pl check-smp FILE CPUS N      is FILE an output of smp-N.rom with CPUS CPUs?
       guest-bytes.pl sum FILE [OFFSET [LENGTH]] size and sum as fwcfg-pio.rom prints them
       guest-bytes.pl random SEED N              N incompressible bytes, on stdout
A check prints what it found; its exit status is 0 if all was well, else 1.
END

sub slurp {
    open my $f, '<:raw', $_[0] or die "$_[0]: $!\n";
    local $/;
    return scalar(<$f>) // '';
}

# The first place where two strings differ.
sub differ { ($_[0] ^ $_[1]) =~ /[^\0]/ ? $-[0] : -1 }

binmode STDOUT;
my $what = shift // '';
if ($what eq 'pattern' && @ARGV == 1) {
    for (my $i = 0; $i < $ARGV[0]; $i += 65536) {
        my $end = $i + 65536 < $ARGV[0] ? $i + 65536 : $ARGV[0];
        print pack 'C*', map { (($_ * 0x9e3779b1) & 0xffffffff) >> 24 } $i .. $end - 1;
    }
} elsif ($what eq 'flood' && @ARGV == 1) {
    printf "%08x\n", $_ for 0 .. $ARGV[0] - 1;
} elsif ($what eq 'check-flood' && @ARGV == 1) {
    my $got = slurp($ARGV[0]);
    my $n = length $got;
    my $want = substr join('', map { sprintf "%08x\n", $_ } 0 .. $n / 9), 0, $n;
    my $at = differ($got, $want);
    print $at < 0 ? "$n bytes, in order\n" : "$n bytes, wrong at byte $at\n";
    exit($at >= 0 || !$n);
} elsif ($what eq 'check-gaps' && @ARGV == 2) {
    my ($file, $gaps) = @ARGV;
    my ($last, $broken, $back) = (-1, 0, 0);
    my @lines = split /\n/, slurp($file), -1;
    my $rest = pop @lines;
    for (@lines) {
        # What a gap leaves of two lines can look like a whole one.
        if (!/^[0-9a-f]{8}\z/) {
            $broken++;
        } elsif (hex() <= $last) {
            $back++;
        } else {
            $broken++ if hex() != $last + 1;
            $last = hex;
        }
    }
    print @lines . " lines, $broken broken or after a gap, $back out of order\n";
    exit($back > 0 || $broken > 2 * $gaps);
} elsif ($what eq 'check-smp' && @ARGV == 3) {
    my ($file, $cpus, $n) = @ARGV;
    my (@count, @bad) = (0) x 4;
    my ($turns, $last) = (0, -1);
    for (unpack 'C*', slurp($file)) {
        my $c = $_ >> 6;
        $bad[$c] //= $count[$c] if ($_ & 63) != ($count[$c] & 63);
        $count[$c]++;
        $turns++ if $c != $last;
        $last = $c;
    }
    my $fail = 0;
    for my $c (0 .. 3) {
        my $want = $c < $cpus ? $n : 0;
        $fail = 1 if $count[$c] != $want || defined $bad[$c];
        print "cpu $c: $count[$c] of $want bytes",
            defined $bad[$c] ? ", out of order at its byte $bad[$c]" : '', "\n";
    }
    print "$turns turns\n";
    exit $fail;
} elsif ($what eq 'sum' && @ARGV >= 1) {
    my $data = slurp($ARGV[0]);
    $data = substr $data, $ARGV[1] // 0, $ARGV[2] // length $data;
    printf "%08x %08x\n", length $data, unpack('%32C*', $data);
} elsif ($what eq 'random' && @ARGV == 2) {
    my ($seed, $n) = @ARGV;
    srand $seed;    # perl's own drand48: the same bytes everywhere
    for (; $n > 0; $n -= 65536) {
        print substr pack('N*', map { int rand 4294967296 } 1 .. 16384), 0, $n < 65536 ? $n : 65536;
    }
} else {
    die $usage;
}
