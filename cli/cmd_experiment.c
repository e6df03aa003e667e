/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * cmd_experiment.c: `fsduel experiment E1`: from the name of an experiment to its
 * report: kernels, measuring, comparison, letter, pictures. Which experiments there
 * are, and how far one is, tracking/experiment.h knows; each step is done by what
 * the command of its own does it with.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli/command.h"
#include "cli/experiment_show.h"
#include "cli/measure.h"
#include "cli/progress.h"
#include "cli/show.h"
#include "lib/num.h"
#include "lib/proc.h"
#include "runners/vm/vm.h"

#define OUTPUT_DIR "fsduel-results/experiments"
#define WORDS_MAX 64

struct experiment_options {
	const char *output, *mode;
	uint64_t guests;
	bool unscaled, quiet, list;
};

#define AT(member) offsetof(struct experiment_options, member)

/* clang-format off */
static const struct option_row options[] = {
	{ 'l', "list", OPT_FLAG, NULL, "show what there is, what each needs and how long it takes; measure nothing", AT(list), false },
	{ 'o', "output", OPT_STRING, "DIR", "where their results folders go (default: " OUTPUT_DIR ")", AT(output), false },
	{ 'm', "mode", OPT_STRING, "MODE", "exact, tcg, kvm or auto (default: exact, then kvm where it works)", AT(mode), false },
	{ 0, "unscaled", OPT_FLAG, NULL, "the work as it was before it was scaled down to a small guest", AT(unscaled), false },
	{ 'j', "guests", OPT_COUNT, "N", "guests at once in exact mode (default: one a core that memory has room for); changes no result", AT(guests), false },
	{ 'q', "quiet", OPT_FLAG, NULL, "no progress", AT(quiet), false },
	{ 0 },
};
/* clang-format on */

/* What became of one experiment in one mode. */
struct outcome {
	char *folder;
	int code;
	bool before; /* it was complete already */
	uint64_t took_ns;
	struct buf summary;
};

struct job {
	const struct experiment_options *o;
	const char *dir;
	struct progress_line say;
	struct build_line build;
	bool no_kvm; /* it does not run a guest here */
	struct outcome *outcomes;
	size_t nr;
};

/* --- kernels ---------------------------------------------------------------------- */

static void making_begins(void *arg, const char *kernel, bool built)
{
	struct job *j = arg;
	char *text = xasprintf("%s the kernel %s%s", built ? "building" : "fetching", kernel,
			       built ? ", which takes ten minutes the first time and then less "
				       "than one"
				     : "");

	if (!j->o->quiet)
		progress_say(&j->say, text);
	j->build.since_ns = now_ns();
	free(text);
}

static void making_goes_on(void *arg, const struct kernel_build_progress *p)
{
	build_line_show(&((struct job *)arg)->build, p);
}

static void making_ends(void *arg)
{
	(void)arg;
	build_line_end();
}

static int make_kernels(struct job *j, const struct suite *s, struct err *e)
{
	bool line = j->say.terminal && !j->o->quiet;
	const struct experiment_making m = {
		.begin = making_begins,
		.progress = line ? making_goes_on : NULL,
		.end = line ? making_ends : NULL,
		.arg = j,
		.stop = &stop_signal,
	};
	int ret = experiment_make_kernels(s, &m, e);

	if (ret == -EINTR && stop_signal)
		return 128 + stop_signal;
	return ret ? err_exit_code(e, FSDUEL_MACHINE) : FSDUEL_OK;
}

/* --- one experiment in one mode ------------------------------------------------------- */

/* Nothing where it is complete already; else what is missing, from nothing or on top of what is
 * there. */
static int measure(struct job *j, struct suite *s, struct outcome *out, struct err *e)
{
	struct measure_opts m = {
		.command = "experiment",
		.dir = out->folder,
		.quiet = j->o->quiet,
		.same = true,
		.guests = s->mode == MODE_EXACT ? (unsigned)j->o->guests : 0,
	};
	enum experiment_state state;
	struct plan p = { 0 };

	if (plan_make(&p, s, e))
		return err_exit_code(e, FSDUEL_USAGE);
	state = experiment_state(out->folder, s, &p);
	plan_release(&p);
	out->before = state == EXPERIMENT_DONE;
	m.resume = state == EXPERIMENT_BEGUN;
	return out->before ? FSDUEL_OK : measure_suite(s, &m, e);
}

