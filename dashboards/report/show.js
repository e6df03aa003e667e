// SPDX-License-Identifier: GPL-2.0-or-later
// show.js: the page's data, elements, and how numbers are written (as lib/num.c does).
// Text from outside was cleaned as it was written (lib/clean.c), and only ever becomes a text
// node or an attribute's value: nothing here or in the other files takes markup from a string.

const data = JSON.parse(document.getElementById("data").textContent);
const MINUS = "\u2212";
const NBSP = "\u00a0";

// One element, its attributes and what is in it; a string becomes a text node.
function element(name, attributes, ...children) {
	const e = document.createElement(name);
	return filled(e, attributes, children);
}

function filled(e, attributes, children) {
	for (const [key, value] of Object.entries(attributes || {})) {
		if (value === true)
			e.setAttribute(key, "");
		else if (value !== false && value !== null && value !== undefined)
			e.setAttribute(key, String(value));
	}
	for (const child of children.flat())
		if (child !== null && child !== undefined && child !== false)
			e.append(typeof child === "object" ? child : String(child));
	return e;
}

function span(className, ...children) {
	return element("span", { class: className }, ...children);
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

function cellName(cell) {
	return cell.workload + (cell.varying ? " " + cell.varying.replaceAll(";", " ") : "");
}

function roleName(role) {
	return role === "all" ? "whole workload" : role;
}

// Where a state stands in the table of states: its word and sign.
function verdict(state) {
	const [name, key, sign] = data.states[state];
	return element("span", { class: "verdict v-" + key }, signOf(sign), name);
}

function signOf(sign) {
	return element("span", { class: "sign", "aria-hidden": "true" }, sign);
}

// The members of figures[] get their names; see figure_json in report_data.c.
const MEMBERS = ["role", "metric", "detail", "unit", "better", "state", "pairs", "base", "patched",
	"change", "low", "high", "values"];
for (const cell of data.cells)
	cell.figures = cell.figures.map((list) =>
		Object.fromEntries(list.map((v, i) => [MEMBERS[i], v])));

function betterText(better) {
	return better ? better + " is better" : "neither is better";
}
