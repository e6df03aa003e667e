/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * cell_spec.c: what a cell run depends on, made from a plan's unit and carried
 * to the guest as JSON. Everything is explicit in it, defaults too, so that a
 * spec means the same to a later fsduel.
 */
#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "lib/num.h"
#include "lib/rng.h"
#include "runners/cell/cell.h"
#include "runners/tables/device.h"
#include "runners/fio/fiojob.h"

/* Streams of the block's seed; the mix's own offsets are drawn from the seed itself. */
enum { STREAM_UUID = 0xf5d0, STREAM_HASH = 0xf5d2 };

#define STRINGS_MAX 1024

/* 128 bits drawn from the seed in the shape of a random UUID (RFC 9562, version 4). */
static char *seeded_uuid(uint64_t seed, uint64_t stream)
{
	uint64_t a = rng_mix(seed, stream), b = rng_mix(seed, stream + 1);

	return xasprintf("%08" PRIx64 "-%04" PRIx64 "-4%03" PRIx64 "-%04" PRIx64 "-%012" PRIx64,
			 a >> 32, a >> 16 & 0xffff, a & 0xfff, (b >> 48 & 0x3fff) | 0x8000,
			 b & 0xffffffffffff);
}

char *cell_uuid(uint64_t seed)
{
	return seeded_uuid(seed, STREAM_UUID);
}

static void add_params(struct strv *set, const char *prefix, const struct param *table,
		       const uint64_t *values)
{
	for (size_t i = 0; table && table[i].name; i++) {
		char text[32];

		strv_addf(set, "%s%s=%s", prefix, table[i].name,
			  param_format(&table[i], values[i], text));
	}
}

static void mix_text(struct cell_spec *c, const struct mix *m)
{
	struct buf text = BUF_INIT;

	add_params(&c->mix_set, "", mix_params, m->param);
	for (unsigned i = 0; i < m->nr; i++) {
		const struct mix_entry *en = &m->entry[i];
		char *prefix = xasprintf("%s.", en->role->name);

		buf_addf(&text, "%s%s:%u", i ? " " : "", en->role->name, en->threads);
		add_params(&c->mix_set, prefix, role_params, en->param);
		add_params(&c->mix_set, prefix, en->role->params, en->own);
		free(prefix);
	}
	buf_str(&text);
	c->mix = buf_detach(&text, NULL);
}

static int mkfs_command(struct cell_spec *c, const struct suite_mount *m, struct err *e)
{
	const struct fs_type *fs = fs_type_find(m->fs);
	char *uuid, *hash;
	int rc;

	if (!fs)
		return err_add(e, EINVAL, "fsduel does not know the file system \"%s\"", m->fs);
	uuid = cell_uuid(c->seed);
	hash = seeded_uuid(c->seed, STREAM_HASH);
	rc = fs_type_mkfs(fs, &m->mkfs, uuid, hash, &c->mkfs, e);
	free(uuid);
	free(hash);
	return rc;
}

int cell_spec_make(struct cell_spec *c, const struct plan *p, const struct plan_unit *u,
		   struct err *e)
{
	const struct suite *s = p->suite;
	const struct suite_mount *m = &s->mounts[s->variants[u->variant].mount];
	const struct plan_cell *cell = &p->cells[u->cell];
	int rc;

	*c = (struct cell_spec){
		.fs = xstrdup(m->fs),
		.mount_options = xstrdup(m->options ? m->options : ""),
		.seed = u->seed,
		.pass = u->pass,
		.limit_ns = plan_limit_ns(s, cell),
		.device = s->device,
	};
	rc = mkfs_command(c, m, e);
	if (!rc && cell->fio_text)
		rc = fiojob_seed(cell->fio_text, u->seed, &c->fio, e);
	if (!rc && cell->fio_before)
		rc = fiojob_seed(cell->fio_before, u->seed, &c->fio_before, e);
	if (!rc && !cell->fio_text)
		mix_text(c, &cell->mix);
	return rc;
}

void cell_spec_release(struct cell_spec *c)
{
	free(c->fs);
	free(c->mount_options);
	free(c->mix);
	free(c->fio);
	free(c->fio_before);
	strv_release(&c->mkfs);
	strv_release(&c->mix_set);
	*c = (struct cell_spec){ .fs = NULL };
}

/* --- JSON ----------------------------------------------------------------------- */

static json_t *strings_to_json(const struct strv *s)
{
	json_t *j = json_array();

	for (size_t i = 0; i < s->n; i++)
		json_array_append_new(j, json_string(s->v[i]));
	return j;
}

/* JSON readers keep 53 bits of a number; a seed has 64. */
static json_t *u64_to_json(uint64_t v)
{
	char *text = xasprintf("%" PRIu64, v);
	json_t *j = json_string(text);

	free(text);
	return j;
}

static json_t *optional_string(const char *s)
{
	return s ? json_string(s) : json_null();
}

