/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * reboot_state.c: what of reboot.h outlives a boot: the state and its JSON, and
 * the kernels in it, found and identified once, when the run begins.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "lib/fs.h"
#include "runners/host/machine.h"
#include "runners/host/reboot.h"
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

static void kernel_free(struct reboot_kernel *k)
{
	free(k->label);
	free(k->image);
	free(k->initrd);
	free(k->sha256);
	free(k->release);
	free(k->version);
	free(k->build_id);
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
		kernel_release(&image);
		return ret;
	}
	k->image = xstrdup(image.image_path);
	k->sha256 = xstrdup(image.sha256);
	k->release = xstrdup(image.release);
	k->version = xstrdup(image.version);
	k->build_id = xstrdup(image.build_id);
	kernel_release(&image);
	k->initrd = initrd ? realpath(initrd, NULL) : find_initrd(k->image);
	if (initrd && !k->initrd)
		return err_sys(e, errno, "cannot find the initrd %s", initrd);
	return 0;
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
	k.label = xstrndup(word, label);
	for (size_t i = 0; i < s->nr_kernels; i++)
		if (!strcmp(s->kernels[i].label, k.label)) {
			free(k.label);
			return err_add(e, EINVAL, "--kexec names '%.*s' twice", (int)label, word);
		}
	comma = strchr(ref, ',');
	path = comma ? xstrndup(ref, (size_t)(comma - ref)) : xstrdup(ref);
	ret = identify(&k, path, comma ? comma + 1 : NULL, e);
	free(path);
	if (!ret && s->nr_kernels == KERNELS_MAX)
		ret = err_add(e, EINVAL, "--kexec takes %d kernels at most", KERNELS_MAX);
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
	running_kernel_release(&now);
	return found;
}

/* --- JSON --------------------------------------------------------------------------- */

json_t *reboot_state_to_json(const struct reboot_state *s)
{
	json_t *kernels = json_array(), *command = json_array();

	for (size_t i = 0; i < s->nr_kernels; i++) {
		const struct reboot_kernel *k = &s->kernels[i];

		json_array_append_new(kernels,
				      json_pack("{s:s, s:s, s:s*, s:s, s:s, s:s, s:s}", "label",
						k->label, "image", k->image, "initrd", k->initrd,
						"sha256", k->sha256, "release", k->release,
						"version", k->version, "build_id", k->build_id));
	}
	for (size_t i = 0; i < s->command.n; i++)
		json_array_append_new(command, json_string(s->command.v[i]));
	return json_pack("{s:i, s:s, s:s, s:o, s:o, s:I, s:i, s:i, s:s, s:i}", "schema", 1,
			 "fsduel", s->fsduel, "cwd", s->cwd, "command", command, "kernels", kernels,
			 "leg", (json_int_t)s->leg, "tries", (int)s->tries, "asked", s->asked,
			 "boot_id", s->boot_id, "boots", (int)s->boots);
}

static int kernel_from_json(struct reboot_kernel *k, json_t *j, json_error_t *je)
{
	const char *label, *image, *initrd = NULL, *sha, *release, *version, *id;

	if (json_unpack_ex(j, je, JSON_STRICT, "{s:s, s:s, s?s, s:s, s:s, s:s, s:s}", "label",
			   &label, "image", &image, "initrd", &initrd, "sha256", &sha, "release",
			   &release, "version", &version, "build_id", &id))
		return -EINVAL;
	*k = (struct reboot_kernel){
		xstrdup(label), xstrdup(image),   initrd ? xstrdup(initrd) : NULL,
		xstrdup(sha),   xstrdup(release), xstrdup(version),
		xstrdup(id)
	};
	return 0;
}

static int lists_from_json(struct reboot_state *s, const json_t *command, const json_t *kernels,
			   json_error_t *je)
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
	json_array_foreach(kernels, i, item) {
		if (kernel_from_json(&s->kernels[i], item, je))
			return -EINVAL;
		s->nr_kernels++;
	}
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
		ret = lists_from_json(s, command, kernels, &je);
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
