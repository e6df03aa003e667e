// SPDX-License-Identifier: GPL-2.0-or-later
// plots.js: the pictures of a cell. Each takes what analysis found and draws it; none
// works out a figure of its own but a block's ratio.

const W = 380, H = 210, LEFT = 54, RIGHT = 12, TOP = 10, BOTTOM = 34;

function positive(values) {
	return values.every((v) => v > 0);
}

// Values far apart are drawn by their logarithms, and the note says so.
function scaleFor(values) {
	const log = positive(values) && Math.max(...values) > 30 * Math.min(...values);
	if (!log)
		return { log, y: linear(...padded(values), H - BOTTOM, TOP) };
	const [low, high] = [Math.min(...values) / 1.3, Math.max(...values) * 1.3];
	return { log, y: logarithmic(low, high, H - BOTTOM, TOP) };
}

// The frame of a picture: bands [low, high, class] behind it, both axes, the name of the lower.
function chart(title, note, label, x, y, writeY, bands = []) {
	const { box, svg } = picture(title, note, W, H, label);
	for (const [low, high, className] of bands)
		svg.append(band(y, low, high, LEFT, W - RIGHT, className));
	axisY(svg, y, LEFT, W - RIGHT, writeY);
	axisX(svg, x, H - BOTTOM, x.write);
	svg.append(text(W - RIGHT, H - 4, "end", x.title));
	return { box, svg };
}

function blockScale(count) {
	const x = linear(0.5, Math.max(count, 2) + 0.5, LEFT, W - RIGHT);
	const every = Math.ceil(count / 12);
	x.ticks = [];
	for (let b = 1; b <= count; b += every)
		x.ticks.push(b);
	return Object.assign(x, { write: String, title: "block" });
}

// The text of a block's tooltip.
function blockTitle(cell, f, block, base, patched) {
	const words = [`block ${block}`];
	if (base !== null)
		words.push(`baseline ${number(f.unit, base)}`);
	if (patched !== null)
		words.push(`patched ${number(f.unit, patched)}`);
	if (base > 0 && patched > 0)
		words.push(percent(patched / base));
	for (const [at, side, status, marks] of cell.odd)
		if (at === block)
			words.push([side ? "patched" : "baseline", status, marks]
				.filter(Boolean).join(" "));
	return words.join(", ");
}

function isMarked(cell, block, side) {
	return cell.odd.some(([at, s, , marks]) => at === block && s === side && marks);
}

// Both variants' values by block: hollow and solid dots, a line between those of a pair.
function samplesPlot(cell, row, f) {
	const values = f.values.filter((v) => v !== null);
	const count = f.values.length / 2;
	const { log, y } = scaleFor(values.length ? values : [0, 1]);
	const x = blockScale(count);
	const note = `${f.unit}, ${betterText(f.better)}${log ? "; logarithmic" : ""}`;
	const { box, svg } = chart("Samples by block", note,
		`${f.metric} of both variants in ${count} blocks; the table of samples has numbers`,
		x, y, (t) => number(f.unit, t));
	for (let b = 1; b <= count; b++) {
		const pair = [f.values[2 * b - 2], f.values[2 * b - 1]];
		const title = blockTitle(cell, f, b, pair[0], pair[1]);
		if (pair.includes(null)) {
			const cross = text(x(b).toFixed(1), H - BOTTOM - 4, "middle", "\u00d7",
				"missing");
			cross.append(shape("title", null, title));
			svg.append(cross);
		} else {
			svg.append(line(pair.map((v) => [x(b), y(v)]), "pair"));
		}
		pair.forEach((v, side) => v !== null && svg.append(
			dot(x(b), y(v), side, title, isMarked(cell, b, side) ? "marked" : "")));
	}
	return box;
}

// A scale of changes that has room for these ratios and the margin: half and double are at the
// same distance.
function ratioScale(values, margin) {
	const all = values.filter((v) => v > 0).concat(1 - margin, 1 + margin);
	const room = (Math.max(...all) / Math.min(...all)) ** 0.06;
	const [low, high] = [Math.min(...all) / room, Math.max(...all) * room];
	const scale = logarithmic(low, high, H - BOTTOM, TOP);
	if (high / low < 4)
		scale.ticks = ticks(low - 1, high - 1, 4).map((t) => t + 1);
	return scale;
}

function ratioTick(t) {
	const p = Math.abs(t - 1) * 100;
	if (t > 10 || t < 0.1)
		return "\u00d7" + Number(t.toPrecision(2));
	const sign = t < 1 - 1e-12 ? MINUS : t > 1 + 1e-12 ? "+" : "";
	return sign + Number(p.toPrecision(3)) + NBSP + "%";
}

function across(y, className) {
	return line([[LEFT, y], [W - RIGHT, y]], className);
}

