/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * test_reboot.c: kernels in turn over reboots: every decision, whole runs played
 * through with machines that crash, hang and come up with the wrong kernel, the
 * state over a boot, the unit in a tree of its own by the real systemctl, and
 * what counts as interleaved. The real thing is tests/slow/kexec.t.
 */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "lib/fs.h"
#include "lib/proc.h"
#include "lib/rng.h"
#include "runners/host/reboot.h"
#include "tests/unit/skip.h"

#define OTHER (-1) /* a kernel that is none of ours */

/* Two kernels, four blocks: A B, B A, A B, A B. */
static struct reboot_leg leg_v[] = {
	{ 1, 0, 3 }, { 1, 1, 3 }, { 2, 1, 3 }, { 2, 0, 3 },
	{ 3, 0, 3 }, { 3, 1, 3 }, { 4, 0, 3 }, { 4, 1, 3 },
};
#define NR_LEGS (sizeof(leg_v) / sizeof(leg_v[0]))

static struct reboot_kernel kernel_v[] = {
	{ "baseline", (char *)"/boot/a", NULL, (char *)"6.1", (char *)"#1", (char *)"" },
	{ "patched", (char *)"/boot/b", (char *)"/boot/initrd b", (char *)"6.12", (char *)"#2",
	  (char *)"0123" },
};

static struct reboot_state begun(void)
{
	return (struct reboot_state){ .kernels = kernel_v,
				      .nr_kernels = 2,
				      .asked = REBOOT_NONE_ASKED };
}

static struct reboot_step decide(const struct reboot_state *s, const struct reboot_legs *l,
				 int running, const char *boot)
{
	const struct reboot_seen seen = {
		.boot_id = boot, .release = "5.10", .running = running, .legs = l
	};
	struct reboot_step step;

	reboot_decide(s, &seen, &step);
	return step;
}

/* --- single decisions --------------------------------------------------------------- */

static void the_first_leg_is_measured_where_its_kernel_runs(void **state)
{
	struct reboot_state s = begun();
	const struct reboot_legs l = { leg_v, NR_LEGS };

	(void)state;
	assert_int_equal(decide(&s, &l, 0, "boot1").action, REBOOT_MEASURE);
	assert_int_equal(decide(&s, &l, 1, "boot1").action, REBOOT_KEXEC);
	assert_int_equal(decide(&s, &l, 1, "boot1").kernel, 0);
	assert_int_equal(decide(&s, &l, OTHER, "boot1").action, REBOOT_KEXEC);
}

static void what_is_measured_is_skipped_and_an_end_is_found(void **state)
{
	struct reboot_leg v[] = { { 1, 0, 0 }, { 1, 1, 0 }, { 2, 1, 2 } };
	struct reboot_legs l = { v, 3 };
	struct reboot_state s = begun();
	struct reboot_step step = decide(&s, &l, 1, "boot1");

	(void)state;
	assert_int_equal(step.action, REBOOT_MEASURE);
	assert_int_equal(step.leg, 2);
	v[2].missing = 0;
	assert_int_equal(decide(&s, &l, 1, "boot1").action, REBOOT_DONE);
	l.n = 0;
	assert_int_equal(decide(&s, &l, OTHER, "boot1").action, REBOOT_DONE);
}

static void a_leg_that_was_measured_is_not_measured_again_for_its_failed_cells(void **state)
{
	struct reboot_leg v[] = { { 1, 0, 1 } };
	const struct reboot_legs l = { v, 1 };
	struct reboot_state s = begun();
	struct reboot_step step = decide(&s, &l, 0, "boot1");

	(void)state;
	reboot_note_begin(&s, &step, "boot1");
	reboot_note_measured(&s);
	assert_int_equal(decide(&s, &l, 0, "boot1").action, REBOOT_DONE);
}

