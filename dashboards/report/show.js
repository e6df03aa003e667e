// SPDX-License-Identifier: GPL-2.0-or-later
// show.js: the page's data, elements, and how numbers are written (as lib/num.c does).
// Text from outside was cleaned as it was written (lib/clean.c), and only ever becomes a text
// node or an attribute's value: nothing here or in the other files takes markup from a string.

const data = JSON.parse(document.getElementById("data").textContent);
const MINUS = "\u2212";
const NBSP = "\u00a0";

// One element, its attributes and what is in it; a string becomes a text node.
function element(name, attributes, ...children) {
	return filled(document.createElement(name), attributes, children);
}

function filled(e, attributes, children) {
	for (const [key, value] of Object.entries(attributes || {})) {
		if (value === true)
			e.setAttribute(key, "");
		else if (value !== false && value !== null && value !== undefined)
			e.setAttribute(key, String(value));
	}
	for (const child of children.flat(Infinity))
		if (child !== null && child !== undefined && child !== false && child !== "")
			e.append(typeof child === "object" ? child : String(child));
	return e;
}

function span(className, ...children) {
	return element("span", { class: className }, ...children);
}

function plural(n, word) {
	return `${n} ${word}${n === 1 ? "" : "s"}`;
}

// Four significant digits and an SI prefix: 10.71k; plain numbers reach down to 0.001.
function si(v) {
	const prefixes = [[1e18, "E"], [1e15, "P"], [1e12, "T"], [1e9, "G"], [1e6, "M"], [1e3, "k"],
		[1e-3, ""], [1e-6, "u"], [1e-9, "n"]];
	if (v === null || !isFinite(v))
		return MINUS;
	const r = Number(v.toPrecision(4));
	const [unit, prefix] = prefixes.find(([n]) => Math.abs(r) >= n) || [1e-3, ""];
	const shown = Number((r / (unit === 1e-3 ? 1 : unit)).toPrecision(4));
	return String(shown).replace("-", MINUS) + prefix;
}

// Three digits and a unit of time.
function nanoseconds(v) {
	const units = [["s", 1e9], ["ms", 1e6], ["us", 1e3], ["ns", 1]];
	const [unit, size] = units.find(([, n]) => v >= n * 0.9995) || units[3];
	return String(Number((v / size).toPrecision(v / size < 1000 ? 3 : 4))) + NBSP + unit;
}

function number(unit, v) {
	if (v === null)
		return "";
	return unit === "ns" && v >= 0 ? nanoseconds(v) : si(v);
}

// A ratio as a change: -17.7 %; from 1000 on as a factor.
function percent(ratio, withUnit = true) {
	if (ratio === null)
		return "";
	if (ratio >= 1000)
		return "\u00d7" + Number(ratio.toPrecision(4));
	const p = ((ratio - 1) * 100).toFixed(1);
	return (p[0] === "-" ? MINUS + p.slice(1) : "+" + p) + (withUnit ? NBSP + "%" : "");
}

function interval(low, high) {
	return percent(low, false) + " to " + percent(high);
}

function probability(p) {
	return p < 0.0001 ? "< 0.0001" : "= " + Number(p.toPrecision(2));
}

// "threads=8;bs=4k" as a Map, in that order.
function parameters(text) {
	return new Map(text.split(";").filter(Boolean).map((word) => {
		const at = word.indexOf("=");
		return at < 0 ? [word, ""] : [word.slice(0, at), word.slice(at + 1)];
	}));
}

// "randrw" and, apart, "threads=8 bs=4k" and the role, unless it is the whole workload.
function cellName(workload, varying, role) {
	const words = varying.split(";").concat(role === "all" ? [] : role).filter(Boolean);
	return [workload, words.length > 0 && [" ", span("params", words.join(" "))]];
}

function roleName(role) {
	return role === "all" ? "whole workload" : role;
}

function betterText(better) {
	return better ? better + " is better" : "neither is better";
}

/* --- states: a verdict or, where nothing was measured, the reason -------------------------- */

// In the order of sorting: those that need attention come first. The sign stands beside the
// word, so that it is not told by colour alone.
const NO_PAIR = "no pair of valid samples: ";
const states = [
	["broken", "\u2716", "the patched kernel oopses, warns, hangs or damages the file system " +
		"here, where the baseline does not"],
	["slower", "\u25bc", "surely worse, and by more than the margin"],
	["mixed", "\u21c5", "one role is slower, another faster"],
	["unsure", "?", "neither shown to be worse or better nor shown to be the same"],
	["faster", "\u25b2", "surely better, and by more than the margin"],
	["repaired", "\u2714", "the baseline's kernel breaks here, the patched one does not"],
	["same", "=", "shown to be within the margin"],
	["no verdict", "\u00b7", "neither higher nor lower is better"],
	["failed", "\u00d7", NO_PAIR + "a run failed"],
	["invalid", "!", NO_PAIR + "a run was not what it should be"],
	["not measured", "\u2026", NO_PAIR + "it was not run to its end"],
	["skipped", "\u2013", NO_PAIR + "this side cannot do it"],
].map(([name, sign, help], place) =>
	({ name, sign, help, place, look: "v-" + name.replaceAll(" ", "-") }));

function stateOf(name) {
	return states.find((s) => s.name === (name || "no verdict"));
}

function signOf(state) {
	return element("span", { class: "sign", "aria-hidden": "true" }, state.sign);
}

function verdict(name) {
	const state = stateOf(name);
	return span("verdict " + state.look, signOf(state), state.name);
}

/* --- figures and files ------------------------------------------------------------------------ */

// The members of figures[] get their names; see figure_json in report_data.c.
const MEMBERS = ["role", "metric", "detail", "unit", "better", "state", "pairs", "base", "patched",
	"change", "low", "high", "values"];
for (const cell of data.cells)
	cell.figures = cell.figures.map((list) =>
		Object.fromEntries(list.map((v, i) => [MEMBERS[i], v])));

const files = new Set(data.files);

// A link to a file of the results folder.
function fileLink(path, words) {
	const href = (data.base + path).split("/").map(encodeURIComponent).join("/");
	return element("a", { href }, words);
}

// A table from titles and rows; a title that begins with "#" is of numbers.
function table(caption, titles, rows) {
	const isNumber = titles.map((t) => t[0] === "#");
	const cell = (content, i, scope) => element(scope ? "th" : "td",
		{ class: isNumber[i] && "num", scope }, content);
	const head = element("tr", null, titles.map((t, i) => cell(t.replace("#", ""), i, "col")));
	const body = rows.map((row) => element("tr", null,
		row.map((c, i) => cell(c, i, i ? null : "row"))));
	// It scrolls where it is too wide: then the keyboard must be able to reach it.
	return element("div", { class: "wide", tabindex: 0, role: "group", "aria-label": caption },
		element("table", { class: "plain" }, element("caption", { class: "sr" }, caption),
			element("thead", null, head), element("tbody", null, body)));
}
