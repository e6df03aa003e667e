// SPDX-License-Identifier: GPL-2.0-or-later
// table.js: the table of cells comes to life: rows open, columns sort, controls filter;
// the theme's button. The rows are the page's own; none is made here but the details.

const rows = data.rows.map((row, i) => {
	const line = document.getElementById("row-" + (i + 1));
	const cell = data.cells[row.cell];
	return { row, cell, line, place: i, opened: null,
		words: [cellName(cell), cell.params, cell.contrast, row.role, row.metric,
			row.why || "", data.states[row.state][0], row.because ? row.because[1] : "",
			...row.lacks.map((l) => l[2] + " " + l[3])].join(" ").toLowerCase() };
});

/* --- the change as a picture -------------------------------------------------------- */

function makeForest() {
	const ends = forestEnds(data.rows, Math.max(...data.rows.map((row) => row.margin || 0)));
	const [, low, high] = ends;
	const before = (line, cell) => line.querySelector(".c-pairs").before(cell);
	before(document.querySelector("#table > thead > tr"), element("th",
		{ role: "columnheader", scope: "col", class: "c-forest" },
		span("sr", "change as a picture"),
		element("span", { class: "axis", "aria-hidden": "true" },
			span("", low), span("", "0"), span("", high))));
	for (const r of rows)
		before(r.line, element("td", { role: "cell", class: "c-forest" },
			forest(r.row, ends, r.row.margin)));
	document.querySelector("#table > caption").append(
		" In the picture the band is the margin, the line the interval",
		span("phone", `, from ${low} to ${high}`), ".");
}

/* --- opening -------------------------------------------------------------------------------- */

