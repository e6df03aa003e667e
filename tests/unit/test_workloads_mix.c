/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * test_workloads_mix.c: mixes from text, their parameters and contradictions,
 * and the contract that every role in the registry keeps.
 */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "tests/unit/test_workloads.h"

/* --- parsing ----------------------------------------------------------------- */

static void a_mix_is_roles_with_threads(void **state)
{
	struct mix m = mix_of(" dio_overwrite:4\tbuffered_write \n", "");

	(void)state;
	assert_int_equal(m.nr, 2);
	assert_string_equal(m.entry[0].role->name, "dio_overwrite");
	assert_int_equal(m.entry[0].threads, 4);
	assert_string_equal(m.entry[1].role->name, "buffered_write");
	assert_int_equal(m.entry[1].threads, 1);
	assert_int_equal(m.param[MIX_RUNTIME], 1000000000);
	assert_int_equal(m.entry[0].param[ROLE_FINAL_SYNC], 0);
	assert_int_equal(m.entry[1].param[ROLE_FINAL_SYNC], 1); /* the role's own default */
	assert_int_equal(m.entry[0].param[ROLE_EXTENTS], EXTENTS_WRITTEN);
	m = mix_of("null:1024", "");
	assert_int_equal(m.entry[0].threads, MIX_THREADS_MAX);
}

static void a_mix_that_is_none_is_refused_with_a_reason(void **state)
{
	static const struct {
		const char *text, *says;
	} bad[] = {
		{ "", "at least one role" },
		{ "  \n", "at least one role" },
		{ "dio_red:4", "dio_read" },
		{ "zzzzzzzzzzzz", "buffered_write, dio_append" },
		{ "skeleton", "no role is called" },
		{ "dio_read dio_read", "twice" },
		{ "dio_read:0", "no threads" },
		{ "dio_read:", "no number of threads" },
		{ "dio_read:x", "no number of threads" },
		{ "dio_read:-1", "no number of threads" },
		{ "dio_read:1:2", "no number of threads" },
		{ "dio_read:1025", "more than 1024 threads" },
		{ "dio_read:1000 dio_overwrite:25", "more than 1024 threads" },
		{ "dio_read:18446744073709551615", "more than 1024 threads" },
		{ ":4", "no role is called" },
		{ "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa:4",
		  "no role is called" },
	};

	(void)state;
	for (size_t i = 0; i < NR(bad); i++) {
		struct err e = ERR_INIT;
		struct mix m;

		assert_int_equal(mix_parse(&m, bad[i].text, &e), -EINVAL);
		expect_text(&e, bad[i].says);
	}
}

static void set_reaches_the_mix_every_role_or_one(void **state)
{
	struct mix m = mix_of("dio_read:2 buffered_write null", "");

	(void)state;
	/* The role's own value stays whatever comes after it. */
	assert_int_equal(mix_set(&m, "buffered_write.bs", "16k", NULL), 0);
	assert_int_equal(mix_set(&m, "bs", "8k", NULL), 0);
	assert_int_equal(m.entry[0].param[ROLE_BS], 8192);
	assert_int_equal(m.entry[1].param[ROLE_BS], 16384);
	assert_int_equal(mix_set(&m, "runtime", "250ms", NULL), 0);
	assert_int_equal(m.param[MIX_RUNTIME], 250000000);
	assert_int_equal(mix_set(&m, "ops", "10", NULL), 0);
	assert_int_equal(mix_set(&m, "dio_read.ops", "20", NULL), 0);
	assert_int_equal(m.param[MIX_OPS], 10);
	assert_int_equal(mix_bounds(&m, &m.entry[0]).ops, 20);
	assert_int_equal(mix_bounds(&m, &m.entry[1]).ops, 10);
	assert_int_equal(mix_set(&m, "op_time", "1ms", NULL), 0);
	assert_int_equal(m.entry[2].own[0], 1000000);
	assert_int_equal(mix_set(&m, "null.wait", "spin", NULL), 0);
	assert_int_equal(m.entry[2].own[1], 1);
	assert_int_equal(mix_set(&m, "offsets", "once", NULL), 0);
	assert_int_equal(m.entry[0].param[ROLE_OFFSETS], OFFSETS_ONCE);
}

