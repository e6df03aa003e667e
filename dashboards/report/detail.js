// SPDX-License-Identifier: GPL-2.0-or-later
// detail.js: one cell in full, drawn when it is opened: a sentence, the pictures, its
// roles, locks, all figures, all samples, what it was made of.

function folded(title, make) {
	const box = element("details", null, element("summary", null, title));
	box.addEventListener("toggle", () => {
		if (box.open && box.children.length === 1)
			box.append(...[make()].flat().filter(Boolean));
	});
	return box;
}

function limits(row) {
	if (row.low === null)
		return "";
	return row.interval ? ` (95 % interval ${interval(row.low, row.high)})` :
		` (${interval(row.low, row.high)} over blocks, which are too few for an interval)`;
}

// The result in words, so that it can be quoted.
function sentence(row, cell) {
	const words = [];
	if (row.equal)
		words.push("Both sides are equal to the last digit in every block.");
	else if (row.change !== null)
		words.push(`${row.metric} changes by ${percent(row.change)}${limits(row)}.`);
	else if (row.zero)
		words.push(`${row.metric} goes ${row.zero}.`.replace("goes 0", "is 0"));
	if (row.role !== "all" && row.cellstate !== row.state)
		words.push(`The cell's roles together: ${row.cellstate}.`);
	if (row.why)
		words.push(`${row.state}: ${row.why}.`);
	if (row.noratio)
		words.push(`There is no ratio: ${row.noratio}.`);
	if (row.fact)
		words.push("Read off, not tested: every sample is equal, latencies too.");
	else if (row.p !== null)
		words.push(`p ${probability(row.p)} for all cells together.`);
	if (row.margin !== null)
		words.push(`Up to ${Number((row.margin * 100).toPrecision(3))} % is the same.`);
	if (row.more)
		words.push(`About ${row.more} more blocks may settle it.`);
	if (row.look)
		words.push(`Decided at ${row.look} blocks.`);
	if (cell.threads)
		words.push(`${plural(cell.threads, "thread")} in all.`);
	return element("p", { class: "sentence" }, verdict(row.state), " ", words.join(" "));
}

function because(row) {
	if (!row.because)
		return null;
	const [part, text] = row.because;
	const first = { explained: "Because: ", partly: "In part because: " }[part] || "";
	const open = first && row.state === "unsure" ? "(if it is so) " : "";
	return element("p", { class: "because" }, element("b", null, first), open, text);
}

// Blocks that are no pair, with their reasons.
function lacks(row) {
	if (!row.lacks.length)
		return null;
	const where = (from, to) => from === to ? `block ${from}` :
		from === 1 && to === row.planned ? "every block" : `blocks ${from} to ${to}`;
	return element("ul", { class: "lacks" }, row.lacks.map(([from, to, what, reason]) =>
		element("li", null, element("b", { class: "lack" }, what), ` ${where(from, to)}: `,
			reason)));
}

// The pictures that depend on which role or metric is looked at, and how to choose it.
function blockPlots(row, cell, list) {
	const box = element("div", { class: "chosen" });
	const draw = (f) => {
		box.replaceChildren(...[samplesPlot(cell, row, f), ratiosPlot(cell, row, f),
			latencyPlot(cell, f.role), seriesPlot(cell, f.role)].filter(Boolean));
	};
	const judged = list.findIndex((f) => f.role === row.role && f.metric === row.metric);
	const label = (f) => `${roleName(f.role)}, ${f.metric}${f.detail ? " " + f.detail : ""}`;
	const select = element("select", null, list.map((f, i) => element("option",
		{ value: i, selected: i === judged }, label(f))));
	select.addEventListener("change", () => draw(list[select.value]));
	draw(list[Math.max(judged, 0)]);
	return [list.length > 1 && element("label", { class: "pick" }, "shown: ", select), box];
}