function setOpen(r, open) {
	if (open && !r.opened) {
		const cell = element("td", { role: "cell", colspan: r.line.children.length },
			detail(r.row));
		r.opened = element("tr", { class: "detail", role: "row",
			id: `detail-${r.place + 1}` }, cell);
	}
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

function makeButton(r) {
	const name = r.line.querySelector(".c-cell .name");
	r.button = element("button", { type: "button", class: "open", "aria-expanded": "false",
		"aria-controls": "detail-" + (r.place + 1) });
	r.button.append(...name.childNodes);
	name.append(r.button);
	r.line.addEventListener("click", (event) => {
		if (!event.target.closest("a") && !String(getSelection()))
			setOpen(r, !isOpen(r));
	});
}

/* --- sorting ------------------------------------------------------------------------------- */

const width = (row) => row.low > 0 && row.high > 0 ? Math.log(row.high / row.low) : null;
const keys = {
	state: (r) => r.row.state,
	name: (r) => cellName(r.cell) + " " + r.row.role,
	contrast: (r) => r.cell.contrast,
	metric: (r) => r.row.metric,
	baseline: (r) => r.row.base,
	patched: (r) => r.row.patched,
	change: (r) => r.row.change,
	width: (r) => width(r.row),
	pairs: (r) => r.row.pairs,
};
// Where roles decide a cell has several rows.
const unit = rows.some((r) => r.row.role !== "all") ? "rows" : "cells";
const order = new Intl.Collator("en", { numeric: true });
const sorting = { key: "", down: false };

// Rows without a value come last, either way; ties stay in the order of the plan.
function compare(a, b) {
	const [x, y] = [keys[sorting.key](a), keys[sorting.key](b)];
	if (x === null || y === null)
		return (x === null) - (y === null) || a.place - b.place;
	const d = typeof x === "string" ? order.compare(x, y) : x - y;
	return (sorting.down ? -d : d) || a.place - b.place;
}

function arrange() {
	const body = document.querySelector("#table tbody");
	const list = sorting.key ? [...rows].sort(compare) : rows;
	for (const r of list) {
		body.append(r.line);
		if (isOpen(r))
			body.append(r.opened);
	}
	for (const th of document.querySelectorAll("#table th[data-sort]"))
		th.setAttribute("aria-sort", th.dataset.sort !== sorting.key ? "none" :
			sorting.down ? "descending" : "ascending");
	document.getElementById("sort").value = sorting.key + (sorting.down ? " down" : "");
	say();
}

// Up, down, then back to the order in which the suite has them.
function sortBy(key) {
	if (sorting.key !== key)
		Object.assign(sorting, { key, down: false });
	else if (!sorting.down)
		sorting.down = true;
	else
		Object.assign(sorting, { key: "", down: false });
	arrange();
}

function makeSorting() {
	const select = document.getElementById("sort");
	select.append(element("option", { value: "" }, "as planned"));
	for (const th of document.querySelectorAll("#table th[data-sort]")) {
		const button = element("button", { type: "button" }, th.textContent,
			element("span", { class: "arrow", "aria-hidden": "true" }));
		button.addEventListener("click", () => sortBy(th.dataset.sort));
		for (const [way, words] of [["", ", up"], [" down", ", down"]])
			select.append(element("option", { value: th.dataset.sort + way },
				th.textContent + words));
		th.replaceChildren(button);
	}
	select.addEventListener("change", () => {
		const [key, down] = select.value.split(" ");
		Object.assign(sorting, { key, down: Boolean(down) });
		arrange();
	});
}

/* --- filtering ----------------------------------------------------------------------------- */

// A button for each verdict that some row has.
const chips = data.states.flatMap(([name, key, sign, help], state) => {
	const count = rows.filter((r) => r.row.state === state).length;
	return count ? element("button", { type: "button", class: "chip v-" + key, title: help,
		"data-state": state, "aria-pressed": "false" },
		signOf(sign), name, " ", element("b", null, count)) : [];
});
const isPressed = (button) => button.getAttribute("aria-pressed") === "true";

// The chosen name of a select, or undefined for all of them.
const names = { workload: [...new Set(rows.map((r) => r.cell.workload))],
	contrast: [...new Set(rows.map((r) => r.cell.contrast))] };
const chosen = (id) => names[id][document.getElementById(id)?.value || ""];

function isWanted(r, states, words) {
	return (!states.size || states.has(r.row.state)) &&
		[r.cell.workload, undefined].includes(chosen("workload")) &&
		[r.cell.contrast, undefined].includes(chosen("contrast")) &&
		words.every((w) => r.words.includes(w));
}

function filter() {
	const states = new Set(chips.filter(isPressed).map((c) => Number(c.dataset.state)));
	const text = document.getElementById("text").value.toLowerCase();
	const words = text.split(/\s+/).filter(Boolean);
	for (const r of rows) {
		r.line.hidden = !isWanted(r, states, words);
		if (r.opened)
			r.opened.hidden = r.line.hidden;
	}
	say();
}

// For eyes and for screen readers alike: how many are shown, in which order.
function say() {
	const shown = rows.filter((r) => !r.line.hidden).length;
	const title = sorting.key && document.querySelector(`#sort option[value="${sorting.key}"]`)
		.textContent.split(",")[0];
	document.getElementById("shown").textContent = `${shown} of ${rows.length} ${unit}` +
		(title ? `, by ${title}, ${sorting.down ? "largest" : "smallest"} first` : "");
}

function fillSelect(id) {
	const select = document.getElementById(id);
	if (!select)
		return;
	select.append(element("option", { value: "" }, "all"),
		...names[id].map((n, i) => element("option", { value: i }, n)));
	select.addEventListener("change", filter);
}

function makeControls() {
	const form = document.getElementById("controls");
	const select = (id) => element("label", null, id + " ", element("select", { id }));
	form.append(
		element("div", { class: "chips", role: "group", "aria-label": "verdicts" }, chips),
		element("div", { class: "fields" }, select("workload"),
			names.contrast.length > 1 && select("contrast"), select("sort"),
			element("label", { class: "text" }, "text ", element("input",
				{ id: "text", type: "search", autocomplete: "off",
					spellcheck: "false" })),
			element("button", { type: "button", id: "open-all" }, "Open all")),
		element("p", { id: "shown", role: "status" }));
	fillSelect("workload");
	fillSelect("contrast");
	document.getElementById("text").addEventListener("input", filter);
	form.addEventListener("submit", (event) => event.preventDefault());
	for (const chip of chips)
		chip.addEventListener("click", () => {
			chip.setAttribute("aria-pressed", String(!isPressed(chip)));
			filter();
		});
	const all = document.getElementById("open-all");
	all.addEventListener("click", () => {
		const open = all.textContent === "Open all";
		rows.filter((r) => !r.line.hidden).forEach((r) => setOpen(r, open));
		all.textContent = open ? "Close all" : "Open all";
	});
	form.hidden = false;
}

/* --- theme and places ------------------------------------------------------------------------- */

function stored(value) {
	try {
		if (value !== undefined)
			localStorage.setItem("fsduel-theme", value);
		return localStorage.getItem("fsduel-theme");
	} catch {
		return value; // a browser may forbid it to a file
	}
}

function makeTheme() {
	const button = document.getElementById("theme");
	const themes = ["auto", "light", "dark"];
	const set = (theme) => {
		document.documentElement.dataset.theme = theme;
		button.textContent = "Theme: " + theme;
	};
	let now = Math.max(themes.indexOf(stored()), 0);
	button.addEventListener("click", () => {
		now = (now + 1) % themes.length;
		stored(themes[now]);
		set(themes[now]);
	});
	set(themes[now]);
	button.hidden = false;
}

// #row-3 in the address opens that row.
function openPlace() {
	const r = rows.find((one) => "#" + one.line.id === location.hash);
	if (r) {
		setOpen(r, true);
		r.line.scrollIntoView();
	}
}

makeTheme();
for (const part of document.querySelectorAll(".bar .part"))
	part.style.flexGrow = part.dataset.grow;
if (rows.length) {
	makeForest();
	rows.forEach(makeButton);
	makeControls();
	makeSorting();
	filter();
	openPlace();
	addEventListener("hashchange", openPlace);
}
