# SPDX-License-Identifier: GPL-2.0-or-later
# One non-recursive makefile (it calls itself only for another set of flags). `make help` lists
# what it makes; the lines that begin with "##" are that list.

SAN ?=
B   ?= build$(if $(SAN),-san)
DESTDIR ?=
PREFIX  ?= /usr/local
VERSION := $(shell cat VERSION)
BINDIR  := $(DESTDIR)$(PREFIX)/bin
LIBDIR  := $(DESTDIR)$(PREFIX)/lib/fsduel
DATADIR := $(DESTDIR)$(PREFIX)/share/fsduel
SHAREDIR := $(DESTDIR)$(PREFIX)/share

CFLAGS ?= -O2 -g
WARN := -Wall -Wextra -Wshadow -Wstrict-prototypes -Wmissing-prototypes -Wvla -Wformat=2 \
	-Wwrite-strings -Wpointer-arith -Wundef $(if $(W)$(CI),-Werror) \
	$(if $(findstring clang,$(CC)),-Wno-format-nonliteral)
SANFLAGS := $(if $(SAN),-fsanitize=$(SAN) -fno-sanitize-recover=all -fno-omit-frame-pointer)
ALL_CFLAGS = -std=c17 -D_GNU_SOURCE -I. -I$(B)/gen -DFSDUEL_VERSION='"$(VERSION)"' $(WARN) \
	-ffile-prefix-map=$(CURDIR)=. -pthread $(SANFLAGS) $(CPPFLAGS) $(CFLAGS)
LINK = $(CC) $(ALL_CFLAGS) $(LDFLAGS)
LIBS := -lcsv -ljansson -larchive -laio -luring -lblkid -lmount -lmd -lz -lm
# The guest needs none of these, and has no static ones to link.
GUEST_LIBS = $(filter-out -larchive -lblkid -lmount,$(LIBS))

ROOMS := lib workloads workloads/roles \
	$(patsubst %,runners/%,tables lock profile kernel result fio suite cell folder host vm) \
	$(patsubst %,analysis/%,results stats compare locks costs guard truth) \
	$(patsubst %,dashboards/%,words grid table letter plot report export) tracking cli
