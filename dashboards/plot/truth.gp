# SPDX-License-Identifier: GPL-2.0-or-later
# truth.gp: exact mode's changes against those of the wall clock, each with its interval, and
# the line of equality. Axes are ratios on a logarithmic scale, named in per cent, so that a
# change and its reverse are equally far from none. Points outside have a number.
dir = ARG0[1:strlen(ARG0) - strlen('truth.gp')]
load dir.'common.gp'

eval look
low_end = 0.9; high_end = 1.1
plot file(1) using (low_end = least(low_end, least(column('host_low'), column('exact_low'))), \
	high_end = most(high_end, most(column('host_high'), column('exact_high')))):(0) with points
eval looked
low_end = low_end / 1.05; high_end = high_end * 1.05

width = 960
keys = 3
key1 = 'inside'; key2 = 'outside'; key3 = 'no interval'
keystyle1 = 7; keystyle2 = 5; keystyle3 = 8
load dir.'keys.gp'
side = 560
height = side + head_height(0) + 60
eval start(width, height)
onlines = 0
load dir.'head.gp'

set size 1,1
set origin 0,0
set lmargin at screen 90.0 / width
set rmargin at screen (90.0 + side) / width
set tmargin at screen (60.0 + side) / height
set bmargin at screen 60.0 / height
set logscale xy
set xrange [low_end:high_end]
set yrange [low_end:high_end]
set border 15 lc rgb dark
set xlabel 'change on the wall clock, per cent'
set ylabel 'change in exact mode, per cent'
# As many steps as have room: 1 is no change.
steps = '0.02 0.05 0.1 0.2 0.3 0.5 0.7 0.8 0.9 1 1.1 1.2 1.35 1.5 1.75 2 3 4 6 10 20 50 100 1000'
named = ''
last = 0
do for [k = 1:words(steps)] {
	v = real(word(steps, k))
	if (v > low_end && v < high_end && \
		(last == 0 || log(v / last) > log(high_end / low_end) / 12)) {
		named = named.(strlen(named) ? ',' : '').(v == 1 ? "'0' 1" : \
			sprintf("'%+.0f' %g", 100 * (v - 1), v))
		last = v
	}
}
eval 'set xtics ('.named.')'
eval 'set ytics ('.named.')'
set object 1 rectangle from low_end, 1 to 1, high_end fc rgb light fs solid noborder behind
set object 2 rectangle from 1, low_end to high_end, 1 fc rgb light fs solid noborder behind
set arrow 1 from low_end, low_end to high_end, high_end nohead lw 1 dt solid lc rgb dark back
set arrow 2 from 1, low_end to 1, high_end nohead lw 1 dt 3 lc rgb dark back
set arrow 3 from low_end, 1 to high_end, 1 nohead lw 1 dt 3 lc rgb dark back
do for [k = 1:outside] {
	set label 300 + k value('outside'.k) at screen (110.0 + side) / width, \
		screen (60 + side - 16 * k + 4) / real(height) font text_font tc rgb red
}
only(kind) = column('inside') == kind ? column('host') : NaN
picture = ''
do for [k = 1:3] {
	picture = picture.(k == 1 ? 'plot ' : ', ').sprintf("file(1) using (only(%d)):(column(", \
		int(word('0 1 2', k)))."'exact')):(column('host_low')):(column('host_high')):". \
		"(column('exact_low')):(column('exact_high')) with xyerrorbars ls ".word('8 7 5', k)
}
picture = picture.", file(1) using (column('number') > 0 ? column('host') : NaN): \
	(column('exact')):(sprintf('%d', int(column('number')))) with labels offset 0.9,0.6 \
	font text_font tc rgb red"
eval picture
unset multiplot
unset logscale
undefine named
