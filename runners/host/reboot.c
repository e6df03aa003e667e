/* SPDX-License-Identifier: GPL-2.0-or-later */
/* reboot.c: the half of reboot.h that changes nothing on the machine; see reboot_act.c. */
#include "runners/host/reboot.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/fs.h"
#include "runners/host/host.h"
#include "runners/host/machine.h"
#include "runners/kernel/kernel.h"

/* Where distributions put the initrd of "DIR/vmlinuz-NAME". */
static const struct {
	const char *before, *after;
} initrd_names[] = {
	{ "initrd.img-", "" },    /* Debian */
	{ "initramfs-", ".img" }, /* Fedora, Arch */
	{ "initrd-", "" },        /* SUSE */
};

void reboot_state_init(struct reboot_state *s, const struct suite *suite)
{
	*s = (struct reboot_state){
		.kernels = xcalloc(suite->nr_kernels + 1, sizeof(*s->kernels)),
		.nr_kernels = suite->nr_kernels,
		.asked = REBOOT_NONE_ASKED,
	};
	for (size_t i = 0; i < suite->nr_kernels; i++)
		s->kernels[i].label = suite->kernels[i].label;
}

void reboot_state_release(struct reboot_state *s)
{
	for (size_t i = 0; i < s->nr_kernels; i++) {
		free(s->kernels[i].image);
		free(s->kernels[i].initrd);
		free(s->kernels[i].release);
		free(s->kernels[i].version);
		free(s->kernels[i].build_id);
	}
	free(s->kernels);
	*s = (struct reboot_state){ .asked = REBOOT_NONE_ASKED };
}

/* --- kernels ---------------------------------------------------------------------- */

static char *find_initrd(const char *image)
{
	const char *base = strrchr(image, '/'), *name = base ? strchr(base, '-') : NULL;

	for (size_t i = 0; name && i < sizeof(initrd_names) / sizeof(initrd_names[0]); i++) {
		char *path = xasprintf("%.*s/%s%s%s", (int)(base - image), image,
				       initrd_names[i].before, name + 1, initrd_names[i].after);

		if (fs_exists(path))
			return path;
		free(path);
	}
	return NULL;
}

static int identify(struct reboot_kernel *k, const char *ref, const char *initrd, struct err *e)
{
	struct kernel image;
	int ret = kernel_load(&image, ref, e);

	if (ret)
		return ret;
	if (image.uki)
		ret = err_add(e, EINVAL,
			      "%s is a unified kernel image, which kexec does not take: "
			      "`objcopy -O binary -j .linux %s vmlinuz` takes its kernel out",
			      image.image_path, image.image_path);
	k->image = xstrdup(image.image_path);
	k->release = xstrdup(image.release);
	k->version = xstrdup(image.version);
	k->build_id = xstrdup(image.build_id);
	kernel_release(&image);
	k->initrd = initrd ? realpath(initrd, NULL) : find_initrd(k->image);
	if (!ret && initrd && !k->initrd)
		ret = err_sys(e, errno, "cannot find the initrd %s", initrd);
	return ret;
}

static int take_word(struct reboot_state *s, const struct suite *suite, const char *word,
		     struct err *e)
{
	size_t len = strcspn(word, "=");
	const char *ref = word + len + 1, *comma;
	char *label, *path;
	int ret;

	if (!len || !word[len] || !*ref || *ref == ',')
		return err_add(e, EINVAL, "--kexec wants LABEL=BZIMAGE[,INITRD], not \"%s\"", word);
	label = xstrndup(word, len);
	ret = host_kernel(suite, label, e);
	if (ret >= 0 && s->kernels[ret].image) {
		ret = err_add(e, EINVAL, "--kexec names '%s' twice", label);
	} else if (ret >= 0) {
		comma = strchr(ref, ',');
		path = xstrndup(ref, comma ? (size_t)(comma - ref) : strlen(ref));
		ret = identify(&s->kernels[ret], path, comma ? comma + 1 : NULL, e);
		free(path);
	}
	free(label);
	return ret;
}

int reboot_state_kernels(struct reboot_state *s, const struct suite *suite,
			 const char *const *words, size_t nr_words, struct err *e)
{
	int ret = 0;

	for (size_t i = 0; i < nr_words && !ret; i++)
		ret = take_word(s, suite, words[i], e);
	for (size_t i = 0; i < s->nr_kernels && !ret; i++)
		if (!s->kernels[i].image)
			ret = err_add(e, EINVAL,
				      "the suite has a kernel '%s' and no image is given for it: "
				      "add --kexec %s=BZIMAGE",
				      s->kernels[i].label, s->kernels[i].label);
	if (ret)
		err_exit(e, FSDUEL_USAGE);
	return ret;
}

int reboot_running(const struct reboot_state *s)
{
	struct running_kernel now;

	running_kernel_read(&now);
	for (size_t i = 0; i < s->nr_kernels; i++) {
		const struct reboot_kernel *k = &s->kernels[i];

		if (running_kernel_is(&now, k->release, k->version, k->build_id))
			return (int)i;
	}
	return -1;
}

/* --- the notes ---------------------------------------------------------------------- */

