# SPDX-License-Identifier: GPL-2.0-or-later
# common.gp: what all scripts share: how tables are read, where a picture goes, colours
# and marks. Colours are those of Okabe and Ito, which the colour-blind tell apart; marks,
# dashes and words say the same, so that grey will do. plots.gp sets the variables.
reset
set output out

set encoding utf8
set datafile separator comma
set datafile columnheaders
set datafile commentschars ''
file(i) = data.'-'.i.'.csv'
percent(r) = 100 * (r - 1)
has95(r) = stringcolumn('change_low95') ne ''
low(r) = percent(has95(0) ? column('change_low95') : column('ratio_min'))
high(r) = percent(has95(0) ? column('change_high95') : column('ratio_max'))
least(a, b) = a < b ? a : b
most(a, b) = a > b ? a : b

# The terminal: width and height in pixels.
start(w, h) = type eq 'png' ? \
	sprintf("set terminal pngcairo noenhanced size %d,%d font 'sans,9'", w, h) : \
	sprintf("set terminal svg noenhanced size %d,%d font 'sans-serif,12' ", w, h). \
	sprintf("background '#ffffff' name '%s'", name)
# A PNG counts in points, an SVG in pixels: three points are four pixels.
big_font = type eq 'png' ? ',11' : ',14'
text_font = type eq 'png' ? ',9' : ',11'

blue = '#0072B2'
red = '#D55E00'
green = '#009E73'
dark = '#444444'
light = '#E4E4E4'
# 1: baseline, 2: patched, 3: an interval, 4: a range; 5 to 10: slower, faster, same, unsure,
# broken, repaired.
set style line 1 lc rgb blue lw 2 pt 6 ps 0.8
set style line 2 lc rgb red lw 2 dt (8,4) pt 9 ps 0.9
set style line 3 lc rgb red lw 1.5 pt 9 ps 0.9
set style line 4 lc rgb dark lw 1 dt 3 pt 6 ps 0.7
set style line 5 lc rgb red lw 1.5 pt 11 ps 1
set style line 6 lc rgb green lw 1.5 pt 9 ps 1
set style line 7 lc rgb blue lw 1.5 pt 7 ps 0.8
set style line 8 lc rgb dark lw 1.5 pt 6 ps 0.8
set style line 9 lc rgb red lw 2 pt 2 ps 1.1
set style line 10 lc rgb green lw 2 pt 1 ps 1.1
set errorbars 0.6
set border 3 lc rgb dark
set tics nomirror out scale 0.5
unset key

# Where a script looks through its table before it draws, it plots into $none.
look = "set table $none; set xrange [1:2]; set yrange [1:2]"
looked = "unset table; set xrange [*:*]; set yrange [*:*]"

# As many digits behind the point, with an SI prefix, as steps from low to high need.
digits(lo, hi) = hi <= 0 || hi <= lo ? 1 : \
	int(most(0, least(3, ceil(-log10((hi - lo) / 6 / 10 ** (3 * floor(log10(hi) / 3)))))))
si(lo, hi) = '%.'.digits(lo, hi).'s%c'

# The lines above the picture, which has "height" pixels: 18 pixels a line. keys.gp says how
# many the key takes.
head_height(r) = (heads + keylines) * 18 + 8
line_at(k, height) = 1 - (18 * k - 5) / real(height)
