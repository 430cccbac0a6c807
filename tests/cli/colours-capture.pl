#!/usr/bin/perl
# A capture with colours, rows that are written over, and fw_cfg items: one read in full, one read in part, one that was
# left in the middle (5 ms at most).
#
#   colours-capture.pl FILE
use strict;
use warnings;

my ($file) = @ARGV;
my ($out, $time) = ('', 0);

sub word { $out .= pack 'Q<', $_[0] << 56 | $_[1] << 48 | $_[2] & (1 << 48) - 1 }
sub event {
    my ($kind, $load) = @_;
    word $kind, int((6 + length $load) / 7), $time;
    $out .= pack 'a7 C', $_, 0x7f for unpack '(a7)*', $load;
}
sub text { word(0x80, ord, $time += 1000) for split //, $_[0] }
sub item {
    my ($key, $name, $size, $read, $late) = @_;
    event 8, pack 'S< L< Z*', $key, $size, $name;
    event 9, pack 'S< C', $key, 0;
    $time += 5e6;
    event 0x0a, pack 'S< L< C', $key, $read, $late;
}

event 3, pack 'Q< Q< Q< L< Z*', 0, 1_700_000_000e9, 0, 42, 'none';
event 6, pack 'C Z*', 1, '';
event 4, pack 'C Z* Z*', 0, 'ser', 'isa-serial 0x3f8';
$time += 1e6;
event 6, pack 'C Z*', 3, '';
item 0x20, 'etc/whole', 300, 300, 0;
item 0x21, 'etc/part', 4096, 2048, 0;
item 0x11, 'kernel', 1_000_000, 500_000, 1;
item 0x22, 'etc/more', 8, 8, 0;
text "first\r\n";
text "\e[0;32m[  OK  ]\e[0m started\r\n";
text "\ttab \e[1;31mFAILED\e[0m end\r\n";
text "\e]0;a title\a\e[44mblue ground\e[49m \e[38;5;3myellow\e[0m\r\n";
text "10%\r20%\rdone\r\n";
$time += 1e6;
event 6, pack 'C Z*', 10, 'guest-shutdown';

my $head = pack 'a8 L< L< L< L< Q< Q< Q< Q< L<', 'BOOTSTMP', 1, 4096, 1, 1, 0, 1_700_000_000e9, 0, 512 << 20, 42;
open my $to, '>:raw', $file or die "$file: $!\n";
print {$to} $head, "\0" x (4096 - length $head), $out;
close $to or die "$file: $!\n";
