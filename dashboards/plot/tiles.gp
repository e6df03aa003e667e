# SPDX-License-Identifier: GPL-2.0-or-later
# tiles.gp: begins a picture of equal tiles, up to three beside each other, and the head with
# "keys" of the entries of both variants, or of those in key1, key2, ... where "lines" is not 0.
# Then, for each tile i, `eval tile(i)` before its plot.
across = tiles == 4 ? 2 : least(tiles, 3)
down = (tiles + across - 1) / across
tile_width = tiles == 1 ? 620 : 360
tile_height = tiles == 1 ? 320 : 240
width = across * tile_width
if (!exists("lines")) lines = 0
if (!lines) {
	key1 = baseline; key2 = patched; keystyle1 = 1; keystyle2 = 2
}
load dir.'keys.gp'
height = down * tile_height + head_height(0)
eval start(width, height)
load dir.'head.gp'

above(i) = value('title'.i).(value('more'.i) eq '' ? '' : "\n".value('more'.i))
tile(i) = sprintf("set origin %.6f,%.6f; set size %.6f,%.6f; set title above(%d)", \
	((i - 1) % across) / real(across), \
		1 - (head_height(0) + ((i - 1) / across + 1) * tile_height) / real(height), \
	1.0 / across, tile_height / real(height), i)
set title font text_font offset 0,-0.4
set lmargin 10
set rmargin 2
set tmargin 3
set bmargin 3
set ylabel offset 0.5,0
set xlabel offset 0,0.4
set grid ytics lc rgb light lt 1