static void set_refuses_what_it_does_not_know(void **state)
{
	static const struct {
		const char *name, *value, *says;
	} bad[] = {
		{ "runtme", "1s", "runtime" },
		{ "dio_read.op_time", "1ms", "dio_read has no parameter" },
		{ "null.op_tme", "1ms", "op_time" },
		{ "mmap_write.bs", "4k", "not in the mix" },
		{ ".bs", "4k", "not in the mix" },
		{ "dio_read.", "4k", "no parameter" },
		{ "", "4k", "no parameter" },
		{ "bs", "0", "from 1 to 1G (like 4k)" },
		{ "bs", "2G", "from 1 to 1G (like 4k)" },
		{ "bs", "4 apples", "\"4 apples\" is not a size" },
		{ "runtime", "1", "is not a time" },
		{ "extents", "wet", "any, written, unwritten, hole, mixed" },
		{ "final_sync", "2", "from 0 to 1" },
		{ "null.op_time", "0", "op_time" },
	};
	struct mix m = mix_of("dio_read null", ""), before = m;

	(void)state;
	for (size_t i = 0; i < NR(bad); i++) {
		struct err e = ERR_INIT;

		assert_int_equal(mix_set(&m, bad[i].name, bad[i].value, &e), -EINVAL);
		expect_text(&e, bad[i].says);
		assert_memory_equal(&m, &before, sizeof(m));
	}
}

/* --- contradictions ---------------------------------------------------------- */

static const struct {
	const char *mix, *sets, *says; /* says NULL: fine */
} contradictions[] = {
	{ "dio_read:4 dio_overwrite:4", "", NULL },
	{ "dio_read dio_overwrite", "dio_read.background=1", NULL },
	{ "dio_read dio_overwrite", "background=1", "every role is in the background" },
	{ "dio_overwrite", "bs=2k", NULL },
	{ "dio_overwrite", "bs=1000", "dio_overwrite: bs 1000 is not a multiple of 512" },
	{ "buffered_write", "bs=1000", NULL },
	{ "dio_read", "region_start=100", "region_start 100 is not a multiple" },
	{ "dio_read", "bs=128M", "larger than its region" },
	{ "dio_read", "region_size=4k bs=8k", "larger than its region" },
	{ "dio_read", "region_start=64M", "does not lie in the file" },
	{ "dio_read", "region_start=4k region_size=64M", "does not lie in the file" },
	{ "dio_read", "region_start=1152921504606846976 region_size=1152921504606846976",
	  "does not lie in the file" },
	{ "dio_read", "offsets=once", "bind it by ops" },
	{ "dio_read", "offsets=once ops=16384", NULL },
	{ "dio_read", "offsets=once ops=16385", "too few" },
	{ "dio_read:2", "offsets=once ops=8193", "too few for 2 threads" },
	{ "dio_read:3", "offsets=once ops=1 region_size=8k", "too few" },
	{ "buffered_write", "extents=hole", "used up by writing" },
	{ "buffered_write", "extents=hole ops=100", NULL },
	{ "buffered_write dio_read", "extents=hole buffered_write.ops=100", NULL },
	{ "dio_read", "extents=hole", NULL },
	{ "buffered_write", "final_sync=0", "page cache" },
	{ "buffered_write", "final_sync=0 sync_every=16", NULL },
	{ "mmap_write", "final_sync=0", "page cache" },
	{ "dio_overwrite fsync null", "final_sync=0", NULL },
	{ "dio_read buffered_write", "dio_read.extents=hole", "different extents" },
	{ "dio_read buffered_write", "dio_read.extents=any", NULL },
	{ "dio_read buffered_write",
	  "dio_read.extents=hole dio_read.region_size=1M buffered_write.region_start=1M", NULL },
	{ "dio_read dio_overwrite", "extents=mixed chunk=4k ops=9 dio_read.chunk=8k",
	  "different extents" },
	{ "dio_read", "extents=mixed chunk=8k region_size=8k", "region longer" },
	{ "dio_read", "extents=mixed bs=8k", NULL },
	{ "dio_read", "align=512", NULL },
	{ "dio_read", "align=1000", "dio_read: align 1000 is not a multiple of 512" },
	{ "dio_overwrite", "offsets=once ops=4 align=2k", "parts of a block again" },
	{ "dio_overwrite", "offsets=once ops=8192 align=8k", NULL },
	{ "dio_overwrite", "offsets=once ops=8193 align=8k", "too few" },
	/* Shifted ones end before the region does: one of them fewer. */
	{ "dio_span", "shift=2k ops=8191", NULL },
	{ "dio_span", "shift=2k ops=8192", "too few" },
	{ "dio_span", "shift=1000 ops=9", "dio_span: shift 1000 is not a multiple" },
	{ "dio_read", "bs=32k region_size=64k shift=32k", NULL },
	{ "dio_read", "bs=32k region_size=64k shift=36k", "bs with shift 69632 is larger" },
	{ "dio_read:8", "offsets=once ops=16384 file=own", NULL },
	{ "dio_read:8", "offsets=zipf theta=150% rate=100", NULL },
	{ "dio_append", "", "makes its file longer" },
	{ "dio_append", "ops=10", NULL },
	{ "dio_append", "ops=10 file_size=1000 bs=512", "file_size 1000 is not a multiple" },
	{ "dio_unwritten", "", "bind it by ops" },
	{ "dio_unwritten", "offsets=uniform", "used up by writing" },
	{ "dio_span", "ops=8192", NULL },
	{ "dio_span", "ops=8193", "too few" },
	{ "fallocate truncate:4", "", NULL },
	{ "fallocate", "extents=hole", "used up by writing" },
	{ "fallocate dio_read", "fallocate.file=shared", "different extents" },
	{ "fallocate", "final_sync=0", "page cache" },
	{ "dio_read dio_overwrite", "dio_read.extents=hole dio_read.file=own", NULL },
	{ "dio_read null", "start_delay=1s", "not shorter than the runtime" },
	{ "dio_read null", "dio_read.start_delay=999ms", NULL },
	{ "dio_read null", "start_delay=1s null.ops=5", NULL },
	{ "dio_read", "interval=1ms runtime=4s", NULL },
	{ "dio_read", "interval=1ms runtime=5s", "more than 4094 of them" },
	{ "dio_read", "interval=1ns ops=5", NULL },
	{ "hole_fill:2 stale_read:4 syncer", "", NULL },
	{ "hole_fill stale_read", "hole_fill.extents=unwritten stale_read.bs=512", NULL },
	{ "hole_fill", "extents=written", "fills extents=hole or extents=unwritten" },
	{ "hole_fill", "bs=2k", "not a multiple of 4096" },
	{ "hole_fill:3", "region_size=8k", "2 blocks for 3 threads" },
	{ "hole_fill stale_read", "file=own", "works on the shared file" },
	{ "stale_read", "", "needs a role of the mix that puts stamps" },
	{ "hole_fill stale_read", "hole_fill.region_size=32M", "all over its region" },
	{ "hole_fill stale_read", "region_size=32M", NULL },
	{ "hole_fill stale_read dio_overwrite", "dio_overwrite.extents=any",
	  "would take for stale data" },
	{ "hole_fill stale_read dio_overwrite",
	  "stale_read.region_size=32M hole_fill.region_size=32M "
	  "dio_overwrite.region_start=32M",
	  NULL },
	/* every contradiction is said, not just the first */
	{ "dio_read buffered_write", "dio_read.bs=100 buffered_write.final_sync=0",
	  "buffered_write: without" },
};

