# SPDX-License-Identifier: GPL-2.0-or-later
# stack.gp: what an operation is made of: one bar a cell and variant, its parts stacked, the
# whole as a frame around them. Parts differ in colour and pattern. The axis begins at 0.
dir = ARG0[1:strlen(ARG0) - strlen('stack.gp')]
load dir.'common.gp'

before = 5                       # columns: y, label, text, side, whole
reach = 0; widest = 0; longest = 0
eval look
plot file(1) using (longest = most(longest, strlen(stringcolumn('label'))), \
	widest = most(widest, strlen(stringcolumn('text'))), 0):(0) with points, \
	file(1) using (stringcolumn('whole') eq '' ? 0 : \
		(reach = most(reach, column('whole')))):(0) with points
eval looked
reach = reach * 1.04
upto(k) = k < 1 ? 0 : sum [j = 1:k] column(before + j)

width = 960
colours = '#0072B2 #E69F00 #009E73 #CC79A7 #56B4E9 #D55E00 #F0E442 #000000 #999999 '.\
	'#661100 #332288 #88CCEE'
patterns = '3 4 1 5 3 4 2 7 3 5 4 1 5 3 4 3 4 3 5 4 5 3 5 5'   # colours come twice
keys = parts
do for [k = 1:parts] {
	eval sprintf("colour%d = word(colours, %d); keystyle%d = 0", k, (k - 1) % 12 + 1, k)
	eval sprintf("pattern%d = int(word(patterns, %d))", k, k)
}
load dir.'keys.gp'
height = rows * 20 + head_height(0) + 60
eval start(width, height)
onlines = 0
load dir.'head.gp'
load dir.'rows.gp'
set xrange [0:reach]
set xlabel axis
y(side) = column('y') + 0.38 * side
plot file(1) using (0):(column('y')):ytic(stringcolumn('label')):y2tic(stringcolumn('text')) \
	with points pt -1, \
	for [k = 1:parts] file(1) \
		using (upto(k)):(column('y')):(upto(k - 1)):(upto(k)):(y(-1)):(y(1)) \
		with boxxyerror lc rgb value('colour'.k) fs pattern value('pattern'.k) \
		border lc rgb value('colour'.k), \
	file(1) using (column('whole')):(column('y')):(0):(column('whole')):(y(-1)):(y(1)) \
		with boxxyerror lc rgb dark fs empty border lc rgb dark
unset multiplot
