/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * cmd_experiment.c: `fsduel experiment E1`: from the name of an experiment to its report:
 * kernels, measuring, comparison, letter, pictures. tracking/experiment.h finds experiments
 * and their state; experiment_show.c prints and writes them.
 */
#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli/show.h"
#include "cli/measure.h"
#include "cli/command.h"
#include "lib/num.h"
#include "lib/proc.h"
#include "runners/kernel/kernel.h"
#include "runners/vm/vm.h"

#define OUTPUT_DIR "fsduel-results/experiments"
#define WORDS_MAX 64

/* One experiment in one mode, when it has ended. */
struct outcome {
	char *folder;
	int code;
	bool before; /* it was complete already */
	uint64_t took_ns;
	struct buf summary;
};

struct round {
	const struct options *o;
	const char *dir;
	struct progress_line line;
	bool no_kvm; /* it does not run a guest here */
	struct outcome *outcomes;
	size_t nr;
};

static const char *base_name(const char *path)
{
	const char *slash = strrchr(path, '/');

	return slash ? slash + 1 : path;
}

/* "E1: SENTENCE" for each sentence. */
static void say(struct round *r, const char *what, const char *sentences)
{
	struct strv said = STRV_INIT;

	strv_split(&said, sentences, "\n");
	fflush(stdout);
	for (size_t i = 0; i < said.n; i++) {
		char *text = xasprintf("%s: %s", what, said.v[i]);

		progress_say(&r->line, text);
		free(text);
	}
	strv_release(&said);
}

/* --- kernels ---------------------------------------------------------------------- */

static int make_kernel(struct round *r, const struct suite_kernel *k, struct err *e)
{
	/* A kernel of Debian's, "6.12", is fetched; any other image is there or is not. */
	bool fetched =
		!k->source && k->ref && isdigit((unsigned char)*k->ref) && !strchr(k->ref, '/');
	struct kernel_build b = suite_kernel_build(k);
	struct err why = ERR_INIT;
	char *path = NULL;
	int ret;

	if (experiment_has_kernel(k, &why))
		return 0;
	if (!k->source && !fetched) {
		err_exit(e, err_exit_code(&why, FSDUEL_USAGE));
		return err_add(e, EINVAL, "%s", why.text);
	}
	if (!r->o->quiet)
		say(r, k->source ? "building the kernel" : "fetching the kernel", k->ref);
	ret = k->source ? progress_build(&b, r->o->quiet, e) : kernel_fetch(k->ref, &path, e);
	free(path);
	return ret;
}

static int make_kernels(struct round *r, const struct suite *s, struct err *e)
{
	int ret = 0;

	for (size_t i = 0; i < s->nr_kernels && !ret; i++)
		ret = make_kernel(r, &s->kernels[i], e);
	return ret == -EINTR && stop_signal ? 128 + stop_signal
	       : ret                        ? err_exit_code(e, FSDUEL_MACHINE)
					    : FSDUEL_OK;
}

/* --- one experiment in one mode ------------------------------------------------------- */

static int measure(struct job *j, struct outcome *out, struct err *e)
{
	enum experiment_state state;
	struct plan p = { 0 };

	if (plan_make(&p, &j->suite, e))
		return err_exit_code(e, FSDUEL_USAGE);
	state = experiment_state(out->folder, &j->suite, &p);
	plan_release(&p);
	out->before = state == EXPERIMENT_DONE;
	j->resume = state == EXPERIMENT_BEGUN;
	return out->before ? FSDUEL_OK : job_measure(j, e);
}

static int run_steps(struct round *r, const struct experiment *x, enum mode mode,
		     struct outcome *out, struct err *e)
{
	const struct suite_overrides over = { .mode = mode_names[mode],
					      .unscaled = r->o->unscaled };
	struct options o = { .quiet = r->o->quiet,
			     .guests = mode == MODE_EXACT ? r->o->guests : 0 };
	struct job j = { .command = "experiment", .o = &o, .dir = out->folder, .same = true };
	/* An experiment in kvm that was not asked for is announced when it has worked. */
	bool tried = mode == MODE_KVM && !r->o->mode;
	int code = FSDUEL_OK;

	if (suite_load(&j.suite, x->path, &over, e))
		code = err_exit_code(e, FSDUEL_USAGE);
	if (code == FSDUEL_OK && !tried)
		experiment_print_head(x, &j.suite);
	if (code == FSDUEL_OK)
		code = make_kernels(r, &j.suite, e);
	if (code == FSDUEL_OK)
		code = measure(&j, out, e);
	if (code == FSDUEL_OK && tried)
		experiment_print_head(x, &j.suite);
	job_release(&j);
	if (code == FSDUEL_OK)
		code = experiment_print_results(out->folder, &out->summary, e);
	return code;
}

static int run_one(struct round *r, const struct experiment *x, enum mode mode)
{
	struct outcome out = { .summary = BUF_INIT };
	uint64_t start_ns = now_ns();
	struct err e = ERR_INIT;

	out.folder = experiment_folder(x, r->dir, mode, r->o->unscaled);
	out.code = run_steps(r, x, mode, &out, &e);
	out.took_ns = now_ns() - start_ns;
	/* kvm that was not asked for may be missing: that is no failure, and is said once. */
	if (mode == MODE_KVM && !r->o->mode && out.code == FSDUEL_MACHINE &&
	    !experiment_is_begun(out.folder)) {
		r->no_kvm = true;
		e.text[strcspn(e.text, "\n")] = '\0';
		say(r, "only in exact mode", e.text);
		free(out.folder);
		buf_release(&out.summary);
		return FSDUEL_OK;
	}
	say(r, base_name(out.folder), e.text);
	r->outcomes = xrealloc(r->outcomes, r->nr + 1, sizeof(*r->outcomes));
	r->outcomes[r->nr++] = out;
	return out.code;
}

