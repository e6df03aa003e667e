/* SPDX-License-Identifier: GPL-2.0-or-later */
/* cmd_experiment.c: `fsduel experiment E1`: from the name of an experiment to its report. */
#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli/experiment_host.h"
#include "cli/measure.h"
#include "cli/show.h"
#include "dashboards/words/text.h"
#include "lib/fs.h"
#include "lib/num.h"
#include "lib/proc.h"
#include "lib/schema.h"
#include "runners/kernel/kernel.h"
#include "runners/vm/vm.h"
#include "tracking/experiment.h"

#define OUTPUT_DIR "fsduel-results/experiments"
#define WORDS_MAX 64
#define WIDTH 79u

static const struct options none;

/* --- the list -------------------------------------------------------------------------- */

static void add_line(struct buf *b, const char *first, const char *text)
{
	if (text)
		text_add_wrapped(b, first, text, WIDTH);
}

static void add_head(struct buf *b, const struct experiment *x, const struct suite *s)
{
	const char *asks = s->experiment.question ? s->experiment.question : s->about;
	char *name = xasprintf("%s%s: ", x->name, s->unscaled ? " unscaled" : "");

	add_line(b, name, asks ? asks : x->path);
	add_line(b, "  work       ", s->experiment.work);
	add_line(b, "  published  ", s->experiment.published);
	free(name);
}

static void add_kernels(struct buf *b, const struct suite *s)
{
	struct buf list = BUF_INIT;

	for (size_t i = 0; i < s->nr_kernels; i++) {
		const struct suite_kernel *k = &s->kernels[i];

		buf_addf(&list, "%s%s %s%s", i ? ", " : "", k->ref ? k->ref : k->label,
			 experiment_has_kernel(k, NULL) ? "" : "not ",
			 k->source ? "built" : "there");
	}
	add_line(b, "  kernels    ", buf_str(&list));
	buf_release(&list);
}

static int print_one(const struct experiment *x, const struct options *o, bool first, struct err *e)
{
	const struct suite_overrides over = { .unscaled = o->unscaled };
	struct suite s = { 0 };
	struct plan p = { 0 };
	struct buf b = BUF_INIT;
	char time[32];
	double wall_s;
	int ret = suite_load(&s, x->path, &over, e);

	if (!ret)
		ret = plan_make(&p, &s, e);
	if (!ret) {
		wall_s = plan_expected_wall_s(&p, o->guests ? (unsigned)o->guests
							    : vm_guests(s.memory_bytes));
		add_head(&b, x, &s);
		add_kernels(&b, &s);
		printf("%s%s  measuring  %zu cell runs, about %s\n", first ? "" : "\n", b.data,
		       p.nr_units, num_format_ns_human(time, (uint64_t)(wall_s * 1e9)));
		if (s.experiment.host_blocks)
			printf("  host       up to %zu cell runs on this machine\n",
			       p.nr_units / s.blocks * s.experiment.host_blocks);
	}
	buf_release(&b);
	plan_release(&p);
	suite_release(&s);
	return ret;
}

static int print_list(const struct experiments *x, const struct options *o, struct err *e)
{
	int code = FSDUEL_OK;

	for (size_t i = 0; i < x->n; i++)
		if (print_one(&x->v[i], o, !i, e))
			code = err_exit_code(e, FSDUEL_USAGE);
	return code;
}

/* --- kernels ---------------------------------------------------------------------- */

struct round {
	const struct options *o;
	const char *dir;
	struct progress_line line;
	bool no_kvm;      /* it does not run a guest here */
	bool no_host;     /* nothing is measured on this machine itself */
	struct buf ended; /* a line for each experiment that has ended */
	int code;         /* the smallest that is not FSDUEL_OK */
};

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
		*e = why;
		return -EINVAL;
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

