#!/usr/bin/perl
# Captures that no QEMU writes in a test's time, made from docs/capture-format.md.
#
#   format-cases.pl DIR     writes DIR/NAME.bst and prints each NAME
use strict;
use warnings;
use FindBin;
use lib $FindBin::Bin;
use CaptureFile qw($time raw word cont record byte start_capture write_capture);

my $dir = shift;
sub bytes { my ($at, $text, $stream) = @_; byte ord, $at, $stream for split //, $text }
sub session { ($time) = @_; CaptureFile::session 'test' }
sub stream { record 4, $_[0], pack 'C Z* Z*', @_[1 .. 3] }
sub vclock { record 2, $_[0], substr pack('Q<', $_[1]), 0, 7 }

sub write_case {
    my ($name, $code, %header) = @_;
    start_capture;
    $code->();
    write_capture "$dir/$name.bst", guest_ram => 0, pid => 0, %header;
    print "$name\n";
}

my $half = 1 << 47;
my $wrap = 1 << 48;

# Two halves of the range and a wrap, each told of by a CLOCK record; also a late record across the wrap.
write_case wrap => sub {
    session 0;
    stream 1, 0, 'dbg', 'isa-debugcon 0x402';
    bytes 5, "a\n";
    for my $time ($half + 3, $wrap + 7, $wrap + $half + 1, 2 * $wrap + 10) {
        record 1, $time, pack 'Q<', $time;
        bytes $time, 'x';
        bytes $time - 20, 'late';
        bytes $time + 20, "y\n";
    }
};

# Four days of silence: the CLOCK record says how many times it came round.
write_case leap => sub {
    session 0;
    bytes 5, "a\n";
    record 1, 5 * $wrap + 9, pack 'Q<', 5 * $wrap + 9;
    bytes 5 * $wrap + 9, "b\n";
};

# Holes, the rest of torn events, heads with too little behind them, pads.
write_case torn => sub {
    session 0;
    bytes 10, 'a';
    word 0, 0, 0;
    bytes 20, 'b';
    cont 'never had a head';
    bytes 30, 'c';
    word 0x06, 200, 31;
    bytes 40, 'd';
    word 0x7e, 0, 45 for 1 .. 3;
    bytes 50, "e\n";
    word 0x08, 3, 60;
    cont 'cut off';
    raw "\1\2\3";
};

# Kinds of a later version, payloads too short or with more behind them, numbers out of range.
write_case unknown => sub {
    session 0;
    record 0x30, 10, 'a kind of a later version';
    word 0x31, 0, 11;
    bytes 20, 'a';
    record 0x08, 21, 'abc';
    record 0x06, 22, pack 'C', 99;
    record 0x06, 23, pack 'C', 0;
    record 0x06, 24, '';
    record 0x04, 25, pack 'C Z*', 128, 'no such stream';
    record 0x06, 26, pack 'C Z* a*', 7, 'guest-shutdown', 'a field of a later version';
    record 0x09, 27, pack 'S< C a*', 0x11, 1, 'and another';
    record 0x06, 28, pack 'C a20', 4, 'no NUL at its end 20';
    bytes 30, "b\n";
};

# Two sessions: streams, the virtual clock and the flag start over.
write_case sessions => sub {
    session 0;
    stream 1, 0, 'dbg', '';
    stream 1, 1, 'ser', 'isa-serial';
    bytes 5, 'early';
    vclock 10, 1000;
    bytes 12, 'a';
    bytes 8, 'b', 1;
    record 5, 15, pack 'Q< L< C Z* Z* Z*', 1 << 29, 1, 1, 'q35', 'x86_64', 'tcg';
    bytes 20, 'c';
    vclock 25, 5000;
    bytes 27, "d\n";
    record 7, 30, pack 'Q< Q<', 17, 3;
    record 6, 40, pack 'C Z*', 10, '';
    session 1000;
    bytes 1005, "e";
    vclock 1010, 1;
    bytes 1012, "f\n";
    record 0x0f, 1015, pack 'C Z* Z*', 200, 'ide0-hd0', 'ide-hd';
    record 0x10, 1018, pack 'C L< Q<6', 200, 5000, 512, 1, 100, 1 << 40, 7, 8;
    record 0x0d, 1020, pack 'L< L< C', 0x8001, 7, 4;
    record 0x0a, 1030, pack 'S< L< C', 0x11, 4096, 0;
    record 0x0b, 1040, pack 'S< C L< L< Q<', 0x12, 0, 8, 1000, 1 << 32;
    record 0x0c, 1050, pack 'S< L< C', 0x12, 1008, 1;
};

# The virtual clock alone: it jumps both ways, and begins anew with each session; VCLOCK has no business here.
write_case virtual => sub {
    session 0;
    stream 0, 0, 'dbg', '';
    bytes 0, 'early';
    record 5, 0, pack 'Q< L< C Z* Z* Z*', 1 << 29, 1, 1, 'q35', 'x86_64', 'tcg';
    record 6, 0, pack 'C', 3;
    bytes 100, "a\n";
    record 1, 7 * $wrap + 5, pack 'Q<', 7 * $wrap + 5;
    bytes 7 * $wrap + 5, "loaded\n";
    vclock 7 * $wrap + 6, 77;
    record 1, 50, pack 'Q<', 50;
    bytes 50, "back\n";
    record 6, 60, pack 'C Z* C', 7, 'guest-shutdown', 1;
    record 3, 0, pack 'Q< Q< Q< L< Z*', 0, 1_700_000_900e9, 900, 43, 'test';
    stream 0, 0, 'dbg', '';
    bytes 10, "again\n";
}, version => 2, clock => 2;

# A larger header, no SESSION, not ended, zeros at the end.
write_case killed => sub {
    bytes 5, "a\n";
    raw "\0" x 4096;
}, size => 8192, flags => 0;
