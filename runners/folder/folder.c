/* SPDX-License-Identifier: GPL-2.0-or-later */
/* folder.c: the results folder made, opened again and filled with parts; see folder.h. */
#include "runners/folder/folder_impl.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <time.h>
#include <unistd.h>

#include "lib/fs.h"
#include "lib/looks.h"
#include "lib/proc.h"
#include "lib/rng.h"
#include "lib/schema.h"

#define JOIN_EVERY_NS 15000000000u /* the CSVs are brought up to date that often at most, */
#define JOIN_SHARE 20              /* and in that part of the time at most */

/* Start time and four hex digits: readable, sorts by time, two runs in a second still differ. */
static void make_run_id(char dst[32])
{
	time_t now = time(NULL);
	struct tm tm;
	size_t n;

	gmtime_r(&now, &tm);
	n = strftime(dst, 32, "%Y%m%dT%H%M%SZ", &tm);
	snprintf(dst + n, 32 - n, "-%04x",
		 (unsigned)(rng_mix((uint64_t)getpid(), (uint64_t)now) & 0xffff));
}

/* Empty, but for what a run of the same suite that was killed before its run.json has left. */
static bool is_empty(const char *dir, const char *suite)
{
	char *path = xasprintf("%s/" SUITE_INI, dir);
	DIR *d = opendir(dir);
	struct buf left = BUF_INIT;
	struct dirent *entry;
	bool empty = d != NULL;

	fs_read(path, 0, &left, NULL);
	while (empty && (entry = readdir(d))) {
		const char *name = entry->d_name;

		empty = !strcmp(name, ".") || !strcmp(name, "..") ||
			!strcmp(name, SUITE_INI ".tmp") || !strcmp(name, RUN_JSON ".tmp") ||
			(!strcmp(name, SUITE_INI) && !strcmp(buf_str(&left), suite));
	}
	if (d)
		closedir(d);
	buf_release(&left);
	free(path);
	return empty;
}

static void init(struct folder *f, const char *dir, const struct suite *s, const struct plan *p)
{
	*f = (struct folder){ .dir = xstrdup(dir),
			      .suite = s,
			      .plan = p,
			      .lock_fd = -1,
			      .rows_fd = -1,
			      .units = xcalloc(p->nr_units + 1, sizeof(*f->units)),
			      .joined_ns = now_ns() };
}

