# SPDX-License-Identifier: GPL-2.0-or-later
# rows.gp: the frame of a chart with a row of 20 pixels a cell: names on the left
# ("longest" characters), figures in words on the right ("widest"), an axis below.
set lmargin at screen (longest * 7.5 + 20) / width
set rmargin at screen 1 - (widest * 7.1 + 16) / width
set tmargin at screen 1 - (head_height(0) + 4) / real(height)
set bmargin at screen 46.0 / height
set yrange [rows + 0.5:0.5]
set y2range [rows + 0.5:0.5]
set border 1
set xtics nomirror
set ytics nomirror scale 0
set y2tics scale 0
set grid xtics lc rgb light lt 1
