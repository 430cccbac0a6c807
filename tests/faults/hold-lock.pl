#!/usr/bin/perl
# hold-lock.pl FILE: lock it as a writer does (F_OFD_SETLK), so that it looks live, for a minute.
use strict;
use warnings;
use Fcntl;

my $F_OFD_SETLK = 37;
open my $file, '+<', $ARGV[0] or die "$ARGV[0]: $!\n";
my $lock = pack 's s x4 q q l x4', F_WRLCK, 0, 0, 0, 0;
fcntl $file, $F_OFD_SETLK, $lock or die "lock: $!\n";
sleep 60;
