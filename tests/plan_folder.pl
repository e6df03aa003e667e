#!/usr/bin/perl
# SPDX-License-Identifier: GPL-2.0-or-later
# plan_folder.pl DIR < PLAN: a made-up results folder of the plan that `fsduel plan
# -f json` printed: its variants, contrasts and cells with their real names, and one
# value each, 10 % less on what the last contrast calls patched. It measures nothing.
use strict;
use warnings;
use JSON::PP;

my ($dir) = @ARGV;
my $plan = decode_json(do { local $/; <STDIN> });
my (%kernels, %mounts, $state);
for my $v (@{$plan->{variants}}) {
	$kernels{$v->{kernel}} = { release => "6.12.117+deb12-cloud-amd64", ref => "/home/me/linux",
				   sha256 => "391d229a7c64" x 5 };
	$mounts{$v->{mount}} = { fs => $v->{fs}, options => $v->{options}, mkfs => [] };
}
my %slow = map { $_->{patched} => 1 } $plan->{contrasts}[-1];
my $blocks = 6;
mkdir $dir;
open my $run, ">", "$dir/run.json" or die;
print $run JSON::PP->new->canonical->encode({
	schema => 1, run => "r", mode => $plan->{mode}, mode_note => "Made up for a test.",
	suite => { name => $plan->{suite}, path => "/home/me/suites/$plan->{suite}.ini",
		   blocks => $blocks, seed => 1, sha256 => "ab" x 32 },
	kernels => \%kernels, mounts => \%mounts, machine => { id => "m" x 16 },
	variants => [ map { { name => $_->{name}, kernel => $_->{kernel}, mount => $_->{mount} } }
		      @{$plan->{variants}} ],
	contrasts => $plan->{contrasts}, passes => ["throughput"],
	cells => [ map { { workload => $_->{workload}, params => $_->{params},
			   varying => $_->{varying}, role_threads => $_->{threads} } }
		   @{$plan->{cells}} ],
	metrics => [{ name => "ops_per_s", unit => "1/s", better => "higher",
		      primary => JSON::PP::true }],
	notes => [] });
open my $csv, ">", "$dir/samples.csv" or die;
print $csv "run,variant,kernel,mode,fs,mount,workload,params,block,seed,position,attempt,pass,",
	"role,metric,detail,unit,better,value,status,marks,reason\n";
$state = 42;
for my $block (1 .. $blocks) {
	for my $cell (@{$plan->{cells}}) {
		my $position = 0;
		for my $v (@{$plan->{variants}}) {
			$state = $state * 16807 % 2147483647;
			my $value = 10000 * (1 + 0.01 * ($state / 2147483647 - 0.5)) *
				    ($slow{$v->{name}} ? 0.9 : 1);
			printf $csv "r,%s,%s,%s,%s,%s,%s,%s,%d,%d,%d,1,throughput,all,ops_per_s,,1/s,higher,%.2f,ok,,\n",
				@{$v}{qw(name kernel)}, $plan->{mode}, @{$v}{qw(fs mount)},
				@{$cell}{qw(workload params)}, $block, 100 + $block,
				($position++ + $block) % @{$plan->{variants}} + 1, $value;
		}
	}
}
