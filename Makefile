# SPDX-License-Identifier: GPL-2.0-or-later
# One non-recursive makefile. `make` builds, `make run` does the main job,
# `make test` tests; V=1 shows commands, B=dir moves the build, SAN=address,undefined
# builds with sanitizers into a directory of its own, W=1 makes warnings errors.

SAN ?=
B   ?= build$(if $(SAN),-san)
DESTDIR ?=
PREFIX  ?= /usr/local
VERSION := $(shell cat VERSION)

CFLAGS ?= -O2 -g
WARN := -Wall -Wextra -Wshadow -Wstrict-prototypes -Wmissing-prototypes -Wvla -Wformat=2 \
	-Wwrite-strings -Wpointer-arith -Wundef $(if $(W)$(CI),-Werror)
ALL_CFLAGS = -std=c17 -D_GNU_SOURCE -I. -I$(B)/gen -DFSDUEL_VERSION='"$(VERSION)"' $(WARN) \
	-ffile-prefix-map=$(CURDIR)=. -pthread $(if $(SAN),-fsanitize=$(SAN) -fno-omit-frame-pointer) $(CFLAGS)
LIBS := -lcsv -linih -ljansson -larchive -lmd -lm

ROOMS := lib workloads workloads/roles runners analysis dashboards tracking cli
MAINS := cli/main.c workloads/fsload_main.c runners/guest_main.c
SRCS  := $(filter-out $(MAINS),$(wildcard $(ROOMS:=/*.c)))
ROLES := $(filter-out %/skeleton.c,$(wildcard workloads/roles/*.c))
CMDS  := $(wildcard cli/cmd_*.c)
obj    = $(patsubst %.c,$(B)/%.o,$(1))

PROGS := $(B)/fsduel $(B)/fsload $(B)/fsduel-guest
UNIT  := $(patsubst tests/unit/%.c,$(B)/tests/%,$(wildcard tests/unit/test_*.c))

Q = $(if $(V),,@)
say = $(if $(V),,@printf '  %-6s %s\n' $(1) $(2);)

.DELETE_ON_ERROR:
.SECONDARY:
.PHONY: all run test check deps clean install asan bench fuzz FORCE
all: $(PROGS)

# --- generated lists: one file adds one thing -------------------------------
$(B)/gen/roles.h: $(B)/gen/.roles
$(B)/gen/.roles: FORCE
	$(Q)mkdir -p $(@D); { echo "/* generated from workloads/roles */"; \
	for r in $(sort $(basename $(notdir $(ROLES)))); do echo "ROLE($$r)"; done; } > $@.new; \
	cmp -s $@.new $(B)/gen/roles.h || cp $@.new $(B)/gen/roles.h; rm -f $@.new
$(B)/gen/commands.h: $(B)/gen/.commands
$(B)/gen/.commands: FORCE
	$(Q)mkdir -p $(@D); { echo "/* generated from cli/cmd_*.c */"; \
	for c in $(sort $(patsubst cmd_%,%,$(basename $(notdir $(CMDS))))); do echo "COMMAND($$c)"; done; } > $@.new; \
	cmp -s $@.new $(B)/gen/commands.h || cp $@.new $(B)/gen/commands.h; rm -f $@.new
FORCE:

# --- objects ------------------------------------------------------------------
$(B)/.flags: FORCE
	$(Q)mkdir -p $(@D); echo '$(subst ','\'',$(ALL_CFLAGS))' > $@.new; \
	cmp -s $@.new $@ || cp $@.new $@; rm -f $@.new
$(B)/%.o: %.c $(B)/.flags | $(B)/gen/roles.h $(B)/gen/commands.h
	$(call say,CC,$<)mkdir -p $(@D) && $(CC) $(ALL_CFLAGS) $(if $(findstring analysis/,$<),-Wconversion) -MMD -MP -c $< -o $@

$(B)/libfsduel.a: $(call obj,$(SRCS))
	$(call say,AR,$@)rm -f $@ && $(AR) crs $@ $^

$(B)/fsduel: $(B)/cli/main.o $(B)/libfsduel.a
	$(call say,LD,$@)$(CC) $(ALL_CFLAGS) -o $@ $^ $(LIBS)
$(B)/fsload: $(B)/workloads/fsload_main.o $(B)/libfsduel.a
	$(call say,LD,$@)$(CC) $(ALL_CFLAGS) -o $@ $^ $(LIBS)
# The guest's first process: static, stripped, never with sanitizers.
$(B)/fsduel-guest: $(MAINS) $(SRCS) $(B)/.flags | $(B)/gen/roles.h $(B)/gen/commands.h
	$(call say,LD,$@)$(if $(SAN),$(MAKE) --no-print-directory -s SAN= B=$(B)/guest $(B)/guest/fsduel-guest && cp $(B)/guest/fsduel-guest $@,\
	$(MAKE) --no-print-directory -s $(B)/runners/guest_main.o $(B)/libfsduel.a && \
	$(CC) $(ALL_CFLAGS) -static -s -o $@ $(B)/runners/guest_main.o $(B)/libfsduel.a -ljansson -lmd -lm)

$(B)/tests/%: tests/unit/%.c $(B)/libfsduel.a $(B)/.flags
	$(call say,LD,$@)mkdir -p $(@D) && $(CC) $(ALL_CFLAGS) -MMD -MP -o $@ $< $(B)/libfsduel.a $(LIBS) -lcmocka

-include $(shell find $(B) -name '*.d' 2>/dev/null)

clean:
	$(Q)rm -rf build build-san
