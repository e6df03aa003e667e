#!/usr/bin/perl
# SPDX-License-Identifier: GPL-2.0-or-later
# includes.t: which room may include which, and no circle of files. The first test walks
# the #include "..." lines of all C files; the second reads with nm which object file
# calls into which, and fails where that way leads back to where it began.
use strict;
use warnings;
use File::Basename;

chdir dirname(__FILE__) . "/../.." or die;
my $built = $ENV{B} // "build";

# Room: the rooms that it may include besides itself and, but for lib, lib.
my %may = (
	lib              => [],
	workloads        => [],
	"runners/preload" => [],
	analysis         => [],
	dashboards       => [qw(analysis)],
	tracking         => [qw(runners analysis dashboards)],
	cli              => [qw(workloads runners analysis dashboards tracking)],
	tests            => [qw(workloads runners analysis dashboards tracking cli)],
);
# The floors of a house: each may include those that stand before it, and what its house may.
my %floors = (
	runners    => [qw(tables lock profile kernel result fio suite cell folder host), "vm"],
	analysis   => [qw(stats results compare locks costs guard truth changes)],
	dashboards => [qw(words grid table plot export letter report)],
);
my %house_may = (runners => [qw(workloads runners/preload)], analysis => [],
	dashboards => ["analysis"]);
my %apart = ("runners/vm" => { "runners/host" => 1 });   # the two runners are apart
for my $house (keys %floors) {
	my @below;
	for my $room (map { "$house/$_" } @{$floors{$house}}) {
		$may{$room} = [@{$house_may{$house}}, grep { !$apart{$room}{$_} } @below];
		push @below, $room;
	}
}
# Private headers: of the room that has them only, tests apart.
my $private = qr/_impl\.h$/;
# Generated, each for one file.
my %generated = ("roles.h" => "workloads/mix.c", "commands.h" => "cli/main.c",
	"judges.h" => "runners/cell/judge.c",
	map { $_ => "dashboards/report/report.c" } qw(report_css.h report_js.h));

sub room_of {
	my ($file) = @_;
	my ($house, $floor) = $file =~ m{^([^/]+)/(?:([^/]+)/)?};
	return defined $floor && $may{"$house/$floor"} ? "$house/$floor" : $house;
}

sub allowed {
	my ($room, $other) = @_;
	return 1 if $other eq $room || ($other eq "lib" && $room ne "lib");
	return grep { $other eq $_ || $other =~ m{^\Q$_\E/} } @{$may{$room}};
}

my (@wrong, @shared, %files);
sub look_at {
	my ($file) = @_;
	my $room = room_of($file);
	push @wrong, "$file stands in no room of the table" unless $may{$room};
	open my $in, "<", $file or die "$file: $!";
	while (<$in>) {
		push @shared, "$file:$.: $_" if /\bvolatile\s+(?:int|unsigned|bool|sig_atomic_t)\b/;
		next unless /^\s*#\s*include\s*"([^"]+)"/;
		my ($path, $at) = ($1, "$file:$.");
		if ($generated{$path}) {
			push @wrong, "$at: only $generated{$path} includes $path"
				unless $generated{$path} eq $file || $room eq "tests";
		} elsif (!-e $path) {
			push @wrong, "$at: \"$path\" is no path from the top";
		} elsif (!allowed($room, room_of($path))) {
			push @wrong, "$at: $room may not include " . room_of($path) . " ($path)";
		} elsif (room_of($path) ne $room && $room ne "tests" && $path =~ $private) {
			push @wrong, "$at: $path is private to " . room_of($path);
		}
	}
}

# Object file => the object files that it calls into, by the names that nm shows.
sub calls {
	my (%defines, %needs, %calls);
	for my $object (split /\n/, `find $built -name '*.o' -not -path '*/tests/*' -not -path '*/guest/*'`) {
		next unless -e ($object =~ s{^\Q$built\E/(.*)\.o$}{$1.c}r);   # of a source that is gone
		for (split /\n/, `nm $object`) {
			if (/ [TDBRVWSC] (\S+)$/) { $defines{$1} = $object unless $1 eq "main" }
			elsif (/ U (\S+)$/) { push @{$needs{$object}}, $1 }
		}
	}
	for my $object (keys %needs) {
		for my $name (@{$needs{$object}}) {
			my $other = $defines{$name} // $object;
			$calls{$object}{$other} //= $name unless $other eq $object;
		}
	}
	return \%calls;
}

# The circles among the files, by Tarjan's strongly connected components (SIAM J. Comput. 1972).
sub circles {
	my ($calls) = @_;
	my (%index, %low, %on, @stack, @found);
	my $next = 0;
	my $visit;
	no warnings "recursion";
	$visit = sub {
		my ($at) = @_;
		$index{$at} = $low{$at} = $next++;
		push @stack, $at;
		$on{$at} = 1;
		for my $to (sort keys %{$calls->{$at}}) {
			if (!defined $index{$to}) {
				$visit->($to);
				$low{$at} = $low{$to} if $low{$to} < $low{$at};
			} elsif ($on{$to} && $index{$to} < $low{$at}) {
				$low{$at} = $index{$to};
			}
		}
		return if $low{$at} != $index{$at};
		my @circle;
		do { push @circle, pop @stack; $on{$circle[-1]} = 0 } while $circle[-1] ne $at;
		push @found, [sort @circle] if @circle > 1;
	};
	$visit->($_) for sort keys %$calls;
	return @found;
}

for my $room (grep { -d && !m{/} } sort keys %may, "runners") {
	open my $find, "-|", "find", $room, "-name", "*.[ch]" or die;
	while (<$find>) {
		chomp;
		$files{$room}++;
		look_at($_);
	}
}
my ($nr, $bad) = (0, 0);
sub result {
	my ($ok, $name, @notes) = @_;
	printf "%s %d - %s\n", $ok ? "ok" : "not ok", ++$nr, $name;
	print "# $_\n" for @notes;
	$bad ||= !$ok;
}
print "1..5\n";
result(!@wrong, "every include follows the arrows between rooms", @wrong);
result(7 == (grep { $files{$_} } qw(lib workloads runners analysis dashboards cli tests)),
	"all rooms were walked");
# Threads and signal handlers share one type of flag: atomic_int.
result(!@shared, "no flag is volatile in the place of atomic", @shared);
my $calls = calls();
my @circles = circles($calls);
result(!@circles, "no circle of files", map {
	my @in = @$_;
	("circle:", map {
		my $from = $_;
		map { "  $from calls $_ ($calls->{$from}{$_})" }
			grep { my $to = $_; grep { $_ eq $to } @in } sort keys %{$calls->{$from}}
	} @in)
} @circles);
# The search itself: it finds a circle of three behind a way in, and sees none in a tree.
my @three = circles({ a => { b => "f" }, b => { c => "g" }, c => { d => "h", b => "i" }, d => {} });
my @none = circles({ a => { b => "f", c => "f" }, b => { d => "g" }, c => { d => "g" }, d => {} });
result(@three == 1 && "@{$three[0]}" eq "b c" && !@none && keys %$calls > 100,
	"the search for circles finds one that is there, and only that");
exit($bad);
