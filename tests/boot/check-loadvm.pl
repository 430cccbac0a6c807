#!/usr/bin/perl
# check-loadvm.pl FILE: what a flood guest wrote that was thrown back once by loadvm is its lines from the first on,
# then, from some byte that it had passed (maybe in the middle of a line), its lines again.
use strict;
use warnings;

local $/;
my $bytes = <>;
my $flood = join '', map { sprintf "%08x\n", $_ } 0 .. length($bytes) / 9;

# The first byte that is not the flood's
my $differs = $bytes ^ substr $flood, 0, length $bytes;
$differs =~ /[^\0]/ or die "nothing was thrown back\n";
my $seam = $-[0];

# Where the rest goes on, by the number of its first whole line
my $rest = substr $bytes, $seam;
$rest =~ /\n(.{8})\n/ or die "no whole line after loadvm\n";
my $from = 9 * hex($1) - $-[1];

print "$seam bytes, then from $from\n";
exit !($from > 0 && $from < $seam && $rest eq substr $flood, $from, length $rest);
