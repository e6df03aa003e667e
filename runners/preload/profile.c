/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * profile.c: a TCG plug-in for QEMU that counts how often each instruction of the guest is executed
 * between two marks, and writes the counts at the second one. The guest runs the same instructions
 * at the same virtual times with it and without.
 *
 * It counts instructions, not translated blocks: a block that is left early (a page fault, a device
 * under icount) would count instructions that never ran, 0.3 % in a direct writer's second.
 *
 * A block costs twice the time to translate where a plug-in looks at it, and most of a cell run's
 * blocks are mkfs's and the like. So with one CPU it begins to look where the guest says that the
 * first mark is near, and QEMU then translates anew.
 *
 * Debian packages no qemu-plugin.h, so the functions are declared here and looked up at load.
 * Interface 1 (QEMU 4.2 to 8.2) adds to a plain address; 2 (9.0) to a "scoreboard" with a slot for
 * each CPU; 3 (9.1) copies an instruction's bytes out; 7 (11.1) gives every callback an argument.
 * QEMU loads a plug-in only if it claims a number that this QEMU takes, so fsduel tries numbers and
 * sets one in the environment.
 *
 * With several CPUs under icount a scoreboard crashes QEMU 10.0 and 11.1: a block has the number of
 * the CPU that translated it as a constant, which they multiply in place. A call at each
 * instruction counts there (a run takes 1.3 times as long; with the addition 1.1 times).
 */
#include <dlfcn.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/uio.h>
#include <unistd.h>

#include "runners/preload/preload.h"

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
	void (*on_translation_7)(plugin_id, void (*)(struct qemu_plugin_tb *, void *), void *);
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
	void (*reset)(plugin_id, void (*)(plugin_id));
	ssize_t (*writev)(int, const struct iovec *, int);
} qemu;

static const struct {
	const char *name;
	void *at;
} functions[] = {
	{ "qemu_plugin_register_vcpu_tb_trans_cb", &qemu.on_translation },
	{ "qemu_plugin_register_vcpu_tb_trans_cb", &qemu.on_translation_7 },
	{ "qemu_plugin_tb_n_insns", &qemu.tb_insns },
	{ "qemu_plugin_tb_get_insn", &qemu.tb_insn },
	{ "qemu_plugin_insn_vaddr", &qemu.insn_vaddr },
	{ "qemu_plugin_insn_size", &qemu.insn_size },
	{ "qemu_plugin_register_vcpu_insn_exec_cb", &qemu.insn_exec },
	{ "qemu_plugin_insn_data", &qemu.insn_data },
	{ "qemu_plugin_insn_data", &qemu.insn_copy },
	{ "qemu_plugin_register_vcpu_insn_exec_inline", &qemu.add_plain },
	{ "qemu_plugin_register_vcpu_insn_exec_inline_per_vcpu", &qemu.add_score },
	{ "qemu_plugin_scoreboard_new", &qemu.score_new },
	{ "qemu_plugin_scoreboard_find", &qemu.score_find },
	{ "qemu_plugin_reset", &qemu.reset },
};

/* QEMU reads this before it calls anything; a constructor runs before that. */
EXPORT int qemu_plugin_version = 1;

__attribute__((constructor)) static void look_up(void)
{
	const char *interface = getenv(PROFILE_INTERFACE_ENV);

	for (size_t i = 0; i < sizeof(functions) / sizeof(functions[0]); i++)
		*(void **)functions[i].at = dlsym(RTLD_DEFAULT, functions[i].name);
	*(void **)&qemu.writev = dlsym(RTLD_NEXT, "writev");
	if (interface)
		qemu_plugin_version = interface[0] - '0';
}

/* A translation of a block of code; the same code may be translated again. */
struct block {
	struct block *next;
	struct qemu_plugin_scoreboard *score; /* that holds count, or NULL */
	size_t n;
	uint64_t *address, *count;
};

