#!/usr/bin/perl
# SPDX-License-Identifier: GPL-2.0-or-later
# windows.pl FSDUEL FOLDER K...: judge every run of K neighbouring blocks of a results
# folder as if it were a whole duel, and count how many say slower or faster. With a
# folder whose two variants do the same work (tests/data/suites/null.ini) these are false
# alarms. Neighbouring windows share blocks, so the 95 % interval (Wilson) is given twice:
# for all windows as if they were independent, and for those that share no block.
use strict;
use warnings;
use File::Temp qw(tempdir);

my ($fsduel, $folder, @sizes) = @ARGV;
die "usage: windows.pl FSDUEL FOLDER K...\n" unless @sizes;

sub slurp { open my $in, "<", $_[0] or die "$_[0]: $!\n"; local $/; return scalar <$in> }
sub spew { open my $out, ">", $_[0] or die "$_[0]: $!\n"; print $out $_[1]; close $out or die }

sub wilson {
	my ($k, $n) = @_;
	my ($z, $p) = (1.959964, $k / $n);
	my $middle = $p + $z * $z / (2 * $n);
	my $half = $z * sqrt($p * (1 - $p) / $n + $z * $z / (4 * $n * $n));
	my $by = 1 + $z * $z / $n;
	my $low = 100 * ($middle - $half) / $by;
	return sprintf "%.1f..%.1f %%", $low < 0.05 ? 0 : $low, 100 * ($middle + $half) / $by;
}

# The samples by block; no field before the block's has a comma in it.
my $run = slurp("$folder/run.json");
my ($head, @row) = split /\n/, slurp("$folder/samples.csv");
my %at;
@at{split /,/, $head} = (0 .. 99);
my (@of, $blocks);
for my $row (@row) {
	my @field = split /,/, $row;
	push @{$of[$field[$at{block}]]}, \@field;
}
$blocks = $#of;

my $tmp = tempdir(CLEANUP => 1);
sub verdicts {
	my ($first, $k) = @_;
	my $text = "$head\n";
	for my $i (0 .. $k - 1) {
		for my $f (@{$of[$first + $i]}) {
			my @field = @$f;
			$field[$at{block}] = $i + 1;
			$text .= join(",", @field, ("") x (keys(%at) - @field)) . "\n";
		}
	}
	(my $json = $run) =~ s/"blocks": \d+/"blocks": $k/;
	$json =~ s/"looks": \[[^\]]*\],?//;
	spew("$tmp/samples.csv", $text);
	spew("$tmp/run.json", $json);
	my ($line) = qx($fsduel compare $tmp) =~ /^(verdict:.*?\))/ms or die "no verdict of block $first\n";
	return $line;
}

for my $k (@sizes) {
	my ($wrong, $all, $wrong_apart, $apart, %line) = (0) x 4;
	for my $first (1 .. $blocks - $k + 1) {
		my $alarm = verdicts($first, $k) =~ /\d+ (slower|faster|mixed|broken)/;
		$wrong += !!$alarm;
		$all++;
		next if ($first - 1) % $k;
		$wrong_apart += !!$alarm;
		$apart++;
	}
	printf "%2d blocks: %d of %d windows say slower or faster (%s); apart: %d of %d (%s)\n", $k,
		$wrong, $all, wilson($wrong, $all), $wrong_apart, $apart, wilson($wrong_apart, $apart);
}
