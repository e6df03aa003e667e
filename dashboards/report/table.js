// SPDX-License-Identifier: GPL-2.0-or-later
// table.js: the table of cells, one row a deciding row of the comparison: rows open, columns
// sort, controls filter. The last file: it puts the page together.

const rows = data.rows.map((row, i) => {
	const cell = data.cells[row.cell];
	return { row, cell, place: i, opened: null,
		words: [cell.workload, cell.varying.replaceAll(";", " "), cell.params,
			cell.contrast, row.role, row.metric, row.why || "", stateOf(row.state).name,
			row.because ? row.because[1] : "",
			...row.lacks.map((l) => l[2] + " " + l[3])].join(" ").toLowerCase() };
});
const hasSeveral = (key) => new Set(rows.map(key)).size > 1;
const contrastOf = (r) => r.cell.contrast;
const metricOf = (r) => r.row.metric;

/* --- columns --------------------------------------------------------------------------------- */

function verdictCell({ row }) {
	const isSame = row.state === "same";
	const more = isSame && row.fact ? "identical" : isSame && row.significant ?
		"surely not equal" : row.more ? `+${row.more} blocks` : "";
	return [verdict(row.state), more && span("aside", more),
		row.cellstate === "mixed" && span("aside", "of a mixed cell")];
}

function nameCell(r) {
	r.button = element("button", { type: "button", class: "open", "aria-expanded": "false",
		"aria-controls": "detail-" + (r.place + 1) },
		cellName(r.cell.workload, r.cell.varying, r.row.role));
	return span("name", r.button);
}

function changeCell({ row }) {
	return row.equal ? "=" : row.zero || percent(row.change);
}

function intervalCell({ row }) {
	if (row.equal || row.low === null)
		return "";
	const text = interval(row.low, row.high);
	return row.interval ? text : element("span", { class: "range-text",
		title: "range over blocks: they are too few for an interval" }, text,
		span("aside", "range"));
}

// Next to the number of pairs the table says why some are missing.
function pairsCell({ row }) {
	return [`${row.pairs}/${row.planned}`, row.pairs > 0 && row.pairs < row.planned &&
		span("aside lack", row.lack)];
}

const width = (row) => row.low > 0 && row.high > 0 ? Math.log(row.high / row.low) : null;
const margins = Math.max(...rows.map((r) => r.row.margin || 0));
const ends = forestEnds(data.rows, margins);
const axis = [span("sr", "change as a picture"), element("span", { class: "axis",
	"aria-hidden": "true" }, span("", ends[1]), span("", "0"), span("", ends[2]))];

// [key, title, what a cell shows, value to sort by, is a number, is shown].
const columns = [
	["verdict", "verdict", verdictCell, (r) => stateOf(r.row.state).place, false, true],
	["cell", "cell", nameCell, (r) => [r.cell.workload, r.cell.varying, r.row.role].join(" "),
		false, true],
	["contrast", "contrast", contrastOf, contrastOf, false, hasSeveral(contrastOf)],
	["metric", "metric", ({ row }) => [row.metric, span("aside",
		`${row.unit}, ${betterText(row.better)}`)], metricOf, false, hasSeveral(metricOf)],
	["baseline", "baseline", ({ row }) => number(row.unit, row.base), (r) => r.row.base,
		true, true],
	["patched", "patched", ({ row }) => number(row.unit, row.patched),
		(r) => r.row.patched, true, true],
	["change", "change", changeCell, (r) => r.row.change, true, true],
	["interval", "95\u00a0% interval", intervalCell, (r) => width(r.row), true,
		rows.some((r) => r.row.low !== null)],
	["forest", axis, (r) => forest(r.row, ends, r.row.margin), null, false, true],
	["pairs", "pairs", pairsCell, (r) => r.row.pairs, true, true],
].filter((column) => column.at(-1)).map(([key, title, show, sort, isNumber]) =>
	({ key, title, show, sort, className: `c-${key}${isNumber ? " num" : ""}` }));

/* --- the table ------------------------------------------------------------------------------- */

const body = element("tbody", null);

function makeRow(r) {
	r.line = element("tr", { id: `row-${r.place + 1}` }, columns.map((c) =>
		element(c.key === "cell" ? "th" : "td", { class: c.className,
			scope: c.key === "cell" ? "row" : null }, c.show(r))));
	r.line.addEventListener("click", (event) => {
		if (!event.target.closest("a") && !String(getSelection()))
			setOpen(r, !isOpen(r));
	});
	return r.line;
}

function makeTitle(column) {
	const attributes = { scope: "col", class: column.className };
	if (!column.sort)
		return element("th", attributes, column.title);
	const button = element("button", { type: "button" }, column.title,
		element("span", { class: "arrow", "aria-hidden": "true" }));
	button.addEventListener("click", () => sortBy(column));
	column.th = element("th", { ...attributes, "aria-sort": "none" }, button);
	return column.th;
}

function makeCaption() {
	const { metric, unit, better } = data.rows[0];
	const one = [element("b", null, metric), unit && ` in ${unit}`,
		`, ${betterText(better)}. `];
	return element("caption", null, !hasSeveral(metricOf) && one,
		"Medians over blocks; the change is of patched over baseline" +
		(data.paired ? ", block by block" : "") + ". In the picture the band is the " +
		"margin, the line the interval.");
}

function makeCells() {
	const box = element("section", { id: "cells", "aria-labelledby": "cells-title" },
		element("h2", { id: "cells-title" }, "Cells"));
	if (!rows.length) {
		box.append(element("p", { class: "empty" },
			"Nothing to compare: the suite has no contrast between two variants."));
		return box;
	}
	body.append(...rows.map(makeRow));
	box.append(makeControls(), element("div", { class: "wide cells" }, element("table",
		{ id: "table" }, makeCaption(), element("thead", null, element("tr", null,
			columns.map(makeTitle))), body)));
	return box;
}

