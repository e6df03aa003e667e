#!/usr/bin/perl
# SPDX-License-Identifier: GPL-2.0-or-later
# experiment-tables.pl RESULTS FILE: the tables of docs/experiments.md, between the lines
# <!-- result: E1 CONTRAST --> and <!-- end of result -->, written anew from what `fsduel
# experiment all -o RESULTS` measured (RESULTS/E1/comparison.csv). Every cell that decides, its
# lock and its instructions; a table whose results are not there stays as it is, and is told.
use strict;
use warnings;

my ($results, $file) = @ARGV;
die "usage: experiment-tables.pl RESULTS FILE\n" unless $file;

sub si {
	my ($v) = @_;
	return "" if $v eq "";
	return "0" if $v == 0;
	my @units = ([1e9, "G"], [1e6, "M"], [1e3, "k"], [1, ""]);
	for my $u (@units) {
		next if abs($v) < $u->[0] * 0.99995;
		return sprintf("%.4g", $v / $u->[0]) . $u->[1];
	}
	return sprintf("%.2g", $v);
}

sub percent {
	my ($ratio) = @_;
	my $p = 100 * ($ratio - 1);
	return "0.0 %" if abs($p) < 0.05;
	return abs($p) >= 1000 ? sprintf("%+.0f %%", $p) : sprintf("%+.1f %%", $p);
}

sub fields { # of a line of CSV
	my ($line) = @_;
	my @all;
	while ($line =~ /\G(?:"((?:[^"]|"")*)"|([^",]*))(,|$)/g) {
		push @all, defined $1 ? $1 =~ s/""/"/gr : $2;
		last if $3 eq "";
	}
	return @all;
}

sub rows {
	my ($experiment, $contrast) = @_;
	open my $csv, "<", "$results/$experiment/comparison.csv" or return;
	chomp(my $head = <$csv>);
	my @names = split /,/, $head;
	my @rows;
	while (my $line = <$csv>) {
		chomp $line;
		my %r;
		@r{@names} = fields($line);
		push @rows, \%r if $r{decides} eq "true" && $r{contrast} eq $contrast;
	}
	return @rows;
}

sub beside { # both sides of a figure of an operation
	my ($r, $name) = @_;
	my ($a, $b) = ($r->{"${name}_baseline"} // "", $r->{"${name}_patched"} // "");
	return $a eq "" && $b eq "" ? "" : si($a) . " → " . si($b);
}

sub table {
	my @rows = @_;
	my $unit = $rows[0]{unit};
	my @out = ("| cell | $rows[0]{baseline}, $unit | $rows[0]{patched}, $unit | change | " .
		"95 % interval | verdict | most waits, an operation | instructions, an operation |",
		   "|---|--:|--:|--:|--:|---|---|---|");
	for my $r (@rows) {
		my $cell = join " ", $r->{workload}, grep { $_ ne "" } split /;/, $r->{varying};
		my $interval = $r->{change_low95} eq "" ? "" :
			percent($r->{change_low95}) . " .. " . percent($r->{change_high95});
		my $change = $r->{change} ne "" ? percent($r->{change}) :
			$r->{ratio_median} ne "" ? percent($r->{ratio_median}) : "";
		my $waits = $r->{lock} eq "" || $r->{lock} eq "none" ? $r->{lock} :
			"$r->{lock} " . beside($r, "lock_waits");
		push @out, "| " . join(" | ", $cell, si($r->{baseline_median}),
			si($r->{patched_median}), $change, $interval, $r->{verdict}, $waits,
			beside($r, "instructions")) . " |";
	}
	return map { "$_\n" } @out;
}

open my $in, "<", $file or die "$file: $!\n";
my @lines = <$in>;
my @new;
while (@lines) {
	my $line = shift @lines;
	push @new, $line;
	my ($experiment, $contrast) = $line =~ /^<!-- result: (\S+) (\S+) -->$/ or next;
	my @old;
	push @old, shift @lines while @lines && $lines[0] !~ /^<!-- (?:end of result|result:)/;
	@lines && $lines[0] =~ /^<!-- end/ or
		die "$file: $experiment $contrast: no <!-- end of result --> behind it\n";
	my @rows = rows($experiment, $contrast);
	print STDERR "$experiment $contrast: no results, left as it is\n" unless @rows;
	push @new, @rows ? table(@rows) : @old;
}
open my $out, ">", "$file.new" or die "$file.new: $!\n";
print $out @new or die "$file.new: $!\n";
close $out or die "$file.new: $!\n";
rename "$file.new", $file or die "$file: $!\n";
