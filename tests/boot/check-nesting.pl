#!/usr/bin/perl
# check-nesting.pl <EVENTS (text): every span of SeaBIOS's probes that is over lies inside the one above it, and every
# device thread has an end.  A thread's spans lie beside the others; its argument tells which.
use strict;
use warnings;

my ($begin, $end) = (1, 2);             # kinds, the upper bits of an id
my $attempt = 17;                       # BIOS boot attempt: that which succeeds has no end
my ($count, @open, %threads) = (0);

while (<STDIN>) {
    next unless /-- probe 0x(\w+) argument 0x(\w+)/;
    my ($kind, $number, $arg) = (hex($1) >> 6, hex($1) & 63, hex $2);
    $count++;
    if (($number & 0x1c) == 0x1c) {
        $threads{$number, $arg} += $kind == $begin ? 1 : -1;
        die "thread $arg\n" if $threads{$number, $arg} >> 1; # neither 0 nor 1
    } elsif ($kind == $begin) {
        push @open, $number;
    } elsif ($kind == $end) {
        my $top = pop @open // die "end of $number inside nothing\n";
        $top == $number or die "end of $number inside $top\n";
    }
}
die "few probes: $count\n" if $count < 35;
die "open: @open\n" if "@open" ne $attempt;
die "a thread has no end\n" if grep { $_ } values %threads;