static void another_kernel_than_asked_stops_it(void **state)
{
	struct reboot_state s = begun();
	const struct reboot_legs l = { leg_v, NR_LEGS };
	struct reboot_step step = decide(&s, &l, OTHER, "boot1");

	(void)state;
	assert_int_equal(step.action, REBOOT_KEXEC);
	reboot_note_begin(&s, &step, "boot1");
	assert_int_equal(decide(&s, &l, 0, "boot2").action, REBOOT_MEASURE);
	step = decide(&s, &l, OTHER, "boot2");
	assert_int_equal(step.action, REBOOT_STOP);
	assert_string_equal(step.why,
			    "the kernel that came up is 5.10, not 'baseline' (6.1) as "
			    "asked: that one did not boot, or lacks what this machine needs (an "
			    "initrd: --kexec baseline=/boot/a,INITRD)");
	step = decide(&s, &l, 1, "boot2");
	assert_int_equal(step.action, REBOOT_STOP);
}

static void a_restart_that_did_not_happen_stops_it(void **state)
{
	struct reboot_state s = begun();
	const struct reboot_legs l = { leg_v, NR_LEGS };
	struct reboot_step step = decide(&s, &l, OTHER, "boot1");

	(void)state;
	reboot_note_begin(&s, &step, "boot1");
	step = decide(&s, &l, OTHER, "boot1");
	assert_int_equal(step.action, REBOOT_STOP);
	assert_non_null(strstr(step.why, "and did not"));
	/* Nor is one believed that seems to have come up on the boot that asked. */
	assert_int_equal(decide(&s, &l, 0, "boot1").action, REBOOT_STOP);
}

/* --- whole runs ------------------------------------------------------------------------ */

/* A machine: what happens at each boot and each leg is drawn; -1 never. */
struct machine_play {
	struct rng rng;
	unsigned crash_pct; /* of legs: the machine goes down while measuring */
	int always_crashes; /* kernel */
	int never_boots;    /* kernel: the default one comes up instead */
	int default_kernel;
	struct reboot_leg legs[NR_LEGS];
	unsigned boots, measured;
	unsigned order[64]; /* kernel of each leg measured */
	char boot_id[16];
};

static int boot(struct machine_play *m, int kernel)
{
	snprintf(m->boot_id, sizeof(m->boot_id), "boot%u", ++m->boots);
	return kernel == m->never_boots ? m->default_kernel : kernel;
}

/* The notes are written as JSON before each step and read after each boot, as on a real machine. */
static struct reboot_state over_a_boot(const struct reboot_state *s)
{
	json_t *j = reboot_notes_to_json(s);
	struct reboot_state read = begun();
	struct err e = ERR_INIT;

	if (reboot_notes_from_json(&read, j, &e))
		fail_msg("%s", e.text);
	json_decref(j);
	return read;
}

static struct reboot_step play(struct machine_play *m)
{
	struct reboot_state s = begun();
	int running = boot(m, m->default_kernel);
	struct reboot_step step;

	memcpy(m->legs, leg_v, sizeof(leg_v));
	for (;;) {
		const struct reboot_legs l = { m->legs, NR_LEGS };
		bool crash;

		step = decide(&s, &l, running, m->boot_id);
		if (step.action == REBOOT_DONE || step.action == REBOOT_STOP)
			break;
		reboot_note_begin(&s, &step, m->boot_id);
		crash = step.action == REBOOT_MEASURE && ((int)step.kernel == m->always_crashes ||
							  rng_below(&m->rng, 100) < m->crash_pct);
		if (step.action == REBOOT_MEASURE && !crash) {
			assert_int_equal(running, m->legs[step.leg].kernel);
			m->order[m->measured++] = (unsigned)running;
			m->legs[step.leg].missing = 0;
			reboot_note_measured(&s);
			continue;
		}
		s = over_a_boot(&s);
		running = boot(m, crash ? m->default_kernel : (int)step.kernel);
		assert_true(m->boots < 100);
	}
	return step;
}

static struct machine_play machine(int default_kernel)
{
	return (struct machine_play){ .always_crashes = -1,
				      .never_boots = -2,
				      .default_kernel = default_kernel };
}

static void a_machine_that_works_measures_all_in_the_plans_order(void **state)
{
	static const unsigned want[] = { 0, 1, 1, 0, 0, 1, 0, 1 };
	struct machine_play m = machine(OTHER);

	(void)state;
	assert_int_equal(play(&m).action, REBOOT_DONE);
	assert_int_equal(m.measured, NR_LEGS);
	assert_memory_equal(m.order, want, sizeof(want));
	/* The start, one into each stretch of the order 0 11 00 1 0 1, and no more. */
	assert_int_equal(m.boots, 1 + 6);
}

