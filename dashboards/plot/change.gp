# SPDX-License-Identifier: GPL-2.0-or-later
# change.gp: the change against the number of threads (or another that varies), with its 95 %
# interval (dotted: the range over blocks) and the margin band; one tile a workload. By hand:
#   gnuplot -e "data='D/comparison.csv'; workload='dio-overwrite'" dashboards/plot/change.gp
# (contrast='NAME' where there are several; axis='readers' for another parameter).
dir = ARG0[1:strlen(ARG0) - strlen('change.gp')]
load dir.'common.gp'
keys = 0
load dir.'tiles.gp'

along(i) = hand ? (exists('axis') ? axis : 'threads') : value('axis'.i)
at = along(1).'='
number(s) = strstrt(s, at) ? real(s[strstrt(s, at) + strlen(at):]) : NaN
ok(r) = !hand || (stringcolumn('decides') eq 'true' && is('contrast', 'contrast') && \
	is('workload', 'workload'))
spot(r) = hand ? number(stringcolumn('varying')) : column('at')
has95(r) = stringcolumn('change_low95') ne ''
low(r) = percent(has95(0) ? column('change_low95') : column('ratio_min'))
high(r) = percent(has95(0) ? column('change_high95') : column('ratio_max'))
where(has) = ok(0) && has95(0) == has ? spot(0) : NaN

bars = "0 with lines lt -1 lc rgb dark, margin(x) with lines lt 0, -margin(x) with lines lt 0, ". \
	"file(i) using (where(0)):(percent(column('change'))):(low(0)):(high(0)) \
		with yerrorbars ls 4, ". \
	"file(i) using (where(1)):(percent(column('change'))):(low(0)):(high(0)) \
		with yerrorbars ls 3".\
	(ascii ? ", file(i) using (spot(0)):(percent(column('change'))):('x') with labels" : '')
set samples 2
set format y '%g %%'
do for [i = 1:tiles] {
	bottom = 0; top = 0; band = 0; first = 1e9; last = 0
	eval look
	plot file(i) using (ok(0) ? (bottom = least(bottom, low(0)), top = most(top, high(0)), \
		band = stringcolumn('margin') eq '' ? band : 100 * column('margin'), \
			first = least(first, spot(0)), last = most(last, spot(0))) : 0):(0) \
				with points
	eval looked
	top = most(top + (top - bottom) * 0.08, 1.5 * band)
	bottom = least(bottom - (top - bottom) * 0.08, -1.5 * band)
	if (top - bottom < 0.01) { top = 1; bottom = -1 }
	eval tile(i)
	# 0 readers have no place on a logarithmic axis.
	if (first > 0) { set logscale x 2; set xrange [first * 0.8:last * 1.25] } \
	else { unset logscale x; set xrange [-0.06 * last:last * 1.06] }
	set yrange [bottom:top]
	set xlabel along(i)
	if (!ascii) { set ylabel 'change' }
	if (!ascii) {
		set object 1 rectangle from graph 0, first -band to graph 1, \
			first band fc rgb light fs solid noborder behind
	}
	margin(x) = ascii && band > 0 ? band : NaN
	if (!hand) { set xtics () }
	numbers = "file(i) using (spot(0)):(0):xtic(stringcolumn('label')) with points pt -1, "
	eval 'plot '.(hand ? '' : numbers).bars
}
unset multiplot