function setOpen(r, open) {
	if (open && !r.opened)
		r.opened = element("tr", { class: "detail", id: `detail-${r.place + 1}` },
			element("td", { colspan: columns.length }, detail(r.row)));
	r.button.setAttribute("aria-expanded", String(open));
	r.line.classList.toggle("open", open);
	if (open)
		r.line.after(r.opened);
	else if (r.opened)
		r.opened.remove();
}

function isOpen(r) {
	return r.button.getAttribute("aria-expanded") === "true";
}

/* --- sorting ------------------------------------------------------------------------------- */

const order = new Intl.Collator("en", { numeric: true });
const sorting = { column: null, down: false };

// Rows without a value come last, either way; ties stay in the order of the plan.
function compare(a, b) {
	const [x, y] = [a, b].map(sorting.column.sort);
	if (x === null || y === null)
		return (x === null) - (y === null) || a.place - b.place;
	const d = typeof x === "string" ? order.compare(x, y) : x - y;
	return (sorting.down ? -d : d) || a.place - b.place;
}

function arrange(column, down) {
	Object.assign(sorting, { column, down });
	for (const r of column ? [...rows].sort(compare) : rows)
		body.append(r.line, ...isOpen(r) ? [r.opened] : []);
	for (const c of columns)
		c.th?.setAttribute("aria-sort", c !== column ? "none" :
			down ? "descending" : "ascending");
	say();
}

// Up, down, then back to the order in which the suite has them.
function sortBy(column) {
	if (sorting.column !== column)
		arrange(column, false);
	else
		arrange(sorting.down ? null : column, !sorting.down);
}

/* --- controls ------------------------------------------------------------------------------ */

const unit = rows.some((r) => r.row.role !== "all") ? "rows" : "cells"; // where roles decide
const names = { workload: [...new Set(rows.map((r) => r.cell.workload))],
	contrast: [...new Set(rows.map(contrastOf))] };
const selectName = (id) => element("select", { id }, element("option", { value: "" }, "all"),
	names[id].map((n, i) => element("option", { value: i }, n)));
const controls = {
	workload: selectName("workload"),
	contrast: selectName("contrast"),
	text: element("input", { id: "text", type: "search", autocomplete: "off",
		spellcheck: "false" }),
	shown: element("p", { id: "shown", role: "status" }),
	// A button for each verdict that some row has.
	chips: states.flatMap((state) => {
		const count = rows.filter((r) => stateOf(r.row.state) === state).length;
		return count ? element("button", { type: "button", class: "chip " + state.look,
			title: state.help, "data-place": state.place, "aria-pressed": "false" },
			signOf(state), state.name, " ", element("b", null, count)) : [];
	}),
};
const isPressed = (button) => button.getAttribute("aria-pressed") === "true";

function filter() {
	const pressed = controls.chips.filter(isPressed).map((c) => Number(c.dataset.place));
	const words = controls.text.value.toLowerCase().split(/\s+/).filter(Boolean);
	const [workload, contrast] = ["workload", "contrast"].map((id) =>
		names[id][controls[id].value]);
	for (const r of rows) {
		const { place } = stateOf(r.row.state);
		r.line.hidden = !((!pressed.length || pressed.includes(place)) &&
			[r.cell.workload, undefined].includes(workload) &&
			[r.cell.contrast, undefined].includes(contrast) &&
			words.every((w) => r.words.includes(w)));
		if (r.opened)
			r.opened.hidden = r.line.hidden;
	}
	say();
}

// For eyes and for screen readers alike: how many are shown, in which order.
function say() {
	const shown = rows.filter((r) => !r.line.hidden).length;
	controls.shown.textContent = `${shown} of ${rows.length} ${unit}` + (!sorting.column ? "" :
		`, by ${sorting.column.title}, ${sorting.down ? "largest" : "smallest"} first`);
}

function openAllButton() {
	const all = element("button", { type: "button", id: "open-all" }, "Open all");
	all.addEventListener("click", () => {
		const open = all.textContent === "Open all";
		rows.filter((r) => !r.line.hidden).forEach((r) => setOpen(r, open));
		all.textContent = open ? "Close all" : "Open all";
	});
	return all;
}

function makeControls() {
	const labelled = (id) => element("label", { class: id }, id + " ", controls[id]);
	const form = element("form", { id: "controls", role: "search",
		"aria-label": "filter the cells" },
		element("div", { class: "chips", role: "group", "aria-label": "verdicts" },
			controls.chips),
		element("div", { class: "fields" }, labelled("workload"),
			names.contrast.length > 1 && labelled("contrast"), labelled("text"),
			openAllButton()),
		controls.shown);
	for (const chip of controls.chips)
		chip.addEventListener("click", () => {
			chip.setAttribute("aria-pressed", String(!isPressed(chip)));
			filter();
		});
	controls.workload.addEventListener("change", filter);
	controls.contrast.addEventListener("change", filter);
	controls.text.addEventListener("input", filter);
	form.addEventListener("submit", (event) => event.preventDefault());
	return form;
}

/* --- places --------------------------------------------------------------------------------- */

// #row-3 in the address opens that row.
function openPlace() {
	const r = rows.find((one) => "#" + one.line.id === location.hash);
	if (r) {
		setOpen(r, true);
		r.line.scrollIntoView();
	}
}

document.body.append(...makeHead(), makeMain(makeCells()));
filter();
openPlace();
addEventListener("hashchange", openPlace);