function pictures(row, cell) {
	const list = cell.figures.filter((f) => f.values?.some((v) => v !== null));
	const scaling = row.pairs && scalingRows(row);
	const others = [scaling && scalingPlot(row, scaling), locksPlot(cell), costsPlot(cell)];
	const [pick, plots] = list.length ? blockPlots(row, cell, list) : [];
	const all = [plots, ...others].filter(Boolean);
	return [pick, all.length > 0 && element("div", { class: "plots" }, all)];
}

function figureRow(f, draw, name) {
	const [base, patched] = [f.base, f.patched].map((v) => f.pairs ? number(f.unit, v) : "");
	return [name, base, patched, f.change === 1 && f.low === null ? "=" : percent(f.change),
		f.low === null ? "" : interval(f.low, f.high), draw ? draw(f) : "",
		verdict(f.state)];
}

const PICTURE = "as a picture";
const figureTitles = ["#baseline", "#patched", "#change", "#95 % interval", PICTURE, "verdict"];

function roles(row, cell) {
	const list = cell.figures.filter((f) => f.role !== "all" && f.metric === row.metric);
	if (!list.length)
		return null;
	const ends = forestEnds(list, row.margin || 0);
	const draw = (f) => forest(f, ends, row.margin);
	const lines = list.map((f) => figureRow(f, draw, f.role + (f.detail ? " " + f.detail :
		"")));
	return element("section", null, element("h3", null, "Roles"),
		table(`roles: ${row.metric} in ${row.unit}`, ["role", ...figureTitles], lines));
}

function lockTable(side, cell, i) {
	const name = i ? cell.patched : cell.baseline;
	if (!side)
		return null;
	const title = [element("b", null, name), ": "];
	if (!side.valid)
		return element("p", null, title, side.reason || "was not run");
	const about = [`${side.valid} of ${side.planned} watched blocks`];
	if (side.operations > 0)
		about.unshift(`${si(side.operations)} operations in ${nanoseconds(side.ns)}`);
	if (side.watched !== null)
		about.push(`${percent(side.watched)} while watched`);
	if (!side.figures.length)
		return element("p", null, title, about.join(", "), "; no wait for any lock");
	const perOperation = (n) =>
		side.operations > 0 ? Number((n / side.operations).toPrecision(3)) : MINUS;
	const lines = side.figures.map(([lock, way, waits, total, own, , mean, p99, max]) => [
		way ? `${lock} ${way}` : lock, si(waits), nanoseconds(total), nanoseconds(mean),
		nanoseconds(p99), nanoseconds(max), perOperation(own)]);
	return element("div", null, element("p", null, title, about.join(", ")),
		table(`locks waited for, ${name}`, ["lock", "#waits", "#total", "#mean", "#p99",
			"#max", "#waits/operation"], lines),
		element("ul", null, side.who.map((w) => element("li", null, w))));
}

function locks(cell) {
	if (!cell.locks.some(Boolean))
		return null;
	const sides = cell.locks.map((side, i) => lockTable(side, cell, i));
	return element("section", null, element("h3", null, "Waits for locks"),
		element("div", { class: "sides" }, sides));
}

function share(v) {
	return v === null ? "" : (v * 100).toFixed(1).replace("-", MINUS) + NBSP + "%";
}

// Which functions an operation's instructions are in, largest change first.
function costs(cell) {
	const c = cell.costs;
	if (!c)
		return null;
	const title = element("h3", null, "Instructions an operation");
	if (!c.pairs)
		return element("section", null, title,
			element("p", null, c.reason || "Not profiled."));
	const both = (values, write) => values.map(write).join(" and ");
	const about = [`${both(c.whole, si)}, of ${c.pairs} of ${c.planned} blocks.`];
	if (c.time)
		about.push(`Virtual time ${both(c.time, nanoseconds)}, ` +
			`of it idle ${both(c.idle, nanoseconds)}.`);
	return element("section", null, title, element("p", null, about.join(" ")),
		table("functions whose instructions changed most", ["function", "subsystem",
			"#baseline", "#patched", "#change", "#of the change", "#calls, baseline",
			"#calls, patched", "#by calls", "#by length"],
			c.functions.map(functionRow)),
		c.more > 0 && element("p", { class: "aside" },
			`and ${c.more} more: see fsduel profile`));
}

