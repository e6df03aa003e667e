/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * profile.c: a TCG plug-in for QEMU that counts how often each instruction of the
 * guest is executed between two marks, and writes the counts when the second one
 * comes by. It changes nothing the guest can see: not one instruction more, not
 * one nanosecond of its virtual clock.
 *
 * It counts each instruction, not each translated block: a block that is left early
 * (a page fault, an access to a device under icount) would count instructions that
 * were never reached, 0.3 % of them in a direct writer's second. One addition a guest
 * instruction costs about a tenth of the run's time.
 *
 * Debian packages no qemu-plugin.h, and the interface has generations, so the few
 * functions are declared here and looked up when it is loaded. Interface 1 (QEMU 4.2
 * to 8.2) adds to a plain address; 2 and later (9.0) to a "scoreboard" with a slot for
 * each CPU; from 3 on (9.1) an instruction's bytes are copied out.
 */
#include <dlfcn.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "runners/preload/profile.h"

#define EXPORT __attribute__((visibility("default")))

typedef uint64_t plugin_id;
struct qemu_plugin_tb;
struct qemu_plugin_insn;
struct qemu_plugin_scoreboard;

struct plugin_u64 {
	struct qemu_plugin_scoreboard *score;
	size_t offset;
};

struct plugin_info {
	const char *target_name;
	struct {
		int min, cur;
	} version;
	bool system_emulation;
	union {
		struct {
			int smp_vcpus, max_vcpus;
		} system;
	};
};

enum { INLINE_ADD_U64 = 0, CB_NO_REGS = 0 };

/* The interface as this QEMU has it; NULL where it lacks a function. */
static struct {
	void (*on_translation)(plugin_id, void (*)(plugin_id, struct qemu_plugin_tb *));
	size_t (*tb_insns)(const struct qemu_plugin_tb *);
	struct qemu_plugin_insn *(*tb_insn)(const struct qemu_plugin_tb *, size_t);
	uint64_t (*insn_vaddr)(const struct qemu_plugin_insn *);
	size_t (*insn_size)(const struct qemu_plugin_insn *);
	void (*insn_exec)(struct qemu_plugin_insn *, void (*)(unsigned, void *), int, void *);
	const void *(*insn_data)(const struct qemu_plugin_insn *);
	size_t (*insn_copy)(const struct qemu_plugin_insn *, void *, size_t);
	void (*add_plain)(struct qemu_plugin_insn *, int, void *, uint64_t);
	void (*add_score)(struct qemu_plugin_insn *, int, struct plugin_u64, uint64_t);
	struct qemu_plugin_scoreboard *(*score_new)(size_t);
	void *(*score_find)(struct qemu_plugin_scoreboard *, unsigned);
} qemu;

static const struct {
	const char *name;
	void *at;
} functions[] = {
	{ "qemu_plugin_register_vcpu_tb_trans_cb", &qemu.on_translation },
	{ "qemu_plugin_tb_n_insns", &qemu.tb_insns },
	{ "qemu_plugin_tb_get_insn", &qemu.tb_insn },
	{ "qemu_plugin_insn_vaddr", &qemu.insn_vaddr },
	{ "qemu_plugin_insn_size", &qemu.insn_size },
	{ "qemu_plugin_register_vcpu_insn_exec_cb", &qemu.insn_exec },
	{ "qemu_plugin_insn_data", &qemu.insn_data },
	{ "qemu_plugin_register_vcpu_insn_exec_inline", &qemu.add_plain },
	{ "qemu_plugin_register_vcpu_insn_exec_inline_per_vcpu", &qemu.add_score },
	{ "qemu_plugin_scoreboard_new", &qemu.score_new },
	{ "qemu_plugin_scoreboard_find", &qemu.score_find },
};

/* QEMU reads this before it calls anything; a constructor runs before that. */
EXPORT int qemu_plugin_version = 1;

__attribute__((constructor)) static void look_up(void)
{
	for (size_t i = 0; i < sizeof(functions) / sizeof(functions[0]); i++)
		*(void **)functions[i].at = dlsym(RTLD_DEFAULT, functions[i].name);
	if (qemu.score_new)
		qemu_plugin_version = dlsym(RTLD_DEFAULT, "qemu_plugin_read_memory_vaddr") ? 4 : 2;
}

/* One translation of a block of code; the same code may be translated again and again. */
struct block {
	struct block *next;
	struct qemu_plugin_scoreboard *score;  /* of n counts a CPU, or NULL: counts are in count */
	size_t n;
	uint64_t *address, *count;
};

static struct {
	struct block *blocks;
	unsigned cpus;
	char *out;
	struct profile_header header;
	bool begun;
} state;

static void *must(void *p)
{
	if (!p) {
		fputs("fsduel-profile: out of memory\n", stderr);
		_exit(1);
	}
	return p;
}

static uint64_t *counts_of(const struct block *b, unsigned cpu)
{
	return b->score ? qemu.score_find(b->score, cpu) : b->count;
}

static void forget_counts(void)
{
	unsigned slots = state.cpus;

	for (struct block *b = state.blocks; b; b = b->next)
		for (unsigned cpu = 0; cpu < (b->score ? slots : 1); cpu++)
			memset(counts_of(b, cpu), 0, b->n * sizeof(uint64_t));
}

static int by_address(const void *a, const void *b)
{
	const struct profile_record *x = a, *y = b;

	return (x->address > y->address) - (x->address < y->address);
}