MAINS := cli/main.c runners/vm/guest_main.c
SRCS  := $(filter-out $(MAINS),$(wildcard $(ROOMS:=/*.c)))
# A role is a file, or a row of the table in plain.c.
ROLE_FILES := $(filter-out %/skeleton.c %/plain.c,$(wildcard workloads/roles/*.c))
ROLES := $(ROLE_FILES:workloads/roles/%.c=%) \
	$(shell sed -n 's/^ROLE_ROW(\([a-z_]*\)).*/\1/p' workloads/roles/plain.c)
JUDGES := $(patsubst runners/cell/judge_%.c,%,$(wildcard runners/cell/judge_*.c))
CMDS  := $(patsubst cli/cmd_%.c,%,$(wildcard cli/cmd_*.c))
OBJS  := $(SRCS:%.c=$(B)/%.o)
GEN   := $(patsubst %,$(B)/gen/%.h,roles judges commands report_css report_js)
PROGS := $(B)/fsduel $(B)/fsduel-guest $(B)/fsduel-guest.debug
PRELOADS := $(B)/fsduel-exact-order.so $(B)/fsduel-profile.so $(B)/fsduel-fio-clock.so
UNIT  := $(patsubst tests/unit/%.c,$(B)/tests/%,$(wildcard tests/unit/test_*.c))
ORACLE := $(patsubst tests/oracle/%.c,$(B)/oracle/%,$(wildcard tests/oracle/*.c))
FUZZ  := $(patsubst tests/fuzz/%.c,$(B)/fuzz/%,$(wildcard tests/fuzz/fuzz_*.c))

Q    = $(if $(V),,@)
say  = $(if $(V),,@printf '  %-7s %s\n' $(1) $(2);)
MAKEFLAGS += --no-print-directory
# Replace $@ by the recipe's output only where that differs: what depends on it then stays.
keep = > $@.new; cmp -s $@.new $@ || cp $@.new $@; rm -f $@.new

.DELETE_ON_ERROR:
.SECONDARY:
.PHONY: all help format run experiments test test-slow check unit replay deps clean install \
	uninstall dist asan bench fuzz FORCE
## make                build everything
all: $(PROGS) $(PRELOADS)

# --- generated lists: one file adds one thing --------------------------------
$(B)/gen/roles.h: FORCE
	$(Q)mkdir -p $(@D); printf 'ROLE(%s)\n' $(sort $(ROLES)) $(keep)
$(B)/gen/judges.h: FORCE
	$(Q)mkdir -p $(@D); printf 'JUDGE(%s)\n' $(sort $(JUDGES)) $(keep)
$(B)/gen/commands.h: FORCE
	$(Q)mkdir -p $(@D); printf 'COMMAND(%s)\n' $(sort $(CMDS)) $(keep)
# The report's style and script as the numbers of a C array.
bytes = mkdir -p $(@D); cat $^ | od -An -v -tu1 | sed 's/[0-9][0-9]*/&,/g' > $@
REPORT := dashboards/report
$(B)/gen/report_css.h: $(REPORT)/report.css
	$(Q)$(bytes)
$(B)/gen/report_js.h: $(patsubst %,$(REPORT)/%.js,show draw plots detail about table)
	$(Q)$(bytes)
# A build folder of any name is no part of the sources: git is told so from within it.
$(B)/.flags: FORCE
	$(Q)mkdir -p $(@D); [ -e $(@D)/.gitignore ] || echo '*' > $(@D)/.gitignore
	$(Q)echo '$(subst ','\'',$(subst $(CURDIR),.,$(LINK)))' $(keep)
# The archive is made anew when a file is added or gone.
$(B)/.objects: FORCE
	$(Q)mkdir -p $(@D); echo '$(OBJS)' $(keep)
FORCE:
help:
	$(Q)sed -n 's/^## //p' Makefile
	$(Q)echo 'V=1 shows commands, B=dir builds there, W=1 makes warnings errors; SAN=address'
	$(Q)echo 'builds with sanitizers beside; CC, CFLAGS, CPPFLAGS and LDFLAGS are honoured.'

# --- programs ----------------------------------------------------------------
$(B)/%.o: %.c $(B)/.flags | $(GEN)
	$(call say,CC,$<)mkdir -p $(@D) && \
	$(CC) $(ALL_CFLAGS) $(if $(filter analysis/%,$<),-Wconversion) -MMD -MP -c $< -o $@
$(B)/libfsduel.a: $(OBJS) $(B)/.objects
	$(call say,AR,$@)rm -f $@ && $(AR) crs $@ $(OBJS)
$(B)/fsduel: $(B)/cli/main.o $(B)/libfsduel.a
	$(call say,LD,$@)$(LINK) -o $@ $(filter %.o,$^) $(B)/libfsduel.a $(LIBS)
# Loaded into QEMU in exact mode, and into fio; never with sanitizers.
PRELOAD = $(CC) -std=c17 -D_GNU_SOURCE -I. $(WARN) -ffile-prefix-map=$(CURDIR)=. -O2 -shared -fPIC \
	$(CPPFLAGS) $(LDFLAGS)
$(PRELOADS): runners/preload/preload.h
.SECONDEXPANSION:
$(PRELOADS): $(B)/fsduel-%.so: runners/preload/$$(subst -,_,$$*).c $(B)/.flags
	$(call say,LD,$@)$(PRELOAD) -fvisibility=$(if $(findstring profile,$@),hidden,default) \
	-o $@ $< -ldl
# The guest's first process is static and stripped, and never has sanitizers.
ifeq ($(SAN),)
# Its names are kept beside it, for profiles.
$(B)/fsduel-guest.debug: $(B)/runners/vm/guest_main.o $(B)/libfsduel.a
	$(call say,LD,$@)$(LINK) -static -o $@ $^ $(GUEST_LIBS)
$(B)/fsduel-guest: $(B)/fsduel-guest.debug
	$(Q)strip -o $@ $<
else
$(B)/fsduel-guest $(B)/fsduel-guest.debug: FORCE
	$(Q)$(MAKE) SAN= B=$(B)/guest $(B)/guest/$(@F) && cp -u $(B)/guest/$(@F) $@
endif
# Pages and completions are written by the program, from the tables by which it reads options.
$(B)/share: $(B)/fsduel
	$(Q)rm -rf $@; mkdir -p $@/man/man1 $@/bash-completion/completions $@/zsh/site-functions
	$(Q)$< man > $@/man/man1/fsduel.1
	$(Q)for c in $(CMDS); do $< man $$c > $@/man/man1/fsduel-$$c.1 || exit; done
	$(Q)$< completion bash > $@/bash-completion/completions/fsduel
	$(Q)$< completion zsh > $@/zsh/site-functions/_fsduel

# --- tests -------------------------------------------------------------------
$(B)/tests/%: tests/unit/%.c $(B)/libfsduel.a
	$(call say,LD,$@)mkdir -p $(@D) && $(LINK) -MMD -MP -MF $@.d -o $@ $< \
	$(B)/libfsduel.a $(LIBS) -lcmocka
$(B)/oracle/%: tests/oracle/%.c $(B)/libfsduel.a
	$(call say,LD,$@)mkdir -p $(@D) && $(LINK) -MMD -MP -MF $@.d -o $@ $< \
	$(B)/libfsduel.a $(LIBS)
# A fuzzer with a main that only feeds it its seeds; `make fuzz` gives it libFuzzer's instead.
FUZZ_MAIN := tests/fuzz/replay.c
$(B)/fuzz/%: tests/fuzz/%.c $(FUZZ_MAIN) tests/fuzz/check.h tests/made.h $(B)/libfsduel.a
	$(call say,LD,$@)mkdir -p $(@D) && \
	$(LINK) $(if $(FUZZ_MAIN),,-fsanitize=fuzzer) -o $@ $(filter %.c,$^) \
	$(B)/libfsduel.a $(LIBS)

# Writes made-up results folders for tests of what is shown.
$(B)/gen_folder: $(wildcard tests/gen_folder*) $(B)/libfsduel.a
	$(call say,LD,$@)$(LINK) -o $@ $(filter %.c,$^) $(B)/libfsduel.a $(LIBS)

# A main thread that asks to be let in after 20 us, as on a host that is slow.
$(B)/tests/hasty-exact-order.so: runners/preload/exact_order.c runners/preload/preload.h $(B)/.flags
	$(call say,LD,$@)mkdir -p $(@D) && $(PRELOAD) -DPATIENCE_NS=20000 -o $@ $< -ldl

# Where the tests' own fio finds it.
$(B)/tests/fsduel-fio-clock.so: $(B)/fsduel-fio-clock.so
	$(Q)mkdir -p $(@D); cp $< $@

unit: $(UNIT) $(B)/tests/fsduel-fio-clock.so
oracle: $(ORACLE)
replay: $(FUZZ)
## make test           all tests (installs what is missing first)
test: deps
	$(Q)$(MAKE) check
check: all unit oracle replay $(B)/trouble-guest $(B)/gen_folder $(B)/tests/hasty-exact-order.so
	$(Q)tests/run.sh $(B)
## make test-slow      kernels built from nothing, and the duels they are for (half an hour)
test-slow: deps
	$(Q)$(MAKE) all
	$(Q)tests/run.sh $(B) slow
## make format         the C code as .clang-format says
format:
	$(Q)clang-format -i $(shell git ls-files '*.[ch]')
## make asan           unit tests and seeds of the fuzzers with sanitizers
asan:
	$(Q)$(MAKE) SAN=address,undefined B=$(B)-san unit replay
	$(Q)tests/run.sh $(B)-san unit fuzz
FUZZ_SECONDS ?= 20
## make fuzz           the fuzzers, FUZZ_SECONDS=20 each
fuzz:
	$(Q)command -v clang > /dev/null || { echo "fuzz: install clang first"; exit 3; }
	$(Q)$(MAKE) CC=clang SAN=fuzzer-no-link,address,undefined B=$(B)-fuzz FUZZ_MAIN= replay
	$(Q)tests/fuzz.sh $(B)-fuzz $(FUZZ_SECONDS)
# The same first process with a bare pwrite loop in the place of the load generator.
$(B)/bench-guest: $(B)/runners/vm/guest_main.o $(B)/tests/bench/bare_loop.o $(B)/libfsduel.a
	$(call say,LD,$@)$(LINK) -static -s -Wl,--wrap=fsload_run -o $@ $^ $(GUEST_LIBS)
# The same first process that gets into trouble on purpose, for tests/cli/trouble.t.
$(B)/trouble-guest: $(B)/runners/vm/guest_main.o $(B)/tests/guest/trouble.o \
		$(B)/tests/guest/kernel_code.o $(B)/libfsduel.a
	$(call say,LD,$@)$(LINK) -static -s -Wl,--wrap=fsload_run -o $@ $^ $(GUEST_LIBS)
## make bench          how fast fsduel itself is
bench: all oracle $(B)/bench-guest $(B)/gen_folder
	$(Q)for b in $(wildcard tests/bench/*.sh); do B=$(B) $$b || exit; done
	$(Q)echo "bench: $(words $(wildcard tests/bench/*.sh)) scripts in tests/bench"

## make deps           install the Debian packages of packages.txt
deps:
	$(Q)tools/deps.sh packages.txt

# --- use ---------------------------------------------------------------------
RESULTS = fsduel-results/quick-$(shell date +%Y%m%d-%H%M%S)
## make run            the main job from nothing: duel 6.1 against 6.12 and show the result
run:
	$(Q)tools/deps.sh packages.txt run
	$(Q)$(MAKE) all
	$(Q)for k in 6.1 6.12; do $(B)/fsduel kernel show $$k > /dev/null 2>&1 || \
		$(B)/fsduel kernel fetch $$k || exit; done
	$(Q)mkdir -p fsduel-results; r=$(RESULTS); \
	$(B)/fsduel duel -c configs/quick.ini --baseline 6.1 --patched 6.12 -o $$r; \
	code=$$?; [ $$code -le 1 ] || exit $$code; \
	$(B)/fsduel letter $$r > $$r/letter.txt && $(B)/fsduel plot $$r > $$r/plots.txt && \
	$(B)/fsduel report $$r > /dev/null && printf '\nThe letter:\n\n' && cat $$r/letter.txt && \
	printf '\n%s\n' "results: $$r; report: $$r/report.html; pictures: $$r/plots"

# Complete folders are not measured again.
## make experiments    the history rerun: kernels built, nine experiments, their reports
experiments: deps
	$(Q)$(MAKE) all
	$(Q)$(B)/fsduel experiment all

# From -> to; what runs beside the program is no command: it stands in lib/fsduel.
DATA := $(wildcard configs/*.ini configs/experiments/*.ini kernels/* workloads/fio/*.fio \
	dashboards/plot/*.gp)
## make install        DESTDIR= PREFIX=/usr/local
install: all $(B)/share
	install -D -t $(BINDIR) $(B)/fsduel
	install -D -t $(LIBDIR) $(filter-out %/fsduel,$(PROGS)) $(PRELOADS)
	@for f in $$(cd $(B)/share && find * -type f); do \
		install -D -m 644 $(B)/share/$$f $(SHAREDIR)/$$f || exit; done
	@for f in $(DATA); do install -D -m 644 $$f $(DATADIR)/$$f || exit; done
## make uninstall      of the same DESTDIR and PREFIX
uninstall:
	rm -f $(BINDIR)/fsduel $(SHAREDIR)/man/man1/fsduel.1 \
		$(CMDS:%=$(SHAREDIR)/man/man1/fsduel-%.1) $(SHAREDIR)/zsh/site-functions/_fsduel \
		$(SHAREDIR)/bash-completion/completions/fsduel
	rm -rf $(LIBDIR) $(DATADIR)
# The same bytes from the same commit, wherever and whenever: git gives it the commit's time.
DIST := fsduel-$(VERSION)
## make dist           a tarball of this commit, the same bytes each time
dist:
	$(Q)git archive --format=tar --prefix=$(DIST)/ HEAD | gzip -9n > $(DIST).tar.gz
	$(Q)sha256sum $(DIST).tar.gz
## make clean          remove what was built
clean:
	$(Q)rm -rf $(patsubst %/.flags,%,$(wildcard $(B)/.flags $(B)-san/.flags $(B)-fuzz/.flags))

-include $(OBJS:.o=.d) $(MAINS:%.c=$(B)/%.d) $(UNIT:=.d) $(ORACLE:=.d) \
	$(B)/tests/bench/bare_loop.d $(wildcard $(B)/tests/guest/*.d)
