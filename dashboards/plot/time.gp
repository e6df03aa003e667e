# SPDX-License-Identifier: GPL-2.0-or-later
# time.gp: throughput over time within a cell, both variants, a line a block; one tile a
# cell. The axis begins at 0. By hand, of one cell and block:
#   gnuplot -e "data='D/series.csv'; workload='mixed'; params='bs=4k;...'; block='1'; \
#     baseline='a/default'; patched='b/default'" dashboards/plot/time.gp
dir = ARG0[1:strlen(ARG0) - strlen('time.gp')]
load dir.'common.gp'
keys = 2
onlines = 2
load dir.'tiles.gp'

ok(r) = is('workload', 'workload') && is('params', 'params') && is('block', 'block') && \
	stringcolumn('role') eq 'all' && stringcolumn('metric') eq 'operations'
side(r) = hand ? (!ok(0) ? -1 : stringcolumn('variant') eq baseline ? 0 : \
	stringcolumn('variant') eq patched ? 1 : -1) \
	: column('side')
seconds(s) = side(0) == s ? (column('start_ns') + column('end_ns')) / 2e9 : nowhere
rate(r) = column('value') / (column('end_ns') - column('start_ns')) * 1e9

do for [i = 1:tiles] {
	top = 0; last = 0
	eval look
	plot file(i) using (side(0) < 0 ? 0 : (top = most(top, rate(0)), \
		last = most(last, column('end_ns')))):(1) with points
	eval looked
	eval tile(i)
	set format y si(0, top)
	set xrange [0:last / 1e9]
	set yrange [0:top * 1.06]
	set xlabel 'time from the start, s'
	if (!ascii) { set ylabel 'operations/s' }
	if (ascii) {
		plot file(i) using (seconds(0)):(rate(0)):('o') with labels, \
			file(i) using (seconds(1)):(rate(0)):('x') with labels
	} else {
		plot file(i) using (seconds(0)):(rate(0)) with lines ls 1 lw 1.2, \
			file(i) using (seconds(1)):(rate(0)) with lines ls 2 lw 1.2
	}
}
unset multiplot
