#!/usr/bin/perl
# A capture from somebody who wishes us ill: hostile-names.pl FILE.  All of its strings (header, streams, machine,
# items, causes) are escape sequences, markup, formulas and formats; numbers and times are at their ends.
use strict;
use warnings;
use FindBin;
use lib "$FindBin::Bin/../cli";
use CaptureFile qw($time record byte write_capture);

my @bad = ("\e]0;PWNED\a<b>", "=cmd|' /C calc'!A0", "\"><script>alert(1)</script>", "%s%n%x", "../../etc/passwd", "a/b\\c:d",
    "\xe2\x80\xaedlrow", "\xff\xfe\xc0\xaf", "\@SUM(1)\r\n", "\t=1+1", "&lt;'\"", "\xc2\x9b2J\x7f", "<svg onload=alert(1)>");
my $i = 0;
$time = 1000;
sub bad { return substr($bad[ $i++ % @bad ] . "\0", 0, 64) }

sub event { my ($kind, $load) = @_; record $kind, $time += 1000, $load }
sub bytes { my ($stream, $text) = @_; byte $_, $time += 10, $stream for unpack 'C*', $text }

event(3, pack('Q<Q<Q<V', 5, 1_700_000_000_000_000_000, 1, 0xffffffff) . bad());
for my $stream (0 .. 12) { event(4, pack('C', $stream) . bad() . bad()) }
event(5, pack('Q<VC', ~0, 0xffffffff, 255) . bad() . bad() . bad());
for my $event (0 .. 12) { event(6, pack('C', $event) . bad()) }
for my $key (0x11, 0x12, 0x19 .. 0x26) {
    event(8, pack('vV', $key, 200000) . bad());
    event(9, pack('vC', $key, 0));
    event(10, pack('vVC', $key, 100000, 0));
    event(11, pack('vCVVQ<', $key, $key & 3, 0, 0xffffffff, ~0));
    event(12, pack('vVC', $key, 200000, 1));
}
for my $id (0x41, 0x81, 0xc0, 0x3f, 0x52, 0x92) { event(13, pack('VVC', $id, 0xffffff, 4)) }
event(7, pack('Q<Q<', ~0, ~0));
for my $stream (0 .. 12) { bytes($stream, bad() . "\n") }
event(2, "\xff" x 7);
event(1, pack 'Q<', ~0 - 5);
bytes(0, "the last line\n");
event(1, pack 'Q<', 7);
bytes(0, "back in time\n");

my $tail = "\0" x 68 . pack('Q<', ~0) . "\0" x 56 . pack('Q<Q<', ~0, ~0) . "\0" x 48;
$tail .= join '', map { my $n = $_; substr((bad() x 8), 0, $n) } 128, 64, 64, 32, 40;
write_capture $ARGV[0], mono => ~0, wall => ~0, size_max => ~0, guest_ram => ~0, pid => 0xffffffff, tail => $tail;