static struct {
	plugin_id id;
	bool resets; /* looks at blocks from PROFILE_SOON to the end only */
	bool waits;  /* for PROFILE_SOON */
	struct block *blocks;
	bool scores;   /* count in scoreboards */
	int interface; /* of this QEMU, whatever number we had to say */
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

/* --- counting ----------------------------------------------------------------------- */

/* Scoreboards move only when a CPU is added, and there is one. */
static void make_counts(struct block *b)
{
	if (state.scores) {
		b->score = qemu.score_new(b->n * sizeof(*b->count));
		b->count = qemu.score_find(b->score, 0);
	} else {
		b->count = must(calloc(b->n, sizeof(*b->count)));
	}
}

/* Under icount one thread runs all CPUs in turn. */
static void one_more(unsigned cpu, void *arg)
{
	(void)cpu;
	++*(uint64_t *)arg;
}

static void count_insn(struct block *b, size_t i, struct qemu_plugin_insn *insn)
{
	struct plugin_u64 at = { b->score, i * sizeof(*b->count) };

	if (qemu.add_plain)
		qemu.add_plain(insn, INLINE_ADD_U64, &b->count[i], 1);
	else if (state.scores)
		qemu.add_score(insn, INLINE_ADD_U64, at, 1);
	else
		qemu.insn_exec(insn, one_more, CB_NO_REGS, &b->count[i]);
}

/* --- the counts ---------------------------------------------------------------------- */

static void forget_counts(void)
{
	for (struct block *b = state.blocks; b; b = b->next)
		memset(b->count, 0, b->n * sizeof(*b->count));
}

static int by_address(const void *a, const void *b)
{
	const struct profile_record *x = a, *y = b;

	return (x->address > y->address) - (x->address < y->address);
}

static size_t collect(struct profile_record **out)
{
	struct profile_record *v;
	size_t room = 0, n = 0, kept = 0;

	for (struct block *b = state.blocks; b; b = b->next)
		room += b->n;
	v = must(calloc(room + 1, sizeof(*v)));
	for (struct block *b = state.blocks; b; b = b->next) {
		for (size_t i = 0; i < b->n; i++)
			if (b->count[i])
				v[n++] = (struct profile_record){ b->address[i], b->count[i] };
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

static void leave_counts(void)
{
	struct profile_header *h = &state.header;
	struct profile_record *v;
	size_t n = collect(&v);
	FILE *f = fopen(state.out, "we");

	memcpy(h->magic, PROFILE_MAGIC, sizeof(h->magic));
	h->records = n;
	h->instructions = 0;
	for (size_t i = 0; i < n; i++)
		h->instructions += v[i].count;
	if (!f || fwrite(h, sizeof(*h), 1, f) != 1 || fwrite(v, sizeof(*v), n, f) != n || fflush(f))
		perror("fsduel-profile: cannot write the counts");
	if (f)
		fclose(f);
	free(v);
}

/* --- what QEMU calls -------------------------------------------------------------------- */

/* The virtual clock stands while a callback runs. The last beginning before the first end counts:
 * each thread of fio marks its own (fio_clock.c). */
static void on_begin(unsigned cpu, void *arg)
{
	(void)cpu;
	(void)arg;
	if (state.header.ends)
		return;
	state.header.begins++;
	state.begun = true;
	forget_counts();
}

static void look_no_more(plugin_id id)
{
	(void)id;
}

static void on_end(unsigned cpu, void *arg)
{
	(void)cpu;
	(void)arg;
	if (!state.begun)
		return;
	state.begun = false;
	state.header.ends++;
	leave_counts();
	if (state.resets)
		qemu.reset(state.id, look_no_more);
}

/* The displacement of a mark, or 0. */
static uint32_t mark_of(const struct qemu_plugin_insn *insn)
{
	static const uint8_t start[] = { PROFILE_MARK_BYTES };
	uint8_t bytes[PROFILE_MARK_LEN];
	uint32_t disp;

	if (qemu.insn_size(insn) != PROFILE_MARK_LEN)
		return 0;
	if (state.interface >= 3)
		qemu.insn_copy(insn, bytes, sizeof(bytes));
	else
		memcpy(bytes, qemu.insn_data(insn), sizeof(bytes));
	if (memcmp(bytes, start, sizeof(start)))
		return 0;
	memcpy(&disp, bytes + sizeof(start), sizeof(disp));
	return disp;
}

static void count_block(struct qemu_plugin_tb *tb)
{
	struct block *b = must(calloc(1, sizeof(*b)));

	b->n = qemu.tb_insns(tb);
	b->address = must(calloc(b->n, sizeof(*b->address)));
	make_counts(b);
	for (size_t i = 0; i < b->n; i++) {
		struct qemu_plugin_insn *insn = qemu.tb_insn(tb, i);
		uint32_t mark = mark_of(insn);

		b->address[i] = qemu.insn_vaddr(insn);
		count_insn(b, i, insn);
		if (mark == PROFILE_MARK_BEGIN || mark == PROFILE_MARK_END)
			qemu.insn_exec(insn, mark == PROFILE_MARK_BEGIN ? on_begin : on_end,
				       CB_NO_REGS, NULL);
	}
	b->next = state.blocks;
	state.blocks = b;
}

static void on_translation(plugin_id id, struct qemu_plugin_tb *tb)
{
	(void)id;
	count_block(tb);
}

static void on_translation_7(struct qemu_plugin_tb *tb, void *arg)
{
	(void)arg;
	count_block(tb);
}

/* No block is left that was translated before. */
static void on_reset(plugin_id id)
{
	state.waits = false;
	qemu.on_translation(id, on_translation);
}

/* QEMU's thread of the CPU writes what the guest wrote to a port, byte for byte. */
EXPORT ssize_t writev(int fd, const struct iovec *v, int n)
{
	if (state.waits && n == 1 && v->iov_len == 1 && *(const char *)v->iov_base == PROFILE_SOON)
		qemu.reset(state.id, on_reset);
	return qemu.writev(fd, v, n);
}

static const char *why_not(const struct plugin_info *info)
{
	if (!info->system_emulation || strcmp(info->target_name, "x86_64"))
		return "this is no qemu-system-x86_64";
	if (info->version.cur > PROFILE_INTERFACE_MAX)
		return "its plug-in interface is newer than any known to fsduel";
	if (!qemu.on_translation || !qemu.tb_insns || !qemu.tb_insn || !qemu.insn_vaddr ||
	    !qemu.insn_size || !qemu.insn_exec || !qemu.insn_data)
		return "its plug-in interface lacks a function that is needed";
	return NULL;
}

/* The answer to PROFILE_ASK: QEMU goes no further. */
static void answer(const char *no)
{
	puts(no ? no : PROFILE_USABLE);
	fflush(stdout);
	_exit(0);
}

/* argv is what follows the file's name: "out=PATH", or PROFILE_ASK. */
EXPORT int qemu_plugin_install(plugin_id id, const struct plugin_info *info, int argc, char **argv);
int qemu_plugin_install(plugin_id id, const struct plugin_info *info, int argc, char **argv)
{
	const char *no = why_not(info);

	if (argc == 1 && !strcmp(argv[0], PROFILE_ASK))
		answer(no);
	if (no || argc != 1 || strncmp(argv[0], "out=", 4)) {
		fprintf(stderr, "fsduel-profile: %s\n", no ? no : "it needs out=PATH");
		return 1;
	}
	state.out = must(strdup(argv[0] + 4));
	state.scores = !qemu.add_plain && qemu.add_score && qemu.score_new && qemu.score_find &&
		       info->system.max_vcpus == 1;
	state.interface = info->version.cur;
	state.id = id;
	/* The reset ends a CPU's turn, after which another's would come; and it is tried with
	 * interface 1 only. */
	state.waits = state.resets = state.interface == 1 && info->system.max_vcpus == 1;
	if (state.waits)
		return 0;
	if (state.interface >= 7)
		qemu.on_translation_7(id, on_translation_7, NULL);
	else
		qemu.on_translation(id, on_translation);
	return 0;
}
