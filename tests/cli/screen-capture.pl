#!/usr/bin/perl
# A capture with a full-screen menu on a serial stream, then plain lines.
#
#   screen-capture.pl FILE [WORD]       WORD: which one it is (default: first)
use strict;
use warnings;

my ($file, $which) = (@ARGV, 'first');
my ($out, $time) = ('', 0);

sub word { $out .= pack 'Q<', $_[0] << 56 | $_[1] << 48 | $_[2] & (1 << 48) - 1 }
sub event {
    my ($kind, $load) = @_;
    word $kind, int((6 + length $load) / 7), $time;
    $out .= pack 'a7 C', $_, 0x7f for unpack '(a7)*', $load;
}
sub text { word(0x80, ord, $time += 1000) for split //, $_[0] }

event 3, pack 'Q< Q< Q< L< Z*', 0, 1_700_000_000e9, 0, 42, 'none';
event 4, pack 'C Z* Z*', 0, 'ser', 'isa-serial 0x3f8';
text "\e[2J\e[1;5HBoot menu\e[3;1H\e[7m*one\e[m\e[4;1H two";
$time += 1e9;
text "\e[3;1H one\e[4;1H\e[7m*two\e[m\e[6;1Hchosen";
$time += 1e9;
text "\e[2J\e[Hbooting the $which\r\n";

my $head = pack 'a8 L< L< L< L< Q< Q< Q< Q< L<', 'BOOTSTMP', 1, 4096, 1, 1, length $which, 1_700_000_000e9, 0, 512 << 20, 42;
open my $to, '>:raw', $file or die "$file: $!\n";
print {$to} $head, "\0" x (4096 - length $head), $out;
close $to or die "$file: $!\n";
