#!/usr/bin/perl
# SPDX-License-Identifier: GPL-2.0-or-later
# report.t: the page of `fsduel report`: its size and time, and, in a headless Chromium,
# what a reader does with it: sorts, filters, opens a cell, turns to a phone, to the dark,
# to paper. It may say nothing on the console and ask for nothing; hostile names are text.
# KEEP=DIR keeps screenshots there.
use strict;
use warnings;
use File::Basename;
use File::Spec;
use File::Temp qw(tempdir);
use Time::HiRes qw(sleep);
use lib dirname(__FILE__);
use Browser;

chdir dirname(__FILE__) . "/../.." or die;
binmode STDOUT, ":utf8";
my $B = File::Spec->rel2abs($ENV{B} // "build");
my $tmp = tempdir(CLEANUP => 1);
my ($cases, $fails) = (0, 0);
$ENV{FSDUEL_CACHE} = "$tmp/cache";

# One case: fine where nothing is said.
sub check {
	my ($name, @said) = @_;
	@said = grep { defined && length } @said;
	$fails++ if @said;
	printf "%s %d - %s\n", @said ? "not ok" : "ok", ++$cases, $name;
	print map { "# $_\n" } map { split /\n/ } @said;
}

sub is {
	my ($name, $got, $want) = @_;
	check($name, ($got // "nothing") eq $want ? () : "got '" . ($got // "nothing")
		. "', wanted '$want'");
}

sub put { my ($file, $text) = @_; open my $out, ">:raw", $file
	or die "$file: $!"; print $out $text; close $out }
sub slurp { my ($file) = @_; open my $in, "<:raw", $file
	or die "$file: $!"; local $/; return <$in> }

# --- made-up folders, and what the command says ---------------------------------------------

sub folder {
	my ($name, @options) = @_;
	system("$B/gen_folder", "$tmp/$name", @options) == 0 or die "gen_folder: exit $?\n";
	return "$tmp/$name";
}

sub report {
	my ($dir, @more) = @_;
	return qx($B/fsduel report @{[map { quotemeta } $dir, @more]} 2>&1);
}

# The same with a profile pass: patched executes 600 instructions an operation more.
sub profiled {
	my ($dir) = @_;
	my $run = slurp("$dir/run.json") =~ s/"throughput"(\s*\])/"throughput", "profile"$1/r;
	my $samples = slurp("$dir/samples.csv");
	my ($head) = $samples =~ /^(run,.*?,pass),/;
	my $profile = "$head,object,function,address,instructions,calls\n";
	for ($samples =~ /^(.*,throughput,all,operations,.*)$/mg) {
		my ($who) = s/,throughput,/,profile,/r =~ /^(.*,profile),/;
		$samples .= "$who,all,counted_ops,,count,,1000,ok,,\n";
		$profile .= "$who,kernel,ext4_file_write_iter,0xffffffff81001000," .
			(/^gen,patched/ ? 800000 : 200000)
				. ",1000\n$who,kernel,<b>schedule,0xffffffff81002000,50000,1000\n";
	}
	put("$dir/run.json", $run);
	put("$dir/samples.csv", $samples);
	put("$dir/profile.csv", $profile);
	return $dir;
}

my $eight = folder("eight", qw(cells=8 roles=3 trouble=1 series=10 locks=3));
my $sixty = folder("sixty", qw(cells=60 roles=10 blocks=20 series=20 locks=3));
my $evil = folder("evil", qw(cells=24 roles=2 blocks=8 hostile=1 trouble=1 contrasts=2 series=5 locks=2));
my $verdicts = folder("verdicts", qw(cells=8 single=1 verdicts=1));
my $one = profiled(folder("one", "cells=1", "blocks=8"));
is("the page is written into the folder", report($eight), "report: $eight/report.html\n");
my $first = slurp("$eight/report.html");
my @before = times;
report($sixty);
my @after = times;
my $seconds = $after[2] + $after[3] - $before[2] - $before[3];
check("60 cells of 20 blocks and 10 roles take less than 3 s",
	$seconds < 3 ? () : "$seconds s of processor time");
check("and make less than 3 MB", -s "$sixty/report.html" < 3e6 ? () : -s "$sixty/report.html");
report($_) for $evil, $one, $verdicts;
mkdir "$tmp/else where#1";
report($eight, "-o", "$tmp/else where#1/p.html");
check("a place that cannot be written is exit 3",
	report($one, "-o", "$tmp/no/where.html") =~ /cannot find folder/ && $? >> 8 == 3 ? ()
		: "exit " . ($? >> 8));
report($eight);
check("the same folder makes the same page", slurp("$eight/report.html") eq $first ? ()
	: "another one");
symlink("$eight", "$tmp/link");
my %ways = ("with a slash behind it" => "$eight/", "as a link" => "$tmp/link");
for my $way (sort keys %ways) {
	report($ways{$way});
	check("and $way, the same files", slurp("$eight/report.html") =~ /("files":\[.*?\])/
		&& index($first, $1) >= 0 ? () : $1);
}
my ($body) = slurp("$evil/report.html") =~ m{</style>(.*)<script type="module">}s;
check("no name from outside is markup", $body =~ /(<script>|<\/svg><script|<b>&amp;amp)/ ? $1 : ());
check("and none ends the page's JSON", $body =~ m{id="data">[^<>&]*</script>\s*$} ? ()
	: "it holds < > or &");

my ($browser, $why) = Browser->new;
if (!$browser) {
	print "ok ", ++$cases, " - the page in a browser # SKIP $why\n1..$cases\n";
	exit($fails ? 1 : 0);
}

# --- in a browser --------------------------------------------------------------------------------

sub show {
	my ($dir, $width, $scheme, $media) = @_;
	$browser->show_as($width // 1280, $scheme // "light", $media);
	$browser->open_page("file://$dir/report.html");
}
sub js { my ($script, @args) = @_; return $browser->js($script, @args) }
sub count { my ($selector) = @_; return js("return document.querySelectorAll(arguments[0]).length",
	$selector) }
sub text { my ($selector) = @_; return js("return document.querySelector(arguments[0])?.textContent", $selector) }
sub click { my ($selector) = @_; js("document.querySelector(arguments[0]).click()", $selector) }
sub set {
	my ($selector, $value, $event) = @_;
	js("const e = document.querySelector(arguments[0]); e.value = arguments[1];
		e.dispatchEvent(new Event(arguments[2], { bubbles: true }))", $selector, $value, $event // "change");
}
# The visible rows' texts of a column, in their order.
sub column {
	my ($name) = @_;
	return js('return [...document.querySelectorAll("#table > tbody > tr:not([hidden]):not(.detail)")]
		.map((r) => r.querySelector(".c-" + arguments[0]).textContent.trim())', $name);
}
sub changes { return grep { length } map { tr/\x{2212}/-/r =~ s/[^-+.\d]//gr } @{ column("change") } }
sub sorted { my ($way, @n) = @_; return join(" ", @n) eq join(" ", sort { $way * ($a <=> $b) } @n) }

show($sixty);
is("each of 10 roles of 60 cells has a row", count("#table > tbody > tr"), 600);
is("and it is said how many are shown", text("#shown"), "600 of 600 rows");
click("th.c-change button");
check("the change sorts upwards", sorted(1, changes()) ? () : join " ", changes());
is("and the column says so", js("return document.querySelector('th.c-change').ariaSort"),
	"ascending");
click("th.c-change button");
check("then downwards", sorted(-1, changes()) ? () : join " ", changes());
is("the line above says so too", text("#shown"), "600 of 600 rows, by change, largest first");
click("th.c-change button");
is("then not at all", js("return document.querySelector('th.c-change').ariaSort"), "none");
is("which is the order of the plan", js("return document.querySelector('#table > tbody > tr').id"), "row-1");
my $faster = js("return document.querySelector('.chip.v-faster b').textContent");
click(".chip.v-faster");
my @kinds = grep { !/faster/ } @{ column("verdict") };
is("a verdict's button leaves its cells", scalar @{ column("verdict") } . " @kinds", "$faster ");
set("#text", "threads=24 buffered-fill", "input");
my @cells = @{ column("cell") };
check("text and verdict filter together", @cells && !grep({ !/^buffered-fill.*threads=24/ } @cells)
	? () : "@cells");
is("and are counted", text("#shown"), scalar(@cells) . " of 600 rows");
click(".chip.v-faster");
set("#text", "", "input");
js('const s = document.getElementById("workload"); s.value = [...s.options].find((o) => o.text === "mixed").value;
	s.dispatchEvent(new Event("change"))');
check("a workload leaves its cells", @{ column("cell") } == 60
	&& !grep({ !/^mixed / } @{ column("cell") }) ? () :
	join ", ", @{ column("cell") });
click("#open-all");
is("what is shown can be opened at once", count("#table > tbody > tr.detail"), 60);
click("#open-all");
is("and closed", count("#table > tbody > tr.detail"), 0);

# One cell, by the keyboard: focus, Enter.
show($eight);
js("document.querySelector('#row-4 button.open').focus()");
$browser->press("\x{E007}");
is("Enter opens a cell", js("return document.querySelector('#row-4 button').ariaExpanded"), "true");
is("and what opens is what the button controls",
	js("return document.querySelector('#row-4 button').getAttribute('aria-controls')"),
	js("return document.querySelector('tr.detail').id"));
is("20 blocks of both sides, one of them failed, are 39 dots",
	js('return document.querySelector(".plot svg").querySelectorAll("circle").length'), 39);
is("and one missing", count(".plot:first-child .missing"), 1);
is("a picture says what it shows",
	js('return [...document.querySelectorAll("tr.detail svg")].filter((s) =>
	s.role !== "img" ? s.ariaHidden !== "true" : !s.ariaLabel).length'), 0);
my $titles = js('return [...document.querySelectorAll(".plot figcaption b")].map((b) => b.textContent).join(", ")');
is("every kind of picture that there is data for", $titles, "Samples by block, Change by block, Latency " .
	"percentiles, Operations over time, ops_per_s over threads, Waiting for locks");
check("why a block failed is said", text("tr.detail .lacks") =~
	/failed block 2: patched.* failed: soft lockup.*<b>&amp; "x"/ ? ()
		: text("tr.detail .lacks"));
is("each role has its line", js('return [...document.querySelectorAll("tr.detail section")[0]
	.querySelectorAll(":scope tbody tr")].map((r) => r.children[0].textContent).join(" ")'),
	"buffered_write dio_overwrite dio_read");
check("who waited for which lock is said", text("tr.detail") =~ /waited .* for i_rwsem/ ? ()
	: "no sentence");
js('document.querySelectorAll("tr.detail details").forEach((d) => { d.open = true; })');
sleep 0.1;
is("every sample is listed", js('return document.querySelectorAll("tr.detail .folds details")[1]
	.querySelectorAll(":scope tbody tr").length'), 40);
js('const s = document.querySelector(".pick select");
	s.value = [...s.options].find((o) => o.text.startsWith("dio_read")).value;
	s.dispatchEvent(new Event("change"))');
is("another role can be looked at",
	js('return document.querySelector(".plot svg").querySelectorAll("circle").length'), 39);
$browser->press("\x{E007}");
my @words = map { s/^\W*//r } @{ column("verdict") };
check("failed and skipped cells are shown as such", grep({ /^skipped/ } @words) == 3 &&
	grep({ /^failed/ } @words) == 3 ? () : "@words");
check("and so are invalid blocks", join(" ", @{ column("pairs") }) =~ m{10/20invalid} ? ()
	: @{ column("pairs") });
check("with the reasons", text("#missing") =~ /skipped: this kernel has no io_uring/ &&
	text("#missing") =~ /invalid: WARNING: CPU: 1/ ? () : text("#missing"));
check("neighbouring blocks with one reason stand in one line", text("#missing") =~
	/threads=8, blocks 1, 3, 5.*invalid.*threads=16, every block: patched failed/s ? () : text("#missing"));
sub broken_links { return map { -e $_ ? () : "no $_" } map { s{^file://}{}r } @{
	js('return [...document.querySelectorAll("#files a")].map((a) => decodeURI(a.href))') } }
check("links lead to files that are there", broken_links());
$browser->open_page("file://$tmp/else%20where%231/p.html");
check("from elsewhere, too", count("#files a") > 3 ? broken_links() : "no links");
is("an address leads to its row", do { show($eight); js('location.hash = "#row-3"'); sleep 0.2;
	count("#detail-3") }, 1);

show($one);
click("#row-1 button");
my @functions = @{ js('return [...[...document.querySelectorAll("tr.detail section")].at(-1)
	.querySelectorAll(":scope tbody tr")].map((r) => [...r.cells].map((c) => c.textContent).join(" "))') };
is("the function that got longer is named first, with its change", $functions[0],
	"ext4_file_write_iter ext4 200 800 +600 100.0\x{a0}% 1 1 0 +600");
check("instructions are drawn by subsystem",
	text(".plots > .plot:last-child") =~ /^Instructions by subsystem/ ? () :
	text(".plots > .plot:last-child"));

# Cells whose roles differ, that fall to 0, in which a kernel breaks.
show($verdicts);
is("the page begins with the worst", text("h1") =~ s/^\W*//r, "broken");
is("cells are counted, not roles", text(".counts") =~ tr/\x{a0}/ /r,
	"8 cells: 2 broken, 1 slower, 1 mixed, " .
	"2 faster, 1 repaired, 1 failed; 61 planned pairs not measured");
my @said = map { s/^\W*//r } @{ js('return [...document.querySelectorAll(".said")].map((p) => p.textContent)') };
check("a broken cell stands there with the kernel's line", $said[0] =~
	/^broken buffered-fill, in 20 of 20 blocks: the kernel had an oops: BUG:/ ? () : $said[0]);
check("a mixed one with its roles", grep(/^mixed dio-overwrite: dio_overwrite \+3.*, dio_read -/,
	@said) ? () : "@said");
check("a repaired one, too", grep(/^repaired fio-randrw, .* baseline only: the kernel warned/,
	@said) ? () : "@said");
is("a role that falls to 0 says so", text("#row-3 .c-change"), "to 0");
click("#row-1 button");
check("a role's row says what its cell is", text("tr.detail .sentence") =~ /roles together: mixed/
	? () :
	text("tr.detail .sentence"));

# Names that a browser would obey.
show($evil);
js('document.querySelectorAll("button.open").forEach((b) => b.click());
	document.querySelectorAll("details").forEach((d) => { d.open = true; })');
sleep 0.1;
is("a hostile workload is shown as it is called", text("#row-25 .name"),
	'</svg><script>alert(2)</script> threads=1 dio_overwrite');
is("quotes, backticks, per cent and a newline too", text("#row-1 .name"),
	"q\"u'o`t`e\\s?new%line threads=1 dio_overwrite");
check("and a hostile kernel", text("#about") =~ /"><script>alert\(1\)<\/script>/ ? () : "it is not there");
is("none of them became an element",
	js('return document.scripts.length + " " + document.querySelectorAll(
	"svg:not(.forest):not(.mark):not(.plot svg)").length'), "2 0");
is("nor ran", $browser->alert_text // "no alert", "no alert");
js('const s = document.getElementById("workload"); s.value = 0; s.dispatchEvent(new Event("change"))');
# Both roles of 12 cells, and two cells that no side has measured.
check("and they can be filtered by", @{ column("cell") } == 22 ? () : scalar @{ column("cell") });

is("pairs that were not measured stand under each contrast", count("#missing h3"), 2);

# Nothing is loaded, and nothing could be.
is("nothing was said on the console", join("; ", map { $_->{message} } @{ $browser->log_of("browser") }), "");
check("nothing was asked for but the pages", grep { !m{^(file://\Q$tmp\E/(\w+/report\.html(#row-3)?|else.*/p\.html)|data:,)$} }
	$browser->requests);
is("the page loaded no resource", js('return performance.getEntriesByType("resource").length'), 0);
is("its policy forbids a picture from elsewhere, a request, a script and a style", js('
	const said = [];
	addEventListener("securitypolicyviolation", (e) => said.push(e.effectiveDirective));
	new Image().src = "http://127.0.0.1:9/x.png";
	const script = document.createElement("script");
	script.textContent = "window.evil = 1";
	document.body.append(script);
	document.body.setAttribute("style", "color: red");
	return fetch("http://127.0.0.1:9/").catch(() => 0).then(() => new Promise((done) => setTimeout(() =>
		done([...new Set(said)].sort().join(" ") + " " + window.evil), 100)))'),
	"connect-src img-src script-src-elem style-src-attr undefined");
$browser->log_of("browser");

# Every text against what is under it: WCAG's contrast, in all that can be seen.
my $contrast = <<'JS';
const rgb = (s) => s.match(/[\d.]+/g).map(Number);
const light = (c) => { const [r, g, b] = c.slice(0, 3).map((v) => { v /= 255;
	return v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4; });
	return 0.2126 * r + 0.7152 * g + 0.0722 * b; };
const under = (e) => { for (; e; e = e.parentElement) {
	const c = rgb(getComputedStyle(e).backgroundColor);
	if (c.length === 3 || c[3] === 1) return c; }
	return [255, 255, 255]; };
const bad = new Map();
const walk = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
for (let n; (n = walk.nextNode());) {
	const e = n.parentElement;
	if (!n.data.trim() || !e.checkVisibility() || e.closest("script, style, noscript, option")) continue;
	const style = getComputedStyle(e);
	const a = light(rgb(e.closest("text") ? style.fill : style.color)), b = light(under(e));
	const ratio = (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
	if (ratio < 4.5) bad.set(e.tagName + "." + e.getAttribute("class"), ratio.toFixed(2));
}
return [...bad].join("; ");
JS

# A phone, the dark and paper.
my $open = 'document.querySelectorAll("#table > tbody > tr:nth-child(-n + 4) button.open").forEach((b) => b.click());
	document.querySelectorAll("tr.detail details").forEach((d) => { d.open = true; })';
my $wide = 'return [...document.querySelectorAll("main *")].filter((e) => e.getBoundingClientRect().right >
	innerWidth + 1 && !e.closest(".wide, .commands, thead")).map((e) => e.tagName + "." +
	e.getAttribute("class")).slice(0, 5).join(" ") + (document.documentElement.scrollWidth > innerWidth ?
	"the page scrolls sideways" : "")';
for my $dir ($one, $eight, $sixty, $evil) {
	for my $width (1280, 390) {
		for my $scheme (qw(light dark)) {
			next if $dir eq $sixty && !$ENV{KEEP} && $scheme eq "dark";
			show($dir, $width, $scheme);
			js($open);
			sleep 0.05;
			my $name = basename($dir) . " at $width px, $scheme";
			is("nothing is cut off: $name", js($wide), "");
			is("text can be read: $name", js($contrast), "") if $dir eq $eight;
			$browser->screenshot("$ENV{KEEP}/$name.png" =~ s/ at | px, /-/gr, 6000)
				if $ENV{KEEP};
		}
	}
}
show($eight, 390);
my %roles;
$roles{ $_->{role}{value} }++ for grep { !$_->{ignored} } @{ $browser->devtools("Accessibility.getFullAXTree")->{nodes} };
check("on a phone it is a table still", $roles{table} && ($roles{row} // 0) >= 8
	&& ($roles{rowheader} // 0) >= 8 ? () :
	join " ", map { "$_=$roles{$_}" } sort keys %roles);
show($eight, 1280, "light");
my $background = 'return getComputedStyle(document.body).backgroundColor';
my $day = js($background);
show($eight, 1280, "dark");
check("there is a dark page", $day ne js($background) ? () : $day);
show($eight, 1280, "dark", "print");
is("paper is white, and has no controls", js($background) . " " .
	js('return getComputedStyle(document.getElementById("controls")).display'), "rgb(255, 255, 255) none");

# A suite of one variant has nothing to compare, and a page all the same.
system("cp", "-r", "tests/data/results-equal", "$tmp/alone") == 0 or die;
system("perl", "-0pi", "-e", 's/"contrasts": \[.*?\n \]/"contrasts": []/s',
	"$tmp/alone/run.json") == 0 or die;
report("$tmp/alone");
show("$tmp/alone");
check("without a contrast there is a page", text("#cells") =~ /Nothing to compare/ ? ()
	: text("body"));
is("all in all the console stayed empty", join("; ",
	map { $_->{message} } @{ $browser->log_of("browser") }), "");
$browser->end;
print "1..$cases\n";
exit($fails ? 1 : 0);
