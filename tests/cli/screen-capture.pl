#!/usr/bin/perl
# A capture with a full-screen menu on a serial stream, then plain lines.
#
#   screen-capture.pl FILE [WORD]       WORD: which one it is (default: first)
use strict;
use warnings;
use FindBin;
use lib $FindBin::Bin;
use CaptureFile;

my ($file, $which) = (@ARGV, 'first');

session 'none';
event 4, pack 'C Z* Z*', 0, 'ser', 'isa-serial 0x3f8';
text "\e[2J\e[1;5HBoot menu\e[3;1H\e[7m*one\e[m\e[4;1H two", 1000;
$time += 1e9;
text "\e[3;1H one\e[4;1H\e[7m*two\e[m\e[6;1Hchosen", 1000;
$time += 1e9;
text "\e[2J\e[Hbooting the $which\r\n", 1000;

write_capture $file, mono => length $which;