static int write_letter(const char *folder, struct err *e)
{
	char *path = xasprintf("%s/letter.txt", folder);
	struct buf block = BUF_INIT;
	int ret = letter_block(&block, folder, &none, e);

	if (!ret)
		ret = fs_write_atomic(path, block.data, block.len, e);
	buf_release(&block);
	free(path);
	return ret ? err_exit_code(e, FSDUEL_MACHINE) : FSDUEL_OK;
}

/* As show_finished with a summary. What was measured is drawn, also where cells were not. */
static int print_results(const char *folder, struct buf *summary, struct err *e)
{
	struct buf drawn = BUF_INIT;
	int measured, code;

	/* A guard's suite asks which data were read, not how fast: there is nothing to compare. */
	if (guard_asked(folder))
		return guard_report(folder, &none, true, 0, summary, e);
	measured = show_finished(folder, summary, e);
	if (measured != FSDUEL_OK && measured != FSDUEL_UNMEASURED)
		return measured;
	printf("\n");
	code = write_letter(folder, e);
	if (code == FSDUEL_OK)
		code = plot_folder(folder, &none, &drawn, e);
	if (code == FSDUEL_OK)
		code = report_folder(folder, &none, e);
	buf_release(&drawn);
	return code == FSDUEL_OK ? measured : code;
}

/* A run on the host may have more blocks by now than the suite says. */
static int load_suite(struct job *j, const struct experiment *x, const char *mode,
		      const struct options *o, struct err *e)
{
	struct suite_overrides over = { .mode = mode, .unscaled = o->unscaled };

	if (!strcmp(mode, "host") && j->resume) {
		if (begun_read(&j->begun, j->dir, NULL, e))
			return -EINVAL;
		over.blocks = j->begun.was.blocks;
	}
	return suite_load(&j->suite, x->path, &over, e);
}

static int run_steps(struct round *r, const struct experiment *x, const char *mode,
		     const char *folder, struct buf *summary, struct err *e)
{
	bool host = !strcmp(mode, "host");
	struct options o = { .quiet = r->o->quiet,
			     .guests = strcmp(mode, "exact") ? 0 : r->o->guests };
	struct job j = { .command = "experiment",
			 .o = &o,
			 .dir = folder,
			 .resume = experiment_is_begun(folder),
			 .same = true };
	struct buf head = BUF_INIT;
	int code = FSDUEL_OK;

	if (load_suite(&j, x, mode, r->o, e))
		code = err_exit_code(e, FSDUEL_USAGE);
	if (code == FSDUEL_OK) {
		add_head(&head, x, &j.suite);
		printf("\n%s\n", buf_str(&head));
		fflush(stdout);
		code = host ? FSDUEL_OK : make_kernels(r, &j.suite, e);
	}
	if (code == FSDUEL_OK)
		code = host ? experiment_measure_here(&j, e) : job_measure(&j, e);
	buf_release(&head);
	job_release(&j);
	return code == FSDUEL_OK ? print_results(folder, summary, e) : code;
}

static int run_one(struct round *r, const struct experiment *x, const char *mode)
{
	char *folder = experiment_folder(x, r->dir, mode, r->o->unscaled), took[32];
	const char *name = strrchr(folder, '/') + 1;
	struct buf summary = BUF_INIT;
	uint64_t start_ns = now_ns();
	struct err e = ERR_INIT;
	int code = run_steps(r, x, mode, folder, &summary, &e);

	/* Another mode that was not asked for may be missing: no failure, and said once. */
	if (!r->o->mode && strcmp(mode, "exact") && code == FSDUEL_MACHINE &&
	    !experiment_is_begun(folder)) {
		*(strcmp(mode, "host") ? &r->no_kvm : &r->no_host) = true;
		e.text[strcspn(e.text, "\n")] = '\0';
		say(r, "only in exact mode", e.text);
		code = FSDUEL_OK;
		goto out;
	}
	say(r, name, e.text);
	buf_addf(&r->ended, "%s: %s%s%s; %s\n", name, buf_str(&summary),
		 summary.len && code ? "; " : "",
		 !code                       ? ""
		 : code == FSDUEL_UNMEASURED ? "some not measured"
		 : code > 128                ? "stopped"
					     : "failed",
		 num_format_ns_human(took, now_ns() - start_ns));
	if (code != FSDUEL_OK && (r->code == FSDUEL_OK || code < r->code))
		r->code = code;
out:
	buf_release(&summary);
	free(folder);
	return code;
}

