/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * test_suite.c: suite files: what stands in for what is left out, and every
 * mistake. Each file in tests/data/suites/bad has one mistake and begins with
 * "# expect LINE: part of the sentence" (line 0: the whole file).
 */
#include <dirent.h>
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "lib/fs.h"
#include "lib/num.h"
#include "runners/suite/plan.h"

#define BAD "tests/data/suites/bad"
#define WORK "[workload w]\nmix = dio_overwrite:4\n"

static int load(struct suite *s, const char *text, const struct suite_overrides *o, struct err *e)
{
	return suite_load_mem(s, "dir/s.ini", text, strlen(text), o, e);
}

static void good(struct suite *s, const char *text, const struct suite_overrides *o)
{
	struct err e = ERR_INIT;

	if (load(s, text, o, &e))
		fail_msg("%s", e.text);
	assert_string_equal(e.text, "");
}

static void bad(const char *text, const struct suite_overrides *o, const char *want)
{
	struct err e = ERR_INIT;
	struct suite s;
	struct plan p;
	int ret = load(&s, text, o, &e);

	assert_int_equal(ret ? ret : plan_make(&p, &s, &e), -EINVAL);
	if (!strstr(e.text, want))
		fail_msg("\"%s\" is not in: %s", want, e.text);
	assert_int_equal(e.exit_code, FSDUEL_USAGE);
	suite_release(&s);
}

/* --- files with one mistake each ------------------------------------------------ */
static int is_ini(const struct dirent *d)
{
	size_t len = strlen(d->d_name);

	return len > 4 && !strcmp(d->d_name + len - 4, ".ini");
}

/* The head of the sentence and a part of it, from the file's first line. */
static void read_expectation(const char *path, char head[256], char want[256])
{
	char *first = fs_read_line(path), *colon;
	uint64_t line;

	assert_non_null(first);
	assert_memory_equal(first, "# expect ", 9);
	colon = strchr(first, ':');
	assert_non_null(colon);
	*colon = '\0';
	assert_int_equal(num_parse(first + 9, NUM_COUNT, &line, NULL), 0);
	if (line)
		snprintf(head, 256, "%s:%u: ", path, (unsigned)line);
	else
		snprintf(head, 256, "%s: ", path);
	snprintf(want, 256, "%s", colon + 2);
	free(first);
}

/* Says what is not as expected, so that one run shows all files that are not. */
static bool bad_file_ok(const char *name)
{
	char *path = xasprintf(BAD "/%s", name);
	char head[256], want[256];
	struct err e = ERR_INIT;
	struct suite s;
	struct plan p;
	bool ok;
	int ret;

	read_expectation(path, head, want);
	ret = suite_load(&s, path, NULL, &e);
	if (!ret)
		ret = plan_make(&p, &s, &e);
	ok = ret == -EINVAL && e.exit_code == FSDUEL_USAGE &&
	     !strncmp(e.text, head, strlen(head)) && strstr(e.text, want) && !strchr(e.text, '\n');
	if (!ok)
		print_error("%s: wanted \"%s\" with \"%s\", got:\n%s\n", path, head, want, e.text);
	suite_release(&s);
	free(path);
	return ok;
}

static void each_mistake_is_one_sentence_with_its_line(void **state)
{
	struct dirent **entries;
	int n = scandir(BAD, &entries, is_ini, alphasort), wrong = 0;

	(void)state;
	assert_true(n > 50);
	for (int i = 0; i < n; i++) {
		wrong += !bad_file_ok(entries[i]->d_name);
		free(entries[i]);
	}
	free(entries);
	assert_int_equal(wrong, 0);
}

static void several_mistakes_are_said_at_once(void **state)
{
	struct err e = ERR_INIT;
	struct strv said = STRV_INIT;
	struct suite s;

	(void)state;
	assert_int_equal(load(&s,
			      "[suite]\nblocks = x\n[nonsense]\n[mount a]\nfs = ext5\n"
			      "[workload w]\nmix = nobody\n"
			      "[workload v]\nmix = null\nbs = x y\n",
			      NULL, &e),
			 -EINVAL);
	strv_split(&said, e.text, "\n");
	assert_int_equal(said.n, 6);
	for (size_t i = 0; i < said.n; i++)
		assert_memory_equal(said.v[i], "dir/s.ini:", 10);
	strv_release(&said);
	suite_release(&s);
}

