# SPDX-License-Identifier: GPL-2.0-or-later
# change.gp: the change against the number of threads (or another that varies), with its 95 %
# interval (dotted: the range over blocks) and the margin band; one tile a workload.
dir = ARG0[1:strlen(ARG0) - strlen('change.gp')]
load dir.'common.gp'
keys = 0
load dir.'tiles.gp'

where(has) = has95(0) == has ? column('at') : NaN

bars = "0 with lines lt -1 lc rgb dark, ". \
	"file(i) using (where(0)):(percent(column('change'))):(low(0)):(high(0)) \
		with yerrorbars ls 4, ". \
	"file(i) using (where(1)):(percent(column('change'))):(low(0)):(high(0)) \
		with yerrorbars ls 3"
set samples 2
set format y '%g %%'
do for [i = 1:tiles] {
	bottom = 0; top = 0; band = 0; first = 1e9; last = 0
	eval look
	plot file(i) using (bottom = least(bottom, low(0)), top = most(top, high(0)), \
		band = stringcolumn('margin') eq '' ? band : 100 * column('margin'), \
		first = least(first, column('at')), last = most(last, column('at'))):(0) with points
	eval looked
	top = most(top + (top - bottom) * 0.08, 1.5 * band)
	bottom = least(bottom - (top - bottom) * 0.08, -1.5 * band)
	if (top - bottom < 0.01) { top = 1; bottom = -1 }
	eval tile(i)
	# 0 readers have no place on a logarithmic axis.
	if (first > 0) { set logscale x 2; set xrange [first * 0.8:last * 1.25] } \
	else { unset logscale x; set xrange [-0.06 * last:last * 1.06] }
	set yrange [bottom:top]
	set xlabel value('axis'.i)
	set ylabel 'change'
	set object 1 rectangle from graph 0, first -band to graph 1, \
		first band fc rgb light fs solid noborder behind
	set xtics ()
	eval "plot file(i) using (column('at')):(0):xtic(stringcolumn('label')) \
		with points pt -1, ".bars
}
unset multiplot
