# A capture, record by record: the layout is in docs/capture-format.md.
#
# Numbers of kinds and events are written out where a test uses them, so that none comes from the program.
package CaptureFile;
use strict;
use warnings;
no warnings 'portable'; # numbers of 64 bits
use Exporter 'import';

our @EXPORT = qw($time raw place word cont record event byte text vm session start_capture write_capture);

our $time; # ns since the session's start, of what comes next
my $out;

sub start_capture { ($out, $time) = ('', 0) }
start_capture;

sub raw { $out .= $_[0] }
sub place { length($out) / 8 } # of the next word, its index
sub word { my ($kind, $value, $at) = @_; $out .= pack 'Q<', $kind << 56 | $value << 48 | $at & (1 << 48) - 1 }


# A head, and 7 bytes of LOAD in each word after it
sub cont { $out .= pack 'a7 C', $_, 0x7f for unpack '(a7)*', $_[0] }
sub record {
    my ($kind, $at, $load) = @_;
    word $kind, int((6 + length $load) / 7), $at;
    cont $load;
}
sub event { my ($kind, $load) = @_; record $kind, $time, $load }
sub byte { my ($value, $at, $stream) = @_; word 0x80 + ($stream // 0), $value, $at }

# TEXT on a stream, with STEP ns from each byte to the next
sub text {
    my ($text, $step, $stream) = @_;
    for (unpack 'C*', $text) { byte $_, $time, $stream; $time += $step // 0 }
}
sub vm { event 6, pack 'C Z*', $_[0], $_[1] // '' }
sub session { my ($name) = @_; event 3, pack 'Q< Q< Q< L< Z*', $time, 1_700_000_000e9 + $time, $time, 42, $name }

# Header fields by name, the rest as of a session that ended
sub write_capture {
    my ($path, %given) = @_;
    my %h = (version => 1, size => 4096, clock => 1, flags => 1, mono => 0, wall => 1_700_000_000e9,
        size_max => 0, guest_ram => 512 << 20, pid => 42, tail => '', %given);
    my $head = pack 'a8 L< L< L< L< Q< Q< Q< Q< L<', 'BOOTSTMP', @h{qw(version size clock flags mono wall size_max guest_ram pid)};
    $head .= $h{tail};
    open my $file, '>:raw', $path or die "$path: $!\n";
    print {$file} $head, "\0" x ($h{size} - length $head), $out;
    close $file or die "$path: $!\n";
}

1;