static void a_flood_of_mistakes_is_counted_not_cut(void **state)
{
	struct buf text = BUF_INIT;
	struct err e = ERR_INIT;
	struct suite s;

	(void)state;
	for (int i = 0; i < 200; i++)
		buf_addf(&text, "[nonsense%d]\n", i);
	buf_adds(&text, WORK);
	assert_int_equal(load(&s, buf_str(&text), NULL, &e), -EINVAL);
	assert_non_null(strstr(e.text, "\ndir/s.ini: and "));
	assert_string_equal(strstr(e.text, " more mistakes"), " more mistakes");
	suite_release(&s);
	buf_release(&text);
}

static void a_missing_file_is_a_sentence_and_a_usage_error(void **state)
{
	struct err e = ERR_INIT;
	struct suite s;

	(void)state;
	assert_int_equal(suite_load(&s, BAD "/nothing-here.ini", NULL, &e), -ENOENT);
	assert_non_null(strstr(e.text, "nothing-here.ini"));
	assert_int_equal(e.exit_code, FSDUEL_USAGE);
	suite_release(&s);
}

static void what_is_not_text_is_refused(void **state)
{
	(void)state;
	bad("[suite]\nabout = \xff\n" WORK, NULL, "not UTF-8");
	bad("", NULL, "there is no [workload NAME]");
}

/* A name or value means what it looks like; a comment is nobody's name. */
static void what_nobody_sees_is_refused(void **state)
{
	struct suite s;

	(void)state;
	bad("[suite]\nabout = a\u202eb\n" WORK, NULL,
	    "dir/s.ini:2: U+202E is a character that nobody "
	    "sees here: remove it");
	bad(WORK "[kernel a]\nimage = /boot/vm\u200blinuz\n", NULL,
	    "U+200B is a character that nobody");
	bad(WORK "[mount a\u2066]\n", NULL, "U+2066 is a character that nobody");
	bad("[suite]\nabout = \x1b[2J\n" WORK, NULL, "U+001B is a character that nobody");
	good(&s, "\ufeff; \u202e is shown to nobody\n" WORK "# nor \u200b\n", NULL);
	suite_release(&s);
}

static void margins_are_per_metric(void **state)
{
	struct suite s;

	(void)state;
	bad("[margins]\nops_per_s = 0.02\n" WORK, NULL,
	    "ops_per_s: '0.02' is not a percentage with its "
	    "sign");
	good(&s, "[margins]\nops_per_s = 0.5%\nlat_p99 = 10%\n" WORK, NULL);
	assert_int_equal(s.nr_margins, 2);
	assert_string_equal(s.margins[0].metric, "ops_per_s");
	assert_int_equal(s.margins[0].thousandths_pct, 500);
	assert_int_equal(s.margins[1].thousandths_pct, 10000);
	suite_release(&s);
}

/* --- what is left out ------------------------------------------------------------ */
static void the_shortest_suite_is_two_kernels_on_ext4(void **state)
{
	struct suite s;

	(void)state;
	good(&s, WORK, NULL);
	assert_string_equal(s.name, "s");
	assert_int_equal(s.mode, MODE_EXACT);
	assert_int_equal(s.blocks, 1);
	assert_int_equal(s.seed, 1);
	assert_int_equal(s.cpus, 1);
	assert_int_equal(s.device.size_bytes, 1u << 30);
	assert_int_equal(s.device.latency_ns, 80000);
	assert_int_equal(s.limit_virtual_ns, 60000000000);
	assert_int_equal(s.nr_kernels, 2);
	assert_null(s.kernels[0].ref);
	assert_int_equal(s.nr_mounts, 1);
	assert_string_equal(s.mounts[0].fs, "ext4");
	assert_string_equal(s.mounts[0].options, "");
	assert_int_equal(s.nr_variants, 2);
	assert_string_equal(s.variants[0].name, "baseline/default");
	assert_string_equal(s.variants[1].name, "patched/default");
	assert_int_equal(s.nr_contrasts, 1);
	assert_string_equal(s.contrasts[0].name, "default");
	assert_int_equal(s.contrasts[0].baseline, 0);
	assert_int_equal(s.contrasts[0].patched, 1);
	suite_release(&s);
}

