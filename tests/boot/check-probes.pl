#!/usr/bin/perl
# The probes of an option ROM in a capture, against what QEMU saw of its fw_cfg reads.
#
#   bootstamp export --format json CAPTURE | check-probes.pl [NAME=BYTES]...
#
# NAME is setup, kernel, initrd or cmdline: such a copy is expected, of that many bytes ("item": as many as fw_cfg
# has); no other is.  Spans must nest, all end, with their begin's argument.  Each copy's begin must come at most 1 ms before the item is
# selected, its end at most 1 ms after the item's last byte, and so for the jump into the kernel after the last
# item.  Prints the largest of these differences.
use strict;
use warnings;
use JSON::PP qw(decode_json);

my %number = (setup => 0x21, kernel => 0x22, initrd => 0x23, cmdline => 0x24);
my %key = (setup => 0x18, kernel => 0x11, initrd => 0x12, cmdline => 0x15);
my $worst = 0;

sub within_1ms {
    my ($what, $first, $second) = @_;
    die "$what: no fw_cfg record\n" if !defined $first || !defined $second;
    my $apart = $second - $first;
    die "$what: $apart ns apart\n" if $apart < 0 || $apart > 1_000_000;
    $worst = $apart if $apart > $worst;
}

my (@open, %span, %selected, %read, %size, $jump, $rom);
while (<STDIN>) {
    my $r = decode_json($_);
    my $time = $r->{time_ns};
    if ($r->{type} eq 'fwcfg_item') {
        $size{ $r->{key} } = $r->{size};
    } elsif ($r->{type} eq 'fwcfg_select') {
        $selected{ $r->{key} } //= $time;
    } elsif ($r->{type} eq 'fwcfg_dma_end' || $r->{type} eq 'fwcfg_pio' && !$r->{late}) {
        $read{ $r->{key} } = $time;
    }
    next if $r->{type} ne 'probe';
    my ($kind, $n) = ($r->{id} & 0xc0, $r->{id} & 0x3f);
    next if $n < 0x20 || $n > 0x2f;
    if ($kind == 0x40) {
        push @open, { n => $n, begin => $time, arg => $r->{arg} };
    } elsif ($kind == 0x80) {
        my $span = pop @open or die sprintf "end of 0x%02x without a begin\n", $n;
        die sprintf "0x%02x ends inside 0x%02x\n", $n, $span->{n} if $span->{n} != $n;
        die sprintf "0x%02x ends with another argument\n", $n if $span->{arg} != $r->{arg};
        die sprintf "0x%02x twice\n", $n if $span{$n};
        $span{$n} = { %$span, end => $time, depth => scalar @open };
    } else {
        die sprintf "unexpected point 0x%02x\n", $n if $n != 0x25 || defined $jump;
        $jump = $time;
    }
}
die "a span has no end\n" if @open;
$rom = delete $span{0x20} or die "no span for the ROM itself\n";
die "the ROM's span is inside another\n" if $rom->{depth};
die "no jump into the kernel\n" if !defined $jump;

my $last = 0;
for (@ARGV) {
    my ($name, $bytes) = split /=/;
    my $span = delete $span{ $number{$name} } or die "no copy of $name\n";
    $bytes = $size{ $key{$name} } if $bytes eq 'item';
    my $kib = int(($bytes + 1023) / 1024);
    die "$name: $span->{arg} KiB, not $kib\n" if $span->{arg} != $kib;
    die "$name: not just inside the ROM's span\n" if $span->{depth} != 1;
    within_1ms("begin of $name", $span->{begin}, $selected{ $key{$name} });
    within_1ms("end of $name", $read{ $key{$name} }, $span->{end});
    $last = $read{ $key{$name} } if $read{ $key{$name} } > $last;
}
die sprintf "unexpected copy 0x%02x\n", $_ for keys %span;
within_1ms('jump into the kernel', $last, $jump);
printf "%.0f us\n", $worst / 1000;