// See function_json in report_data.c.
function functionRow([name, subsystem, base, patched, change, part, calls, callsPatched, byCalls,
	byLength, noSplit]) {
	const plain = (v, instead) => v === null ? instead : Math.abs(v) < 100 ?
		String(Number(v.toFixed(2))).replace("-", MINUS) : si(v);
	const signed = (v) => (v >= 0.005 ? "+" : "") + plain(v, "");
	return [element("code", null, name), subsystem, plain(base, "new"), plain(patched, "gone"),
		signed(change), share(part), plain(calls, ""), plain(callsPatched, ""),
		noSplit && byCalls === null ? span("aside", noSplit) : signed(byCalls),
			signed(byLength)];
}

function allFigures(cell) {
	const titles = figureTitles.filter((t) => t !== PICTURE);
	return table("all figures", ["role", "metric", "unit", ...titles], cell.figures.map((f) => {
		const row = figureRow(f, null, roleName(f.role));
		row.splice(5, 1);
		row.splice(1, 0, f.metric + (f.detail ? " " + f.detail : ""), f.unit);
		return row;
	}));
}

// The files of a cell run are named as runners/suite/plan.c names them.
function runLink(cell, block, side, folder, suffix) {
	const pad = (n, width) => String(n).padStart(width, "0");
	const variant = pad(side ? cell.v1 : cell.v0, 2);
	const path = `${folder}/b${pad(block, 4)}-c${pad(cell.nr, 4)}-v${variant}-` +
		data.run.passes[0] + suffix;
	return files.has(path) && fileLink(path, folder.replace(/s$/, ""));
}

function samples(row, cell) {
	const f = cell.figures.find((g) => g.role === row.role && g.metric === row.metric);
	if (!f?.values)
		return null;
	return table("samples", ["#block", "side", "order", `#${f.metric}, ${f.unit}`, "status",
		"notes"],
		f.values.map((v, i) => {
			const block = Math.floor(i / 2) + 1, side = i % 2;
			const [, , status, marks, reason] =
				cell.odd.find(([b, s]) => b === block && s === side) ||
				[0, 0, "ok"];
			const notes = [marks, reason,
				runLink(cell, block, side, "console", ".txt"),
				runLink(cell, block, side, "parts", ".json")];
			const first = cell.first[block - 1];
			return [block, side ? "patched" : "baseline",
				first === " " ? "" : Number(first) === side ? "first" : "second",
				v === null ? "" : String(v), status,
				span("", ...notes.filter(Boolean).flatMap((n) => [n, " "]))];
		}));
}

function madeOf(cell) {
	const list = [["workload", cell.workload], ...parameters(cell.params)];
	return element("dl", { class: "members" }, list.map(([k, v]) =>
		element("div", null, element("dt", null, k), element("dd", null, v))));
}

// Further marks in the pictures of this cell: missing and disturbed samples.
function otherMarks(row, cell) {
	const marks = new Set(cell.odd.flatMap((run) => run[3].split(",")).filter(Boolean));
	const list = [];
	if (row.lacks.length)
		list.push([text(5, 10, "middle", "\u00d7", "missing"), "no valid sample"]);
	if (marks.size)
		list.push([dot(5, 5, 0, null, "marked"),
			`marked, and kept: ${[...marks].join(", ")}`]);
	return list;
}

function detail(row) {
	const cell = data.cells[row.cell];
	return [
		sentence(row, cell), because(row), lacks(row),
		key(cell.baseline, cell.patched, otherMarks(row, cell)),
		...pictures(row, cell),
		roles(row, cell), locks(cell), costs(cell),
		element("div", { class: "folds" },
			folded("All figures of this cell", () => [allFigures(cell), cell.lean &&
				element("p", null,
				"Other metrics of roles are in comparison.csv only.")]),
			folded("Samples", () => samples(row, cell)),
			folded("Parameters", () => madeOf(cell))),
	].filter(Boolean);
}