static void every_key_arrives(void **state)
{
	struct suite s;

	(void)state;
	good(&s,
	     "[suite]\nname = n\nabout = what it is ; and a comment\nblocks = 7\nseed = 42\n"
	     "mode = kvm\n[device]\nsize = 2G\nlatency = 1.5ms\ncache = 8M\nbandwidth = 100M\n"
	     "[machine]\ncpus = 2\nmemory = 2G\n[limits]\nvirtual = 90s\nwall = 10m\n"
	     "[kernel a]\nimage = /boot/vmlinuz\n"
	     "[mount m]\nfs = ext4\nmkfs = -O ^has_journal -m 0\n"
	     "options = nodelalloc, noatime\n" WORK,
	     NULL);
	assert_string_equal(s.name, "n");
	assert_string_equal(s.about, "what it is");
	assert_int_equal(s.blocks, 7);
	assert_int_equal(s.seed, 42);
	assert_int_equal(s.mode, MODE_KVM);
	assert_int_equal(s.device.size_bytes, 2ull << 30);
	assert_int_equal(s.device.latency_ns, 1500000);
	assert_int_equal(s.device.cache_bytes, 8u << 20);
	assert_int_equal(s.device.bandwidth_bytes_per_s, 100u << 20);
	assert_int_equal(s.cpus, 2);
	assert_int_equal(s.memory_bytes, 2ull << 30);
	assert_int_equal(s.limit_virtual_ns, 90000000000);
	assert_int_equal(s.limit_wall_ns, 600000000000);
	assert_string_equal(s.kernels[0].ref, "/boot/vmlinuz");
	assert_string_equal(s.mounts[0].options, "nodelalloc,noatime");
	assert_int_equal(s.mounts[0].mkfs.n, 4);
	suite_release(&s);
}

static void the_text_and_its_hash_are_kept(void **state)
{
	char want[SHA256_HEX];
	struct suite s;

	(void)state;
	good(&s, WORK, NULL);
	sha256_hex(WORK, strlen(WORK), want);
	assert_string_equal(s.text, WORK);
	assert_string_equal(s.sha256, want);
	suite_release(&s);
}

static void sections_may_stand_in_any_order(void **state)
{
	struct suite s;

	(void)state;
	good(&s,
	     "[contrast c]\nbaseline = k/default\npatched = k/other\n" WORK
	     "[mount default]\n[mount other]\noptions = nodelalloc\n[kernel k]\n",
	     NULL);
	assert_int_equal(s.nr_contrasts, 1);
	assert_int_equal(s.contrasts[0].patched, 1);
	suite_release(&s);
}

/* --- the command line over the file ----------------------------------------------- */
static void the_command_line_gives_or_replaces_kernels(void **state)
{
	const struct suite_overrides both = { .baseline = "a", .patched = "b", .blocks = 9 };
	struct suite s;

	(void)state;
	good(&s, "[suite]\nblocks = 2\n" WORK, &both);
	assert_string_equal(s.kernels[0].ref, "a");
	assert_string_equal(s.kernels[1].ref, "b");
	assert_int_equal(s.blocks, 9);
	suite_release(&s);
	good(&s, "[kernel baseline]\nimage = x\n[kernel patched]\nimage = y\n" WORK,
	     &(struct suite_overrides){ .patched = "b" });
	assert_string_equal(s.kernels[0].ref, "x");
	assert_string_equal(s.kernels[1].ref, "b");
	suite_release(&s);
}

static void the_only_kernel_takes_baseline_whatever_its_label(void **state)
{
	struct suite s;

	(void)state;
	good(&s, "[kernel stock]\n" WORK, &(struct suite_overrides){ .baseline = "6.12" });
	assert_string_equal(s.kernels[0].label, "stock");
	assert_string_equal(s.kernels[0].ref, "6.12");
	suite_release(&s);
	bad("[kernel stock]\n" WORK, &(struct suite_overrides){ .patched = "6.12" },
	    "there is no kernel patched to boot here");
	bad("[suite]\nmode = host\n" WORK, &(struct suite_overrides){ .baseline = "6.12" },
	    "there is no kernel baseline to boot here");
	bad(WORK, &(struct suite_overrides){ .blocks = 1001 }, "1000 is the most");
}

