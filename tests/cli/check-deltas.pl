#!/usr/bin/perl
# check-deltas.pl TEXT (export --events): each row's delta is to the row above.
use strict;
use warnings;

my $last = 0;
while (<>) {
    my ($time, $sign, $delta) = /^ *([\d.]+) +([+-])([\d.]+)  / or die "line: $_";
    my $want = $time - $last;
    $delta = -$delta if $sign eq '-';
    abs($want - $delta) < 2e-6 or die "$time: delta $delta, not $want\n";
    $last = $time;
}
