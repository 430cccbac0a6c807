#!/usr/bin/perl
# check-nesting.pl <EVENTS (text): every span of SeaBIOS's probes that is over lies inside the one above it, and every
# device thread has an end.  A thread's spans lie beside the others; its argument tells which.
use strict;
use warnings;

my ($begin, $end) = (1, 2);             # kinds, the upper bits of an id
my $attempt = 17;                       # BIOS boot attempt: that which succeeds has no end
my ($count, $named, @open, %threads) = (0, 0);

while (<STDIN>) {
    if (/-- probe (begin|end) (\w+) argument (0x\w+)$/) { # a device thread, by name
        $threads{$2, $3} += $1 eq 'begin' ? 1 : -1;
        die "thread $2 $3\n" if $threads{$2, $3} >> 1; # neither 0 nor 1
        $named++;
    } elsif (/-- probe begin (.*) argument/) { # an option ROM
        push @open, $1;
    } elsif (/-- probe end (.*) argument/) {
        my $top = pop @open // die "end of $1 inside nothing\n";
        $top eq $1 or die "end of $1 inside $top\n";
    } elsif (/-- probe 0x(\w+) argument/) {
        my ($kind, $number) = (hex($1) >> 6, hex($1) & 63);
        $count++;
        if ($kind == $begin) {
            push @open, $number;
        } elsif ($kind == $end) {
            my $top = pop @open // die "end of $number inside nothing\n";
            $top eq $number or die "end of $number inside $top\n";
        }
    }
}
die "few probes: $count\n" if $count < 38;
die "few threads: $named\n" if $named < 4;
die "open: @open\n" if "@open" ne $attempt;
die "a thread has no end\n" if grep { $_ } values %threads;