/* --- variants and contrasts -------------------------------------------------------- */
#define MOUNTS "[mount a]\n[mount b]\n[mount c]\n"

static void variants_are_all_kernels_on_all_mounts(void **state)
{
	static const char *const want[] = { "baseline/a", "baseline/b", "baseline/c",
					    "patched/a",  "patched/b",  "patched/c" };
	struct suite s;

	(void)state;
	good(&s, MOUNTS WORK, NULL);
	assert_int_equal(s.nr_variants, 6);
	for (size_t i = 0; i < 6; i++)
		assert_string_equal(s.variants[i].name, want[i]);
	assert_int_equal(s.nr_contrasts, 3);
	for (size_t i = 0; i < 3; i++) {
		assert_string_equal(s.contrasts[i].name, s.mounts[i].name);
		assert_int_equal(s.contrasts[i].baseline, i);
		assert_int_equal(s.contrasts[i].patched, i + 3);
	}
	suite_release(&s);
}

static void variants_can_be_chosen(void **state)
{
	struct suite s;

	(void)state;
	good(&s, MOUNTS "[variants]\nmounts = c, a\nkernels = patched\n" WORK, NULL);
	assert_int_equal(s.nr_variants, 2);
	assert_string_equal(s.variants[0].name, "patched/a");
	assert_string_equal(s.variants[1].name, "patched/c");
	assert_int_equal(s.nr_contrasts, 0);
	suite_release(&s);
}

static void one_kernel_compares_its_mounts_with_the_first(void **state)
{
	struct suite s;

	(void)state;
	good(&s, "[kernel k]\n" MOUNTS WORK, NULL);
	assert_int_equal(s.nr_contrasts, 2);
	assert_string_equal(s.contrasts[0].name, "b");
	assert_int_equal(s.contrasts[1].baseline, 0);
	assert_int_equal(s.contrasts[1].patched, 2);
	suite_release(&s);
}

static void two_kernels_of_any_label_are_compared(void **state)
{
	struct suite s;

	(void)state;
	good(&s, "[kernel v6.1]\n[kernel v6.12]\n" WORK, NULL);
	assert_int_equal(s.nr_contrasts, 1);
	assert_int_equal(s.contrasts[0].baseline, 0);
	suite_release(&s);
}

static void an_a_a_check_is_two_variants_of_the_same(void **state)
{
	struct suite s;

	(void)state;
	good(&s,
	     "[variant first]\nkernel = baseline\nmount = default\n"
	     "[variant second]\nkernel = baseline\nmount = default\n"
	     "[contrast aa]\nbaseline = first\npatched = second\n" WORK,
	     NULL);
	assert_int_equal(s.nr_variants, 2);
	assert_string_equal(s.variants[1].name, "second");
	assert_int_equal(s.contrasts[0].patched, 1);
	suite_release(&s);
}

static void a_host_suite_measures_the_running_kernel(void **state)
{
	struct suite s;

	(void)state;
	good(&s, "[suite]\nmode = host\n" MOUNTS WORK, NULL);
	assert_int_equal(s.nr_variants, 3);
	assert_string_equal(s.variants[0].name, "running/a");
	assert_int_equal(s.nr_contrasts, 2);
	suite_release(&s);
}