json_t *cell_spec_to_json(const struct cell_spec *c)
{
	json_t *j = json_object(), *dev = json_object();

	json_object_set_new(dev, "kind", json_string(device_kind_names[c->device.kind]));
	json_object_set_new(dev, "size_bytes", u64_to_json(c->device.size_bytes));
	json_object_set_new(dev, "latency_ns", u64_to_json(c->device.latency_ns));
	json_object_set_new(dev, "cache_bytes", u64_to_json(c->device.cache_bytes));
	json_object_set_new(dev, "bandwidth_bytes_per_s",
			    u64_to_json(c->device.bandwidth_bytes_per_s));
	json_object_set_new(j, "fs", json_string(c->fs));
	json_object_set_new(j, "mkfs", strings_to_json(&c->mkfs));
	json_object_set_new(j, "mount_options", json_string(c->mount_options));
	json_object_set_new(j, "mix", optional_string(c->mix));
	json_object_set_new(j, "mix_set", strings_to_json(&c->mix_set));
	json_object_set_new(j, "fio", optional_string(c->fio));
	if (c->fio_before)
		json_object_set_new(j, "fio_before", json_string(c->fio_before));
	json_object_set_new(j, "seed", u64_to_json(c->seed));
	/* A profile is counted from outside: the guest that is told so would be another guest. */
	json_object_set_new(
		j, "pass",
		json_string(pass_names[c->pass == PASS_PROFILE ? PASS_THROUGHPUT : c->pass]));
	json_object_set_new(j, "limit_ns", u64_to_json(c->limit_ns));
	json_object_set_new(j, "device", dev);
	return j;
}

static int get_text(const json_t *j, const char *key, bool optional, char **out, struct err *e)
{
	const json_t *v = json_object_get(j, key);
	const char *s = json_string_value(v);

	if (optional && json_is_null(v))
		return 0;
	if (!s || strlen(s) != json_string_length(v))
		return err_add(e, EINVAL, "cell spec: \"%s\" is missing or not a string", key);
	*out = xstrdup(s);
	return 0;
}

static int get_u64(const json_t *j, const char *key, uint64_t *out, struct err *e)
{
	const char *s = json_string_value(json_object_get(j, key));

	if (!s || num_parse(s, NUM_COUNT, out, NULL))
		return err_add(e, EINVAL, "cell spec: \"%s\" is missing or not a number in quotes",
			       key);
	return 0;
}

static int get_strings(const json_t *j, const char *key, struct strv *out, struct err *e)
{
	const json_t *list = json_object_get(j, key);

	if (!json_is_array(list) || json_array_size(list) > STRINGS_MAX)
		return err_add(e, EINVAL, "cell spec: \"%s\" is missing or not a list", key);
	for (size_t i = 0; i < json_array_size(list); i++) {
		const char *s = json_string_value(json_array_get(list, i));

		if (!s || strlen(s) != json_string_length(json_array_get(list, i)))
			return err_add(e, EINVAL, "cell spec: \"%s\" holds what is no string", key);
		strv_add(out, s);
	}
	return 0;
}

static int get_pass(const json_t *j, enum pass *out, struct err *e)
{
	const char *s = json_string_value(json_object_get(j, "pass"));

	for (int p = 0; s && p < NR_PASSES; p++)
		if (!strcmp(s, pass_names[p])) {
			*out = (enum pass)p;
			return 0;
		}
	return err_add(e, EINVAL, "cell spec: \"pass\" is missing or unknown");
}

static int get_kind(const json_t *j, enum device_kind *out, struct err *e)
{
	const char *s = json_string_value(json_object_get(json_object_get(j, "device"), "kind"));

	for (unsigned i = 0; s && device_kind_names[i]; i++)
		if (!strcmp(s, device_kind_names[i])) {
			*out = i;
			return 0;
		}
	return err_add(e, EINVAL, "cell spec: the device's \"kind\" is missing or unknown");
}

static int get_numbers(struct cell_spec *c, const json_t *j, struct err *e)
{
	const json_t *dev = json_object_get(j, "device");
	const struct {
		const json_t *in;
		const char *key;
		uint64_t *out;
	} rows[] = {
		{ j, "seed", &c->seed },
		{ j, "limit_ns", &c->limit_ns },
		{ dev, "size_bytes", &c->device.size_bytes },
		{ dev, "latency_ns", &c->device.latency_ns },
		{ dev, "cache_bytes", &c->device.cache_bytes },
		{ dev, "bandwidth_bytes_per_s", &c->device.bandwidth_bytes_per_s },
	};
	int rc = 0;

	for (size_t i = 0; !rc && i < sizeof(rows) / sizeof(rows[0]); i++)
		rc = get_u64(rows[i].in, rows[i].key, rows[i].out, e);
	return rc;
}

int cell_spec_from_json(struct cell_spec *c, const json_t *j, struct err *e)
{
	int rc;

	*c = (struct cell_spec){ .fs = NULL };
	rc = get_text(j, "fs", false, &c->fs, e);
	if (!rc)
		rc = get_strings(j, "mkfs", &c->mkfs, e);
	if (!rc)
		rc = get_text(j, "mount_options", false, &c->mount_options, e);
	if (!rc)
		rc = get_text(j, "mix", true, &c->mix, e);
	if (!rc)
		rc = get_strings(j, "mix_set", &c->mix_set, e);
	if (!rc)
		rc = get_text(j, "fio", true, &c->fio, e);
	if (!rc && json_object_get(j, "fio_before"))
		rc = get_text(j, "fio_before", false, &c->fio_before, e);
	if (!rc)
		rc = get_pass(j, &c->pass, e);
	if (!rc)
		rc = get_kind(j, &c->device.kind, e);
	if (!rc)
		rc = get_numbers(c, j, e);
	if (!rc && (!c->mkfs.n || !c->mix == !c->fio))
		rc = err_add(e, EINVAL,
			     "cell spec: it needs a mkfs command and either a mix or a "
			     "fio job");
	if (rc)
		cell_spec_release(c);
	return rc;
}
