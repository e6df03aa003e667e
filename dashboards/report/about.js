// SPDX-License-Identifier: GPL-2.0-or-later
// about.js: the page around the table: the verdict in a word, each contrast and the limits of the
// mode above it; pairs that are missing, notes, how to read it, what was run on what below it.
// Members of run.json that this file does not know are shown too: it goes by shapes, not names.

const CELLS_MAX = 6; // of the broken, the mixed, the repaired ones
const FILES_MAX = 400; // of one subfolder
const run = data.run;

function terms(className, list) {
	return element("dl", { class: className }, list.map(([key, ...value]) =>
		element("div", null, element("dt", null, key), value.map((v) =>
			element("dd", null, v)))));
}

function list(lines, className) {
	return element("ul", { class: className }, lines.map((l) => element("li", null, l)));
}

// A part of the page with its title.
function part(id, title, ...children) {
	return element("section", { id }, element("h2", null, title), children);
}

/* --- above the table --------------------------------------------------------------------- */

// How many cells (of a contrast, or all) have which state: [state, number].
function cellsByState(contrast) {
	const found = data.rows.filter(({ cell }, i) => cell !== data.rows[i - 1]?.cell &&
		[undefined, data.cells[cell].contrast].includes(contrast));
	return states.map((s) => [s, found.filter((r) => stateOf(r.cellstate) === s).length])
		.filter(([, n]) => n);
}

function title() {
	const worst = stateOf(data.worst);
	const count = cellsByState().map(([s, n], i) =>
		[i > 0 && ", ", span(s.look, n + NBSP + s.name)]);
	const missing = `${plural(data.unmeasured, "planned pair")} not measured`;
	return [element("h1", { class: worst.look }, signOf(worst), worst.name),
		element("p", { class: "counts" }, `${plural(data.cells.length, "cell")}: `,
			count.length ? count : "nothing was compared", data.unmeasured > 0 &&
			["; ", element("a", { href: "#missing" }, missing)])];
}

function facts() {
	const machine = run.machine || {};
	const said = [["suite", run.suite?.name], ["mode", run.mode], ["blocks", run.suite?.blocks],
		["margin", data.rows.length && `${(data.rows[0].margin || 0) * 100} %`],
		["machine", machine.id], ["processor", machine.cpu || run.host?.cpu],
		["begun", run.runs?.[0]?.begun], ["run", run.run]];
	const asked = ["question", "work", "published"].filter((key) => run.experiment?.[key]);
	return [terms("facts", said.filter(([, v]) => v)), asked.map((key) => element("p",
		{ class: "note" }, element("b", null, key), " ", run.experiment[key]))];
}

function extremes(name, cells) {
	return [name, ...cells.map(([workload, varying, role, change, zero]) =>
		[cellName(workload, varying, role || "all"), " ",
			span("num", change === null ? zero : percent(change))])];
}

// The cells of a contrast by state, as a bar with the numbers in it.
function bar(contrast) {
	return element("p", { class: "bar" }, cellsByState(contrast).map(([s, n]) => {
		const box = span("part " + s.look, signOf(s), `${n} ${s.name}`);
		box.style.flexGrow = n;
		return box;
	}));
}

function sentences(said) {
	return states.flatMap((s) => {
		const lines = said.filter(([name]) => name === s.name).map(([, text]) => text);
		const more = lines.length - CELLS_MAX;
		return [lines.slice(0, CELLS_MAX).map((text) => element("p", { class: "said" },
			element("b", { class: s.look }, signOf(s), s.name), " ", text)),
			more > 0 && element("p", { class: "said" }, `and ${more} more ${s.name}`)];
	});
}

function contrastCard(c) {
	const mean = (value, i95, text) => element("p", { class: "mean" },
		element("b", { class: "num" }, percent(value)), " ",
		i95 && [span("num", `(${interval(...i95)})`), " "],
		span("aside", `${text}, + is better${i95 ? "; with its 95 % interval" : ""}`));
	const of = `geometric mean of ${plural(c.cells, "change")}`;
	const sides = ["baseline", "patched"].map((side, i) => element("div", null,
		element("dt", { class: side }, side),
		element("dd", null, element("b", null, c.sides[i][0]), " ", c.sides[i][1])));
	const best = terms("", [extremes("worst", c.worst), extremes("best", c.best)]
		.filter((words) => words.length > 1));
	best.append(...sides);
	return element("article", { class: "card" },
		element("h2", null, span("aside", "contrast"), " ", c.name), sentences(c.said),
		c.cells > 0 && mean(c.mean, c.i95, of + c.left),
		c.path && mean(c.path, c.path95, "geometric mean of the paths"),
		bar(c.name), best);
}