static int run_all(struct round *r, const struct experiments *chosen)
{
	const char *mode = r->o->mode ? r->o->mode : "exact";
	struct err why = ERR_INIT;
	int code;

	if (!r->o->mode && trial_kvm_device(KVM_DEVICE, &why)) {
		r->no_kvm = true;
		say(r, "only in exact mode", why.text);
		why = (struct err)ERR_INIT;
	}
	stop_signal_catch();
	for (size_t i = 0; i < chosen->n && !stop_signal; i++) {
		bool host = experiment_host_blocks(&chosen->v[i], r->o->unscaled);

		code = run_one(r, &chosen->v[i], mode);
		/* An experiment that failed in exact mode would fail in another, too. */
		if (!r->o->mode && !(host ? r->no_host : r->no_kvm) && !stop_signal &&
		    (code == FSDUEL_OK || code == FSDUEL_UNMEASURED))
			run_one(r, &chosen->v[i], host ? "host" : "kvm");
	}
	code = stop_signal ? FSDUEL_OK
			   : experiment_show_truth(chosen, r->dir, r->o->unscaled, &r->ended, &why);
	say(r, EXPERIMENT_TRUTH_DIR, why.text);
	if (code != FSDUEL_OK && (r->code == FSDUEL_OK || code < r->code))
		r->code = code;
	printf("\nexperiments, in %s:\n%s", r->dir, buf_str(&r->ended));
	buf_release(&r->ended);
	return stop_signal ? 128 + stop_signal : r->code;
}

static int run(const struct call *c, struct err *e)
{
	const struct options *o = &c->o;
	struct round r = { .o = o,
			   .dir = o->output ? o->output : OUTPUT_DIR,
			   .line = progress_line("experiment", NULL, o->quiet) };
	struct experiments chosen = { NULL, 0 };
	int code;

	if (choice_find("mode", "exact|tcg|kvm|auto|host", o->mode, e) < 0 ||
	    experiments_choose(&chosen, c->args, c->nr_args, e))
		code = err_exit_code(e, FSDUEL_USAGE);
	else if (o->list || !c->nr_args)
		code = print_list(&chosen, o, e);
	else
		code = run_all(&r, &chosen);
	experiments_release(&chosen);
	return code;
}

const struct command command_experiment = {
	.name = "experiment",
	.args = "[ID... | SUITE... | all]",
	.max_args = WORDS_MAX,
	.summary = "run experiments from their kernels to their reports",
	.text = "An experiment is a suite of configs/experiments, or a suite that is given by its "
		"path, ./mine.ini. Without an ID they are listed. E2 stands for E2 and every E2-*, "
		"all for all of them. Each gets its missing kernels built or fetched, is measured "
		"in exact mode and, where KVM runs a guest, in mode kvm, or in the --mode given, "
		"and is compared, with letter.txt, plots and report.html in its folder in --output "
		"or " OUTPUT_DIR ". One with host_blocks is measured on this machine in the place "
		"of kvm, as root, and the changes of both are held against each other (truth). "
		"The same command goes on after an interruption. A failed "
		"experiment does not stop the others.\n\n"
		"The exit code is 0 also where cells are slower. Else it is the first of 2, 3 and "
		"4 that some experiment ended with.",
	.options = OPT(list) | OPT(output) | OPT(mode) | OPT(unscaled) | OPT(guests) | OPT(quiet),
	.run = run,
};
