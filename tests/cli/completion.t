#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# fsduel completion: the scripts are loaded and asked, as a user with TAB would.
. "$(dirname "$0")/lib.sh"

run "help" fsduel completion -h
run "an unknown shell" fsduel completion fish

fsduel completion bash > "$tmp/bash"
# What bash offers for these words, the last of which is not complete.
offers() {
	bash --norc -c '. "$1"; shift; COMP_WORDS=("$@") COMP_CWORD=$(($# - 1)); _fsduel
		printf "%s\n" "${COMPREPLY[@]}"' bash "$tmp/bash" fsduel "$@"
}
commands() {
	ls cli | sed -n 's/^cmd_\(.*\)\.c$/\1/p' | sort | diff - <(offers "" | grep -v ^--)
}
check "every command is offered" commands
options() {
	for file in cli/cmd_*.c; do
		name=${file#cli/cmd_}
		name=${name%.c}
		diff <(fsduel "$name" -h | sed -nE 's/^  (-., |    )(--[a-z-]+).*/\2/p') \
			<(offers "$name" --) || echo "of $name"
	done
}
check "every option of every command is offered" options
run "the words of an option" offers compare --format ""
run "the words of a letter" offers duel -m ""
run "the beginning of a word" offers report x --c
run "the words of a command" offers kernel b
run "commands where one is asked for" offers help c
run "nothing for a file: bash completes its name" offers compare --contrast ""

if command -v zsh > /dev/null; then
	# compadd stands in for the completion system and prints what it gets.
	zsh_offers() {
		fsduel completion zsh | zsh -f -c '
			autoload -U compinit && compinit -u -D
			compadd() { print -l -- "$@" }
			compset() { return 1 }
			compdef() { : }
			words=("$@"); CURRENT=$#words
			script="$(cat)"; set --; eval "$script"' zsh fsduel "$@"
	}
	zsh_all() {
		for file in cli/cmd_*.c; do
			name=${file#cli/cmd_}
			name=${name%.c}
			zsh_offers "" | grep -qx "$name" || echo "no command $name"
			diff <(fsduel "$name" -h | sed -nE 's/^  (-., |    )(--[a-z-]+).*/\2/p') \
				<(zsh_offers "$name" -- | grep "^--[a-z]") ||
				echo "of $name"
		done
	}
	check "zsh gets every command and every option" zsh_all
else
	skip "zsh gets every command and every option" "zsh is not installed"
fi
finish