// The change block by block, so that a drift or a single odd block is seen.
function ratiosPlot(cell, row, f) {
	const ratios = [];
	for (let b = 1; 2 * b <= f.values.length; b++) {
		const [base, patched] = [f.values[2 * b - 2], f.values[2 * b - 1]];
		if (base > 0 && patched > 0)
			ratios.push([b, patched / base, base, patched]);
	}
	if (ratios.length < 2)
		return null;
	const margin = row.margin || 0;
	const y = ratioScale([...ratios.map((r) => r[1]), f.low, f.high, f.change], margin);
	const x = blockScale(f.values.length / 2);
	const { box, svg } = chart("Change by block",
		"patched / baseline; line and band: estimate and interval; grey: margin",
		`change of ${f.metric} in ${ratios.length} blocks: ${percent(f.change)}` +
		(f.low === null ? "" : `, interval ${interval(f.low, f.high)}`), x, y, ratioTick,
		[margin && [1 - margin, 1 + margin, "band"],
			f.low !== null && [f.low, f.high, "estimate-band"]].filter(Boolean));
	svg.append(across(y(1), "zero"));
	if (f.change > 0)
		svg.append(across(y(f.change), "estimate"));
	for (const [b, ratio, base, patched] of ratios)
		svg.append(dot(x(b), y(ratio), 1, blockTitle(cell, f, b, base, patched)));
	return box;
}

// Rows of the same work that differ in one number only: [number, row], if there are several.
function scalingRows(row) {
	const cell = data.cells[row.cell];
	for (const name of ["threads", ...parameters(cell.varying).keys()]) {
		const rest = (c) => [...parameters(c.varying)].filter(([k]) => k !== name).join();
		const found = data.rows.filter((r) => {
			const c = data.cells[r.cell];
			return c.workload === cell.workload && c.contrast === cell.contrast &&
				r.metric === row.metric && r.role === row.role && r.pairs &&
				rest(c) === rest(cell) &&
				isFinite(parseFloat(parameters(c.varying).get(name)));
		}).map((r) => [size(parameters(data.cells[r.cell].varying).get(name)), r]);
		if (new Set(found.map(([n]) => n)).size > 1)
			return { name, rows: found.sort((a, b) => a[0] - b[0]) };
	}
	return null;
}

// "16k" as 16384: a place on an axis.
function size(s) {
	const power = "kmgt".indexOf(s.replace(/^[0-9.]+/, "").toLowerCase()[0] || "?");
	return parseFloat(s) * 1024 ** (power + 1);
}

// Medians of both sides over what varies.
function scalingPlot(row, s) {
	const numbers = s.rows.map(([n]) => n);
	const far = Math.min(...numbers) > 0 && Math.max(...numbers) >= 8 * Math.min(...numbers);
	const x = (far ? logarithmic : linear)(numbers[0], numbers[numbers.length - 1], LEFT + 10,
		W - RIGHT - 10);
	const write = (n) => {
		const [, other] = s.rows.find(([m]) => m === n);
		return parameters(data.cells[other.cell].varying).get(s.name);
	};
	Object.assign(x, { ticks: [...new Set(numbers)], write, title: s.name });
	const top = Math.max(...s.rows.flatMap(([, r]) => [r.base, r.patched]));
	const y = linear(0, top * 1.06, H - BOTTOM, TOP);
	const { box, svg } = chart(`${row.metric} over ${s.name}`,
		`${row.unit}, ${betterText(row.better)}; medians`,
		`medians of both variants at ${s.rows.length} numbers of ${s.name}`, x, y,
		(t) => number(row.unit, t));
	for (const side of [0, 1])
		svg.append(line(s.rows.map(([n, r]) => [x(n), y(side ? r.patched : r.base)]),
			side ? "line patched" : "line base"));
	for (const [n, r] of s.rows)
		[r.base, r.patched].forEach((v, side) => svg.append(dot(x(n), y(v), side,
			`${s.name} ${write(n)}: ${number(row.unit, v)}, ${percent(r.change)}`,
			r === row && "here")));
	return box;
}

function gridX(svg, x, bottom) {
	for (const t of x.ticks)
		svg.append(line([[x(t), 2], [x(t), bottom]], "grid"));
}

