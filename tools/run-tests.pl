#!/usr/bin/perl
# Run TAP tests with prove's own machinery (TAP::Harness), in stages, and count
# them together, which prove cannot.
#
#   tools/run-tests.pl [--result FILE] [--prepare COMMAND]
#                      {--stage NAME JOBS TEST...}...
#
# The stages run one after the other, JOBS tests of each at a time; each ends
# with its own count, so that the quick ones tell early.  COMMAND is started at
# once with low priority, and done before the second stage begins: what the
# later tests need built.
#
# The last line printed, also written to FILE, is "N passed, N failed".  Skipped
# tests are in neither number, a line before reports them.  A test program that
# ends early, ends badly or prints no plan has failed, whatever it printed.
# TEST_TIMEOUT (seconds, default 300) is for one test program; of one that takes
# longer, the last assertion before the limit is named.  V=1 prints all.
use strict;
use warnings;
use File::Basename qw(dirname);
use File::Path qw(make_path);
use TAP::Harness;
use TAP::Parser::Aggregator;

my $usage = "usage: tools/run-tests.pl [--result FILE] [--prepare COMMAND] {--stage NAME JOBS TEST...}...\n";
my ($result, $prepare, @stages);
while (@ARGV) {
    my $arg = shift;
    if ($arg eq '--result') {
        $result = shift;
    } elsif ($arg eq '--prepare') {
        $prepare = shift;
    } elsif ($arg eq '--stage' && @ARGV >= 2) {
        push @stages, { name => shift, jobs => shift, tests => [] };
    } elsif (@stages) {
        push @{ $stages[-1]{tests} }, $arg;
    } else {
        die $usage;
    }
}
@stages = grep { @{ $_->{tests} } } @stages;
unlink $result if defined $result;
if (!@stages) {
    print STDERR "bootstamp: run-tests: no test matches; see TESTS in 'make help'\n";
    exit 2;
}

# A test that asks must not wait for an answer.
open STDIN, '<', '/dev/null' or die "/dev/null: $!\n";
$| = 1;

my $timeout = $ENV{TEST_TIMEOUT} || 300;

sub start_preparing {
    my ($command) = @_;
    my $pid = fork // die "fork: $!\n";
    return $pid if $pid;
    open STDOUT, '>&', \*STDERR;
    exec 'nice', '-n', '19', 'sh', '-c', $command;
    die "sh: $!\n";
}

sub wait_for_preparing {
    my ($pid, $command) = @_;
    print "waiting for: $command\n";
    waitpid $pid, 0;
    # the tests that need it report what they lack
    print "failed: $command\n" if $?;
}

my @skipped; # "FILE: what: why"

# Names the last assertion of a test program that met its time limit, and what was skipped.
sub watch {
    my ($parser, $test) = @_;
    my $last = 'before its first assertion';
    $parser->callback(test => sub {
        my ($assertion) = @_;
        $last = 'after ' . $assertion->number . ' ' . $assertion->description;
        (my $what = $assertion->description) =~ s/^- //;
        push @skipped, "$test: $what: " . $assertion->explanation if $assertion->has_skip;
    });
    $parser->callback(EOF => sub {
        my $status = $parser->exit;
        push @skipped, "$test: " . $parser->skip_all if $parser->skip_all;
        print STDERR "# $test: stopped after $timeout s, $last\n" if $status == 124 || $status == 137;
    });
}

sub harness {
    my ($jobs) = @_;
    my $harness = TAP::Harness->new({
        jobs      => $jobs,
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
    $harness->callback(made_parser => sub {
        my ($parser, $job) = @_;
        watch($parser, $job->[1] // $job->[0]);
    });
    return $harness;
}

# (passed, failed, skipped) of some parsers
sub count {
    my ($passed, $failed, $skipped) = (0, 0, 0);
    for my $parser (@_) {
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
    return ($passed, $failed, $skipped);
}

my $preparing = defined $prepare ? start_preparing($prepare) : undef;
my $total = TAP::Parser::Aggregator->new;
my $counted = 0;
my $harness;
$total->start;
for my $stage (@stages) {
    if (defined $preparing && ($stage != $stages[0] || @stages == 1)) {
        wait_for_preparing($preparing, $prepare);
        undef $preparing;
    }
    my $start = time;
    printf "== %s\n", $stage->{name};
    $harness = harness($stage->{jobs});
    $harness->aggregate_tests($total, @{ $stage->{tests} });
    my @parsers = $total->parsers;
    my ($passed, $failed) = count(@parsers[ $counted .. $#parsers ]);
    $counted = @parsers;
    printf "== %s: %d passed, %d failed in %d s\n", $stage->{name}, $passed, $failed, time - $start;
}
$total->stop;
$harness->summary($total);

my ($passed, $failed, $skipped) = count($total->parsers);
print map { "skipped: $_\n" } @skipped;
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
