# SPDX-License-Identifier: GPL-2.0-or-later
# scaling.gp: both variants against the number of threads (or another that varies): medians, the blocks as dots, and
# the 95 % interval of the change laid on the baseline's median; one tile a workload. Both
# axes begin at 0. By hand, of one workload and without the dots:
#   gnuplot -e "data='D/comparison.csv'; workload='dio-overwrite'" dashboards/plot/scaling.gp
# (contrast='NAME' where there are several; axis='readers' for another parameter).
dir = ARG0[1:strlen(ARG0) - strlen('scaling.gp')]
load dir.'common.gp'
keys = 2
onlines = 1
load dir.'tiles.gp'

along(i) = hand ? (exists('axis') ? axis : 'threads') : value('axis'.i)
at = along(1).'='
number(s) = strstrt(s, at) ? real(s[strstrt(s, at) + strlen(at):]) : NaN
ok(r) = !hand || (stringcolumn('decides') eq 'true' && is('contrast', 'contrast') && \
	is('workload', 'workload'))
spot(r) = ok(0) ? (hand ? number(stringcolumn('varying')) : column('at')) : NaN
low(r) = hand ? column('baseline_median') * column('change_low95') : column('patched_low')
high(r) = hand ? column('baseline_median') * column('change_high95') : column('patched_high')

do for [i = 1:tiles] {
	first = 1e30; last = 0; top = 0
	eval look
	plot file(i) using (!ok(0) || stringcolumn('baseline_median') eq '' ? 0 : \
		(first = least(spot(0), first), last = most(spot(0), last), \
		top = most(most(column('baseline_median'), column('patched_median')), top))):(1) with points
	eval looked
	eval tile(i)
	set xlabel along(i)
	# Block sizes from 4k to 1M want a logarithmic axis, threads do not.
	wide = first > 0 && last / first > 32 && !hand
	if (wide) { set logscale x 2; set xrange [first * 0.8:last * 1.25]; set xtics () } \
	else { unset logscale x; set xrange [0:last * 1.06]; set xtics autofreq }
	set yrange [0:top * 1.1]
	set format y si(0, top)
	if (!wide && last <= 8) { set xtics 1 }
	levels = "file(i) using (spot(0)):(column('baseline_median')) with linespoints ls 1, ". \
		"file(i) using (spot(0)):(column('patched_median')) with linespoints ls 2, ". \
		"file(i) using (spot(0)):(column('patched_median')):(low(0)):(high(0)) \
			with yerrorbars ls 3"
	blocks_of = "file(i) using (spot(0)):(column('baseline')) \
		with points pt 7 ps 0.25 lc rgb blue, ". \
		"file(i) using (spot(0)):(column('patched')) with points pt 7 ps 0.25 lc rgb red, "
	if (ascii) {
		plot file(i) using (spot(0)):(column('baseline_median')):('o') with labels, \
			file(i) using (spot(0)):(column('patched_median')):('x') with labels
	} else {
		numbers = "file(i) using (spot(0)):(0):xtic(stringcolumn('label')) with points pt -1, "
		eval 'plot '.(wide ? numbers : '').(hand ? '' : blocks_of).levels
	}
}
unset multiplot