static int run_steps(struct job *j, const struct experiment *x, enum mode mode, struct outcome *out,
		     struct err *e)
{
	const struct suite_overrides over = { .mode = mode_names[mode],
					      .unscaled = j->o->unscaled };
	bool tried = mode == MODE_KVM && !j->o->mode;
	struct suite s = { 0 };
	int code = FSDUEL_OK;

	if (suite_load(&s, x->path, &over, e))
		code = err_exit_code(e, FSDUEL_USAGE);
	/* What is only tried speaks when it has worked. */
	if (code == FSDUEL_OK && !tried)
		experiment_print_head(x, &s);
	if (code == FSDUEL_OK)
		code = make_kernels(j, &s, e);
	if (code == FSDUEL_OK)
		code = measure(j, &s, out, e);
	if (code == FSDUEL_OK && tried)
		experiment_print_head(x, &s);
	suite_release(&s);
	if (code == FSDUEL_OK)
		code = experiment_print_results(out->folder, &out->summary, e);
	return code;
}

/* Each sentence with the experiment it is about. */
static void complain(struct job *j, const char *folder, const struct err *e)
{
	const char *slash = strrchr(folder, '/');
	struct strv said = STRV_INIT;

	strv_split(&said, e->text, "\n");
	fflush(stdout);
	for (size_t i = 0; i < said.n; i++) {
		char *text = xasprintf("%s: %s", slash ? slash + 1 : folder, said.v[i]);

		progress_say(&j->say, text);
		free(text);
	}
	strv_release(&said);
}

/* kvm that was not asked for may be missing: that is no failure, and is said once. */
static bool skip_kvm(struct job *j, const struct outcome *out, const struct err *why)
{
	char *text;

	if (j->o->mode || out->code != FSDUEL_MACHINE || experiment_is_begun(out->folder))
		return false;
	j->no_kvm = true;
	text = xasprintf("only in exact mode: %.*s", (int)strcspn(why->text, "\n"), why->text);
	progress_say(&j->say, text);
	free(text);
	return true;
}

