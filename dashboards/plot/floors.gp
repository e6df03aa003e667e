# SPDX-License-Identifier: GPL-2.0-or-later
# floors.gp: the smallest change that this machine can see in each cell, as a bar from 0,
# beside the margin that is asked of it. By hand: gnuplot plots.gp, in the folder that
# fsduel plot has written, which has the variables wanted here.
dir = ARG0[1:strlen(ARG0) - strlen('floors.gp')]
load dir.'common.gp'

reach = 0; widest = 0; longest = 0
eval look
plot file(1) using (longest = most(longest, strlen(stringcolumn('label'))), \
	widest = most(widest, strlen(stringcolumn('text'))), 0):(0) with points, \
	file(1) using (stringcolumn('sees') eq '' ? 0 : (reach = most(reach, most(column('sees'), \
		column('margin'))))):(0) with points
eval looked
reach = most(reach * 108, 0.01)

width = 960
keys = 2
key1 = 'seen'; key2 = 'margin'
keystyle1 = 1; keystyle2 = 2
load dir.'keys.gp'
height = ascii ? rows + head_height(0) + 5 : rows * 20 + head_height(0) + 60
eval start(width, height, height)
onlines = 0
load dir.'head.gp'
load dir.'rows.gp'
set xrange [0:reach]
set xlabel 'change, per cent'
plot file(1) using (0):(column('y')):ytic(stringcolumn('label')):y2tic(told(0)) with points pt -1, \
	file(1) using (0):(column('y')):(100 * column('sees')):(0) \
		with vectors nohead lw 5 lt -1 lc rgb blue, \
	file(1) using (100 * column('sees')):(column('y')) with points ls 1, \
	file(1) using (100 * column('margin')):(column('y')) with points ls 2, \
	file(1) using (100 * column('sees')):(column('y')):(ascii ? 'o' : '') with labels, \
	file(1) using (100 * column('margin')):(column('y')):(ascii ? 'x' : '') with labels
unset multiplot
