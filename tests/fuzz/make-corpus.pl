#!/usr/bin/perl
# Cut real captures up into inputs for the harnesses: make-corpus.pl DIR SYMBOLS.elf CAPTURE...
#
# DIR/HARNESS/ gets the seeds.  An input is a few bytes that choose what is done (tests/fuzz/fuzz.h), then words
# of a capture without its header, or now and then a whole file.
use strict;
use warnings;
use File::Basename qw(dirname);
use File::Path qw(make_path);

my ($dir, @files) = @ARGV;
my @symbols = grep { /\.elf$/ } @files;
my @captures = grep { !/\.elf$/ } @files;
die "usage: make-corpus.pl DIR SYMBOLS.elf CAPTURE...\n" unless @captures;
my $src = dirname($0) . "/../..";

sub slurp {
    my ($path) = @_;
    open my $in, '<:raw', $path or die "$path: $!\n";
    local $/;
    return scalar <$in>;
}

my %count;

sub seed {
    my ($harness, $bytes) = @_;
    make_path("$dir/$harness");
    my $name = sprintf "%s/%s/real-%04d", $dir, $harness, $count{$harness}++;
    open my $out, '>:raw', $name or die "$name: $!\n";
    print $out $bytes;
    close $out or die "$name: $!\n";
}

# The words at the start, before the end, and around every change from bytes to events.
sub slices {
    my ($file) = @_;
    my $header = unpack 'V', substr $file, 12, 4;
    my $words = substr $file, $header;
    $words =~ s/\0+\z//;
    my $n = int((length($words) + 7) / 8);
    my @slices = (substr($words, 0, 8 * 60), substr($words, 0, 8 * 700),
        substr($words, 8 * ($n > 400 ? $n - 400 : 0)));
    for my $part (1 .. 4) {
        push @slices, substr $words, 8 * int($n * $part / 5), 8 * 150;
    }
    return @slices;
}

my @keys = ("s", "h", "jjjkkG gg", "/o\rnN", "&e\r", "tttt", "m]]tt", "\t\t\x80\x80\r", "w\r", "1\ra", "o\x0c", "\xf1\xf2\xf3\xf4",
    "/(\r", "?S\r", "\x85\x84\x86\x87");
for my $path (@captures) {
    my $file = slurp($path);
    my @slices = slices($file);
    for my $i (0 .. $#slices) {
        my $words = $slices[$i];
        seed('fuzz-reader', pack('C4', 7 * $i, 0, 0, 0) . $words);
        seed('fuzz-append', pack('C4', $i, 0, 0, 0) . $words);
        for my $format (0 .. 10) {
            next if $i > 1 && ($format + $i) % 4; # each format has some of them
            seed('fuzz-export', pack('C4', $format, ($format * 5 + $i * 3) & 31, $i == 2 ? 1 : 0, 0) . $words);
        }
        for my $command (0 .. 13) {
            next if $i > 1 && ($command + $i) % 4;
            seed('fuzz-report', pack('C4', $command, 0, 0, 0) . $words);
        }
        my $keys = $keys[ ($count{'fuzz-view'} // 0) % @keys ];
        my ($height, $width) = @{ [ [ 23, 79 ], [ 39, 119 ], [ 9, 39 ], [ 49, 199 ] ]->[ $i % 4 ] };
        seed('fuzz-view', pack('C4', $height, $width, $i != 3, length $keys) . $keys . $words);
    }
    # A whole file, with its header
    my $whole = substr $file, 0, 4096 + 8 * 100;
    seed('fuzz-reader', pack('C4', 0, 0, 0, 0) . $whole);
    seed('fuzz-append', pack('C4', 0, 0, 0, 0) . $whole);
    seed('fuzz-export', pack('C4', 4, 0, 0, 0) . $whole);
    seed('fuzz-report', pack('C4', 0, 0, 0, 0) . $whole);
}

my $conf = slurp("$src/capture/phases.conf");
my @parts = split /\n(?=milestone )/, $conf;
my $lines = "SeaBIOS (version x)\nenter handle_19:\nBooting from ROM\n\xff\x00x\n";
seed('fuzz-patterns', "\0$_\n\0$lines") for @parts;
seed('fuzz-patterns', "\0probe 0x38 mine\nmilestone Mine\n matches ^S.*v\n stream dbg\n mark begin 0x38\n last\n"
        . "milestone Two\n after Mine\n unless Run\n fwcfg etc/x\n fwcfg 0x11\n contains \" (v\"\n hidden\n\0$lines");
for my $block (slurp("$src/docs/viewer.md") =~ /```\n(.*?)```/gs) {
    seed('fuzz-patterns', "\1$block");
}
seed('fuzz-patterns', "\1columns = time delta bar stream\ntime = wall\ncopies = below\ntimeline = off\nmouse = on\n"
        . "colour delta-huge = red on 236 bold\nkey search = / Ctrl-F F3\n# comment\n");

# A sample's registers (capture/format.h) and its stack, then a symbol file
my $sample = sub { pack('v2 C2 Q<4 v', 0, 1, $_[0], 3, 0x1004, 0x8000, 0x8040, 0x400000, 256) . pack('Q<32', map { 0x1000 + $_ } 0 .. 31) };
for my $file (@symbols) {
    seed('fuzz-symbols', $sample->($_) . slurp($file)) for 0, 1, 2;
}
seed('fuzz-symbols', $sample->(0) . "ffffffff81000000 T _stext\nffffffff81000010 t f\n0000000000001000 T g [m]\n");
