# SPDX-License-Identifier: GPL-2.0-or-later
# drift.gp: both sides block by block, joined by a line in each block; one tile a cell. The
# axis does not begin at 0: it is there to show small drift. By hand, of one cell:
#   gnuplot -e "data='D/samples.csv'; workload='mixed'; params='bs=4k;...'; \
#     metric='ops_per_s'; baseline='a/default'; patched='b/default'" dashboards/plot/drift.gp
dir = ARG0[1:strlen(ARG0) - strlen('drift.gp')]
load dir.'common.gp'
keys = 2
onlines = 0
load dir.'tiles.gp'

ok(r) = is('workload', 'workload') && is('params', 'params') && is('metric', 'metric') && \
	stringcolumn('role') eq 'all' && stringcolumn('pass') eq 'throughput'
value_of(side, s) = hand ? (ok(0) && stringcolumn('variant') eq s ? column('value') : nowhere) : \
	stringcolumn(side) eq '' ? nowhere : column(side)

do for [i = 1:tiles] {
	lo = 1e308; hi = -1e308; last = 1
	seen(v) = abs(v) < 1e29 ? (lo = v < lo ? v : lo, hi = v > hi ? v : hi) : 0
	eval look
	plot file(i) using (last = most(last, column('block'))):(seen(value_of('baseline', baseline))) \
		with points, \
		file(i) using (column('block')):(seen(value_of('patched', patched))) with points
	eval looked
	eval tile(i)
	set format y si(lo, hi)
	room = hi > lo ? 0.08 * (hi - lo) : abs(hi) * 0.01 + 1e-9
	set yrange [lo - room:hi + room]
	set xrange [0.5:last + 0.5]
	set xtics last > 12 ? 5 : 1
	set xlabel 'block'
	pairs = "file(i) using (column('block')):(column('baseline')):(0):(column('patched') - column('baseline'))".\
		" with vectors nohead lc rgb '#AAAAAA' lw 1, "
	if (ascii) {
		plot file(i) using (column('block')):(value_of('baseline', baseline)):('o') with labels, \
			file(i) using (column('block')):(value_of('patched', patched)):('x') with labels
	} else {
		eval 'plot '.(hand ? '' : pairs). \
			"file(i) using (column('block')):(value_of('baseline', baseline)) with points ls 1, ". \
			"file(i) using (column('block')):(value_of('patched', patched)) with points ls 2"
	}
}
unset multiplot
