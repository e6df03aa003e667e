/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * gen_lock_events.c: writes a perf.data file of any number of contention events, and
 * times the reader and the reducer on one: gen_lock_events make FILE [EVENTS],
 * gen_lock_events reduce FILE. Seeded: the same call writes the same bytes. 24 threads of
 * four names on two CPUs, one contended file lock beside run queues and short-lived
 * locks of all kinds, chains of 16 frames out of 500, and a CPU's records in pieces of
 * 4096.
 */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/stat.h>

#include "lib/fs.h"
#include "lib/num.h"
#include "lib/rng.h"
#include "runners/lock/lockstacks.h"
#include "tests/unit/perf_file.h"

#define THREADS 24
#define CHAINS 500
#define FRAMES 16
#define LOCKS UINT64_C(0xffff888100000000)
#define TEXT UINT64_C(0xffffffff81000000)
#define SYMBOLS 20000

static void chain_of(uint64_t chain[FRAMES + 1], uint64_t which)
{
	chain[0] = (uint64_t)PERF_CONTEXT_KERNEL;
	for (uint64_t i = 0; i < FRAMES; i++)
		chain[i + 1] = TEXT + 64 * (rng_mix(which, i) % SYMBOLS) + 8;
}

/* Few locks are met often, many once. */
static uint64_t lock_of(struct rng *rng)
{
	uint64_t kind = rng_below(rng, 100);

	return LOCKS + 64 * (kind < 50   ? 0
			     : kind < 95 ? 1 + rng_below(rng, 200)
					 : 1000 + rng_below(rng, 100000));
}

static int make(const char *path, uint64_t events)
{
	static const char *const names[] = { "dio_read", "dio_overwrite", "buffered_write",
					     "fsync" };
	static const uint8_t flags[] = { 2, 4, 1, 32 };
	struct rng rng = { 1 };
	struct pf p = { .nothing = false },
		  cpus[2] = { { .nothing = false }, { .nothing = false } };
	struct buf out = BUF_INIT;
	struct err e = ERR_INIT;
	uint64_t chain[FRAMES + 1], now = 1000000000;

	for (uint32_t t = 0; t < THREADS; t++)
		pf_comm(&p, 100 + t, 0, names[t % 4]);
	for (uint64_t i = 0; i < events / 2; i++) {
		uint32_t tid = 100 + (uint32_t)(i % THREADS), cpu = tid % 2;
		uint64_t lock = lock_of(&rng), wait = 100 + rng_below(&rng, 40000);

		now += 1000;
		chain_of(chain, rng_below(&rng, CHAINS));
		pf_sample(&cpus[cpu], PF_BEGIN, tid, cpu, now, lock, flags[tid % 4], chain,
			  FRAMES + 1);
		pf_sample(&cpus[cpu], PF_END, tid, cpu, now + wait % 23000, lock, 0, NULL, 0);
		if (i % 4096 && i + 1 < events / 2)
			continue;
		for (int c = 0; c < 2; c++) {
			buf_add(&p.records, cpus[c].records.data, cpus[c].records.len);
			buf_reset(&cpus[c].records);
		}
	}
	pf_finish(&p, &out);
	if (fs_write_atomic(path, out.data, out.len, &e))
		fprintf(stderr, "%s\n", e.text);
	buf_release(&out);
	return e.text[0] ? 2 : 0;
}

static struct symbols make_symbols(void)
{
	struct buf b = BUF_INIT;
	struct symbols s;

	for (uint64_t i = 0; i <= SYMBOLS; i++)
		buf_addf(&b, "%016llx T function_%llu\n", (unsigned long long)(TEXT + 64 * i),
			 (unsigned long long)i);
	if (symbols_parse(&s, b.data, b.len, NULL))
		abort();
	buf_release(&b);
	return s;
}

/* Events, rows, waits, cut ones, MB of file; then ms of processor time and kB of memory so far. */
static void report(const struct lock_events *ev, const struct lock_stacks *s, uint64_t bytes)
{
	struct rusage u;

	getrusage(RUSAGE_SELF, &u);
	printf("%zu %zu %llu %llu %llu %lld %ld\n", ev->n, s->n, (unsigned long long)s->waits,
	       (unsigned long long)s->cut, (unsigned long long)bytes >> 20,
	       (u.ru_utime.tv_sec + u.ru_stime.tv_sec) * 1000LL +
		       (u.ru_utime.tv_usec + u.ru_stime.tv_usec) / 1000,
	       u.ru_maxrss);
}

/* As a guest does it: file to rows to JSON. */
static int reduce(const char *path)
{
	struct symbols sym = make_symbols();
	int fd = open(path, O_RDONLY);
	struct lock_events ev;
	struct lock_stacks s;
	struct err e = ERR_INIT;
	struct stat st;
	void *data;
	json_t *j;

	if (fd < 0 || fstat(fd, &st))
		return 2;
	data = mmap(NULL, (size_t)st.st_size, PROT_READ, MAP_PRIVATE, fd, 0);
	if (data == MAP_FAILED || perfdata_read(&ev, data, (size_t)st.st_size, &e)) {
		fprintf(stderr, "%s\n", e.text);
		return 2;
	}
	munmap(data, (size_t)st.st_size);
	lock_reduce(&s, &ev, &sym);
	j = lock_stacks_to_json(&s);
	report(&ev, &s, (uint64_t)st.st_size);
	json_decref(j);
	lock_stacks_release(&s);
	lock_events_release(&ev);
	symbols_release(&sym);
	return 0;
}

int main(int argc, char **argv)
{
	uint64_t events = 1000000;

	if (argc == 3 && !strcmp(argv[1], "reduce"))
		return reduce(argv[2]);
	if (argc < 3 || argc > 4 || strcmp(argv[1], "make") ||
	    (argc == 4 && num_parse(argv[3], NUM_COUNT, &events, NULL))) {
		fprintf(stderr, "usage: gen_lock_events make FILE [EVENTS] | gen_lock_events "
				"reduce FILE\n");
		return 2;
	}
	return make(argv[2], events);
}
