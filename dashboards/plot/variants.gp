# SPDX-License-Identifier: GPL-2.0-or-later
# variants.gp: all variants, of however many contrasts, against the number of threads (or
# another that varies): medians over blocks, and the blocks as dots; one tile a workload and,
# where kernels and mounts both differ, a mount. "lines" says how many variants the tables have,
# "line1" and so on their names. Values begin at 0. Of fsduel's tables only.
dir = ARG0[1:strlen(ARG0) - strlen('variants.gp')]
load dir.'common.gp'
colour1 = blue; colour2 = red; colour3 = green; colour4 = '#CC79A7'
colour5 = '#E69F00'; colour6 = '#56B4E9'; colour7 = dark; colour8 = '#000000'
shape(k) = int(word('6 9 5 11 13 4 8 12', k))
if (ascii) { marks = 'abcdefgh' } else {
	do for [k = 1:7:2] { set style line k lc rgb value('colour'.k) lw 2 dt solid pt shape(k) ps 0.8 }
	do for [k = 2:8:2] { set style line k lc rgb value('colour'.k) lw 2 dt (8,4) pt shape(k) ps 0.8 }
}
do for [k = 1:lines] { eval sprintf("key%d = line%d; keystyle%d = %d", k, k, k, k) }
keys = lines
onlines = 1
load dir.'tiles.gp'

median(k) = column('median'.k)
do for [i = 1:tiles] {
	first = 1e30; last = 0; top = 0
	eval look
	do for [k = 1:lines] {
		plot file(i) using (stringcolumn('block'.k) eq '' ? 0 : (first = least(column('at'), first), \
			last = most(column('at'), last), top = most(column('block'.k), top))):(1) with points
	}
	eval looked
	eval tile(i)
	set xlabel value('axis'.i)
	if (first > 0 && last / first > 32) { set logscale x 2; set xrange [first * 0.8:last * 1.25] } \
	else { unset logscale x; set xrange [-0.03 * last:last * 1.06] }
	set yrange [0:top * 1.1]
	set format y si(0, top)
	set xtics ()
	numbers = "file(i) using (column('at')):(0):xtic(stringcolumn('label')) with points pt -1"
	if (ascii) {
		eval 'plot '.numbers.", for [k = 1:lines] file(i) using (column('at')): \
			(median(k)):(marks[k:k]) with labels"
	} else {
		eval 'plot '.numbers.", for [k = 1:lines] file(i) using (column('at')): \
			(column('block'.k)) with points pt 7 ps 0.25 lc rgb value('colour'.k), \
			for [k = 1:lines] file(i) using (column('at')):(median(k)) with linespoints ls k"
	}
}
unset multiplot
lines = 0
