#!/usr/bin/perl
# check-line-times.pl TEXT BYTES (exports of one capture): a line's time is its first byte's, cut to microseconds; its
# delta is to the line above.
use strict;
use warnings;

my ($text, $bytes) = @ARGV;
my (@first, $last);

open my $in, '<', $bytes or die "$bytes: $!\n";
my $at_start = 1;
while (<$in>) {
    my ($ns, $value) = split;
    push @first, $ns if $at_start;
    $at_start = $value eq '0x0a';
}

open $in, '<', $text or die "$text: $!\n";
$last = 0;
while (<$in>) {
    my ($time, $delta) = /^ *([\d.]+) +[+-]([\d.]+)  / or die "line: $_";
    my $ns = shift @first;
    my $us = int($ns / 1000);
    $time eq sprintf('%d.%06d', $us / 1e6, $us % 1e6) or die "time $time of $ns\n";
    abs($delta * 1e9 - ($ns - $last)) <= 1000 or die "delta $delta of ", $ns - $last, "\n";
    $last = $ns;
}
