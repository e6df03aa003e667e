#!/usr/bin/perl
# SPDX-License-Identifier: GPL-2.0-or-later
# includes.t: which room may include which. Walks the #include "..." lines of all C
# files and fails on one that this table does not allow. A header has one name
# everywhere: its path from the top. And: a flag that threads share is atomic.
use strict;
use warnings;
use File::Basename;

chdir dirname(__FILE__) . "/../.." or die;

my %may = (
	lib        => [],
	workloads  => [qw(lib)],
	runners    => [qw(lib workloads)],
	analysis   => [qw(lib)],
	dashboards => [qw(lib analysis)],
	tracking   => [qw(lib runners analysis dashboards)],
	cli        => [qw(lib workloads runners analysis dashboards tracking)],
	tests      => [qw(lib workloads runners analysis dashboards tracking cli)],
);
# Private headers: of the room that has them only, tests apart.
my $private = qr/_impl\.h$/;
# Generated, each for one file.
my %generated = ("roles.h" => "workloads/registry.c", "commands.h" => "cli/registry.c",
	map { $_ => "dashboards/report/report_assets.c" } qw(report_css.h report_js.h));

my (@wrong, @shared, %files);
sub look_at {
	my ($file) = @_;
	my ($room) = $file =~ m{^([^/]+)/};
	open my $in, "<", $file or die "$file: $!";
	while (<$in>) {
		push @shared, "$file:$.: $_" if /\bvolatile\s+(?:int|unsigned|bool|sig_atomic_t)\b/;
		next unless /^\s*#\s*include\s*"([^"]+)"/;
		my ($what, $at) = ($1, "$file:$.");
		if ($generated{$what}) {
			push @wrong, "$at: only $generated{$what} includes $what"
				unless $generated{$what} eq $file || $room eq "tests";
			next;
		}
		my ($other) = $what =~ m{^([^/]+)/};
		if (!defined $other || !$may{$other} || !-e $what) {
			push @wrong, "$at: \"$what\" is no path from the top";
		} elsif ($other ne $room && !grep { $_ eq $other } @{$may{$room}}) {
			push @wrong, "$at: $room may not include $other ($what)";
		} elsif ($other ne $room && $room ne "tests" && $what =~ $private) {
			push @wrong, "$at: $what is private to $other";
		}
	}
}

for my $room (grep { -d } sort keys %may) {
	open my $find, "-|", "find", $room, "-name", "*.[ch]" or die;
	while (<$find>) {
		chomp;
		$files{$room}++;
		look_at($_);
	}
}
print "1..3\n";
print @wrong ? "not ok" : "ok", " 1 - every include follows the arrows between rooms\n";
print "# $_\n" for @wrong;
my $walked = grep { $files{$_} } qw(lib workloads runners analysis cli tests);
print $walked == 6 ? "ok" : "not ok", " 2 - all rooms were walked\n";
# Threads and signal handlers share one type of flag: atomic_int.
print @shared ? "not ok" : "ok", " 3 - no flag is volatile in the place of atomic\n";
print "# $_" for @shared;
exit(@wrong || @shared || $walked != 6 ? 1 : 0);