/* One writer a folder: a second one would number attempts and write parts unseen by us. */
static int take_lock(struct folder *f, struct err *e)
{
	f->lock_fd = open(f->dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (f->lock_fd < 0)
		return err_sys(e, errno, "cannot open the results folder %s", f->dir);
	if (flock(f->lock_fd, LOCK_EX | LOCK_NB))
		return err_add(e, EBUSY,
			       "another fsduel writes to %s; wait, or choose another folder",
			       f->dir);
	return 0;
}

int folder_claim(struct folder *f, const char *dir, const struct suite *s, const struct plan *p,
		 struct err *e)
{
	int ret;

	init(f, dir, s, p);
	for (size_t i = 0; i < p->nr_units; i++)
		f->units[i].known = true; /* there is no part */
	if (fs_exists(dir) && !is_empty(dir, s->text)) {
		err_exit(e, FSDUEL_USAGE);
		ret = err_add(e, EEXIST,
			      "%s is there and not empty; choose another folder, or --resume %s",
			      dir, dir);
		goto out;
	}
	ret = fs_mkdir_p(dir, e);
	if (!ret)
		ret = take_lock(f, e);
	if (ret)
		err_exit(e, FSDUEL_MACHINE);
out:
	if (ret)
		folder_release(f);
	return ret;
}

int folder_begin(struct folder *f, struct err *e)
{
	int ret = folder_write(f, FOLDER_SUITE, NULL, f->suite->text, strlen(f->suite->text), e);

	if (!ret) {
		make_run_id(f->run_id);
		f->run = folder_describe(f);
	} else {
		err_exit(e, FSDUEL_MACHINE);
		folder_release(f);
	}
	return ret;
}

int folder_create(struct folder *f, const char *dir, const struct suite *s, const struct plan *p,
		  struct err *e)
{
	int ret = folder_claim(f, dir, s, p, e);

	return ret ? ret : folder_begin(f, e);
}

/* More passes may be asked for than there were, but not fewer. */
static int check_passes(const struct folder *f, const json_t *old, struct err *e)
{
	const json_t *name;
	size_t i;

	json_array_foreach(json_object_get(old, "passes"), i, name)
		for (enum pass pass = 0; pass < NR_PASSES; pass++)
			if (!strcmp(json_string_value(name) ? json_string_value(name) : "",
				    pass_names[pass]) &&
			    !(f->suite->passes >> pass & 1)) {
				err_exit(e, FSDUEL_USAGE);
				return err_add(e, EINVAL, "%s has the pass %s, too: say --pass %s",
					       f->dir, pass_names[pass], pass_names[pass]);
			}
	return 0;
}

/* Blocks join a folder whose verdict was shown: a look (analysis/compare/judge.h). */
static int note_look(const struct folder *f, const json_t *old, struct err *e)
{
	json_int_t blocks =
		json_integer_value(json_object_get(json_object_get(old, "suite"), "blocks"));

	if (blocks >= f->suite->blocks || (json_object_get(old, "looks") && !looks_exist(f->dir)))
		return 0;
	return looks_add(f->dir, (unsigned)blocks, e);
}

/* A run on this machine has a journal for that; a duel has not. */
static void remove_halves(const char *dir)
{
	struct strv halves = STRV_INIT;

	folder_halves(dir, &halves);
	for (size_t i = 0; i < halves.n; i++)
		unlink(halves.v[i]);
	strv_release(&halves);
}

int folder_read_run(const char *dir, json_t **run, struct err *e)
{
	char *path = xasprintf("%s/" RUN_JSON, dir);
	int ret = fs_read_json(path, run, e);

	free(path);
	if (ret) {
		err_exit(e, FSDUEL_USAGE);
		err_add(e, -ret, "%s is not a results folder", dir);
	}
	return ret;
}

int folder_open(struct folder *f, const char *dir, const struct suite *s, const struct plan *p,
		struct err *e)
{
	json_t *old = NULL;
	const char *id;
	int ret;

	init(f, dir, s, p);
	ret = take_lock(f, e);
	if (ret)
		err_exit(e, FSDUEL_USAGE);
	if (!ret)
		ret = folder_read_run(dir, &old, e);
	if (ret)
		goto out;
	id = json_string_value(json_object_get(old, "run"));
	if (!id || strlen(id) >= sizeof(f->run_id)) {
		err_exit(e, FSDUEL_USAGE);
		ret = err_add(e, EINVAL,
			      "%s/" RUN_JSON " says no run id; it is not of a results folder", dir);
		goto out;
	}
	strcpy(f->run_id, id);
	remove_halves(dir);
	f->run = folder_describe(f);
	ret = folder_check_same(f, old, e);
	if (!ret)
		ret = check_passes(f, old, e);
	if (!ret)
		ret = note_look(f, old, e);
	if (!ret)
		json_object_update_missing(f->run, old);
	json_object_set(f->run, "kernels", json_object_get(old, "kernels"));
	/* That of the suite.ini that lies there. */
	json_object_set(json_object_get(f->run, "suite"), "sha256",
			json_object_get(json_object_get(old, "suite"), "sha256"));
out:
	json_decref(old);
	if (ret)
		folder_release(f);
	return ret;
}

static bool stands(const struct result *r)
{
	return r->status == STATUS_OK || r->status == STATUS_SKIPPED || result_stands(r);
}

bool folder_had(struct folder *f, const struct plan_unit *u)
{
	struct folder_unit *k = &f->units[u - f->plan->units];
	struct result r;
	int ret;

	if (k->known)
		return k->stands;
	ret = folder_part(f, u, &k->attempt, &r, NULL);
	/* A damaged part is made again, or else joining says so. */
	k->known = ret != -EINVAL;
	k->stands = !ret && stands(&r);
	if (!ret)
		folder_take(f, u, &r, NULL); /* if this fails, joining tries it again */
	result_release(&r);
	return k->stands;
}

bool folder_has(const struct folder *f, const struct plan_unit *u)
{
	const struct folder_unit *k = f->units ? &f->units[u - f->plan->units] : NULL;
	unsigned attempt;
	struct result r;
	bool has;

	if (k && k->known)
		return k->stands;
	has = !folder_part(f, u, &attempt, &r, NULL) && stands(&r);
	result_release(&r);
	return has;
}

int folder_put(struct folder *f, const struct plan_unit *u, const struct result *r, struct err *e)
{
	struct folder_unit *k = &f->units[u - f->plan->units];
	char *made = r->text ? NULL : result_text(r);
	struct buf part = BUF_INIT;
	struct result old;
	int ret;

	if (!k->known) {
		folder_part(f, u, &k->attempt, &old, NULL);
		result_release(&old);
	}
	buf_addf(&part, "{\"attempt\":%u,\"result\":%s,\"run\":\"%s\"}\n", k->attempt + 1,
		 r->text ? r->text : made, f->run_id);
	ret = folder_write(f, FOLDER_PART, u, part.data, part.len, e);
	free(made);
	buf_release(&part);
	if (ret)
		return ret;
	k->attempt++;
	k->known = true;
	k->stands = stands(r);
	/* For people; a cell run that went well removes an older one. */
	if (r->console)
		ret = folder_write(f, FOLDER_CONSOLE, u, r->console, strlen(r->console), e);
	else
		folder_remove(f, FOLDER_CONSOLE, u);
	if (!ret)
		ret = folder_put_raw(f, u, r, e);
	if (!ret)
		ret = folder_take(f, u, r, e);
	if (ret || now_ns() - f->joined_ns < JOIN_EVERY_NS ||
	    now_ns() - f->joined_ns < f->join_took_ns * JOIN_SHARE)
		return ret;
	return folder_join(f, e);
}

void folder_release(struct folder *f)
{
	free(f->dir);
	json_decref(f->run);
	free(f->units);
	if (f->lock_fd >= 0)
		close(f->lock_fd);
	if (f->rows_fd > 0) /* 0 in a folder that was never opened */
		close(f->rows_fd);
	*f = (struct folder){ .lock_fd = -1, .rows_fd = -1 };
}

#define LEFT_LEAST_NS 1000000000u /* 0 would mean that nothing is known */

void progress_time(struct progress *p, unsigned here, uint64_t elapsed_ns, bool ended)
{
	uint64_t left, since;

	p->elapsed_ns = elapsed_ns;
	if (ended)
		p->ended_ns = elapsed_ns;
	p->left_ns = 0;
	if (!here || p->done >= p->total)
		return;
	left = p->ended_ns / here * (p->total - p->done);
	since = elapsed_ns - p->ended_ns;
	p->left_ns = left > since + LEFT_LEAST_NS ? left - since : LEFT_LEAST_NS;
}
