#!/usr/bin/perl
# A reader of captures, written from docs/capture-format.md alone: where it and the program differ, the
# page, this file or the program is wrong.
#
#   read-capture.pl bytes|virtual|events|state|skipped FILE
#
# bytes    a line per guest byte: nanoseconds, value, stream; what `export --format bytes` prints
# virtual  the same by the virtual clock, 0 where it is not known
# events   a line per event that `export --events` has a row for: seconds, text
# state    live, ended or killed
# skipped  words that are torn or damaged, and records of kinds that are not known
use strict;
use warnings;
use FindBin;
use Fcntl qw(O_RDONLY O_NONBLOCK F_RDLCK F_UNLCK SEEK_SET);

use constant { WRAP => 1 << 48, HALF => 1 << 47, F_OFD_GETLK => 36 };

my ($what, $path) = @ARGV;
sysopen my $file, $path, O_RDONLY | O_NONBLOCK or die "$path: $!\n";
die "$path: not a regular file\n" if !-f $file;

# The page's numbers: NAME => kind, and event => text
my (%number, @vm);
open my $page, '<', "$FindBin::Bin/../../docs/capture-format.md" or die "capture-format.md: $!\n";
while (<$page>) {
    $number{$2} = hex $1 if /^\| 0x([0-9a-f]{2}) \| `([A-Z_]+)` \|/;
    $vm[$1] = $2 if /^\| (\d+) \| `[a-z]+` \| ([^|]+) \|/;
}
close $page;

