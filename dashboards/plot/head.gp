# SPDX-License-Identifier: GPL-2.0-or-later
# head.gp: begins a picture of "height" pixels: its title and notes, then
# the key that keys.gp has laid out; onlines: 0 marks, 1 marks on lines. The plots that
# follow go below it.
set multiplot
unset border
unset tics
set size 1,1
set origin 0,0
set margins 0,0,0,0
do for [k = 1:heads] {
	set label k value('head'.k) at screen 0.012, screen line_at(k, height) \
		font (k == 1 ? big_font : text_font)
}
do for [k = 1:keys] {
	x = value('keyat'.k) / real(width)
	y = line_at(heads + value('keyline'.k), height)
	style = value('keystyle'.k)
	set label 100 + k value('key'.k) at screen x + 16.0 / width, screen y font text_font
	if (style > 0) {
		set label 200 + k '' at screen x, screen y point ls style
		if (onlines) { set arrow 100 + k from screen x - 12.0 / width, \
			screen y to screen x + 12.0 / width, screen y nohead ls style }
	} else {
		colour = value('colour'.k)
		set object 100 + k rectangle center screen x, screen y \
			size screen 14.0 / width, screen 11.0 / height fc rgb colour \
			fs pattern value('pattern'.k) border lc rgb colour front
	}
}
plot [0:1] [0:1] NaN notitle
unset label
unset object
unset arrow
set border 3 lc rgb dark
set xtics nomirror out scale 0.5
set ytics nomirror out scale 0.5