// Percentiles, from the fastest on: how far each has moved.
function latencyPlot(cell, role) {
	const list = cell.figures.filter((f) => f.role === role && f.pairs &&
		f.base > 0 && f.patched > 0 && /^lat_(p[0-9_]+|max)$/.test(f.metric));
	if (list.length < 2)
		return null;
	const height = list.length * 30 + BOTTOM + 4;
	const values = list.flatMap((f) => [f.base, f.patched]);
	const x = logarithmic(Math.min(...values) / 1.4, Math.max(...values) * 1.4, 46, W - 62, 4);
	const { box, svg } = picture("Latency percentiles",
		"logarithmic, lower is better; medians over blocks", W, height,
		list.map((f) => `${f.metric} ${percent(f.change)}`).join(", "));
	gridX(svg, x, height - BOTTOM);
	axisX(svg, x, height - BOTTOM, nanoseconds);
	list.forEach((f, i) => {
		const y = 18 + i * 30;
		const title = `${f.metric}: ${nanoseconds(f.base)} and ${nanoseconds(f.patched)}`;
		svg.append(text(40, y + 4, "end", f.metric.slice(4).replace("_", "."),
			"tick strong"),
			line([[x(f.base), y], [x(f.patched), y]], "pair"),
			dot(x(f.base), y, 0, title), dot(x(f.patched), y, 1, title),
			text(W - 2, y + 4, "end", percent(f.change), "tick strong"));
	});
	return box;
}

// Two bars for each name, outlined and solid; sides: two Maps from names to values.
function barsPlot(title, note, sides, write) {
	const names = [...new Set(sides.flatMap((side) => [...side.keys()]))];
	const most = Math.max(0, ...sides.flatMap((side) => [...side.values()]));
	if (!most)
		return null;
	const height = names.length * 34 + BOTTOM + 4;
	const x = linear(0, most * 1.05, 104, W - 62, 3);
	const { box, svg } = picture(title, note, W, height, names.map((n) =>
		`${n}: ${sides.map((side) => write(side.get(n) || 0)).join(" and ")}`).join("; "));
	gridX(svg, x, height - BOTTOM);
	axisX(svg, x, height - BOTTOM, write);
	names.forEach((name, i) => {
		const y = 6 + i * 34;
		svg.append(text(98, y + 16, "end", name, "tick strong"));
		sides.forEach((side, k) => {
			const v = side.get(name) || 0, top = y + k * 12;
			const long = Math.max(x(v) - 104, 0.5);
			svg.append(shape("rect", { class: k ? "bar-patched" : "bar-base", x: 104,
				y: top, width: long.toFixed(1), height: 10 }),
				text(108 + long, top + 9, "start", v ? write(v) : "none"));
		});
	});
	return box;
}

// Waits for each class of locks, an operation.
function locksPlot(cell) {
	return barsPlot("Waiting for locks", "time waited for each operation, in watched runs",
		cell.locks.map((side) => {
			const sums = new Map();
			for (const [name, , , , , own] of side?.operations > 0 ? side.figures : [])
				sums.set(name, (sums.get(name) || 0) + own / side.operations);
			return sums;
		}), nanoseconds);
}

// Instructions an operation by part of the kernel: those with most on either side.
function costsPlot(cell) {
	if (!cell.costs || !cell.costs.pairs)
		return null;
	const larger = (s) => Math.max(s[1], s[2]);
	const list = cell.costs.subsystems.sort((a, b) => larger(b) - larger(a)).slice(0, 9);
	return barsPlot("Instructions by subsystem",
		"for each operation, in profiled runs, lower is better",
		[1, 2].map((k) => new Map(list.map((s) => [s[0], s[k]]))), si);
}

/* --- operations over time, as steps: an interval's rate holds for all of it ----------- */

function steps(edges, operations, x, y) {
	const points = [];
	operations.forEach((n, i) => {
		const rate = n / (edges[i + 1] - edges[i]) * 1e6;
		points.push([x(edges[i]), y(rate)], [x(edges[i + 1]), y(rate)]);
	});
	return points;
}

function seriesPlot(cell, role) {
	const traces = cell.series.filter((trace) => trace[2] === role && trace[4].length > 1);
	if (!traces.length)
		return null;
	const rates = traces.flatMap(([, , , edges, operations]) =>
		operations.map((n, i) => n / (edges[i + 1] - edges[i]) * 1e6));
	const end = Math.max(...traces.map(([, , , edges]) => edges[edges.length - 1]));
	const blocks = new Set(traces.map(([, block]) => block)).size;
	const x = Object.assign(linear(0, end, LEFT, W - RIGHT),
		{ write: (t) => t ? nanoseconds(t * 1000) : "0", title: "" });
	const y = linear(0, Math.max(...rates) * 1.06, H - BOTTOM, TOP);
	const which = blocks > 1 ? `the first ${blocks} blocks` : `block ${traces[0][1]}`;
	const { box, svg } = chart("Operations over time", `1/s, higher is better; ${which}`,
		`operations a second over ${nanoseconds(end * 1000)}, ${roleName(role)}`,
		x, y, si);
	for (const [side, block, , edges, operations] of traces) {
		const [name, words] = side ? ["patched", "patched"] : ["base", "baseline"];
		const path = line(steps(edges, operations, x, y), `line thin ${name}`);
		path.append(shape("title", null, `${words}, block ${block}`));
		svg.append(path);
	}
	return box;
}
