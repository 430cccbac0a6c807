#!/usr/bin/perl
# A capture with samples, as it is told: one boot, 1,000 samples a second.
#
#   profile-capture.pl FILE <<END
#   line TEXT                       a line of the debug port
#   sample PC [SP WORD...]          in hex: where the vCPU was, and its stack in words of 8 bytes
#   reset                           the machine is reset
#   END
use strict;
use warnings;
use FindBin;
use lib $FindBin::Bin;
use CaptureFile;
no warnings 'portable'; # numbers of 64 bits

session 'QEMU';
vm 1;
event 4, pack 'C Z* Z*', 0, 'dbg', 'isa-debugcon 0x402';
event 5, pack 'Q< L< C Z* Z* Z*', 512 << 20, 1, 0, 'pc', 'x86_64', 'tcg';
event 0x16, pack 'L< S< C', 1000, 1536, 0;
vm 3;
while (<STDIN>) {
    my ($what, @words) = split;
    $time += 1_000_000;
    if ($what eq 'line') {
        s/^\s*line //;
        text $_;
    } elsif ($what eq 'reset') {
        vm 5, 'guest-reset';
    } else {
        my ($pc, $sp, @stack) = map { hex } @words;
        event 0x17, pack 'S< S< C C Q< Q< Q< Q< S< Q<*', 0, 1, 0, 3, $pc, $sp // 0, 0, 0, 8 * @stack, @stack;
    }
}
$time += 1_000_000;
vm 10;

write_capture $ARGV[0];