static void a_kernel_that_does_not_boot_stops_it_at_once(void **state)
{
	struct machine_play m = machine(0);
	struct reboot_step step;

	(void)state;
	m.never_boots = 1;
	step = play(&m);
	assert_int_equal(step.action, REBOOT_STOP);
	assert_non_null(strstr(step.why, "not 'patched'"));
	assert_int_equal(m.measured, 1);
	assert_int_equal(m.boots, 2);
}

static void a_kernel_that_always_crashes_is_given_up(void **state)
{
	struct reboot_step step;

	(void)state;
	for (int def = OTHER; def < 2; def++) {
		struct machine_play m = machine(def);

		m.always_crashes = 1;
		step = play(&m);
		assert_int_equal(step.action, REBOOT_STOP);
		assert_non_null(
			strstr(step.why, "block 1 of the kernel 'patched' was begun 3 times"));
		assert_int_equal(m.measured, 1);
		assert_true(m.boots <= 2 + 2 * REBOOT_TRIES_MAX);
	}
}

static void any_machine_comes_to_an_end(void **state)
{
	unsigned done = 0;

	(void)state;
	for (uint64_t seed = 0; seed < 2000; seed++) {
		struct machine_play m = machine((int)(seed % 3) - 1);
		struct reboot_step step;

		m.rng.state = rng_mix(seed, 7);
		m.crash_pct = (unsigned)(seed % 60);
		step = play(&m);
		done += step.action == REBOOT_DONE;
		assert_true(step.action == REBOOT_DONE ? m.measured == NR_LEGS : *step.why != 0);
		/* Each try of each leg costs two restarts at most: down, and into its kernel. */
		assert_true(m.boots <= 1 + 2 * REBOOT_TRIES_MAX * NR_LEGS);
	}
	assert_true(done > 1000 && done < 2000);
}

/* --- legs of a plan ----------------------------------------------------------------------- */

static const char suite_text[] = "[suite]\nmode = host\nblocks = 12\nseed = 5\n"
				 "[mount default]\n[mount nodelalloc]\noptions = nodelalloc\n"
				 "[kernel baseline]\n[kernel patched]\n"
				 "[workload w]\nmix = dio_read:{threads}\nthreads = 1 2\n";

static void legs_follow_the_coin_of_each_block(void **state)
{
	struct suite suite;
	struct plan p;
	struct reboot_legs l;
	struct err e = ERR_INIT;
	bool *missing;
	unsigned swapped = 0;

	(void)state;
	assert_int_equal(suite_load_mem(&suite, "s.ini", suite_text, strlen(suite_text),
					&(struct suite_overrides){ 0 }, &e),
			 0);
	assert_int_equal(plan_make(&p, &suite, &e), 0);
	missing = calloc(p.nr_units, sizeof(*missing));
	assert_non_null(missing);
	for (size_t i = 0; i < p.nr_units; i++)
		missing[i] = p.units[i].block == 3;
	reboot_legs_make(&l, &p, missing);
	assert_int_equal(l.n, 24);
	for (size_t i = 0; i < l.n; i += 2) {
		assert_int_equal(l.v[i].block, i / 2 + 1);
		assert_int_equal(l.v[i + 1].block, i / 2 + 1);
		assert_int_equal(l.v[i].kernel + l.v[i + 1].kernel, 1);
		assert_int_equal(l.v[i].missing, i / 2 + 1 == 3 ? 4 : 0);
		swapped += l.v[i].kernel == 1;
	}
	assert_true(swapped > 0 && swapped < 12);
	reboot_legs_release(&l);
	free(missing);
	plan_release(&p);
	suite_release(&suite);
}

