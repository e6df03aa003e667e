/* SPDX-License-Identifier: GPL-2.0-or-later */
/* cell_spec.c: a cell run's spec from a plan's unit, and as JSON with explicit defaults. */
#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "lib/num.h"
#include "lib/rng.h"
#include "runners/cell/cell.h"
#include "runners/tables/mode.h"
#include "runners/fio/fiojob.h"

/* Streams of the block's seed; the mix's own offsets are drawn from the seed itself. */
enum { STREAM_UUID = 0xf5d0, STREAM_HASH = 0xf5d2 };

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
	int ret;

	if (!fs)
		return err_add(e, EINVAL, "fsduel does not know the file system \"%s\"", m->fs);
	uuid = cell_uuid(c->seed);
	hash = seeded_uuid(c->seed, STREAM_HASH);
	ret = fs_type_mkfs(fs, &m->mkfs, uuid, hash, &c->mkfs, e);
	free(uuid);
	free(hash);
	return ret;
}

int cell_spec_make(struct cell_spec *c, const struct plan *p, const struct plan_unit *u,
		   struct err *e)
{
	const struct suite *s = p->suite;
	const struct suite_mount *m = &s->mounts[s->variants[u->variant].mount];
	const struct plan_cell *cell = &p->cells[u->cell];
	int ret;

	*c = (struct cell_spec){
		.fs = xstrdup(m->fs),
		.mount_options = xstrdup(m->options ? m->options : ""),
		.seed = u->seed,
		.pass = u->pass,
		.limit_ns = plan_limit_ns(s, cell),
		.device = s->device,
	};
	ret = mkfs_command(c, m, e);
	if (!ret && cell->fio_text)
		ret = fiojob_seed(cell->fio_text, u->seed, &c->fio, e);
	if (!ret && cell->fio_before)
		ret = fiojob_seed(cell->fio_before, u->seed, &c->fio_before, e);
	if (!ret && !cell->fio_text)
		mix_text(c, &cell->mix);
	return ret;
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

/* As text: JSON readers keep 53 bits of a number; a seed has 64. */
static json_t *u64_to_json(uint64_t v)
{
	return json_sprintf("%" PRIu64, v);
}

json_t *cell_spec_to_json(const struct cell_spec *c)
{
	const struct suite_device *d = &c->device;
	/* A profile is counted from outside: a guest that is told so would be another guest. */
	enum pass pass = c->pass == PASS_PROFILE ? PASS_THROUGHPUT : c->pass;

	return json_pack("{s:s, s:o, s:s, s:s?, s:o, s:s?, s:s*, s:o, s:s, s:o, "
			 "s:{s:s, s:o, s:o, s:o, s:o}}",
			 "fs", c->fs, "mkfs", strv_to_json(&c->mkfs), "mount_options",
			 c->mount_options, "mix", c->mix, "mix_set", strv_to_json(&c->mix_set),
			 "fio", c->fio, "fio_before", c->fio_before, "seed", u64_to_json(c->seed),
			 "pass", pass_names[pass], "limit_ns", u64_to_json(c->limit_ns), "device",
			 "kind", device_kind_names[d->kind], "size_bytes",
			 u64_to_json(d->size_bytes), "latency_ns", u64_to_json(d->latency_ns),
			 "cache_bytes", u64_to_json(d->cache_bytes), "bandwidth_bytes_per_s",
			 u64_to_json(d->bandwidth_bytes_per_s));
}

static int get_u64(const char *s, const char *name, uint64_t *out, struct err *e)
{
	return num_parse(s, NUM_COUNT, out, NULL)
		       ? err_add(e, EINVAL, "cell spec: \"%s\" is not a number in quotes", name)
		       : 0;
}

static char *get_optional(const json_t *j)
{
	return json_is_string(j) ? xstrdup(json_string_value(j)) : NULL;
}

/* What is no string is left out: the host wrote it. */
static void get_strings(const json_t *list, struct strv *out)
{
	const json_t *one;
	size_t i;

	json_array_foreach(list, i, one)
		if (json_is_string(one))
			strv_add(out, json_string_value(one));
}

static int get_names(struct cell_spec *c, const char *pass, const char *kind, struct err *e)
{
	unsigned p = 0, k = 0;

	while (p < NR_PASSES && strcmp(pass, pass_names[p]))
		p++;
	while (device_kind_names[k] && strcmp(kind, device_kind_names[k]))
		k++;
	if (p == NR_PASSES || !device_kind_names[k])
		return err_add(e, EINVAL,
			       "cell spec: the pass \"%s\" or the device \"%s\" is unknown", pass,
			       kind);
	c->pass = (enum pass)p;
	c->device.kind = (enum device_kind)k;
	return 0;
}

int cell_spec_from_json(struct cell_spec *c, const json_t *j, struct err *e)
{
	const char *fs, *options, *pass, *kind, *seed, *limit, *size, *latency, *cache, *bandwidth;
	const json_t *mkfs, *mix, *mix_set, *fio, *before = NULL;
	json_error_t je = { .text = "it is no JSON" };
	int ret;

	*c = (struct cell_spec){ .fs = NULL };
	if (!j || json_unpack_ex((json_t *)j, &je, 0,
				 "{s:s, s:o, s:s, s:o, s:o, s:o, s?o, s:s, s:s, s:s, "
				 "s:{s:s, s:s, s:s, s:s, s:s}}",
				 "fs", &fs, "mkfs", &mkfs, "mount_options", &options, "mix", &mix,
				 "mix_set", &mix_set, "fio", &fio, "fio_before", &before, "seed",
				 &seed, "pass", &pass, "limit_ns", &limit, "device", "kind", &kind,
				 "size_bytes", &size, "latency_ns", &latency, "cache_bytes", &cache,
				 "bandwidth_bytes_per_s", &bandwidth))
		return err_add(e, EINVAL, "cell spec: %s", je.text);
	c->fs = xstrdup(fs);
	c->mount_options = xstrdup(options);
	c->mix = get_optional(mix);
	c->fio = get_optional(fio);
	c->fio_before = get_optional(before);
	get_strings(mkfs, &c->mkfs);
	get_strings(mix_set, &c->mix_set);
	ret = get_names(c, pass, kind, e);
	if (!ret &&
	    (get_u64(seed, "seed", &c->seed, e) || get_u64(limit, "limit_ns", &c->limit_ns, e) ||
	     get_u64(size, "size_bytes", &c->device.size_bytes, e) ||
	     get_u64(latency, "latency_ns", &c->device.latency_ns, e) ||
	     get_u64(cache, "cache_bytes", &c->device.cache_bytes, e) ||
	     get_u64(bandwidth, "bandwidth_bytes_per_s", &c->device.bandwidth_bytes_per_s, e)))
		ret = -EINVAL;
	if (!ret && (!c->mkfs.n || !c->mix == !c->fio))
		ret = err_add(e, EINVAL,
			      "cell spec: it needs a mkfs command and either a mix or a fio job");
	if (ret)
		cell_spec_release(c);
	return ret;
}
