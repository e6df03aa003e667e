#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# fio_beside.t: a job file that `fsduel run` measures is the same work as plain fio makes of
# it, run in a directory on a file system of the same size: threads, operations and bytes an
# operation of each direction, summed over the parts of the file. Work that ends by itself has
# as many operations, to the last; of work that ends by the clock the mix and the sizes are
# compared. FIO_JOBS: job files instead of tests/data/fio/jobs; IMAGE: size of the file system. A table goes to
# $FIO_TABLE. Needs root. Not part of `make test`.
. "$(dirname "$0")/../cli/lib.sh"
. tests/cli/host_lib.sh
why=$(host_needs)
[ -z "$why" ] || { echo "1..0 # SKIP $why"; exit 0; }
size=${IMAGE:-1G}
table=${FIO_TABLE:-$tmp/table}
echo "job,by the clock,threads fio/fsduel,direction: operations fio/fsduel,bytes an operation fio/fsduel,same" > "$table"

# Plain fio on a new file system, in its own mount namespace: absolute folders lead there.
plain() { # job file
	local image=$tmp/plain.img mnt=$tmp/plain dirs f loop
	rm -f "$image" "$tmp/plain.json"
	mkdir -p "$mnt"
	truncate -s "$size" "$image"
	mke2fs -qF -t ext4 -b 4096 -E lazy_itable_init=0,lazy_journal_init=0 "$image" || return
	loop=$(losetup -f --show --direct-io=on "$image") && mount "$loop" "$mnt" || return
	grep -v '^ *group_reporting' "$1" > "$mnt/job.fio"
	sed -i -E 's/^(write_[a-z]*_log|log_[a-z_]*|per_job_logs)\b.*//' "$mnt/job.fio"
	dirs=$({
		sed -nE 's/^ *directory *= *([^ ;#]*).*/\1/p' "$mnt/job.fio" | tr : '\n'
		sed -nE 's/^ *filename *= *([^ ;#]*).*/\1/p' "$mnt/job.fio" | tr : '\n' | grep ^/ | xargs -rn1 dirname
	} | sort -u)
	for f in $dirs; do
		mkdir -p "$mnt/$f"
		case $f in /*) [ -e "$f" ] || { mkdir -p "$f" && echo "$f" >> "$tmp/made"; } ;; esac
	done
	(
		cd "$mnt" && dirs=$dirs unshare -m sh -c '
		for f in $dirs; do
			case $f in /*) mount --bind "./$f" "$f" || exit ;; esac
		done
		exec fio --output-format=json+ --output=plain.json job.fio'
	) > "$tmp/plain.words" 2>&1
	cp "$mnt/plain.json" "$tmp/plain.json"
	umount "$mnt"
	losetup -d "$loop"
	[ ! -e "$tmp/made" ] || xargs rmdir < "$tmp/made" 2> /dev/null
	rm -f "$tmp/made"
}

# Both sides as a table row; exit 1 where they differ.
compare_them() { # job file
	perl -MJSON::PP -e '
	my ($job, $plain, $plan, $csv, $clock) = @ARGV;
	sub slurp { local $/; open my $f, "<", $_[0] or die "$_[0]: $!"; <$f> }
	my $text = slurp($plain);
	$text =~ s/^.*?^\{$/{/ms;
	my $p = JSON::PP->new->incr_parse($text) or die "no JSON";
	my (%a, %b, $threads);
	for my $j (@{$p->{jobs}}) {
		die "error $j->{error}" if $j->{error};
		for my $d (qw(read write trim)) {
			$a{$d}[0] += $j->{$d}{total_ios};
			$a{$d}[1] += $j->{$d}{io_bytes};
		}
	}
	$threads += $_->{threads} - ($_->{helper_threads} || 0) for @{decode_json(slurp($plan))->{cells}};
	my ($head, @rows) = split /\n/, slurp($csv);
	my $n = 0;
	my %col = map { $_ => $n++ } split /,/, $head;
	my %rate;
	for (@rows) {
		my @f = split /,/;
		my ($role, $metric) = @f[$col{role}, $col{metric}];
		die "status $f[$col{status}]" if $f[$col{status}] ne "ok";
		next if $role !~ /^(read|write|trim|verify)$/;
		$rate{"$f[$col{params}] $role"}{$metric} = $f[$col{value}];
	}
	for (keys %rate) {
		my ($role) = /(\w+)$/;
		my $r = $rate{$_};
		# To plain fio these are reads like others.
		$role = "read" if $role eq "verify";
		$b{$role}[0] += $r->{operations};
		$b{$role}[1] += $r->{operations} * $r->{bytes_per_s} / $r->{ops_per_s} if $r->{ops_per_s} > 0;
	}
	my ($same, @out) = (@{$p->{jobs}} == $threads);
	my ($alla, $allb);
	$alla += $a{$_}[0], $allb += $b{$_}[0] || 0 for keys %a;
	$same &&= $alla == $allb if !$clock;
	for my $d (sort keys %a) {
		my ($oa, $ob) = ($a{$d}[0], $b{$d}[0] || 0);
		next if !$oa && !$ob;
		my ($sa, $sb) = map { $_->[0] ? $_->[1] / $_->[0] : 0 } $a{$d}, $b{$d};
		# Seeds differ: which operations of a mix read, and how long each is, is drawn.
		$same &&= $oa && $ob && abs($sa / $sb - 1) < .03 &&
			abs($oa / $alla - $ob / $allb) < .05;
		push @out, sprintf "%s: %d/%d,%.0f/%.0f", $d, $oa, $ob, $sa, $sb;
	}
	printf "%s,%s,%d/%d,%s,%s\n", $job, $clock ? "yes" : "no", scalar @{$p->{jobs}}, $threads,
		join(",", @out), $same ? "same" : "differs";
	exit !$same' "$(basename "$1")" "$tmp/plain.json" "$tmp/plan.json" "$tmp/d/samples.csv" "$2"
}

one() { # job file
	local clock=
	rm -rf "$tmp/d"
	printf '[suite]\nmode=host\nblocks=1\n[mount default]\n[workload w]\nfio = %s\n' \
		"$(realpath "$1")" > "$tmp/s.ini"
	fsduel plan -f json "$tmp/s.ini" > "$tmp/plan.json" || return
	# Ends by the clock, or as its jobs happen to meet.
	! grep -qE '^ *(time_based|runtime|timeout|flow|exitall)' "$1" || clock=1
	fsduel run -q --no-settle --image "$size" -c "$tmp/s.ini" -o "$tmp/d" > "$tmp/said" 2>&1 ||
		{ cat "$tmp/said"; return 1; }
	plain "$1" || { cat "$tmp/plain.words"; return 1; }
	compare_them "$1" "$clock" >> "$table" || { tail -1 "$table"; cat "$tmp/plain.words"; \
		return 1; }
}
for job in ${FIO_JOBS:-tests/data/fio/jobs/*.fio}; do
	check "$(basename "$job") is the same work" one "$job"
done
[ -z "${FIO_TABLE:-}" ] || sed 's/^/# /' "$table"
finish
