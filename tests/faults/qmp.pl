#!/usr/bin/perl
# Talk QMP to a QEMU:  qmp.pl SOCKET [N*]COMMAND...
#
# COMMAND is a QMP command without arguments, the whole JSON of one, or hmp:LINE; what it returns is printed.
# N* repeats it; after system_reset the RESET event is waited for.
use strict;
use warnings;
use IO::Socket::UNIX;

my $path = shift;
my $qmp = IO::Socket::UNIX->new(Peer => $path) or die "$path: $!\n";
$qmp->autoflush(1);

# The next line that holds one of the words, which must not be an error
sub await {
    my $words = shift;
    while (my $line = <$qmp>) {
        die $line if $line =~ /^\{"error"/;
        return $line if $line =~ $words;
    }
    die "$path: QEMU went away\n";
}

sub command {
    my $command = shift;
    if ($command =~ /^hmp:(.*)/s) {
        my $line = $1 =~ s/(["\\])/\\$1/gr;
        $command = qq({"execute":"human-monitor-command","arguments":{"command-line":"$line"}});
    } elsif ($command !~ /^\{/) {
        $command = qq({"execute":"$command"});
    }
    print $qmp "$command\n";
    # The event may come before the answer.
    my $first = await($command =~ /"system_reset"/ ? qr/"return"|"RESET"/ : qr/"return"/);
    await($first =~ /"RESET"/ ? qr/"return"/ : qr/"RESET"/) if $command =~ /"system_reset"/;
    return $first;
}

await(qr/"QMP"/);
command('qmp_capabilities');
for (@ARGV) {
    my ($times, $command) = /^(\d+)\*(.*)/s ? ($1, $2) : (1, $_);
    my $answer;
    $answer = command($command) for 1 .. $times;
    print $answer;
}
