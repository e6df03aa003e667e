# SPDX-License-Identifier: GPL-2.0-or-later
# scaling.gp: all variants against the number of threads (or another that varies): medians over
# blocks, the blocks as dots, and of two variants the 95 % interval of the change laid on the
# baseline's median; a tile a workload and, where kernels and mounts both differ, a mount. "lines"
# says how many variants there are, "line1" and so on their names. Values begin at 0.
dir = ARG0[1:strlen(ARG0) - strlen('scaling.gp')]
load dir.'common.gp'
colour1 = blue; colour2 = red; colour3 = green; colour4 = '#CC79A7'
colour5 = '#E69F00'; colour6 = '#56B4E9'; colour7 = dark; colour8 = '#000000'
shape(k) = int(word('6 9 5 11 13 4 8 12', k))
do for [k = 1:8] {
	set style line k lc rgb value('colour'.k) lw 2 dt solid pt shape(k) ps 0.8
	if (k % 2 == 0) { set style line k dt (8,4) }
}
set style line 9 lc rgb red lw 1.5 pt 9 ps 0.9
do for [k = 1:lines] { eval sprintf("key%d = line%d; keystyle%d = %d", k, k, k, k) }
keys = lines
onlines = 1
load dir.'tiles.gp'

median(k) = column('median'.k)

do for [i = 1:tiles] {
	first = 1e30; last = 0; top = 0
	eval look
	do for [k = 1:lines] {
		plot file(i) using (stringcolumn('median'.k) eq '' ? 0 : \
			(first = least(column('at'), first), last = most(column('at'), last), \
			top = most(median(k), top))):(1) with points
	}
	# An interval has to fit, too.
	if (lines == 2) {
		plot file(i) using (stringcolumn('high') eq '' ? 0 : \
			(top = most(column('high'), top))):(1) with points
	}
	eval looked
	eval tile(i)
	set xlabel value('axis'.i)
	# Block sizes from 4k to 1M want a logarithmic axis, threads do not.
	if (first > 0 && last / first > 32) {
		set logscale x 2; set xrange [first * 0.8:last * 1.25]
	} else { unset logscale x; set xrange [-0.03 * last:last * 1.06] }
	set yrange [0:top * 1.1]
	set format y si(0, top)
	set xtics ()
	numbers = "file(i) using (column('at')):(0):xtic(stringcolumn('label')) \
		with points pt -1, "
	dots = "for [k = 1:lines] file(i) using (column('at')): \
		(column('block'.k)) with points pt 7 ps 0.25 lc rgb value('colour'.k), "
	bars = lines == 2 ? ", file(i) using (column('at')):(median(2)): \
		(column('low')):(column('high')) with yerrorbars ls 9" : ''
	eval 'plot '.numbers.dots."for [k = 1:lines] file(i) using (column('at')): \
		(median(k)) with linespoints ls k".bars
}
unset multiplot
lines = 0
