#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# newcomer.t: the steps of CONTRIBUTING.md lead to a role, a file system, a command and an
# output format, in a scratch copy of this tree, with the code that stands there.
. "$(dirname "$0")/lib.sh"

# The copy has what was built, so that make compiles the new files only.
clone=$tmp/clone
mkdir "$clone"
sources=$(git ls-files -co --exclude-standard 2> /dev/null ||
	find . -type d -exec test -e '{}/.flags' \; -prune -o -type f -print)
while read -r f; do [ ! -e "$f" ] || echo "$f"; done <<< "$sources" |
	cpio -pdm --quiet "$clone" && cp -a "$B" "$clone/build" || exit
cd "$clone" || exit

# The three kinds of marks: a file; a row before a line; a word behind the words of a line.
apply() {
	perl -e '
		local $/;
		my ($text, $nr) = (scalar <STDIN>, 0);
		my $mark = qr/<!-- (file|row|word) (\S+)(?: (?:before )?"(.*?)")? -->/;
		while ($text =~ /$mark\n```c\n(.*?)```/sg) {
			my ($kind, $file, $at, $code) = ($1, $2, $3, $4);
			my $old = "";
			if ($kind ne "file") {
				open my $in, "<", $file or die "$file: $!";
				$old = <$in>;
				$code =~ s/\n\z// if $kind eq "word";
				my $place = qr/(?<=\Q$at\E)/;
				$place = qr/^(?=\s*\Q$at\E)/m if $kind eq "row";
				$old =~ s/$place/$code/ or die "$file has no $at\n";
				$code = $old;
			}
			open my $out, ">", $file or die "$file: $!";
			print $out $code;
			$nr++;
		}
		print "$nr places\n" unless $nr == 5' < CONTRIBUTING.md
}
check "CONTRIBUTING.md names five places, and each is there" apply
made() { make -s B=build all > "$tmp/log" 2>&1 || tail -n 30 "$tmp/log"; }
check "the new code compiles" made
B=build

role() {
	fsduel list roles | grep -q '^range_write: buffered writes' || echo "no role"
}
check "the role is listed" role
file_system() {
	cat > "$tmp/s.ini" <<-'END'
	[suite]
	name = newcomer
	mode = host
	blocks = 1
	[mount plain]
	fs = ext2
	[mount noatime]
	fs = ext2
	options = noatime
	[device]
	size = 128M
	[workload w]
	mix = range_write:1
	file_size = 1M
	runtime = 20ms
	END
	fsduel run -c "$tmp/s.ini" --image 128M --no-settle -q -o "$tmp/r" > "$tmp/out" 2>&1
	[ $? -le 1 ] || cat "$tmp/out"
	[ "$(grep -c ',ext2,.*,ops_per_s,.*,ok,' "$tmp/r/samples.csv")" -ge 2 ] ||
		cat "$tmp/r/samples.csv"
}
if [ "$(id -u)" = 0 ] && [ -e /dev/loop-control ]; then
	check "the file system is made, mounted and measured with the role" file_system
else
	skip "the file system is made, mounted and measured with the role" "needs root and loop devices"
fi
command_modes() {
	fsduel modes | grep -q '^exact  *It is exact' || fsduel modes
	fsduel modes -h | grep -q '^Usage: fsduel modes' || echo "no help"
	fsduel help modes | grep -q 'list the modes' || echo "fsduel help does not know it"
	fsduel man modes | grep -q 'modes' || echo "no man page"
	fsduel completion bash | grep -q 'modes' || echo "no completion"
}
check "the command runs and has its help, man page and completion" command_modes
format() {
	fsduel compare tests/data/results-mixed --format names | grep -qx workload ||
		fsduel compare tests/data/results-mixed --format names
	fsduel compare -h | grep -q '|names' || echo "the help does not list it"
}
check "the output format prints, and the help lists it" format
tables() { tools/readme-tables.sh README.md && tools/readme-tables.sh --check README.md; }
check "README's tables take the new rows" tables
finish