/* --- all of them -------------------------------------------------------------------------- */

static const char *word_of(int code)
{
	if (code == FSDUEL_OK)
		return "";
	if (code == FSDUEL_UNMEASURED)
		return "some not measured";
	return code > 128 ? "stopped" : "failed";
}

static void print_outcomes(const struct round *r)
{
	char took[32];

	printf("\nexperiments, in %s:\n", r->dir);
	for (size_t i = 0; i < r->nr; i++) {
		struct outcome *x = &r->outcomes[i];

		printf("%s: %s%s%s; %s%s\n", base_name(x->folder), buf_str(&x->summary),
		       x->summary.len && x->code ? "; " : "", word_of(x->code),
		       num_format_ns_human(took, x->took_ns), x->before ? ", measured before" : "");
	}
}

/* The first that holds of stopped, usage, machine, not measured, fine. */
static int exit_code(const struct round *r)
{
	static const int order[] = { FSDUEL_USAGE, FSDUEL_MACHINE, FSDUEL_UNMEASURED };

	if (stop_signal)
		return 128 + stop_signal;
	for (size_t k = 0; k < sizeof(order) / sizeof(order[0]); k++)
		for (size_t i = 0; i < r->nr; i++)
			if (r->outcomes[i].code == order[k])
				return order[k];
	return FSDUEL_OK;
}

static int run_all(struct round *r, const struct experiments *chosen, enum mode mode)
{
	struct err why = ERR_INIT;
	int code;

	if (!r->o->mode && trial_kvm_device(KVM_DEVICE, &why)) {
		r->no_kvm = true;
		say(r, "only in exact mode", why.text);
	}
	stop_signal_catch();
	for (size_t i = 0; i < chosen->n && !stop_signal; i++) {
		code = run_one(r, &chosen->v[i], mode);

		/* An experiment that failed in exact mode would fail in kvm, too. */
		if (!r->o->mode && !r->no_kvm && !stop_signal &&
		    (code == FSDUEL_OK || code == FSDUEL_UNMEASURED))
			run_one(r, &chosen->v[i], MODE_KVM);
	}
	print_outcomes(r);
	code = exit_code(r);
	for (size_t i = 0; i < r->nr; i++) {
		free(r->outcomes[i].folder);
		buf_release(&r->outcomes[i].summary);
	}
	free(r->outcomes);
	return code;
}

/* --- the command ------------------------------------------------------------------------- */

static int read_mode(const char *word, enum mode *mode, struct err *e)
{
	static const enum mode known[] = { MODE_EXACT, MODE_TCG, MODE_KVM, MODE_AUTO };
	int at = choice_find("mode", "exact|tcg|kvm|auto", word, e);

	*mode = known[at < 0 ? 0 : at];
	return at < 0 ? at : 0;
}

/* Suites by their paths can be run where there are no experiments. */
static int choose(struct experiments *chosen, struct experiments *all, const struct call *c,
		  struct err *e)
{
	char *const everything[] = { (char[]){ "all" } };
	bool only_paths = c->nr_args;
	struct err none = ERR_INIT;

	for (unsigned i = 0; i < c->nr_args; i++)
		only_paths = only_paths && strchr(c->args[i], '/');
	if (experiments_find(all, &none) && !only_paths)
		return err_add(e, ENOENT, "%s", none.text);
	return experiments_choose(chosen, all, c->nr_args ? c->args : everything,
				  c->nr_args ? c->nr_args : 1, e);
}

static int run(const struct call *c, struct err *e)
{
	const struct options *o = &c->o;
	struct round r = { .o = o,
			   .dir = o->output ? o->output : OUTPUT_DIR,
			   .line = progress_line("experiment", NULL, o->quiet) };
	struct experiments all = { NULL, 0 }, chosen = { NULL, 0 };
	enum mode mode;
	int code;

	if (read_mode(o->mode, &mode, e) || choose(&chosen, &all, c, e))
		code = err_exit_code(e, FSDUEL_USAGE);
	else if (o->list || !c->nr_args)
		code = experiments_print_list(&chosen, o->unscaled, (unsigned)o->guests, e);
	else
		code = run_all(&r, &chosen, mode);
	experiments_release(&chosen);
	experiments_release(&all);
	return code;
}

const struct command command_experiment = {
	.name = "experiment",
	.args = "[ID... | SUITE... | all]",
	.max_args = WORDS_MAX,
	.summary = "run experiments from their kernels to their reports",
	.text = "An experiment is a suite of configs/experiments, or a suite that is given by its "
		"path, ./mine.ini. Without an ID the experiments are listed, with their kernels "
		"and the time that they take. E2 stands for E2 and every E2-*, all for all of "
		"them. Each gets its missing kernels built (ten minutes the first time, later "
		"less than one) or fetched, is measured in exact mode and, where KVM runs a "
		"guest, in mode kvm, or in the --mode given, and is compared. Its folder in "
		"--output or " OUTPUT_DIR
		" is a results folder like any other, with comparison.csv, "
		"letter.txt, plots and report.html, or with guard.csv where the suite looks for "
		"stale data. A complete folder is not measured again, so the same command goes on "
		"after an interruption. A failed experiment does not stop the others.\n\n"
		"An experiment is no gate: the exit code is 0 also where cells are slower. Else "
		"it is the first of 2, 3 and 4 that some experiment ended with.",
	.options = OPT(list) | OPT(output) | OPT(mode) | OPT(unscaled) | OPT(guests) | OPT(quiet),
	.run = run,
};
