# SPDX-License-Identifier: GPL-2.0-or-later
# keys.gp: where the entries of the key go ("keys" of them, "key1" to "keyN" with the line
# style "keystyle1" and so on; style 0 is a box) in a picture of "width" pixels: "keyat1" from
# the left, in line "keyline1" of "keylines". head.gp draws them.
keylines = keys > 0
place = 24
do for [k = 1:keys] {
	needed = strlen(value('key'.k)) * 7.4 + 46
	if (place > 24 && place + needed > width) {
		keylines = keylines + 1
		place = 24
	}
	eval sprintf("keyat%d = place; keyline%d = keylines", k, k)
	place = place + needed
}
