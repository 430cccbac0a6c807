#!/usr/bin/perl
# A capture for the tests of export: hostile text, two streams, fw_cfg, a reset.
#
#   export-capture.pl FILE
use strict;
use warnings;

my $out = '';
my $time = 0;

sub word { $out .= pack 'Q<', $_[0] << 56 | $_[1] << 48 | $_[2] & (1 << 48) - 1 }
sub event {
    my ($kind, $load) = @_;
    word $kind, int((6 + length $load) / 7), $time;
    $out .= pack 'a7 C', $_, 0x7f for unpack '(a7)*', $load;
}
sub text { my ($text, $stream) = @_; word(0x80 + ($stream // 0), ord, $time++) for split //, $text }
sub vm { event 6, pack 'C Z*', @_ }
sub after { $time += $_[0] * 1000 }

event 3, pack 'Q< Q< Q< L< Z*', 0, 1_700_000_000e9, 0, 42, 'QEMU <"7.2">&';
vm 1, '';
event 4, pack 'C Z* Z*', 0, "dbg<&\">'", 'isa-debugcon 0x402';
event 4, pack 'C Z* Z*', 1, 'ser', 'isa-serial';
event 5, pack 'Q< L< C Z* Z* Z*', 512 << 20, 1, 0, '<q35>', 'x86_64', 'tcg';
after 1000; vm 3, '';
after 500; text "SeaBIOS (version hostile)\n";
after 10;
text "$_\n" for '=1+1', '+cmd', '-2', '@SUM(A1)', "\ttab", 'a,b "quoted" c', '<script>alert(1)</script>',
    '&amp; ]]> <!-- -->', "bad \xff\xfe utf8 \xc3\x28", "nul\0here", "\e[31mred\e[0m", "caf\xc3\xa9 \xe2\x80\xae right",
    "cr\r", "\xef\xbc\x9dfull-width", '', "\\u0041 \\", "\xf0\x9f\x98\x80", '{"json":[1]}', "'"; 
after 400; text "enter handle_19:\n";
after 10; text "Booting from ROM...\n";
for my $item ([0x12, 'initrd"<>', 3_000_000], [0x11, 'kernel', 1_000_000]) {
    my ($key, $name, $size) = @$item;
    event 8, pack 'S< L< Z*', $key, $size, $name;
    event 9, pack 'S< C', $key, 1;
    event 0x0b, pack 'S< C L< L< Q<', $key, 0, 0, $size, 0xffffffff << 32;
    after 5000;
    event 0x0c, pack 'S< L< C', $key, $size, 0;
}
event 9, pack 'S< C', 0x15, 0;
after 3;
event 0x0a, pack 'S< L< C', 0x15, 20, 0;
after 900;
text "boot \e[1mconsole\xe2", 1;
after 50_000;
text "\x82\xac euro\r\n", 1;
event 0x0d, pack 'L< L< C', 0x8001, 7, 4;
event 7, pack 'Q< Q<', 17, 3;
after 2000; vm 5, 'guest-reset';
after 500; text "SeaBIOS (version hostile)\n";
after 90_000; vm 7, 'guest-shutdown';
text 'no newline';
after 1; vm 10, '';

my $head = pack 'a8 L< L< L< L< Q< Q< Q< Q< L<', 'BOOTSTMP', 1, 4096, 1, 1, 0, 1_700_000_000e9, 0, 512 << 20, 42;
open my $file, '>:raw', $ARGV[0] or die "$ARGV[0]: $!\n";
print {$file} $head, "\0" x (4096 - length $head), $out;
close $file or die "$ARGV[0]: $!\n";