json_t *reboot_notes_to_json(const struct reboot_state *s)
{
	return json_pack("{s:I, s:i, s:i, s:s}", "leg", (json_int_t)s->leg, "tries", (int)s->tries,
			 "asked", s->asked, "boot_id", s->boot_id);
}

int reboot_notes_from_json(struct reboot_state *s, const json_t *j, struct err *e)
{
	json_error_t je = { .text = "a value is out of range" };
	const char *boot_id;
	json_int_t leg;
	int tries, asked;

	if (json_unpack_ex((json_t *)j, &je, JSON_STRICT, "{s:I, s:i, s:i, s:s}", "leg", &leg,
			   "tries", &tries, "asked", &asked, "boot_id", &boot_id) ||
	    leg < 0 || tries < 0 || strlen(boot_id) >= sizeof(s->boot_id) ||
	    asked < REBOOT_NONE_ASKED || asked >= (int)s->nr_kernels)
		return err_add(e, EINVAL, "this is not what fsduel run --kexec writes: %s",
			       je.text);
	s->leg = (size_t)leg;
	s->tries = (unsigned)tries;
	s->asked = asked;
	strcpy(s->boot_id, boot_id);
	return 0;
}

/* --- legs --------------------------------------------------------------------- */

static struct reboot_leg *find_leg(struct reboot_legs *l, unsigned block, size_t kernel)
{
	for (size_t i = l->n; i-- > 0 && l->v[i].block == block;)
		if (l->v[i].kernel == kernel)
			return &l->v[i];
	return NULL;
}

void reboot_legs_make(struct reboot_legs *l, const struct plan *p, const bool *missing)
{
	*l = (struct reboot_legs){
		xcalloc((size_t)p->suite->blocks * p->suite->nr_kernels + 1, sizeof(*l->v)), 0
	};
	/* The plan goes block by block. */
	for (size_t i = 0; i < p->nr_units; i++) {
		const struct plan_unit *u = &p->units[i];
		size_t kernel = p->suite->variants[u->variant].kernel;
		struct reboot_leg *leg = find_leg(l, u->block, kernel);

		if (!leg) {
			leg = &l->v[l->n++];
			*leg = (struct reboot_leg){ u->block, kernel, 0 };
		}
		leg->missing += !missing || missing[i];
	}
}

void reboot_legs_release(struct reboot_legs *l)
{
	free(l->v);
	*l = (struct reboot_legs){ NULL, 0 };
}

/* --- the decision --------------------------------------------------------------- */

static void say_wrong_kernel(const struct reboot_state *s, const struct reboot_seen *seen,
			     struct reboot_step *step)
{
	const struct reboot_kernel *k = &s->kernels[s->asked];

	if (!strcmp(seen->boot_id, s->boot_id))
		snprintf(step->why, sizeof(step->why),
			 "the machine was told to restart into the kernel '%s' (%s) and did not: "
			 "journalctl -b says what systemd made of it",
			 k->label, k->release);
	else
		snprintf(step->why, sizeof(step->why),
			 "the kernel that came up is %s, not '%s' (%s) as asked: that one did not "
			 "boot, or lacks what this machine needs (an initrd: --kexec %s=%s,INITRD)",
			 seen->release, k->label, k->release, k->label, k->image);
}

void reboot_decide(const struct reboot_state *s, const struct reboot_seen *seen,
		   struct reboot_step *step)
{
	const struct reboot_leg *leg;
	size_t i = s->leg;

	*step = (struct reboot_step){ .action = REBOOT_DONE };
	if (s->asked != REBOOT_NONE_ASKED &&
	    (seen->running != s->asked || !strcmp(seen->boot_id, s->boot_id))) {
		step->action = REBOOT_STOP;
		say_wrong_kernel(s, seen, step);
		return;
	}
	while (i < seen->legs->n && !seen->legs->v[i].missing)
		i++;
	if (i == seen->legs->n)
		return;
	leg = &seen->legs->v[i];
	step->leg = i;
	step->kernel = leg->kernel;
	/* A crash brings the firmware's kernel: look at the tries before the running kernel. */
	if (i == s->leg && s->tries >= REBOOT_TRIES_MAX) {
		step->action = REBOOT_STOP;
		snprintf(step->why, sizeof(step->why),
			 "block %u of the kernel '%s' was begun %u times and never finished: the "
			 "machine goes down while measuring it; journalctl -b -1 -k, or the "
			 "firmware's pstore, may say why",
			 leg->block, s->kernels[leg->kernel].label, s->tries);
	} else if (seen->running >= 0 && (size_t)seen->running == leg->kernel) {
		step->action = REBOOT_MEASURE;
	} else {
		step->action = REBOOT_KEXEC;
	}
}

void reboot_note_begin(struct reboot_state *s, const struct reboot_step *step, const char *boot_id)
{
	if (step->leg != s->leg)
		s->tries = 0;
	s->leg = step->leg;
	if (step->action == REBOOT_MEASURE) {
		s->asked = REBOOT_NONE_ASKED;
		s->tries++;
	} else if (step->action == REBOOT_KEXEC) {
		s->asked = (int)step->kernel;
		snprintf(s->boot_id, sizeof(s->boot_id), "%s", boot_id);
	}
}

void reboot_note_measured(struct reboot_state *s)
{
	s->leg++;
	s->tries = 0;
}
