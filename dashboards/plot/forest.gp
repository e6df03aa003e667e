# SPDX-License-Identifier: GPL-2.0-or-later
# forest.gp: the change of every cell: estimate and 95 % interval in per cent, the margin
# band, the verdict in mark and word.
dir = ARG0[1:strlen(ARG0) - strlen('forest.gp')]
load dir.'common.gp'

there(r) = stringcolumn('ratio_min') ne ''   # not: a label's next line

# The axis ends at +100 % at most; what lies beyond is an arrow there, with its figure.
eval look
reach = 0
deep = 0
widest = 0
longest = 0
band = 0
plot file(1) using (longest = most(longest, strlen(stringcolumn('label'))), \
	widest = most(widest, strlen(stringcolumn('text'))), 0):(0) with points
plot file(1) using (there(0) && high(0) <= 100 ? (reach = most(reach, high(0))) : 0):(0) \
	with points, \
	file(1) using (there(0) && low(0) <= 100 ? (deep = least(deep, low(0))) : 0):(0) \
	with points, \
	file(1) using (stringcolumn('margin') ne '' ? (band = 100 * column('margin')) : \
		0):(0) with points
eval looked
reach = most(reach * 1.08, 2 * band)
deep = least(deep * 1.08, -2 * band)
if (reach - deep < 0.01) { reach = 1; deep = -1 }

width = 960
keys = 4
key1 = 'slower'; key2 = 'faster'; key3 = 'same'; key4 = 'unsure'
verdicts = 'slower faster same unsure broken repaired'
keystyle1 = 5; keystyle2 = 6; keystyle3 = 7; keystyle4 = 8
if (exists("ended")) { keys = 6; key5 = 'broken'; key6 = 'repaired'; keystyle5 = 9; keystyle6 = 10 }
load dir.'keys.gp'
height = rows * 20 + head_height(0) + 60
eval start(width, height)
onlines = 0
load dir.'head.gp'

load dir.'rows.gp'
set xrange [deep:reach]
set format x '%g'
set xlabel 'change, per cent (patched against baseline)'
set object 1 rectangle from -band, graph 0 to band, graph 1 \
	fc rgb light fs solid noborder behind
set arrow 1 from 0, graph 0 to 0, graph 1 nohead lt -1 lc rgb dark
beyond(s) = there(0) && percent(column('change')) > reach ? s : ''
shown(k) = there(0) && stringcolumn('verdict') eq word(verdicts, k) && \
	percent(column('change')) <= reach ? percent(column('change')) : NaN
# The rows of each verdict with an interval, and with a range where there is none.
part(k, has) = sprintf(", file(1) using (here(%d, %d)):(column('y'))", k, has). \
	sprintf(":(end(%d, %d, most(low(0), deep)))", k, has). \
	sprintf(":(end(%d, %d, least(high(0), reach)))", k, has). \
	sprintf(" with xerrorbars ls %d", k + 4).(has ? '' : ' dt 3')
end(k, has, x) = here(k, has) > -1e29 ? x : NaN
here(k, has) = has95(0) == has ? shown(k) : NaN
picture = "plot file(1) using (0):(column('y')):ytic(stringcolumn('label')) \
	:y2tic(stringcolumn('text')) with points pt -1"
do for [k = 1:6] { picture = picture.part(k, 1).part(k, 0) }
picture = picture.", file(1) using (reach):(column('y')):(beyond('▶')) \
	with labels right tc rgb dark"
eval picture
unset multiplot
undefine ended