/* All addresses that were executed, each once, by address. */
static size_t collect(struct profile_record **out)
{
	struct profile_record *v;
	size_t room = 0, n = 0, kept = 0;

	for (struct block *b = state.blocks; b; b = b->next)
		room += b->n;
	v = must(calloc(room + 1, sizeof(*v)));
	for (struct block *b = state.blocks; b; b = b->next) {
		for (size_t i = 0; i < b->n; i++) {
			uint64_t sum = 0;

			for (unsigned cpu = 0; cpu < (b->score ? state.cpus : 1); cpu++)
				sum += counts_of(b, cpu)[i];
			if (sum)
				v[n++] = (struct profile_record){ b->address[i], sum };
		}
	}
	qsort(v, n, sizeof(*v), by_address);
	for (size_t i = 0; i < n; i++) {
		if (kept && v[kept - 1].address == v[i].address)
			v[kept - 1].count += v[i].count;
		else
			v[kept++] = v[i];
	}
	*out = v;
	return kept;
}

static void write_all(int fd, const void *data, size_t len)
{
	const char *p = data;

	while (len) {
		ssize_t n = write(fd, p, len);

		if (n <= 0) {
			perror("fsduel-profile: cannot write the counts");
			return;
		}
		p += n;
		len -= (size_t)n;
	}
}

static void leave_counts(void)
{
	struct profile_record *v;
	size_t n = collect(&v);
	int fd = open(state.out, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666);

	memcpy(state.header.magic, PROFILE_MAGIC, sizeof(state.header.magic));
	state.header.records = n;
	state.header.instructions = 0;
	for (size_t i = 0; i < n; i++)
		state.header.instructions += v[i].count;
	if (fd < 0) {
		perror("fsduel-profile: cannot open the file for the counts");
	} else {
		write_all(fd, &state.header, sizeof(state.header));
		write_all(fd, v, n * sizeof(*v));
		close(fd);
	}
	free(v);
}

/* The virtual clock stands while a callback runs. */
static void on_begin(unsigned cpu, void *arg)
{
	(void)cpu;
	(void)arg;
	state.header.begins++;
	state.begun = true;
	forget_counts();
}

static void on_end(unsigned cpu, void *arg)
{
	(void)cpu;
	(void)arg;
	state.header.ends++;
	if (state.begun)
		leave_counts();
	state.begun = false;
}

/* The displacement of a mark, or 0. */
static uint32_t mark_of(const struct qemu_plugin_insn *insn)
{
	static const uint8_t start[] = { PROFILE_MARK_BYTES };
	uint8_t bytes[PROFILE_MARK_LEN];
	uint32_t disp;

	if (qemu.insn_size(insn) != PROFILE_MARK_LEN)
		return 0;
	if (qemu.insn_copy)
		qemu.insn_copy(insn, bytes, sizeof(bytes));
	else
		memcpy(bytes, qemu.insn_data(insn), sizeof(bytes));
	if (memcmp(bytes, start, sizeof(start)))
		return 0;
	memcpy(&disp, bytes + sizeof(start), sizeof(disp));
	return disp;
}

static void on_translation(plugin_id id, struct qemu_plugin_tb *tb)
{
	struct block *b = must(calloc(1, sizeof(*b)));

	(void)id;
	b->n = qemu.tb_insns(tb);
	b->address = must(calloc(b->n, 2 * sizeof(uint64_t)));
	b->count = b->address + b->n;
	if (qemu.add_score)
		b->score = qemu.score_new(b->n * sizeof(uint64_t));
	for (size_t i = 0; i < b->n; i++) {
		struct qemu_plugin_insn *insn = qemu.tb_insn(tb, i);
		uint32_t mark = mark_of(insn);

		b->address[i] = qemu.insn_vaddr(insn);
		if (b->score)
			qemu.add_score(insn, INLINE_ADD_U64, (struct plugin_u64){
				b->score, i * sizeof(uint64_t) }, 1);
		else
			qemu.add_plain(insn, INLINE_ADD_U64, &b->count[i], 1);
		if (mark == PROFILE_MARK_BEGIN || mark == PROFILE_MARK_END)
			qemu.insn_exec(insn, mark == PROFILE_MARK_BEGIN ? on_begin : on_end,
				       CB_NO_REGS, NULL);
	}
	b->next = state.blocks;
	state.blocks = b;
}

/* QEMU calls it with what stands behind the file's name: "out=PATH". */
EXPORT int qemu_plugin_install(plugin_id id, const struct plugin_info *info, int argc, char **argv);
int qemu_plugin_install(plugin_id id, const struct plugin_info *info, int argc, char **argv)
{
	if (argc != 1 || strncmp(argv[0], "out=", 4) || !info->system_emulation ||
	    strcmp(info->target_name, "x86_64")) {
		fputs("fsduel-profile: is for qemu-system-x86_64, with out=PATH\n", stderr);
		return 1;
	}
	if (!qemu.on_translation || !qemu.tb_insns || !qemu.tb_insn || !qemu.insn_vaddr ||
	    !qemu.insn_size || !qemu.insn_exec || !qemu.insn_data ||
	    !(qemu.add_plain || (qemu.add_score && qemu.score_new && qemu.score_find))) {
		fputs("fsduel-profile: this QEMU's plug-in interface lacks a function that is "
		      "needed\n", stderr);
		return 1;
	}
	if (info->version.cur >= 3) {
		void *copy = (void *)(uintptr_t)qemu.insn_data;

		memcpy(&qemu.insn_copy, &copy, sizeof(copy));
	}
	state.out = must(strdup(argv[0] + 4));
	state.cpus = info->system.max_vcpus > 0 ? (unsigned)info->system.max_vcpus : 1;
	qemu.on_translation(id, on_translation);
	return 0;
}
