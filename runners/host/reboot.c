/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * reboot.c: the half of reboot.h that changes nothing on the machine: the state and its JSON,
 * its kernels, the legs, and the decision. The other half is reboot_act.c.
 */
#include "runners/host/reboot.h"

#include <errno.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/fs.h"
#include "runners/host/machine.h"
#include "runners/kernel/kernel.h"

#define KERNELS_MAX 16

/* Where distributions put the initrd of "DIR/vmlinuz-NAME". */
static const struct {
	const char *before, *after;
} initrd_names[] = {
	{ "initrd.img-", "" },    /* Debian */
	{ "initramfs-", ".img" }, /* Fedora, Arch */
	{ "initrd-", "" },        /* SUSE */
};

/* The words of a kernel, all strings; "initrd" may be absent. */
static const struct {
	const char *name;
	size_t offset;
} words[] = {
	{ "label", offsetof(struct reboot_kernel, label) },
	{ "image", offsetof(struct reboot_kernel, image) },
	{ "initrd", offsetof(struct reboot_kernel, initrd) },
	{ "sha256", offsetof(struct reboot_kernel, sha256) },
	{ "release", offsetof(struct reboot_kernel, release) },
	{ "version", offsetof(struct reboot_kernel, version) },
	{ "build_id", offsetof(struct reboot_kernel, build_id) },
};
#define NR_WORDS (sizeof(words) / sizeof(words[0]))

static char **word_of(const struct reboot_kernel *k, size_t i)
{
	return (char **)((char *)(uintptr_t)k + words[i].offset);
}

static void kernel_free(struct reboot_kernel *k)
{
	for (size_t i = 0; i < NR_WORDS; i++)
		free(*word_of(k, i));
}

void reboot_state_release(struct reboot_state *s)
{
	for (size_t i = 0; i < s->nr_kernels; i++)
		kernel_free(&s->kernels[i]);
	free(s->kernels);
	free(s->fsduel);
	free(s->cwd);
	strv_release(&s->command);
	*s = (struct reboot_state)REBOOT_STATE_NONE;
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
	if (image.uki) {
		err_exit(e, FSDUEL_USAGE);
		ret = err_add(e, EINVAL,
			      "%s is a unified kernel image, which kexec does not take: "
			      "`objcopy -O binary -j .linux %s vmlinuz` takes its kernel out",
			      image.image_path, image.image_path);
	}
	k->image = xstrdup(image.image_path);
	k->sha256 = xstrdup(image.sha256);
	k->release = xstrdup(image.release);
	k->version = xstrdup(image.version);
	k->build_id = xstrdup(image.build_id);
	kernel_release(&image);
	k->initrd = initrd ? realpath(initrd, NULL) : find_initrd(k->image);
	if (!ret && initrd && !k->initrd)
		ret = err_sys(e, errno, "cannot find the initrd %s", initrd);
	return ret;
}

static int find_kernel(const struct reboot_state *s, const char *label, size_t len)
{
	for (size_t i = 0; i < s->nr_kernels; i++)
		if (strlen(s->kernels[i].label) == len && !strncmp(s->kernels[i].label, label, len))
			return (int)i;
	return -1;
}

int reboot_add_kernel(struct reboot_state *s, const char *word, struct err *e)
{
	size_t label = strcspn(word, "=");
	const char *ref = word + label + 1, *comma;
	struct reboot_kernel k = { .label = NULL };
	char *path;
	int ret;

	if (!label || !word[label] || !*ref || *ref == ',')
		return err_add(e, EINVAL, "--kexec wants LABEL=BZIMAGE[,INITRD], not \"%s\"", word);
	if (find_kernel(s, word, label) >= 0)
		return err_add(e, EINVAL, "--kexec names '%.*s' twice", (int)label, word);
	if (s->nr_kernels == KERNELS_MAX)
		return err_add(e, EINVAL, "--kexec takes %d kernels at most", KERNELS_MAX);
	k.label = xstrndup(word, label);
	comma = strchr(ref, ',');
	path = comma ? xstrndup(ref, (size_t)(comma - ref)) : xstrdup(ref);
	ret = identify(&k, path, comma ? comma + 1 : NULL, e);
	free(path);
	if (ret) {
		kernel_free(&k);
		return ret;
	}
	s->kernels = xrealloc(s->kernels, s->nr_kernels + 1, sizeof(*s->kernels));
	s->kernels[s->nr_kernels++] = k;
	return 0;
}

int reboot_running(const struct reboot_state *s)
{
	struct running_kernel now;
	int found = -1;

	running_kernel_read(&now);
	for (size_t i = 0; i < s->nr_kernels && found < 0; i++) {
		const struct reboot_kernel *k = &s->kernels[i];

		if (running_kernel_is(&now, k->release, k->version, k->build_id))
			found = (int)i;
	}
	return found;
}

