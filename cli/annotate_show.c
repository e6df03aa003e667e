/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * annotate_show.c: counts beside instructions; see annotate.h. What was executed where
 * the image has no instruction is shown as such: the kernel had patched itself there.
 */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "cli/annotate.h"
#include "lib/clean.h"
#include "lib/num.h"
#include "lib/schema.h"

#define LAST_BYTES 14 /* of the last instruction, in which a relocation may be */
#define SAME_SHOWN 3  /* of equal instructions in a row */

/* A count as wide as the column: "1.000", "0.0039", "." for none. */
static void add_count(struct buf *out, double each)
{
	if (each == 0)
		buf_addf(out, "%10s  ", ".");
	else
		buf_addf(out, "%10.*f  ", each >= 0.1 ? 3 : 6, each);
}

/* The address of an instruction that objdump shows, or false: another line of its. */
static bool read_address(const char *line, uint64_t *address, const char **rest)
{
	const char *at = line + strspn(line, " ");
	size_t n = num_hex(at, address);

	if (!n || at[n] != ':' || at[n + 1] != '\t')
		return false;
	*rest = at + n + 2;
	return true;
}

/* "\t\t\t1: R_X86_64_PLT32\t__fentry__-0x4": what a module's loader put into an instruction. */
static bool is_relocation(const char *line, uint64_t *address)
{
	const char *at = line + strspn(line, "\t");
	size_t n = num_hex(at, address);

	return *line == '\t' && n && !strncmp(at + n, ": R_", 4);
}

static bool is_heading(const char *line)
{
	return !*line || strstr(line, "file format ") || !strncmp(line, "Disassembly of ", 15);
}

/* Counts before address that no instruction has: those of patched code. */
static size_t add_patched(struct buf *out, const struct annotate_piece *p, size_t at,
			  uint64_t address)
{
	for (; at < p->n && p->v[at].address < address; at++) {
		add_count(out, p->v[at].each);
		buf_addf(out,
			 "%16" PRIx64 "  (patched: the image has no instruction that begins "
			 "here)\n",
			 p->v[at].address);
	}
	return at;
}

/* The line, its tabs as blanks. */
static void add_visible(struct buf *out, const char *s)
{
	char *line = xstrdup(s);

	for (char *p = line; (p = strchr(p, '\t'));)
		*p = ' ';
	clean_add(out, line);
	buf_addc(out, '\n');
	free(line);
}

/* Where the listing of a piece is. */
struct listing {
	struct buf *out;
	const struct annotate_piece *p;
	uint64_t shift, last; /* last: address of the last instruction executed */
	size_t at;            /* the next of the counts */
	struct buf before;    /* lines of source that belong to the next instruction */
	char *same;           /* the instruction above, its count, and how often it came */
	double each;
	unsigned times;
};

static void end_same(struct listing *l)
{
	if (l->times > SAME_SHOWN)
		buf_addf(l->out, "%30s(%u more of these)\n", "", l->times - SAME_SHOWN);
	free(l->same);
	l->same = NULL;
	l->times = 0;
}

static void add_instruction(struct listing *l, uint64_t address, const char *text)
{
	const struct annotate_piece *p = l->p;
	bool counted;
	double each;

	if (l->at < p->n && p->v[l->at].address < address)
		end_same(l);
	l->at = add_patched(l->out, p, l->at, address);
	counted = l->at < p->n && p->v[l->at].address == address;
	each = counted ? p->v[l->at++].each : 0;
	if (!l->same || l->before.len || each != l->each || strcmp(l->same, text)) {
		end_same(l);
		l->same = xstrdup(text);
		l->each = each;
	}
	buf_adds(l->out, buf_str(&l->before));
	buf_reset(&l->before);
	if (++l->times > SAME_SHOWN)
		return;
	add_count(l->out, each);
	buf_addf(l->out, "%16" PRIx64 "  ", address);
	add_visible(l->out, text);
}

/* A line that is no instruction. */
static void add_text(struct buf *out, const char *line)
{
	buf_addf(out, "%30s", "");
	add_visible(out, line + strspn(line, "\t "));
}

static void add_line(struct listing *l, const char *line)
{
	const char *text;
	uint64_t address;

	if (read_address(line, &address, &text)) {
		if (address + l->shift <= l->last)
			add_instruction(l, address + l->shift, text);
	} else if (is_relocation(line, &address)) {
		/* objdump shows those of the functions before, too. */
		if (address + l->shift >= l->p->address &&
		    address + l->shift <= l->last + LAST_BYTES)
			add_text(l->out, line);
	} else if (!is_heading(line)) {
		add_text(&l->before, line);
	}
}

static int add_piece(struct buf *out, const struct annotate_piece *p, struct annotate_code *c,
		     struct err *e)
{
	struct listing l = { .out = out, .p = p, .last = p->v[p->n - 1].address };
	struct buf code = BUF_INIT;
	int ret = annotate_disassemble(&code, &l.shift, c, p, l.last, e);

	if (ret)
		goto out;
	buf_addf(out, "\n%s", p->function);
	if (strcmp(p->object, PROFILE_KERNEL))
		buf_addf(out, " [%s]", p->object);
	buf_addf(out, ": %.6g instructions and %.6g calls an operation\n\n", p->instructions,
		 p->calls);
	buf_addf(out, "%10s  %16s  %s\n", "each op", "address", "instruction");
	for (char *line = code.data, *next; line && *line; line = next) {
		next = strchrnul(line, '\n');
		if (*next)
			*next++ = '\0';
		add_line(&l, line);
	}
	end_same(&l);
	add_patched(out, p, l.at, UINT64_MAX);
out:
	buf_release(&l.before);
	buf_release(&code);
	return ret;
}

int annotate_show(struct buf *out, const struct annotate_side *s, struct annotate_code *c,
		  struct err *e)
{
	int ret = 0;

	for (size_t i = 0; i < s->n && !ret; i++)
		if (s->pieces[i].n)
			ret = add_piece(out, &s->pieces[i], c, e);
	return ret;
}