static void kernels_that_cannot_be_had_are_refused(void **state)
{
	static const struct {
		const char *word, *says;
	} cases[] = {
		{ NULL, "no image is given for it: add --kexec patched=BZIMAGE" },
		{ "patched", "--kexec wants LABEL=BZIMAGE[,INITRD], not \"patched\"" },
		{ "patched=", "--kexec wants" },
		{ "patched=,initrd", "--kexec wants" },
		{ "other=x", "has no kernel 'other'; it has patched, old" },
		{ "old=/nonexistent/x", "no kernel at \"/nonexistent/x\"" },
	};
	struct suite_kernel kernels[] = { { .label = (char *)"patched" },
					  { .label = (char *)"old" } };
	const struct suite suite = { .kernels = kernels, .nr_kernels = 2, .path = (char *)"s" };

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct err e = ERR_INIT;
		struct reboot_state s;

		reboot_state_init(&s, &suite);
		assert_true(reboot_state_kernels(&s, &suite, &cases[i].word, !!cases[i].word, &e) <
			    0);
		assert_int_equal(e.exit_code, FSDUEL_USAGE);
		if (!strstr(e.text, cases[i].says))
			fail_msg("%s", e.text);
		reboot_state_release(&s);
	}
}

/* --- state ----------------------------------------------------------------------------------- */

static void the_state_survives(void **state)
{
	struct reboot_state s = begun(), r;
	json_t *j, *k;

	(void)state;
	s.leg = 5;
	s.tries = 2;
	s.asked = 1;
	strcpy(s.boot_id, "b00t");
	r = over_a_boot(&s);
	j = reboot_notes_to_json(&s);
	k = reboot_notes_to_json(&r);
	assert_true(json_equal(j, k));
	assert_int_equal(r.asked, 1);
	json_decref(j);
	json_decref(k);
}

