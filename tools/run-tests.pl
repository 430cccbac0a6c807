#!/usr/bin/perl
# Run TAP tests with prove's own machinery (TAP::Harness), in groups that differ
# in how many run at once, and count them together.
#
#   tools/run-tests.pl [--result FILE] {--jobs N TEST...}...
#
# The last line printed, also written to FILE, is "N passed, N failed".  Skipped
# tests are in neither number, a line before tells of them.  A test program that
# ends early, ends badly or prints no plan has failed, whatever it printed.
# TEST_TIMEOUT (seconds, default 300) is for one test program; V=1 prints all.
use strict;
use warnings;
use File::Basename qw(dirname);
use File::Path qw(make_path);
use TAP::Harness;
use TAP::Parser::Aggregator;

my ($result, @groups);
while (@ARGV) {
    my $arg = shift;
    if ($arg eq '--result') {
        $result = shift;
    } elsif ($arg eq '--jobs') {
        push @groups, { jobs => shift, tests => [] };
    } elsif (@groups) {
        push @{ $groups[-1]{tests} }, $arg;
    } else {
        die "usage: tools/run-tests.pl [--result FILE] {--jobs N TEST...}...\n";
    }
}
@groups = grep { @{ $_->{tests} } } @groups;
unlink $result if defined $result;
if (!@groups) {
    print STDERR "bootstamp: run-tests: no test matches; see TESTS in 'make help'\n";
    exit 2;
}

# A test that asks must not wait for an answer.
open STDIN, '<', '/dev/null' or die "/dev/null: $!\n";
$| = 1;

my $timeout = $ENV{TEST_TIMEOUT} || 300;
my $total = TAP::Parser::Aggregator->new;
my $harness;
$total->start;
for my $group (@groups) {
    $harness = TAP::Harness->new({
        jobs      => $group->{jobs},
        timer     => 1,
        failures  => 1,
        verbosity => ($ENV{V} // '') eq '1' ? 1 : 0,
        color     => -t STDOUT ? 1 : 0,
        # relative to the folder, where they are also started
        exec => sub {
            my ($self, $file) = @_;
            return [ 'timeout', '-k', '10', $timeout, "./$file" ];
        },
    });
    $harness->aggregate_tests($total, @{ $group->{tests} });
}
$total->stop;
$harness->summary($total);

my ($passed, $failed, $skipped) = (0, 0, 0);
for my $parser ($total->parsers) {
    my $skips = $parser->skipped;
    my $bad = $parser->failed;
    my $missing = ($parser->tests_planned // 0) - ($parser->tests_run // 0);
    $passed += $parser->passed - $skips;
    $skipped += $skips;
    $skipped++ if $parser->skip_all;
    $bad += $missing if $missing > 0;
    # no assertion failed, but a crash or a broken plan
    $bad = 1 if !$bad && $parser->has_problems;
    $failed += $bad;
}
print "$skipped skipped\n" if $skipped;
my $line = "$passed passed, $failed failed\n";
print $line;
if (defined $result) {
    make_path(dirname($result));
    open my $out, '>', $result or die "$result: $!\n";
    print $out $line;
    close $out or die "$result: $!\n";
}
exit($failed || !$total->all_passed ? 1 : 0);
