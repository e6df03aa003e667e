// SPDX-License-Identifier: GPL-2.0-or-later
// draw.js: pictures as SVG elements: scales, axes, marks. Colours are the style's, by
// class. Baseline is always hollow and patched solid, so that grey will do.

const SVG = "http://www.w3.org/2000/svg";

function shape(name, attributes, ...children) {
	return filled(document.createElementNS(SVG, name), attributes, children);
}

// Round numbers from low to high, about count of them.
function ticks(low, high, count) {
	const rough = (high - low) / count;
	const power = 10 ** Math.floor(Math.log10(rough));
	const step = [1, 2, 2.5, 5, 10].map((n) => n * power).find((n) => n >= rough);
	const list = [];
	for (let i = Math.ceil(low / step - 1e-9); i * step <= high + step * 1e-9; i++)
		list.push(Number((i * step).toPrecision(12)));
	return list;
}

// A function from values to places, with the ticks that fit it.
function linear(low, high, from, to, count = 4) {
	if (low === high) {
		const room = Math.abs(low) * 0.01 || 1;
		low -= room;
		high += room;
	}
	const scale = (v) => from + (v - low) / (high - low) * (to - from);
	scale.ticks = ticks(low, high, count);
	return scale;
}

function logarithmic(low, high, from, to, count = 4) {
	if (low === high) {
		low /= 1.1;
		high *= 1.1;
	}
	const scale = (v) => from + Math.log(v / low) / Math.log(high / low) * (to - from);
	const decades = Math.log10(high / low);
	if (decades < 0.7) {
		scale.ticks = ticks(low, high, count);
		return scale;
	}
	scale.ticks = [];
	const digits = decades > count ? [1] : decades > 2 ? [1, 3] : [1, 2, 5];
	for (let p = Math.floor(Math.log10(low)); p <= Math.ceil(Math.log10(high)); p++)
		for (const d of digits)
			if (d * 10 ** p >= low * 0.999 && d * 10 ** p <= high * 1.001)
				scale.ticks.push(Number((d * 10 ** p).toPrecision(3)));
	return scale;
}

// Room at both ends, so that no mark touches the frame.
function padded(values, share = 0.08) {
	const low = Math.min(...values), high = Math.max(...values);
	const room = (high - low) * share || Math.abs(high) * 0.02 || 1;
	return [low - room, high + room];
}

// A picture with a title that says what is better, and a sentence for who cannot see it.
function picture(title, note, width, height, label) {
	const viewBox = `0 0 ${width} ${height}`;
	const svg = shape("svg", { viewBox, role: "img", "aria-label": label });
	const caption = element("figcaption", null, element("b", null, title), " ", span("aside",
		note));
	return { box: element("figure", { class: "plot" }, caption, svg), svg };
}

function text(x, y, anchor, s, className = "tick") {
	return shape("text", { x, y, "text-anchor": anchor, class: className }, s);
}

// Lines across at each tick, with their numbers on the left.
function axisY(svg, scale, left, right, write) {
	for (const t of scale.ticks) {
		const y = scale(t).toFixed(1);
		svg.append(shape("path", { class: "grid", d: `M${left} ${y}H${right}` }),
			text(left - 5, Number(y) + 3.5, "end", write(t)));
	}
}

function axisX(svg, scale, y, write, values = scale.ticks) {
	for (const t of values)
		svg.append(shape("path", { class: "stroke", d: `M${scale(t).toFixed(1)} ${y}v3` }),
			text(scale(t).toFixed(1), y + 14, "middle", write(t)));
}

function dot(x, y, side, title, className = "") {
	return shape("circle", { class: `${side ? "patched" : "base"} ${className}`, r: 3.6,
		cx: x.toFixed(1), cy: y.toFixed(1) }, title && shape("title", null, title));
}

function line(points, className) {
	const d = points.map(([x, y]) => `${x.toFixed(1)} ${y.toFixed(1)}`);
	return shape("path", { class: className, d: "M" + d.join("L") });
}

// A band across the picture between two values.
function band(y, low, high, left, right, className) {
	return shape("rect", { class: className, x: left, y: y(high).toFixed(1),
		width: right - left, height: Math.max(y(low) - y(high), 1).toFixed(1) });
}

// Which mark is which, in words; others: [what it looks like, what it means].
function key(baseline, patched, others) {
	const mark = (look) => shape("svg",
		{ viewBox: "0 0 10 10", class: "mark", "aria-hidden": "true" }, look);
	return element("p", { class: "key" },
		mark(dot(5, 5, 0)), "baseline ", span("aside", baseline), " ",
		mark(dot(5, 5, 1)), "patched ", span("aside", patched),
		others.flatMap(([look, words]) => [" ", mark(look), span("aside", words)]));
}

// The possible ends of an axis of changes, and their labels.
const ENDS = [[1.001, "\u22120.1 %", "+0.1 %"], [1.01, "\u22121 %", "+1 %"],
	[1.02, "\u22122 %", "+2 %"], [1.05, "\u22125 %", "+5 %"], [1.1, "\u22129 %", "+10 %"],
	[1.2, "\u221217 %", "+20 %"], [1.3, "\u221223 %", "+30 %"], [1.5, "\u221233 %", "+50 %"],
	[2, "\u00f72", "\u00d72"], [4, "\u00f74", "\u00d74"], [10, "\u00f710", "\u00d710"],
	[100, "\u00f7100", "\u00d7100"], [1e4, "\u00f710\u2074", "\u00d710\u2074"]];
const FIT = 0.8; // share of the rows that must fit

// The shortest axis that most changes and intervals fit on, and the margin.
function forestEnds(list, margin) {
	const fits = (f, limit) => f.change === null ||
		Math.min(f.low ?? f.change, f.change) * limit >= 1 &&
		Math.max(f.high ?? f.change, f.change) <= limit;
	return ENDS.find(([limit]) => 1 + margin < limit &&
		list.filter((f) => fits(f, limit)).length >= FIT * list.length) || ENDS.at(-1);
}

// A row's change as a small picture: the margin as a band, the interval as a line (dashed: a
// range), the estimate as a dot; an arrow where it lies beyond the axis. The axis is
// logarithmic, so that half and double are equally far from no change.
function forest(f, [limit], margin) {
	if (f.change === null)
		return null;
	const place = (v) => v > 0 ? 100 * (1 + Math.log(v) / Math.log(limit)) : -1;
	const inside = (v) => Math.min(Math.max(place(v), 0), 200);
	const svg = shape("svg", { viewBox: "0 0 200 20", class: "forest", "aria-hidden": "true" });
	const add = (name, attributes) => svg.append(shape(name, attributes));
	if (margin !== null)
		add("rect", { class: "band", x: inside(1 - margin).toFixed(1), y: 0, height: 20,
			width: Math.max(inside(1 + margin) - inside(1 - margin), 1).toFixed(1) });
	add("path", { class: "zero", d: "M100 0v20" });
	if (f.low !== null && f.high !== null && inside(f.low) < 200 && inside(f.high) > 0)
		add("path", { class: f.interval === false ? "range" : "interval",
			d: `M${inside(f.low).toFixed(1)} 10` +
				`H${Math.max(inside(f.high), inside(f.low) + 0.5).toFixed(1)}` });
	const x = place(f.change);
	if (x < 0 || x > 200)
		add("path", { class: "dot", d: x < 0 ? "M1 10l8 -5v10z" : "M199 10l-8 -5v10z" });
	else
		add("circle", { class: "dot", cx: Math.min(Math.max(x, 4), 196).toFixed(1), cy: 10,
			r: 4 });
	return svg;
}
