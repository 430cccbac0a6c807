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
no warnings 'portable'; # numbers of 64 bits

my $out = '';
my $time = 0;

sub word { $out .= pack 'Q<', $_[0] << 56 | $_[1] << 48 | $_[2] & (1 << 48) - 1 }
sub event {
    my ($kind, $load) = @_;
    word $kind, int((6 + length $load) / 7), $time;
    $out .= pack 'a7 C', $_, 0x7f for unpack '(a7)*', $load;
}

event 3, pack 'Q< Q< Q< L< Z*', 0, 1_700_000_000e9, 0, 42, 'QEMU';
event 6, pack 'C Z*', 1, '';
event 4, pack 'C Z* Z*', 0, 'dbg', 'isa-debugcon 0x402';
event 5, pack 'Q< L< C Z* Z* Z*', 512 << 20, 1, 0, 'pc', 'x86_64', 'tcg';
event 0x16, pack 'L< S< C', 1000, 1536, 0;
event 6, pack 'C Z*', 3, '';
while (<STDIN>) {
    my ($what, @words) = split;
    $time += 1_000_000;
    if ($what eq 'line') {
        s/^\s*line //;
        word(0x80, ord, $time) for split //;
    } elsif ($what eq 'reset') {
        event 6, pack 'C Z*', 5, 'guest-reset';
    } else {
        my ($pc, $sp, @stack) = map { hex } @words;
        event 0x17, pack 'S< S< C C Q< Q< Q< Q< S< Q<*', 0, 1, 0, 3, $pc, $sp // 0, 0, 0, 8 * @stack, @stack;
    }
}
$time += 1_000_000;
event 6, pack 'C Z*', 10, '';

my $head = pack 'a8 L< L< L< L< Q< Q< Q< Q< L<', 'BOOTSTMP', 1, 4096, 1, 1, 0, 1_700_000_000e9, 0, 512 << 20, 42;
open my $file, '>:raw', $ARGV[0] or die "$ARGV[0]: $!\n";
print {$file} $head, "\0" x (4096 - length $head), $out;
close $file or die "$ARGV[0]: $!\n";
