// SPDX-License-Identifier: GPL-2.0-or-later
// series.js: operations a second over time within a cell run, each block a line of its
// own: as steps, since an interval's rate holds for all of it.

// Edges one by one, where only the first, the step and the last were written.
function whole([side, block, role, edges, operations]) {
	if (edges.length === operations.length + 1)
		return [side, block, role, edges, operations];
	const [first, step, last] = edges;
	return [side, block, role, [...operations.map((_, i) => first + i * step), last], operations];
}

function steps(edges, operations, x, y) {
	const points = [];
	operations.forEach((n, i) => {
		const rate = n / (edges[i + 1] - edges[i]) * 1e6;
		points.push([x(edges[i]), y(rate)], [x(edges[i + 1]), y(rate)]);
	});
	return points;
}

function seriesPlot(cell, role) {
	const traces = cell.series.filter((trace) => trace[2] === role && trace[4].length > 1)
		.map(whole);
	if (!traces.length)
		return null;
	const rates = traces.flatMap(([, , , edges, operations]) =>
		operations.map((n, i) => n / (edges[i + 1] - edges[i]) * 1e6));
	const end = Math.max(...traces.map(([, , , edges]) => edges[edges.length - 1]));
	const blocks = new Set(traces.map(([, block]) => block)).size;
	const x = linear(0, end, LEFT, W - RIGHT);
	const y = linear(0, Math.max(...rates) * 1.06, H - BOTTOM, TOP);
	const which = blocks > 1 ? `the first ${blocks} blocks` : `block ${traces[0][1]}`;
	const { box, svg } = picture("Operations over time", `1/s, higher is better; ${which}`, W, H,
		`operations a second over ${nanoseconds(end * 1000)}, ${roleName(role)}, both variants`);
	axisY(svg, y, LEFT, W - RIGHT, si);
	axisX(svg, x, H - BOTTOM, (t) => t ? nanoseconds(t * 1000) : "0");
	for (const [side, block, , edges, operations] of traces) {
		const [name, words] = side ? ["patched", "patched"] : ["base", "baseline"];
		const path = line(steps(edges, operations, x, y), `line thin ${name}`);
		path.append(shape("title", null, `${words}, block ${block}`));
		svg.append(path);
	}
	return box;
}