static int run_one(struct job *j, const struct experiment *x, enum mode mode)
{
	struct outcome out = { .summary = BUF_INIT };
	uint64_t start_ns = now_ns();
	struct err e = ERR_INIT;

	out.folder = experiment_folder(x, j->dir, mode, j->o->unscaled);
	out.code = run_steps(j, x, mode, &out, &e);
	out.took_ns = now_ns() - start_ns;
	if (mode == MODE_KVM && skip_kvm(j, &out, &e)) {
		free(out.folder);
		buf_release(&out.summary);
		return FSDUEL_OK;
	}
	complain(j, out.folder, &e);
	j->outcomes = xrealloc(j->outcomes, j->nr + 1, sizeof(*j->outcomes));
	j->outcomes[j->nr++] = out;
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

static void print_outcomes(const struct job *j)
{
	char took[32];

	printf("\nexperiments, in %s:\n", j->dir);
	for (size_t i = 0; i < j->nr; i++) {
		struct outcome *x = &j->outcomes[i];
		const char *slash = strrchr(x->folder, '/');

		printf("%s: %s%s%s; %s%s\n", slash ? slash + 1 : x->folder, buf_str(&x->summary),
		       x->summary.len && x->code ? "; " : "", word_of(x->code),
		       num_format_ns_human(took, x->took_ns), x->before ? ", measured before" : "");
	}
}

/* The first that holds of stopped, usage, machine, not measured, fine. */
static int exit_code(const struct job *j)
{
	static const int order[] = { FSDUEL_USAGE, FSDUEL_MACHINE, FSDUEL_UNMEASURED };

	if (stop_signal)
		return 128 + stop_signal;
	for (size_t k = 0; k < sizeof(order) / sizeof(order[0]); k++)
		for (size_t i = 0; i < j->nr; i++)
			if (j->outcomes[i].code == order[k])
				return order[k];
	return FSDUEL_OK;
}

static int run_all(struct job *j, const struct experiments *chosen, enum mode mode)
{
	struct err why = ERR_INIT;
	int code;

	if (!j->o->mode && trial_kvm_device(KVM_DEVICE, &why)) {
		char *text = xasprintf("only in exact mode: %s", why.text);

		j->no_kvm = true;
		progress_say(&j->say, text);
		free(text);
	}
	stop_signal_catch();
	for (size_t i = 0; i < chosen->n && !stop_signal; i++) {
		code = run_one(j, &chosen->v[i], mode);

		/* What cannot be made, or be read, cannot there either. */
		if (!j->o->mode && !j->no_kvm && !stop_signal &&
		    (code == FSDUEL_OK || code == FSDUEL_UNMEASURED))
			run_one(j, &chosen->v[i], MODE_KVM);
	}
	print_outcomes(j);
	code = exit_code(j);
	for (size_t i = 0; i < j->nr; i++) {
		free(j->outcomes[i].folder);
		buf_release(&j->outcomes[i].summary);
	}
	free(j->outcomes);
	return code;
}

/* --- the command ------------------------------------------------------------------------- */

static int read_mode(const struct experiment_options *o, enum mode *mode, struct err *e)
{
	*mode = MODE_EXACT;
	if (o->guests > 256)
		return err_add(e, EINVAL, "--guests goes up to 256");
	for (enum mode m = MODE_EXACT; o->mode && mode_names[m]; m++) {
		if (!strcmp(mode_names[m], o->mode) && m != MODE_HOST) {
			*mode = m;
			return 0;
		}
	}
	return o->mode ? err_add(e, EINVAL, "--mode %.32s: say exact, tcg, kvm or auto", o->mode)
		       : 0;
}

static int run(const void *opts, char *const *args, unsigned nr_args, struct err *e)
{
	const struct experiment_options *o = opts;
	struct job j = { .o = o,
			 .dir = o->output ? o->output : OUTPUT_DIR,
			 .say = progress_line("experiment", NULL, o->quiet) };
	struct experiments all, chosen = { NULL, 0 };
	char *const everything[] = { (char[]){ "all" } };
	bool only_paths = nr_args;
	struct err none = ERR_INIT;
	enum mode mode;
	int ret = read_mode(o, &mode, e);

	for (unsigned i = 0; i < nr_args; i++)
		only_paths = only_paths && strchr(args[i], '/');
	if (experiments_find(&all, &none) && !only_paths && !ret)
		ret = err_add(e, ENOENT, "%s", none.text);
	if (!ret)
		ret = experiments_choose(&chosen, &all, nr_args ? args : everything,
					 nr_args ? nr_args : 1, e);
	if (ret)
		ret = err_exit_code(e, FSDUEL_USAGE);
	else if (o->list || !nr_args)
		ret = experiments_print_list(&chosen, o->unscaled, (unsigned)o->guests, e);
	else
		ret = run_all(&j, &chosen, mode);
	experiments_release(&chosen);
	experiments_release(&all);
	return ret;
}

const struct command command_experiment = {
	.name = "experiment",
	.args = "[ID... | all]",
	.max_args = WORDS_MAX,
	.summary = "run experiments from their kernels to their reports",
	.text = "An experiment is a suite of configs/experiments, or one given by its path,\n"
		"./mine.ini. Without an ID they are listed. E2 is also all that is named E2-*;\n"
		"all is all of them. Each gets the kernels it lacks built or fetched, is\n"
		"measured in exact mode and, where KVM runs a guest, in mode kvm, and then\n"
		"compared; its folder in DIR is a results folder like any other, with\n"
		"comparison.csv, letter.txt, plots and report.html; where it looked for stale\n"
		"data, guard.csv instead. What is complete there is not measured again, so the\n"
		"same command goes on with what was interrupted; one that fails does not keep\n"
		"the others from being run.\n\n"
		"An experiment asks, it is no gate: the exit code is 0 also where cells are\n"
		"slower. Else it is the first that holds for some experiment of 2, 3 and 4.",
	.options = options,
	.options_size = sizeof(struct experiment_options),
	.run = run,
};