/* --- JSON --------------------------------------------------------------------------- */

json_t *reboot_state_to_json(const struct reboot_state *s)
{
	json_t *kernels = json_array(), *command = json_array();

	for (size_t i = 0; i < s->nr_kernels; i++) {
		json_t *k = json_object();

		for (size_t w = 0; w < NR_WORDS; w++)
			if (*word_of(&s->kernels[i], w))
				json_object_set_new(k, words[w].name,
						    json_string(*word_of(&s->kernels[i], w)));
		json_array_append_new(kernels, k);
	}
	for (size_t i = 0; i < s->command.n; i++)
		json_array_append_new(command, json_string(s->command.v[i]));
	return json_pack("{s:i, s:s, s:s, s:o, s:o, s:I, s:i, s:i, s:s, s:i}", "schema", 1,
			 "fsduel", s->fsduel, "cwd", s->cwd, "command", command, "kernels", kernels,
			 "leg", (json_int_t)s->leg, "tries", (int)s->tries, "asked", s->asked,
			 "boot_id", s->boot_id, "boots", (int)s->boots);
}

/* Exactly the words of the table, and all but the initrd. */
static int kernel_from_json(struct reboot_kernel *k, const json_t *j)
{
	size_t found = 0;

	for (size_t w = 0; w < NR_WORDS; w++) {
		const json_t *word = json_object_get(j, words[w].name);

		if (word ? !json_is_string(word) : word_of(k, w) != &k->initrd)
			return -EINVAL;
		*word_of(k, w) = word ? xstrdup(json_string_value(word)) : NULL;
		found += word != NULL;
	}
	return found == json_object_size(j) ? 0 : -EINVAL;
}

static int lists_from_json(struct reboot_state *s, const json_t *command, const json_t *kernels)
{
	json_t *item;
	size_t i;

	if (!json_is_array(command) || !json_is_array(kernels) ||
	    json_array_size(kernels) > KERNELS_MAX)
		return -EINVAL;
	json_array_foreach(command, i, item) {
		if (!json_is_string(item))
			return -EINVAL;
		strv_add(&s->command, json_string_value(item));
	}
	s->kernels = xcalloc(json_array_size(kernels) + 1, sizeof(*s->kernels));
	json_array_foreach(kernels, i, item)
		if (kernel_from_json(&s->kernels[s->nr_kernels++], item))
			return -EINVAL;
	return 0;
}

int reboot_state_from_json(struct reboot_state *s, const json_t *j, struct err *e)
{
	json_error_t je = { .text = "a field is of the wrong kind" };
	const char *fsduel, *cwd, *boot_id;
	json_t *command, *kernels;
	json_int_t leg;
	int schema, tries, boots, ret;

	*s = (struct reboot_state)REBOOT_STATE_NONE;
	ret = json_unpack_ex((json_t *)j, &je, JSON_STRICT,
			     "{s:i, s:s, s:s, s:o, s:o, s:I, s:i, s:i, s:s, s:i}", "schema",
			     &schema, "fsduel", &fsduel, "cwd", &cwd, "command", &command,
			     "kernels", &kernels, "leg", &leg, "tries", &tries, "asked", &s->asked,
			     "boot_id", &boot_id, "boots", &boots);
	if (!ret) {
		s->fsduel = xstrdup(fsduel);
		s->cwd = xstrdup(cwd);
		ret = lists_from_json(s, command, kernels);
	}
	if (!ret && (schema != 1 || leg < 0 || tries < 0 || boots < 0 ||
		     strlen(boot_id) >= sizeof(s->boot_id) || s->asked < REBOOT_NONE_ASKED ||
		     s->asked >= (int)s->nr_kernels))
		ret = -EINVAL;
	if (ret)
		return err_add(e, EINVAL, "this is not what fsduel run --kexec writes: %s",
			       je.text);
	s->leg = (size_t)leg;
	s->tries = (unsigned)tries;
	s->boots = (unsigned)boots;
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

int reboot_legs_map(struct reboot_legs *l, const struct suite *suite, const struct reboot_state *s,
		    struct err *e)
{
	for (size_t i = 0; i < l->n; i++) {
		const char *label = suite->kernels[l->v[i].kernel].label;
		int k = find_kernel(s, label, strlen(label));

		if (k < 0) {
			err_exit(e, FSDUEL_USAGE);
			return err_add(e, EINVAL,
				       "the suite has a kernel '%s' and no image is "
				       "given for it: add --kexec %s=BZIMAGE",
				       label, label);
		}
		l->v[i].kernel = (size_t)k;
	}
	return 0;
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
	/* A crash brings the firmware's kernel, so what was tried is counted before what runs. */
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
		s->boots++;
	}
}

void reboot_note_measured(struct reboot_state *s)
{
	s->leg++;
	s->tries = 0;
}
