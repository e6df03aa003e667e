# SPDX-License-Identifier: GPL-2.0-or-later
# latency.gp: percentiles of an operation's latency, both variants; one tile a cell. The
# axis is logarithmic and its end says nothing. By hand, of one cell:
#   gnuplot -e "data='D/comparison.csv'; workload='mixed'; params='bs=4k;...'" \
#     dashboards/plot/latency.gp
# (contrast='NAME' where there are several).
dir = ARG0[1:strlen(ARG0) - strlen('latency.gp')]
load dir.'common.gp'
keys = 2
onlines = 1
load dir.'tiles.gp'

names = 'lat_p50 lat_p90 lat_p99 lat_p99_9 lat_max'
place_of(m) = m eq word(names, 1) ? 1 : m eq word(names, 2) ? 2 : m eq word(names, 3) ? 3 : \
	m eq word(names, 4) ? 4 : m eq word(names, 5) ? 5 : NaN
ok(r) = is('contrast', 'contrast') && is('workload', 'workload') && is('params', 'params') && \
	stringcolumn('role') eq 'all' && stringcolumn('pass') eq 'throughput'
x(r) = hand ? (ok(0) ? place_of(stringcolumn('metric')) : NaN) : column('x')

set logscale y
set format y '%.0s %cs'
set xrange [0.6:5.4]
set xtics ('p50' 1, 'p90' 2, 'p99' 3, 'p99.9' 4, 'max' 5)
do for [i = 1:tiles] {
	eval tile(i)
	if (ascii) {
		plot file(i) using (x(0)):(column('baseline_median') / 1e9):('o') with labels, \
			file(i) using (x(0)):(column('patched_median') / 1e9):('x') with labels
	} else {
		plot file(i) using (x(0)):(column('baseline_median') / 1e9) with linespoints ls 1, \
			file(i) using (x(0)):(column('patched_median') / 1e9) with linespoints ls 2
	}
}
unset multiplot