static void passes_are_the_files_and_the_command_lines(void **state)
{
	static const char *const locks[] = { "locks" }, *const wrong[] = { "throughput", "lock" };
	struct suite s;

	(void)state;
	good(&s, WORK, NULL);
	assert_int_equal(s.passes, 1 << PASS_THROUGHPUT);
	assert_int_equal(s.watch_blocks, 1);
	assert_true(s.raw_budget_bytes == 200 << 20);
	suite_release(&s);
	good(&s, "[suite]\npasses = locks, throughput\nwatch_blocks = 3\nraw_budget = 1G\n" WORK,
	     &(struct suite_overrides){ .watch_blocks = 5 });
	assert_int_equal(s.passes, 1 << PASS_THROUGHPUT | 1 << PASS_LOCKS);
	assert_int_equal(s.watch_blocks, 5);
	assert_true(s.raw_budget_bytes == 1 << 30);
	suite_release(&s);
	good(&s, WORK, &(struct suite_overrides){ .passes = locks, .nr_passes = 1 });
	assert_int_equal(s.passes, 1 << PASS_THROUGHPUT | 1 << PASS_LOCKS);
	suite_release(&s);
	bad(WORK, &(struct suite_overrides){ .passes = wrong, .nr_passes = 2 },
	    "unknown pass \"lock\"; did you mean locks?");
	bad(WORK, &(struct suite_overrides){ .watch_blocks = 1001 }, "1000 is the most");
}

/* --- workloads ---------------------------------------------------------------------- */
static void values_are_kept_in_one_notation(void **state)
{
	struct suite s;
	const struct suite_workload *w;

	(void)state;
	good(&s,
	     "[workload w]\nmix = dio_overwrite:{threads}\nthreads = 01, 8\nbs = 4096 16KiB\n"
	     "dio_overwrite.offsets = sequential\nruntime = 1000ms\n",
	     NULL);
	w = &s.workloads[0];
	assert_int_equal(w->nr_params, 4);
	assert_string_equal(w->params[0].values.v[0], "1");
	assert_string_equal(w->params[0].values.v[1], "8");
	assert_string_equal(w->params[1].values.v[0], "4k");
	assert_string_equal(w->params[1].values.v[1], "16k");
	assert_string_equal(w->params[2].name, "dio_overwrite.offsets");
	assert_string_equal(w->params[2].values.v[0], "sequential");
	assert_string_equal(w->params[3].values.v[0], "1s");
	assert_int_equal(w->params[3].line, 6);
	suite_release(&s);
}

static void a_fio_job_is_found_beside_the_suite(void **state)
{
	static const char text[] = "[workload w]\nfio = plain.fio\nthreads = 1 4\nrw = randwrite\n";
	struct err e = ERR_INIT;
	struct suite s;

	(void)state;
	if (suite_load_mem(&s, BAD "/x.ini", text, strlen(text), NULL, &e))
		fail_msg("%s", e.text);
	assert_string_equal(s.workloads[0].fio, BAD "/plain.fio");
	assert_non_null(strstr(s.workloads[0].fio_text, "ioengine=psync"));
	assert_null(s.workloads[0].mix);
	suite_release(&s);
}

/* --- kernels that are built --------------------------------------------------------- */

