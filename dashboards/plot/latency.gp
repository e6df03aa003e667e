# SPDX-License-Identifier: GPL-2.0-or-later
# latency.gp: percentiles of an operation's latency, both variants; one tile a cell. The
# axis is logarithmic and its end says nothing.
dir = ARG0[1:strlen(ARG0) - strlen('latency.gp')]
load dir.'common.gp'
keys = 2
onlines = 1
load dir.'tiles.gp'

x(r) = column('x')
old(r) = column('baseline_median') / 1e9
new(r) = column('patched_median') / 1e9
set logscale y
set format y '%.0s %cs'
set xrange [0.6:5.4]
set xtics ('p50' 1, 'p90' 2, 'p99' 3, 'p99.9' 4, 'max' 5)
do for [i = 1:tiles] {
	eval tile(i)
	plot file(i) using (x(0)):(old(0)) with linespoints ls 1, \
		file(i) using (x(0)):(new(0)) with linespoints ls 2
}
unset multiplot
