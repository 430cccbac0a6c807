#!/usr/bin/perl
# Is this a capture of smp-mix-N.rom with so many CPUs, with nothing lost but what is told, nothing torn?
#   check-mix.pl CAPTURE CPUS N
# Reads the file by itself; docs/capture-format.md tells how.
use strict;
use warnings;

my ($path, $cpus, $n) = @ARGV;
open my $file, '<:raw', $path or die "$path: $!\n";
my $data = do { local $/; <$file> };
my @words = unpack 'Q<*', substr $data, 4096;

my (@bytes, @probes, @selects, @time, @last_probe);
my ($lost_bytes, $lost_events, $pio, $bad) = (0, 0, 0, 0);
$_ = 0 for @bytes[0 .. 3], @probes[0 .. 3], @selects[0 .. 3], @time[0 .. 3];
@last_probe = (-1) x 4;

# Nothing lost: byte by byte.  Else in rising order, by what each tells of itself.
sub complain { print "word $_[0]: $_[1]\n" if ++$bad <= 10 }

my $i = 0;
while ($i < @words) {
    my $word = $words[$i];
    my ($kind, $count, $stamp) = ($word >> 56, $word >> 48 & 255, $word & (1 << 48) - 1);
    my $at = $i++;
    if ($kind >= 0x80) {
        my $c = $count >> 6;
        complain($at, "a byte of CPU $c") if $c >= $cpus;
        complain($at, "byte $bytes[$c] of CPU $c is " . ($count & 63)) if !$lost_bytes && ($count & 63) != ($bytes[$c] & 63);
        complain($at, "CPU $c goes back in time") if $stamp < $time[$c];
        $time[$c] = $stamp;
        $bytes[$c]++;
        next;
    }
    next if $kind == 0x7e;    # a place never used
    if ($kind == 0 || $kind == 0x7f || $i + $count > @words) {
        complain($at, "torn: kind $kind");
        next;
    }
    my $payload = '';
    for (1 .. $count) {
        my $cont = $words[$i++];
        complain($i - 1, 'no continuation') if $cont >> 56 != 0x7f;
        $payload .= substr pack('Q<', $cont), 0, 7;
    }
    if ($kind == 0x0d) {
        my ($id, $arg, $width) = unpack 'L< L< C', $payload;
        my $c = $id - 0x38;
        complain($at, "probe $id $arg, $width bytes") if $c < 0 || $c >= $cpus || $width != 4 || $arg % 8;
        complain($at, "probe $arg of CPU $c after $last_probe[$c]")
            if $arg <= $last_probe[$c] || !$lost_events && $arg != $last_probe[$c] + ($last_probe[$c] < 0 ? 1 : 8);
        $last_probe[$c] = $arg;
        $probes[$c]++;
    } elsif ($kind == 0x09) {
        my $key = unpack 'S<', $payload;
        complain($at, "fw_cfg item $key") if $key >= $cpus;
        $selects[$key]++;
    } elsif ($kind == 0x0a) {
        $pio++;
    } elsif ($kind == 0x07) {
        ($lost_bytes, $lost_events) = unpack 'Q< Q<', $payload;
    }
}

my ($bytes, $probes, $selects) = (0, 0, 0);
$bytes += $_ for @bytes;
$probes += $_ for @probes;
$selects += $_ for @selects;
my $missing = $cpus * ($n / 8 + $n / 16) - $probes - $selects;
print "$bytes bytes, $probes probes, $selects selects, $pio reads; $lost_bytes bytes and $lost_events other records lost\n";
complain(0, 'bytes do not add up') if $bytes + $lost_bytes != $cpus * $n;
# Items, reads and the lines' clock records can be among the lost.
complain(0, "$missing probes and selects are missing") if $missing < 0 || $missing > $lost_events;
print "$bad complaints\n" if $bad;
exit($bad > 0);
