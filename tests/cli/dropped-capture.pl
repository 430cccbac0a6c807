#!/usr/bin/perl
# A capture of boots with a gap, as keep= leaves it (docs/capture-format.md, "What was dropped"): a session for each argument.
#
#   dropped-capture.pl FILE whole|gap[:LINE]...
#
# Each boot reaches user space 1.161 s after its start, or 60 s later with a gap after "BIOS int 19", at 0.16 s.
# LINE comes before it.
use strict;
use warnings;
use FindBin;
use lib $FindBin::Bin;
use CaptureFile;

my ($file, @sessions) = @ARGV;

sub gap {
    my $from = $time;

    word 0x7d, 0, place() + 1; # JUMP, to the slot
    $time += 60e9;
    event 0x18, pack 'Q<4', $time, $from, 1000, 5;
    word 0x7d, 0, place() + 512;
    raw "\0" x (511 * 8);
}

for (@sessions) {
    my ($what, $line) = split /:/, $_, 2;

    session 'test'; vm 1;
    event 4, pack 'C Z* Z*', 0, 'dbg', 'isa-debugcon 0x402';
    $time += 50e6; vm 3;
    $time += 10e6; text "SeaBIOS (version 1.2.3)\n";
    text "$line\n" if defined $line;
    $time += 100e6; text "enter handle_19: at 0x1234\n";
    gap if $what eq 'gap';
    $time += 1e6; text "Linux version 6.1.0\n";
    $time += 1e9; text "Run /init as init process\n";
    $time += 1e6; vm 7, 'guest-shutdown';
    $time += 1e9; vm 10;
}
write_capture $file;
