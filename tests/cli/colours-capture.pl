#!/usr/bin/perl
# A capture with colours, rows that are written over, and fw_cfg items: one read in full, one read in part, one that was
# left in the middle (5 ms at most).
#
#   colours-capture.pl FILE
use strict;
use warnings;
use FindBin;
use lib $FindBin::Bin;
use CaptureFile;

my ($file) = @ARGV;
sub item {
    my ($key, $name, $size, $read, $late) = @_;
    event 8, pack 'S< L< Z*', $key, $size, $name;
    event 9, pack 'S< C', $key, 0;
    $time += 5e6;
    event 0x0a, pack 'S< L< C', $key, $read, $late;
}

session 'none';
vm 1;
event 4, pack 'C Z* Z*', 0, 'ser', 'isa-serial 0x3f8';
$time += 1e6;
vm 3;
item 0x20, 'etc/whole', 300, 300, 0;
item 0x21, 'etc/part', 4096, 2048, 0;
item 0x11, 'kernel', 1_000_000, 500_000, 1;
item 0x22, 'etc/more', 8, 8, 0;
text "first\r\n", 1000;
text "\e[0;32m[  OK  ]\e[0m started\r\n", 1000;
text "\ttab \e[1;31mFAILED\e[0m end\r\n", 1000;
text "\e]0;a title\a\e[44mblue ground\e[49m \e[38;5;3myellow\e[0m\r\n", 1000;
text "10%\r20%\rdone\r\n", 1000;
$time += 1e6;
vm 10, 'guest-shutdown';

write_capture $file;