function warnings() {
	const count = data.warnings.length + data.remarks.length;
	const item = (className, first) => (text) =>
		element("li", { class: className }, element("b", null, first), " ", text);
	const note = run.mode_note && `${run.mode} mode: ${run.mode_note}`;
	return [note && element("p", { class: "note" }, note),
		count > 0 && element("details", { class: "remarks", open: count <= 6 },
			element("summary", null, plural(data.warnings.length, "warning") + ", " +
				plural(data.remarks.length, "remark")),
			element("ul", null, data.warnings.map(item("warning", "! warning:")),
				data.remarks.map(item("remark", "remark:"))))];
}

/* --- below the table --------------------------------------------------------------------- */

function missing() {
	if (!data.unmeasured)
		return null;
	const several = data.contrasts.length > 1;
	return part("missing", "Not measured", element("p", null, plural(data.unmeasured,
		"planned pair") + " without a valid sample on both sides."),
		data.contrasts.filter((c) => c.nr_gaps).map((c) => [
			several && element("h3", null, c.name), list(c.gaps),
			c.nr_gaps > c.gaps.length && element("p", null,
				`and ${c.nr_gaps - c.gaps.length} more: see comparison.csv`)]));
}

function notes() {
	const marks = Object.entries(data.marks.by_mark || {});
	const lines = Object.entries(run.effective || {}).filter(([, e]) => e.why)
		.map(([variant, e]) => `${variant}: ${e.why}`).concat(run.notes || []);
	if (marks.length)
		lines.push(`${data.marks.marked} of ${data.marks.runs} cell runs were disturbed ` +
			"and kept: " + marks.map(([name, n]) => `${name} ${n}`).join(", "));
	lines.push(...data.lock_notes, ...data.cost_notes);
	return lines.length > 0 && part("notes", "Notes", list(lines.filter(Boolean)));
}

function legend() {
	const b = (word) => element("b", null, word);
	return part("legend", "How to read it", list([
		[b("change"), ": Hodges\u2013Lehmann estimate of patched / baseline" +
			(data.paired ? " over blocks" : "") + ", with its 95 % interval, or the " +
			"range over blocks where they are too few for one; =: equal to the last " +
			"digit."],
		[b("slower, faster"), `: at ${Number((data.alpha * 100).toPrecision(2))} % for ` +
			"all cells together, and past the margin; ", b("same"), ": shown to be " +
			"within it; ", b("unsure"), ": the rest, with about how many more " +
			"blocks may settle it. \u201cNo difference found\u201d is never " +
			"\u201csame\u201d."],
		"Roles and other metrics are judged apart and decide nothing.",
		"Nothing is dropped: outliers and disturbed runs are in the figures."]));
}

// A word of a command as a shell takes it.
function quoted(word) {
	return /^[\w./+:=@%-]+$/.test(word) ? word : "'" + word.replaceAll("'", "'\\''") + "'";
}

// Only those kernels that the suite leaves to the command line have a ref.
function againCommand() {
	const host = run.mode === "host";
	const words = ["fsduel", host ? "run" : "duel", "-c", quoted(data.folder + "/suite.ini")];
	for (const side of host ? [] : ["baseline", "patched"])
		if (run.kernels?.[side]?.ref)
			words.push("--" + side, quoted(run.kernels[side].ref));
	if (!host)
		words.push("-m", run.mode || "auto");
	return words.concat("-b", run.suite?.blocks, "-o again").join(" ");
}

function commands() {
	const folder = quoted(data.folder);
	const lines = [
		files.has("suite.ini") && ["measure it again, into a folder of its own",
			againCommand()],
		["this table in a terminal, and every figure of it", `fsduel compare ${folder}`,
			`fsduel compare --metric all --format csv ${folder}`],
		data.locks && ["the waits for locks, and their holders", `fsduel locks ${folder}`],
		data.locks && ["perf's own table of the same recordings",
			`fsduel locks --perf ${folder}`],
		data.costs && ["what an operation costs, by function", `fsduel profile ${folder}`],
	].filter(Boolean).flatMap(([what, ...commands]) => ["# " + what, ...commands]);
	return [element("h3", null, "commands"),
		element("pre", { class: "commands", tabindex: 0 }, lines.join("\n") + "\n")];
}