# Header
die "$path: no capture\n" if (sysread($file, my $header, 4096) // 0) != 4096;
my ($magic, $version, $header_size, $clock, $flags, $mono, $wall) = unpack 'a8 L< L< L< L< Q< Q<', $header;
die "$path: no capture\n" if $magic ne 'BOOTSTMP';
die "$path: version $version\n" if $version != 1 && $version != 2;
die "$path: clock $clock\n" if $version == 2 && $clock != 2;
my $is_virtual = $version == 2;
die "$path: header of $header_size bytes\n" if $header_size < 4096 || $header_size % 8 || $header_size > 1 << 20;

# The lock, before the words: struct flock of 64-bit Linux
my $flock = pack 's s x4 q q l x4', F_RDLCK, SEEK_SET, 0, 0, 0;
fcntl $file, F_OFD_GETLK, $flock or die "$path: $!\n";
my $live = unpack('s', $flock) != F_UNLCK;
if ($what eq 'state') {
    print $live ? "live\n" : $flags & 1 ? "ended\n" : "killed\n";
    exit;
}

# Words
my $data = '';
sysseek $file, $header_size, SEEK_SET;
while (sysread $file, my $piece, 1 << 20) { $data .= $piece }
my $words = int(length($data) / 8);

my $last = 0;                      # full time of the record before
my ($vclock, $vtime, $icount);     # last VCLOCK, its host time
my %label;

sub full_time {
    my $time = ($last & ~(WRAP - 1)) | shift;
    if ($time + HALF < $last) { $time += WRAP }
    elsif ($time > $last + HALF && $time >= WRAP) { $time -= WRAP }
    return $time;
}

sub virtual {
    my $time = shift;
    return $time if $is_virtual;
    return 0 if !defined $vclock;
    return $icount || $time < $vtime ? $vclock : $vclock + $time - $vtime;
}

sub event {
    my ($time, $text) = @_;
    printf "%d.%06d %s\n", $time / 1_000_000_000, $time % 1_000_000_000 / 1000, $text if $what eq 'events';
}

sub detail { defined $_[0] && length $_[0] ? ": $_[0]" : '' }

# @strings at the end of a payload
sub strings { split /\0/, shift, -1 }

my ($skipped, $unknown, $empty) = (0, 0, 0);

# [ smallest payload, what to do with time and payload ]; a result is the record's own time, -1: not a record
my %reads = (
    CLOCK => [ 8, sub { unpack 'Q<', $_[1] } ],
    VCLOCK => [ 7, sub {
        return -1 if $is_virtual;
        ($vclock, $vtime) = (unpack('Q<', substr($_[1], 0, 7) . "\0"), $_[0]);
        undef;
    } ],
    SESSION => [ 28, sub {
        ($vclock, $vtime, $icount) = ();
        unpack 'Q<', $_[1];
    } ],
    STREAM => [ 1, sub {
        my ($id, $text) = unpack 'C a*', $_[1];
        return -1 if $id > 127;
        $label{$id} = (strings $text)[0];
        undef;
    } ],
    MACHINE => [ 13, sub { $icount = (unpack 'Q< L< C', $_[1])[2] & 1; undef } ],
    VM => [ 1, sub {
        my ($event, $text) = unpack 'C a*', $_[1];
        return -1 if $event < 1;
        event $_[0], $vm[$event] . detail((strings $text)[0]);
        undef;
    } ],
    LOST => [ 16, sub {
        event $_[0], sprintf '%d bytes and %d other records lost up to here', unpack 'Q< Q<', $_[1];
        undef;
    } ],
    ITEM => [ 6, sub {
        my ($key, $size, $text) = unpack 'S< L< a*', $_[1];
        event $_[0], sprintf('fw_cfg 0x%04x is %u bytes', $key, $size) . detail((strings $text)[0]);
        undef;
    } ],
    SELECT => [ 3, sub {
        my ($key, $dma) = unpack 'S< C', $_[1];
        event $_[0], sprintf 'fw_cfg 0x%04x selected%s', $key, $dma ? ' by DMA' : '';
        undef;
    } ],
    PIO => [ 7, sub {
        event $_[0], sprintf 'fw_cfg 0x%04x read up to %u by PIO', unpack 'S< L<', $_[1];
        undef;
    } ],
    DMA => [ 19, sub {
        my ($key, $op, $offset, $length, $address) = unpack 'S< C L< L< Q<', $_[1];
        event $_[0], sprintf 'fw_cfg 0x%04x DMA of %u bytes at %u to 0x%x', $key, $length, $offset, $address;
        undef;
    } ],
    PROFILE => [ 7, sub { undef } ],
    SAMPLE => [ 40, sub {
        my ($ticks, $len) = (unpack 'S< S< C C Q< Q< Q< Q< S<', $_[1])[1, 8];
        return $ticks < 1 || $len > length($_[1]) - 40 ? -1 : undef;
    } ],
    DMA_END => [ 7, sub {
        my ($key, $offset, $error) = unpack 'S< L< C', $_[1];
        event $_[0], sprintf 'fw_cfg 0x%04x DMA done at %u%s', $key, $offset, $error ? ', error' : '';
        undef;
    } ],
    DMA_PART => [ 6, sub {
        event $_[0], sprintf 'fw_cfg 0x%04x DMA has come to %u', unpack 'S< L<', $_[1];
        undef;
    } ],
    DROPPED => [ 32, sub {
        my ($time, $from, $bytes, $events) = unpack 'Q< Q< Q< Q<', $_[1];
        event $time, sprintf '%d bytes and %d other records were dropped since %d.%06d s (keep=)', $bytes, $events,
            $from / 1_000_000_000, $from % 1_000_000_000 / 1000;
        $time;
    } ],
    VCPU => [ 26, sub { undef } ],
    DISK => [ 1, sub {
        my ($id, $text) = unpack 'C a*', $_[1];
        event $_[0], "disk $id" . detail((strings $text)[0]);
        undef;
    } ],
    DISK_IO => [ 53, sub {
        my ($id, $window, $read, $reads, $read_ns, $written) = unpack 'C L< Q< Q< Q< Q<', $_[1];
        event $_[0], "disk $id read $read bytes so far, wrote $written";
        undef;
    } ],
    NAMED => [ 12, sub {
        my ($probe, undef, undef, undef, $arg, $text) = unpack 'C C C C Q< a*', $_[1];
        my %word = (0 => '', 0x40 => 'begin ', 0x80 => 'end ');
        event $_[0], sprintf 'probe %s%s argument 0x%x', $word{$probe} // sprintf('0x%02x ', $probe),
            substr((strings $text)[0], 0, 64), $arg;
        undef;
    } ],
    POST => [ 1, sub { event $_[0], sprintf 'POST code 0x%02x', unpack 'C', $_[1]; undef } ],
    EXIT_KIND => [ 1, sub {
        my ($id, $text) = unpack 'C a*', $_[1];
        event $_[0], "KVM exits of kind $id" . detail((strings $text)[0]);
        undef;
    } ],
    EXITS => [ 13, sub { event $_[0], sprintf 'KVM exits of kind %d: %d so far', unpack 'C x4 Q<', $_[1]; undef } ],
    PROBE => [ 9, sub { event $_[0], sprintf 'probe 0x%x argument 0x%x', unpack 'L< L<', $_[1]; undef } ],
);

my %kinds;
for (grep { !/^(PAD|CONT|JUMP)$/ } keys %number) {
    $reads{$_} or die "the page has a kind $_ that this reader does not read\n";
    $kinds{$number{$_}} = $reads{$_};
}

my $at = 0;
WORD: while ($at < $words) {
    my $word = unpack 'Q<', substr $data, $at * 8, 8;
    my ($kind, $info, $low) = ($word >> 56, $word >> 48 & 0xff, $word & WRAP - 1);

    if ($word == 0) {
        $at++;
        $empty++;
        next;
    }
    $skipped += $empty;  # a hole, for there is something behind it
    $empty = 0;
    if ($kind == $number{PAD}) {
        $at++;
        next;
    }
    if ($kind == $number{JUMP} && $low > $at && $low <= $words) {
        $at = $low;
        next;
    }
    if ($kind == 0 || $kind == $number{CONT} || $kind == $number{JUMP}) {  # no record, or the rest of one
        $at++;
        $skipped++;
        next;
    }
    if ($kind >= 0x80) {
        $at++;
        $last = full_time($low);
        my $stream = $kind - 0x80;
        my $name = $label{$stream} // '';
        $name = $stream if $name eq '';
        my $time = $what eq 'virtual' ? virtual($last) : $last;
        printf "%d 0x%02x %s\n", $time, $info, $name if $what eq 'bytes' || $what eq 'virtual';
        next;
    }
    my $payload = '';
    for my $i (1 .. $info) {
        my $cont = $at + $i < $words ? substr $data, ($at + $i) * 8, 8 : "\0" x 8;
        if (ord(substr $cont, 7) != $number{CONT}) {
            $at++;
            $skipped++;
            next WORD;
        }
        $payload .= substr $cont, 0, 7;
    }
    $at += 1 + $info;
    my $known = $kinds{$kind};
    if (!$known || $kind == $number{VM} && length $payload && ord($payload) > $#vm) {
        $unknown++;
        next;
    }
    my $time = full_time($low);
    my $own = length $payload < $known->[0] ? -1 : $known->[1]->($time, $payload);
    if (defined $own && $own == -1) {
        $skipped += 1 + $info;
        next;
    }
    $last = $own // $time;
}
print "$skipped words, $unknown records\n" if $what eq 'skipped';
