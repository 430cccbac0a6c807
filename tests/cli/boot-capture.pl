#!/usr/bin/perl
# A boot with phases as asked for: what statistics say of it can be worked out by hand.
#
#   boot-capture.pl FILE [post=MS] [boot=MS] [guest=MS] [line=TEXT]... [clock=both|host|virtual] [icount=1]
#                        [outside=MS] [copy=MS] [cause=guest-shutdown] [stops=boot]
#                        [disk=MS] [talk=MS] [initcall=MS] [cpu=PERCENT] [start=MS] [panic=1]
#
# cpu: the vCPU's thread was on a CPU for that much of BIOS post, and waited for one for half of the rest.
# disk, talk, initcall: in the guest's time, a disk is read for so long, 1,001 bytes take so long from the first to the
# last, a function of the kernel's runs for so long.
# start: the machine is ready after so long, of the 50 ms until it runs.
# cause: who ends QEMU.  stops=boot: the boot ends, killed, before the kernel is copied.
# panic: with the guest's last line, and as the same milestones.
# icount: by the virtual clock it counts instructions.  outside: from the guest's power-off to Stop.
use strict;
use warnings;
use FindBin;
use lib $FindBin::Bin;
use CaptureFile;

my ($file, @args) = @ARGV;
my %ms = (post => 100, boot => 20, guest => 500, outside => 1, copy => 4, cause => 'guest-shutdown', stops => '', disk => 0, talk => 0, initcall => 0, cpu => 0, start => 0, panic => 0, clock => 'both', icount => 0);
my @lines;
for (@args) {
    my ($name, $value) = split /=/, $_, 2;
    if ($name eq 'line') { push @lines, $value } else { $ms{$name} = $value }
}

sub line { text "$_[0]\n" }
my ($told, $on, $wait) = (0, 0, 0);
sub vcpu {
    my ($share) = @_;
    return unless $ms{cpu};
    $on += ($time - $told) * $share / 100;
    $wait += ($time - $told) * (100 - $share) / 200;
    $told = $time;
    event 0x12, pack 'S< Q< Q< Q<', 0, $on, $wait, 0;
}

session 'test';
vm 1;
event 4, pack 'C Z* Z*', 0, 'dbg', 'isa-debugcon 0x402';
event 5, pack 'Q< L< C Z* Z* Z*', 1 << 29, 1, 1, 'q35', 'x86_64', 'tcg' if $ms{icount};
if ($ms{start}) { $time += $ms{start} * 1e6; vm 2 }
$time = 50e6; vm 3;
vcpu(100);
$time += 10e6; vcpu(100); line 'SeaBIOS (version 1.2.3)';
line $_ for @lines;
$time += $ms{post} * 1e6; vcpu($ms{cpu}); line "enter handle_19: at 0x1234";
$time += $ms{boot} * 1e6; vcpu(100); line 'Booting from ROM...';
finish() if $ms{stops} eq 'boot';
event 8, pack 'S< L< Z*', 0x11, 1_000_000, 'kernel';
event 9, pack 'S< C', 0x11, 1;
event 0x0b, pack 'S< C L< L< Q<', 0x11, 0, 0, 1_000_000, 4096;
$time += $ms{copy} * 1e6;
event 0x0c, pack 'S< L< C', 0x11, 1_000_000, 0;
my $guest = $time + $ms{guest} * 1e6;
if ($ms{disk}) {
    event 0x0f, pack 'C Z* Z*', 0, 'virtio0', 'virtio-blk-pci';
    $time += $ms{disk} * 1e6;
    event 0x10, pack 'C L< Q< Q< Q< Q< Q< Q<', 0, $ms{disk} * 1000, 1_000_000, 100, 1000, 0, 0, 0;
}
if ($ms{talk}) {
    for (0 .. 1000) { text 'x'; $time += $ms{talk} * 1000 }
    byte 10, $time - $ms{talk} * 1000;
}
if ($ms{initcall}) {
    line '[    0.100000] calling  slow_init+0x0/0x7d @ 1';
    $time += $ms{initcall} * 1e6;
    line '[    0.200000] initcall slow_init+0x0/0x7d returned 0 after 1 usecs';
}
$time = $guest if $time < $guest;
line '[    9.000000] Kernel panic - not syncing: Attempted to kill init! exitcode=0x00000000' if $ms{panic};
event 6, pack 'C Z* C', 7, $ms{cause}, $ms{icount};
$time += $ms{outside} * 1e6; vm 10;

finish();

sub finish {
    # version, clock, flags
    my %clock = (both => [ 1, 1, $ms{stops} ? 0 : 1 ], host => [ 1, 1, 3 ], virtual => [ 2, 2, 1 ]);
    my ($version, $clock, $flags) = @{ $clock{ $ms{clock} } };
    write_capture $file, version => $version, clock => $clock, flags => $flags;
    exit;
}
