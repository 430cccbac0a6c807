#!/usr/bin/perl
# A capture for the tests of export: hostile text, two streams, fw_cfg, a reset.
#
#   export-capture.pl FILE
use strict;
use warnings;
use FindBin;
use lib $FindBin::Bin;
use CaptureFile;

sub out { my ($text, $stream) = @_; text $text, 1, $stream }
sub after { $time += $_[0] * 1000 }

session 'QEMU <"7.2">&';
vm 1;
event 4, pack 'C Z* Z*', 0, "dbg<&\">'", 'isa-debugcon 0x402';
event 4, pack 'C Z* Z*', 1, 'ser', 'isa-serial';
event 5, pack 'Q< L< C Z* Z* Z*', 512 << 20, 1, 0, '<q35>', 'x86_64', 'tcg';
after 1000; vm 3;
after 500; out "SeaBIOS (version hostile)\n";
after 10;
out "$_\n" for '=1+1', '+cmd', '-2', '@SUM(A1)', "\ttab", 'a,b "quoted" c', '<script>alert(1)</script>',
    '&amp; ]]> <!-- -->', "bad \xff\xfe utf8 \xc3\x28", "nul\0here", "\e[31mred\e[0m", "caf\xc3\xa9 \xe2\x80\xae right",
    "cr\r", "\xef\xbc\x9dfull-width", '', "\\u0041 \\", "\xf0\x9f\x98\x80", '{"json":[1]}', "'"; 
after 400; out "enter handle_19:\n";
after 10; out "Booting from ROM...\n";
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
out "boot \e[1mconsole\xe2", 1;
after 50_000;
out "\x82\xac euro\r\n", 1;
event 0x0d, pack 'L< L< C', 0x8001, 7, 4;
event 7, pack 'Q< Q<', 17, 3;
after 2000; vm 5, 'guest-reset';
after 500; out "SeaBIOS (version hostile)\n";
after 90_000; vm 7, 'guest-shutdown';
out 'no newline';
after 1; vm 10;

write_capture $ARGV[0];