static void a_damaged_state_is_refused(void **state)
{
	static const struct {
		const char *key, *json;
	} damage[] = {
		{ "asked", "2" },
		{ "asked", "-2" },
		{ "leg", "-1" },
		{ "tries", "\"1\"" },
		{ "boot_id", "\"0123456789012345678901234567890123456789\"" },
		{ "more", "1" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(damage) / sizeof(damage[0]); i++) {
		struct reboot_state s = begun(), r = s;
		json_t *j = reboot_notes_to_json(&s);
		struct err e = ERR_INIT;

		json_object_set_new(j, damage[i].key,
				    json_loads(damage[i].json, JSON_DECODE_ANY, NULL));
		if (reboot_notes_from_json(&r, j, &e) != -EINVAL)
			fail_msg("%s = %s was taken", damage[i].key, damage[i].json);
		assert_non_null(strstr(e.text, "fsduel run --kexec"));
		json_decref(j);
	}
}

/* --- the unit, in a tree of its own -------------------------------------------------------------
 */

static int make_tree(void **state)
{
	char *root = strdup("/tmp/fsduel-test-reboot-XXXXXX");

	unsetenv("FSDUEL_STATE");
	*state = root;
	if (!root || !mkdtemp(root))
		return -1;
	for (const char *const *d = (const char *const[]){ "etc/systemd/system", "var/lib", NULL };
	     *d; d++) {
		char *path = xasprintf("%s/%s", root, *d);
		int ret = fs_mkdir_p(path, NULL);

		free(path);
		if (ret)
			return -1;
	}
	return 0;
}

static int drop_tree(void **state)
{
	fs_remove_tree(*state, NULL);
	free(*state);
	return 0;
}

static bool in_tree(const char *root, const char *name)
{
	char *path = xasprintf("%s/%s", root, name);
	struct stat st;
	bool there = lstat(path, &st) == 0; /* a link there points out of the tree */

	free(path);
	return there;
}

#define LINK "etc/systemd/system/multi-user.target.wants/" REBOOT_UNIT

static void the_unit_is_enabled_and_removed_without_a_trace(void **state)
{
	const char *root = *state;
	struct reboot_state s = begun(), r = s;
	struct err e = ERR_INIT;

	s.tries = 2;
	assert_false(reboot_is_installed(root));
	assert_int_equal(reboot_load(&r, root, &e), -ENOENT);
	err_clear(&e);
	if (reboot_install(&s, root, &e))
		fail_msg("%s", e.text);
	assert_true(in_tree(root, LINK));
	assert_true(in_tree(root, "etc/systemd/system/" REBOOT_UNIT));
	assert_true(reboot_is_installed(root));
	assert_int_equal(reboot_load(&r, root, &e), 0);
	assert_int_equal(r.tries, 2);
	assert_true(reboot_install(&s, root, &e) < 0);
	err_clear(&e);
	if (reboot_remove(root, &e))
		fail_msg("%s", e.text);
	assert_false(in_tree(root, LINK));
	assert_false(reboot_is_installed(root));
	assert_int_equal(reboot_remove(root, &e), 0);
}

static void what_a_crash_left_in_between_is_removed(void **state)
{
	const char *root = *state;
	struct reboot_state s = begun();
	char *link = xasprintf("%s/" LINK, root);
	struct err e = ERR_INIT;

	/* After the state, before the unit. */
	assert_int_equal(reboot_save(&s, root, &e), 0);
	assert_true(reboot_is_installed(root));
	assert_int_equal(reboot_remove(root, &e), 0);
	assert_false(reboot_is_installed(root));
	/* After the unit, before its link. */
	assert_int_equal(reboot_install(&s, root, &e), 0);
	assert_int_equal(unlink(link), 0);
	assert_int_equal(reboot_remove(root, &e), 0);
	assert_false(reboot_is_installed(root));
	free(link);
}

static void a_unit_of_somebody_elses_is_left_alone(void **state)
{
	const char *root = *state;
	char *unit = xasprintf("%s/etc/systemd/system/" REBOOT_UNIT, root);
	struct err e = ERR_INIT;

	assert_int_equal(fs_write_atomic(unit, "[Unit]\n", 7, &e), 0);
	assert_int_equal(reboot_remove(root, &e), -EEXIST);
	assert_true(access(unit, F_OK) == 0);
	free(unit);
}

static void systemd_understands_the_unit(void **state)
{
	const char *root = *state;
	struct strv words = STRV_INIT;
	struct buf out = BUF_INIT, text = BUF_INIT;
	struct proc_opts o = { .out = &out, .err = &out, .timeout_ns = 60000000000u };
	char *path = xasprintf("%s/" REBOOT_UNIT, root);
	const char *const argv[] = { "systemd-analyze", "verify", "--man=no", path, NULL };
	char *analyze = proc_which("systemd-analyze");
	struct err e = ERR_INIT;
	struct proc_exit x;

	if (!analyze)
		skip_because("systemd-analyze is not installed");
	free(analyze);
	strv_split(&words, "run -o D", " ");
	assert_int_equal(reboot_unit_text(&text, "/bin/true", "/tmp", &words, &e), 0);
	strv_release(&words);
	assert_int_equal(fs_write_atomic(path, text.data, text.len, &e), 0);
	assert_int_equal(proc_run(argv, &o, NULL, &x, &e), 0);
	if (x.status || strstr(buf_str(&out), REBOOT_UNIT))
		fail_msg("systemd-analyze: %d: %s", x.status, buf_str(&out));
	/* It looks: a word that is no setting is seen. */
	buf_adds(&text, "Wantedby=x\n");
	assert_int_equal(fs_write_atomic(path, text.data, text.len, &e), 0);
	buf_reset(&out);
	assert_int_equal(proc_run(argv, &o, NULL, &x, &e), 0);
	assert_non_null(strstr(buf_str(&out), "Wantedby"));
	buf_release(&out);
	buf_release(&text);
	free(path);
}

static void odd_paths_are_quoted(void **state)
{
	struct strv words = STRV_INIT;
	struct buf b = BUF_INIT;
	struct err e = ERR_INIT;

	(void)state;
	setenv("FSDUEL_CACHE", "/50% $x", 1);
	strv_add(&words, "run");
	strv_add(&words, "--dir=50%/$x/\"q\"\\");
	assert_int_equal(reboot_unit_text(&b, "/a b/fsduel", "/50% $x", &words, &e), 0);
	assert_non_null(strstr(buf_str(&b), "ExecStart=\"/a b/fsduel\" \"run\" --kexec-resume "
					    "\"--dir=50%%/$$x/\\\"q\\\"\\\\\"\n"));
	assert_non_null(strstr(buf_str(&b), "\nWorkingDirectory=/50%% $x\n"));
	assert_non_null(strstr(buf_str(&b), "\nEnvironment=\"FSDUEL_CACHE=/50%% $x\"\n"));
	unsetenv("FSDUEL_CACHE");
	buf_reset(&b);
	assert_int_equal(reboot_unit_text(&b, "/a\nExecStart=/bin/false", "/", &words, &e),
			 -EINVAL);
	strv_release(&words);
	buf_release(&b);
}

/* --- order
 * ---------------------------------------------------------------------------------------- */

/* "1A 1B 2B": block and kernel of each cell run, in the order of measurement; ' ' separates. */
static bool blocked(const char *text, struct order_count *count, struct buf *why)
{
	struct order_run runs[64];
	struct order o = { runs, 0 };

	for (const char *p = text; *p; p += p[2] ? 3 : 2) {
		runs[o.nr_runs] = (struct order_run){ .sequence = o.nr_runs + 1,
						      .block = (unsigned)(p[0] - '0'),
						      .kernel = (size_t)(p[1] - 'A') };
		snprintf(runs[o.nr_runs].boot_id, BOOT_ID_LEN, "boot%c", p[1]);
		o.nr_runs++;
	}
	return order_is_blocked(&o, count, why);
}

static void all_of_one_and_then_all_of_the_other_is_blocked(void **state)
{
	struct order_count c;
	struct buf why = BUF_INIT;

	(void)state;
	assert_true(blocked("1A 1A 2A 2A 3A 3A 1B 1B 2B 2B 3B 3B", &c, &why));
	assert_int_equal(c.kernels, 2);
	assert_int_equal(c.blocks, 3);
	assert_int_equal(c.stretches, 2);
	assert_int_equal(c.boots, 2);
	assert_string_equal(buf_str(&why),
			    "the order is blocked, not interleaved: 2 kernels over 3 "
			    "blocks were measured in 2 stretches (interleaved: 4 or more), so a "
			    "machine that drifts looks like a change; measure block by block with "
			    "--block, or let --kexec alternate");
	assert_true(blocked("1A 2A 1B 2B 3B 3A", &c, &why));
	buf_release(&why);
}

static void interleaved_blocks_are_not_blocked(void **state)
{
	static const char *const good[] = {
		"",
		"1A",
		"1A 2A 3A",
		"1A 1B",
		"1A 1A 1B 1B",
		"1A 1B 2B 2A 3A 3B", /* neighbours share a boot */
		"1A 1B 2A 2B 3A 3B",
		"1B 1A 2B 2A",
		"1A 1B 1C 2C 2B 2A",
		"1A 1B 2A", /* the second block is not shared yet */
	};
	struct order_count c;
	struct buf why = BUF_INIT;

	(void)state;
	for (size_t i = 0; i < sizeof(good) / sizeof(good[0]); i++)
		if (blocked(good[i], &c, &why))
			fail_msg("%s: %s", good[i], buf_str(&why));
	assert_true(blocked("1A 2A 1B 2B 1C 2C", &c, &why));
	buf_release(&why);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_first_leg_is_measured_where_its_kernel_runs),
		cmocka_unit_test(what_is_measured_is_skipped_and_an_end_is_found),
		cmocka_unit_test(
			a_leg_that_was_measured_is_not_measured_again_for_its_failed_cells),
		cmocka_unit_test(another_kernel_than_asked_stops_it),
		cmocka_unit_test(a_restart_that_did_not_happen_stops_it),
		cmocka_unit_test(a_machine_that_works_measures_all_in_the_plans_order),
		cmocka_unit_test(a_kernel_that_does_not_boot_stops_it_at_once),
		cmocka_unit_test(a_kernel_that_always_crashes_is_given_up),
		cmocka_unit_test(any_machine_comes_to_an_end),
		cmocka_unit_test(legs_follow_the_coin_of_each_block),
		cmocka_unit_test(kernels_that_cannot_be_had_are_refused),
		cmocka_unit_test(the_state_survives),
		cmocka_unit_test(a_damaged_state_is_refused),
		cmocka_unit_test_setup_teardown(the_unit_is_enabled_and_removed_without_a_trace,
						make_tree, drop_tree),
		cmocka_unit_test_setup_teardown(what_a_crash_left_in_between_is_removed, make_tree,
						drop_tree),
		cmocka_unit_test_setup_teardown(a_unit_of_somebody_elses_is_left_alone, make_tree,
						drop_tree),
		cmocka_unit_test_setup_teardown(systemd_understands_the_unit, make_tree, drop_tree),
		cmocka_unit_test(odd_paths_are_quoted),
		cmocka_unit_test(all_of_one_and_then_all_of_the_other_is_blocked),
		cmocka_unit_test(interleaved_blocks_are_not_blocked),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