static void check(const char *roles_text, const char *sets, const char *says)
{
	struct mix m = mix_of(roles_text, sets);
	struct err e = ERR_INIT;

	if (!says && mix_check(&m, &e))
		fail_msg("%s with %s: %s", roles_text, sets, e.text);
	if (says) {
		assert_int_equal(mix_check(&m, &e), -EINVAL);
		expect_text(&e, says);
	}
}

static void contradictions_are_named(void **state)
{
	(void)state;
	for (size_t i = 0; i < NR(contradictions); i++)
		check(contradictions[i].mix, contradictions[i].sets, contradictions[i].says);
}

static void the_bytes_of_all_files_are_known(void **state)
{
	static const struct {
		const char *mix, *sets;
		uint64_t bytes;
	} cases[] = {
		{ "dio_read:8 null:4", "file_size=1M", 1 << 20 },
		{ "dio_read:8 null:4", "file_size=1M file=own", 9 << 20 },
		{ "dio_append:2", "file_size=1M ops=256", 3 << 20 },
		{ "dio_append:2", "file_size=1M ops=256 file=own", 5 << 20 },
		{ "dio_append:1024", "ops=1000000000000 bs=1G", UINT64_MAX },
	};

	(void)state;
	for (size_t i = 0; i < NR(cases); i++) {
		struct mix m = mix_of(cases[i].mix, cases[i].sets);

		assert_true(mix_bytes(&m) == cases[i].bytes);
	}
}

static void a_contradictory_mix_is_not_even_begun(void **state)
{
	struct mix m = mix_of("buffered_write", "final_sync=0");
	struct err e = ERR_INIT;
	struct fsload l;

	(void)state;
	assert_int_equal(fsload_init(&l, &m, "x", 1, &e), -EINVAL);
	expect_text(&e, "page cache");
	fsload_release(&l);
}