static void a_kernel_with_a_source_has_the_name_of_what_it_is_made_of(void **state)
{
	static const struct {
		const char *keys, *name;
	} cases[] = {
		{ "source = 6.12\n", "stock-6.12" },
		{ "source = 6.1\n", "stock-6.1" },
		{ "source = 6.12\npatches = excl-dio\n", "excl-dio" },
		{ "source = 6.12\npatches = never-unwritten, widen\n", "never-unwritten+widen" },
		{ "source = 6.1\npatches = excl-dio\n", "excl-dio-6.1" },
		{ "source = 6.12\npatches = ../p/mine.patch slow-600\n", "mine+slow-600" },
		{ "source = 6.12\npatches =\n", "stock-6.12" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		char *text = xasprintf("[kernel baseline]\n%s[kernel patched]\nimage = 6.1\n" WORK,
				       cases[i].keys);
		struct suite s;

		good(&s, text, NULL);
		assert_string_equal(s.kernels[0].ref, cases[i].name);
		assert_non_null(s.kernels[0].source);
		assert_null(s.kernels[1].source);
		suite_release(&s);
		free(text);
	}
}

static void a_patch_with_a_path_lies_beside_the_suite(void **state)
{
	struct kernel_build b;
	struct buf command = BUF_INIT;
	struct suite s;

	(void)state;
	good(&s, "[kernel only]\nsource = 6.1\npatches = slow-600 ../p/mine.patch\n" WORK, NULL);
	b = suite_kernel_build(&s.kernels[0]);
	assert_int_equal(b.nr_patches, 2);
	assert_string_equal(b.patches[1], "dir/../p/mine.patch");
	kernel_build_command(&b, &command);
	assert_string_equal(buf_str(&command), "fsduel kernel build slow-600+mine-6.1 --source 6.1 "
					       "--patch slow-600 --patch dir/../p/mine.patch");
	buf_release(&command);
	suite_release(&s);
}

static void the_command_line_goes_over_a_source(void **state)
{
	static const struct suite_overrides bz = { .patched = "bz" }, host = { .mode = "host" };
	static const char text[] = "[kernel baseline]\nsource = 6.12\n"
				   "[kernel patched]\nsource = 6.12\npatches = excl-dio\n" WORK;
	struct suite s;

	(void)state;
	good(&s, text, &bz);
	assert_string_equal(s.kernels[0].ref, "stock-6.12");
	assert_string_equal(s.kernels[1].ref, "bz");
	assert_null(s.kernels[1].source);
	assert_int_equal(s.kernels[1].patches.n, 0);
	suite_release(&s);
	good(&s, text, &host);
	assert_null(s.kernels[1].ref);
	assert_null(s.kernels[1].source);
	suite_release(&s);
}

/* --- two sizes in one file ------------------------------------------------------------ */

#define TWO_SIZES                                                                                  \
	"[device]\nsize = 256M\nunscaled.size = 40G\n"                                             \
	"[machine]\nunscaled.memory = 64G\n[limits]\nunscaled.virtual = 10m\n"                     \
	"[mount a]\nmkfs = -O ^metadata_csum\nunscaled.mkfs =\n"                                   \
	"[workload w]\nmix = dio_overwrite:{threads}\nthreads = 1 2\n"                             \
	"unscaled.threads = 1 2 4\nfile_size = 64M\nunscaled.file_size = 20G\n"

static void unscaled_keys_are_for_those_who_ask(void **state)
{
	static const struct suite_overrides o = { .unscaled = true };
	const struct suite_workload *w;
	struct suite s;

	(void)state;
	good(&s, TWO_SIZES, NULL);
	assert_false(s.unscaled);
	assert_int_equal(s.device.size_bytes, 256ull << 20);
	assert_int_equal(s.memory_bytes, 1ull << 30);
	assert_int_equal(s.limit_virtual_ns, 60000000000ull);
	assert_int_equal(s.mounts[0].mkfs.n, 2);
	w = &s.workloads[0];
	assert_int_equal(w->nr_params, 2);
	assert_int_equal(w->params[0].values.n, 2);
	assert_string_equal(w->params[1].values.v[0], "64M");
	suite_release(&s);

	good(&s, TWO_SIZES, &o);
	assert_true(s.unscaled);
	assert_int_equal(s.device.size_bytes, 40ull << 30);
	assert_int_equal(s.memory_bytes, 64ull << 30);
	assert_int_equal(s.limit_virtual_ns, 600000000000ull);
	assert_int_equal(s.mounts[0].mkfs.n, 0);
	w = &s.workloads[0];
	assert_int_equal(w->nr_params, 2);
	assert_string_equal(w->params[0].name, "threads");
	assert_int_equal(w->params[0].values.n, 3);
	assert_int_equal(w->params[0].line, 14);
	assert_string_equal(w->params[1].values.v[0], "20G");
	suite_release(&s);
	/* In any order. */
	good(&s, WORK "bs = 4k\nunscaled.ops = 9\nops = 5\nunscaled.bs = 8k\n", &o);
	w = &s.workloads[0];
	assert_int_equal(w->nr_params, 2);
	assert_string_equal(w->params[0].name, "ops");
	assert_string_equal(w->params[0].values.v[0], "9");
	assert_string_equal(w->params[1].values.v[0], "8k");
	suite_release(&s);
	bad(WORK, &o, "dir/s.ini: no key unscaled.* gives the size");
}

static void the_size_asked_for_is_checked(void **state)
{
	static const struct suite_overrides o = { .unscaled = true };

	(void)state;
	bad(WORK "bs = 5q\nunscaled.bs = 8k\n", NULL, "s.ini:3: ");
	bad(WORK "bs = 8k\nunscaled.bs = 5q\n", &o, "s.ini:4: ");
}

/* A guest of 1 GiB cannot hold it, a machine with a disk can: only who boots one is told. */
static void what_no_guest_could_hold_is_no_mistake_of_the_file(void **state)
{
	static const char text[] = WORK "file_size = 64M\nunscaled.file_size = 20G\n"
					"[device]\nunscaled.size = 40G\n"
					"[contrast c]\nbaseline = baseline/default\n"
					"patched = patched/default\n";
	static const struct suite_overrides guest = { .unscaled = true };
	static const struct suite_overrides host = { .unscaled = true,
						     .mode = "host",
						     .running = "baseline" };
	struct suite s;

	(void)state;
	good(&s, text, NULL);
	suite_release(&s);
	good(&s, text, &host);
	suite_release(&s);
	bad(text, &guest, "more than half of the guest's memory");
}

static void what_an_experiment_asks_is_kept(void **state)
{
	struct suite s;

	(void)state;
	good(&s, "[experiment]\nquestion = Is it slow?\npublished = 3.8 times\n" WORK, NULL);
	assert_string_equal(s.experiment.question, "Is it slow?");
	assert_string_equal(s.experiment.published, "3.8 times");
	assert_null(s.experiment.work);
	suite_release(&s);
}

static void the_suites_we_ship_are_right(void **state)
{
	static const char *const names[] = { "quick", "mix", "scaling", "mounts" };

	(void)state;
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		char *path = xasprintf("configs/%s.ini", names[i]);
		struct err e = ERR_INIT;
		struct suite s;

		if (suite_load(&s, path, NULL, &e))
			fail_msg("%s", e.text);
		assert_string_equal(s.name, names[i]);
		assert_true(s.nr_contrasts > 0);
		suite_release(&s);
		free(path);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_mistake_is_one_sentence_with_its_line),
		cmocka_unit_test(several_mistakes_are_said_at_once),
		cmocka_unit_test(a_flood_of_mistakes_is_counted_not_cut),
		cmocka_unit_test(a_missing_file_is_a_sentence_and_a_usage_error),
		cmocka_unit_test(what_is_not_text_is_refused),
		cmocka_unit_test(what_nobody_sees_is_refused),
		cmocka_unit_test(margins_are_per_metric),
		cmocka_unit_test(the_shortest_suite_is_two_kernels_on_ext4),
		cmocka_unit_test(every_key_arrives),
		cmocka_unit_test(the_text_and_its_hash_are_kept),
		cmocka_unit_test(sections_may_stand_in_any_order),
		cmocka_unit_test(the_command_line_gives_or_replaces_kernels),
		cmocka_unit_test(the_only_kernel_takes_baseline_whatever_its_label),
		cmocka_unit_test(variants_are_all_kernels_on_all_mounts),
		cmocka_unit_test(variants_can_be_chosen),
		cmocka_unit_test(one_kernel_compares_its_mounts_with_the_first),
		cmocka_unit_test(two_kernels_of_any_label_are_compared),
		cmocka_unit_test(an_a_a_check_is_two_variants_of_the_same),
		cmocka_unit_test(a_host_suite_measures_the_running_kernel),
		cmocka_unit_test(passes_are_the_files_and_the_command_lines),
		cmocka_unit_test(values_are_kept_in_one_notation),
		cmocka_unit_test(a_fio_job_is_found_beside_the_suite),
		cmocka_unit_test(a_kernel_with_a_source_has_the_name_of_what_it_is_made_of),
		cmocka_unit_test(a_patch_with_a_path_lies_beside_the_suite),
		cmocka_unit_test(the_command_line_goes_over_a_source),
		cmocka_unit_test(unscaled_keys_are_for_those_who_ask),
		cmocka_unit_test(the_size_asked_for_is_checked),
		cmocka_unit_test(what_no_guest_could_hold_is_no_mistake_of_the_file),
		cmocka_unit_test(what_an_experiment_asks_is_kept),
		cmocka_unit_test(the_suites_we_ship_are_right),
	};

	return cmocka_run_group_tests_name("suite", tests, NULL, NULL);
}
