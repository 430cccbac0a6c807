#!/usr/bin/perl
# repeat-bytes.pl CAPTURE SIZE: its header, then its words of guest bytes again and again up to SIZE bytes, no record.
use strict;
use warnings;

my ($capture, $size) = @ARGV;
open my $in, '<:raw', $capture or die "$capture: $!\n";
binmode STDOUT;
read $in, my $header, 4096;
my $words = do { local $/; <$in> };

# A word of bytes has bit 63 set.
my $body = join '', grep { ord(substr $_, 7) & 128 } unpack '(a8)*', $words;
print $header;
for (my $written = 0; $written < $size; $written += length $body) {
    print $body;
}