// [], {} and "" say nothing.
function isEmpty(value) {
	return value === null || value === undefined || value === "" ||
		typeof value === "object" && !Object.keys(value).length;
}

// Any value of run.json.
function valueOf(value) {
	const isPlain = (v) => v === null || typeof v !== "object";
	if (isEmpty(value))
		return "";
	if (Array.isArray(value))
		return value.every(isPlain) ? value.map(valueOf).join(" ") :
			list(value.map(valueOf), "items");
	if (typeof value === "object")
		return terms("members", Object.entries(value).filter(([, v]) => !isEmpty(v))
			.map(([key, v]) => [key, valueOf(v)]));
	if (typeof value === "boolean")
		return value ? "yes" : "no";
	return typeof value === "number" && !Number.isInteger(value) ?
		String(Number(value.toPrecision(6))) : String(value);
}

// Things of one kind beside each other: a column each, a row a member.
function beside(title, things, isOfVariants) {
	const all = Object.values(things || {});
	if (!all.length || !all.every((thing) => thing && typeof thing === "object"))
		return null;
	const keys = new Set(all.flatMap((thing) =>
		Object.keys(thing).filter((key) => !isEmpty(thing[key]))));
	const box = table(title, ["name", ...Object.keys(things)], [...keys].map((key) => {
		const written = all.map((thing) => JSON.stringify(thing[key]));
		const differs = isOfVariants && new Set(written).size > 1;
		return [differs ? [element("b", null, key), span("aside", " differs")] : key,
			...all.map((thing) => valueOf(thing[key]))];
	}));
	box.firstChild.classList.add("beside");
	return [element("h3", null, title), box];
}

// What stands elsewhere in the page.
const ELSEWHERE = ["kernels", "mounts", "effective", "jobs", "mode_note", "notes"];

function rest() {
	const members = Object.entries(run).filter(([key, v]) =>
		!ELSEWHERE.includes(key) && !isEmpty(v));
	const isLarge = ([, v]) => typeof v === "object";
	const single = Object.fromEntries(members.filter((m) => !isLarge(m)));
	return element("div", { class: "parts" }, [...members.filter(isLarge), ["run", single]]
		.map(([key, v]) => element("div", { class: "part-of" }, element("h3", null, key),
			valueOf(v))));
}

// Files of the folder itself, then each subfolder's, folded away.
function fileParts() {
	const links = (paths) => list(paths.map((path) => fileLink(path, path)), "files");
	const folders = Map.groupBy(data.files, (path) => path.split("/").slice(0, -1).join("/"));
	const own = folders.get("") || [];
	folders.delete("");
	return part("files", "Files", element("p", null, "Beside this page, in ",
		element("code", null, data.folder), "; docs/results.md explains each of them."),
		links(own), [...folders].map(([folder, paths]) => element("details", null,
			element("summary", null, `${folder}/ (${paths.length})`),
			links(paths.slice(0, FILES_MAX)), paths.length > FILES_MAX &&
				element("p", null, `and ${paths.length - FILES_MAX} more`))));
}

function makeHead() {
	document.title = "fsduel: " + (run.suite?.name || data.folder);
	const link = (id, words) => [element("a", { href: "#" + id }, words), " "];
	return [element("a", { class: "skip", href: "#cells" }, "Skip to the table"),
		element("header", { class: "top" },
			element("p", { class: "brand" }, element("b", null, "fsduel"), " report"),
			element("nav", { "aria-label": "page" }, link("cells", "cells"),
				link("about", "what was run"), link("files", "files")))];
}

function makeMain(cells) {
	return element("main", null, title(), facts(),
		element("div", { class: "cards" }, data.contrasts.map(contrastCard)),
		warnings(), cells, missing(), notes(), legend(),
		part("about", "What was run", commands(),
			beside("kernels", run.kernels, true),
			beside("mounts as asked for, and mkfs", run.mounts, true),
			beside("mounts as they came to be", run.effective, true),
			beside("fio jobs", run.jobs, false), rest()), fileParts());
}