/* --- the contract of roles and parameters -------------------------------------- */

static const char *const files[] = {
#define ROLE(name) #name,
#include "roles.h"
#undef ROLE
};

extern const struct role role_skeleton;

static void check_param(const struct param *p, const char *def)
{
	struct err e = ERR_INIT;
	uint64_t v, again;
	char text[32];

	assert_true(p->name[0] && p->help[0]);
	assert_null(strpbrk(p->name, ".= ;")); /* would break "role.name=value;..." */
	if (param_parse(p, def, &v, &e))
		fail_msg("%s", e.text);
	assert_int_equal(param_parse(p, param_format(p, v, text), &again, &e), 0);
	assert_true(again == v);
	assert_string_equal(text, def); /* defaults are written canonically */
}

static void check_role(const struct role *r)
{
	bool async = r->start && r->reap && r->begin && r->end;
	unsigned own = 0;

	assert_in_range(strlen(r->name), 1, 15); /* a thread's comm */
	assert_true(r->help[0] && !strchr(r->help, '\n'));
	assert_true(async ? !r->op : r->op && !r->start && !r->reap);
	assert_true(!r->renews || r->writes);
	assert_true(!r->grows || (r->writes && r->no_warmup));
	assert_true(r->bs_align >= 1);
	assert_true(r->needs_fd || !r->writes);
	for (const char *const *d = r->defaults; d && *d; d += 2) {
		assert_non_null(param_find(role_params, d[0]));
		check_param(param_find(role_params, d[0]), d[1]);
	}
	for (const struct param *p = r->params; p && p->name; p++, own++) {
		assert_null(param_find(role_params, p->name));
		assert_null(param_find(mix_params, p->name));
		assert_ptr_equal(param_find(r->params, p->name), p);
		check_param(p, p->def);
	}
	assert_true(own <= ROLE_OWN_PARAMS_MAX);
}

static void every_role_keeps_the_contract(void **state)
{
	size_t i;

	(void)state;
	for (i = 0; roles[i]; i++) {
		assert_string_equal(roles[i]->name, files[i]);
		if (i)
			assert_true(strcmp(roles[i - 1]->name, roles[i]->name) < 0);
		assert_ptr_equal(role_find(roles[i]->name), roles[i]);
		check_role(roles[i]);
		/* Runs as it is, if bound by ops; who looks for stamps needs who makes them. */
		check(roles[i]->sees_stamps ? "stale_read hole_fill" : roles[i]->name, "ops=64",
		      NULL);
	}
	assert_int_equal(i, NR(files));
	assert_null(role_find("skeleton"));
	assert_string_equal(role_skeleton.name, "skeleton");
	check_role(&role_skeleton);
}

static void every_parameter_row_is_sound(void **state)
{
	(void)state;
	for (unsigned i = 0; i < NR_MIX_PARAMS; i++)
		check_param(&mix_params[i], mix_params[i].def);
	for (unsigned i = 0; i < NR_ROLE_PARAMS; i++)
		check_param(&role_params[i], role_params[i].def);
	assert_null(mix_params[NR_MIX_PARAMS].name);
	assert_null(role_params[NR_ROLE_PARAMS].name);
	assert_null(param_find(NULL, "bs"));
	assert_true(NR_ROLE_PARAMS + ROLE_OWN_PARAMS_MAX <= 32); /* bits of mix_entry.named */
	assert_string_equal(extents_names[EXTENTS_MIXED], "mixed");
	assert_null(extents_names[EXTENTS_MIXED + 1]);
	assert_null(role_params[ROLE_OFFSETS].choices[OFFSETS_ZIPF + 1]);
	assert_null(role_params[ROLE_FILE].choices[FILE_OWN + 1]);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_mix_is_roles_with_threads),
		cmocka_unit_test(a_mix_that_is_none_is_refused_with_a_reason),
		cmocka_unit_test(set_reaches_the_mix_every_role_or_one),
		cmocka_unit_test(set_refuses_what_it_does_not_know),
		cmocka_unit_test(contradictions_are_named),
		cmocka_unit_test(the_bytes_of_all_files_are_known),
		cmocka_unit_test(a_contradictory_mix_is_not_even_begun),
		cmocka_unit_test(every_role_keeps_the_contract),
		cmocka_unit_test(every_parameter_row_is_sound),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
