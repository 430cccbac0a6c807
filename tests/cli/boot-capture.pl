#!/usr/bin/perl
# A boot with phases as asked for: what statistics say of it can be worked out by hand.
#
#   boot-capture.pl FILE [post=MS] [boot=MS] [guest=MS] [line=TEXT]... [clock=both|host|virtual] [icount=1]
#                        [outside=MS] [copy=MS] [cause=guest-shutdown] [stops=boot]
#
# cause: who ends QEMU.  stops=boot: the boot ends, killed, before the kernel is copied.
# icount: by the virtual clock it counts instructions.  outside: from the guest's power-off to Stop.
use strict;
use warnings;

my ($file, @args) = @ARGV;
my %ms = (post => 100, boot => 20, guest => 500, outside => 1, copy => 4, cause => 'guest-shutdown', stops => '', clock => 'both', icount => 0);
my @lines;
for (@args) {
    my ($name, $value) = split /=/, $_, 2;
    if ($name eq 'line') { push @lines, $value } else { $ms{$name} = $value }
}
my ($out, $time) = ('', 0);

sub word { $out .= pack 'Q<', $_[0] << 56 | $_[1] << 48 | $_[2] & (1 << 48) - 1 }
sub event {
    my ($kind, $load) = @_;
    word $kind, int((6 + length $load) / 7), $time;
    $out .= pack 'a7 C', $_, 0x7f for unpack '(a7)*', $load;
}
sub line { word 0x80, ord, $time for split //, "$_[0]\n" }
sub vm { event 6, pack 'C Z*', @_ }

event 3, pack 'Q< Q< Q< L< Z*', 0, 1_700_000_000e9, 0, 42, 'test';
vm 1, '';
event 4, pack 'C Z* Z*', 0, 'dbg', 'isa-debugcon 0x402';
event 5, pack 'Q< L< C Z* Z* Z*', 1 << 29, 1, 1, 'q35', 'x86_64', 'tcg' if $ms{icount};
$time += 50e6; vm 3, '';
$time += 10e6; line 'SeaBIOS (version 1.2.3)';
line $_ for @lines;
$time += $ms{post} * 1e6; line "enter handle_19: at 0x1234";
$time += $ms{boot} * 1e6; line 'Booting from ROM...';
finish() if $ms{stops} eq 'boot';
event 8, pack 'S< L< Z*', 0x11, 1_000_000, 'kernel';
event 9, pack 'S< C', 0x11, 1;
event 0x0b, pack 'S< C L< L< Q<', 0x11, 0, 0, 1_000_000, 4096;
$time += $ms{copy} * 1e6;
event 0x0c, pack 'S< L< C', 0x11, 1_000_000, 0;
$time += $ms{guest} * 1e6; event 6, pack 'C Z* C', 7, $ms{cause}, $ms{icount};
$time += $ms{outside} * 1e6; vm 10, '';

finish();

sub finish {
    # version, clock, flags
    my %clock = (both => [ 1, 1, $ms{stops} ? 0 : 1 ], host => [ 1, 1, 3 ], virtual => [ 2, 2, 1 ]);
    my ($version, $clock, $flags) = @{ $clock{ $ms{clock} } };
    my $head = pack 'a8 L< L< L< L< Q< Q< Q< Q< L<', 'BOOTSTMP', $version, 4096, $clock, $flags, 0, 1_700_000_000e9, 0, 1 << 29, 42;
    open my $to, '>:raw', $file or die "$file: $!\n";
    print {$to} $head, "\0" x (4096 - length $head), $out;
    close $to or die "$file: $!\n";
    exit;
}
