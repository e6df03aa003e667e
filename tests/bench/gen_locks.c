/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * gen_locks.c: writes a results folder with a locks pass of any size, for timing its
 * reader: gen_locks DIR [ROWS]. A row is one wait of its own, as if nothing could be
 * summed: that is as long as a file of so many waits can get. Seeded.
 */
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>

#include "lib/num.h"
#include "lib/rng.h"
#include "lib/schema.h"
#include "workloads/hist.h"

#define BLOCKS 4u
#define CELLS 10u

static const char *const variants[] = { "baseline", "patched" };
static const char *const roles[] = { "dio_overwrite", "dio_read", "buffered_write", "kworker/1:0" };
static const struct {
	const char *mode, *chain;
} waits[] = {
	{ "read", "rwsem_down_read_slowpath;down_read;ext4_file_read_iter;vfs_read;"
		  "__x64_sys_pread64;do_syscall_64;entry_SYSCALL_64_after_hwframe" },
	{ "write", "rwsem_down_write_slowpath;down_write;ext4_file_write_iter;vfs_write;"
		   "__x64_sys_pwrite64;do_syscall_64;entry_SYSCALL_64_after_hwframe" },
	{ "spin", "native_queued_spin_lock_slowpath;_raw_spin_lock_irqsave;__folio_mark_dirty;"
		  "mark_buffer_dirty;block_commit_write;block_write_end;ext4_da_write_end" },
	{ "write", "rwsem_down_write_slowpath;down_write;ext4_map_blocks;ext4_do_writepages" },
};
#define NR(a) (sizeof(a) / sizeof((a)[0]))

static FILE *create(const char *dir, const char *name)
{
	char path[4096];
	FILE *f;

	snprintf(path, sizeof(path), "%s/%s", dir, name);
	f = fopen(path, "w");
	if (!f) {
		perror(path);
		exit(2);
	}
	return f;
}

static void write_run(const char *dir)
{
	FILE *f = create(dir, RUN_JSON);

	fprintf(f,
		"{\"schema\":1,\"run\":\"bench\",\"mode\":\"exact\",\"suite\":{\"blocks\":%u},"
		"\"passes\":[\"throughput\",\"locks\"],\"kernels\":{\"baseline\":{},"
		"\"patched\":{}},\"mounts\":{\"default\":{\"fs\":\"ext4\"}},\"variants\":["
		"{\"name\":\"baseline\",\"kernel\":\"baseline\",\"mount\":\"default\"},"
		"{\"name\":\"patched\",\"kernel\":\"patched\",\"mount\":\"default\"}],"
		"\"contrasts\":[{\"name\":\"kernels\",\"baseline\":\"baseline\","
		"\"patched\":\"patched\"}],\"metrics\":[{\"name\":\"ops_per_s\","
		"\"unit\":\"1/s\",\"better\":\"higher\",\"primary\":true}],\"cells\":[",
		BLOCKS);
	for (unsigned c = 0; c < CELLS; c++)
		fprintf(f,
			"%s{\"workload\":\"mix\",\"params\":\"threads=%u\",\"varying\":"
			"\"threads=%u\",\"role_threads\":8}",
			c ? "," : "", c, c);
	fprintf(f, "]}\n");
	fclose(f);
}

static void put_who(FILE *f, unsigned v, unsigned c, unsigned b, const char *pass)
{
	fprintf(f, "bench,%s,%s,exact,ext4,default,mix,threads=%u,%u,%u,%u,1,%s,", variants[v],
		variants[v], c, b, 1000 + b, v + 1, pass);
}

static void put_samples(FILE *f, unsigned v, unsigned c, unsigned b, uint64_t rows)
{
	put_who(f, v, c, b, "throughput");
	fprintf(f, "all,ops_per_s,,1/s,higher,%u,ok,,\n", v ? 9000 : 10000);
	put_who(f, v, c, b, "locks");
	fprintf(f, "all,ops_per_s,,1/s,higher,%u,ok,,\n", v ? 8900 : 9800);
	put_who(f, v, c, b, "locks");
	fprintf(f, "all,operations,,count,,%u,ok,,\n", v ? 8900 : 9800);
	put_who(f, v, c, b, "locks");
	fprintf(f, "all,elapsed,,ns,,1000000000,ok,,\n");
	put_who(f, v, c, b, "locks");
	fprintf(f, "all,lock_waits,,count,,%llu,ok,,\n", (unsigned long long)rows);
	for (unsigned r = 0; r < NR(roles) - 1; r++) {
		put_who(f, v, c, b, "locks");
		fprintf(f, "%s,operations,,count,,%u,ok,,\n", roles[r], 3000);
	}
}

static void put_waits(FILE *f, struct rng *rng, unsigned v, unsigned c, unsigned b, uint64_t rows)
{
	for (uint64_t i = 0; i < rows; i++) {
		unsigned w = (unsigned)rng_below(rng, NR(waits)), ns;
		unsigned r = (unsigned)rng_below(rng, NR(roles)), at;

		ns = 1000 + (unsigned)rng_below(rng, 100000000);
		at = hist_index(ns);
		put_who(f, v, c, b, "locks");
		fprintf(f, "%s,0xffff8880%08x,%s,%s,1,%u,%u,%llu-%llu:1,%s,write,%s,%u\n", roles[r],
			(unsigned)rng_below(rng, w == 2 ? 1u << 30 : 16) * 64, waits[w].mode,
			waits[w].chain, ns, ns, (unsigned long long)hist_low(at),
			(unsigned long long)hist_high(at), roles[0], waits[1].chain, ns / 2);
	}
}

int main(int argc, char **argv)
{
	static const char *const samples[] = { SAMPLES_COLUMNS }, *const locks[] = {
		LOCKSTACKS_COLUMNS
	};
	struct rng rng = { 1 };
	uint64_t rows = 1000000;
	FILE *f, *g;

	if (argc < 2 || argc > 3 || (argc == 3 && num_parse(argv[2], NUM_COUNT, &rows, NULL))) {
		fprintf(stderr, "usage: gen_locks DIR [ROWS]\n");
		return 2;
	}
	mkdir(argv[1], 0777);
	write_run(argv[1]);
	f = create(argv[1], SAMPLES_CSV);
	g = create(argv[1], LOCKSTACKS_CSV);
	for (unsigned i = 0; i < SAMPLES_COLUMNS_N; i++)
		fprintf(f, "%s%c", samples[i], i + 1 < SAMPLES_COLUMNS_N ? ',' : '\n');
	for (unsigned i = 0; i < LOCKSTACKS_COLUMNS_N; i++)
		fprintf(g, "%s%c", locks[i], i + 1 < LOCKSTACKS_COLUMNS_N ? ',' : '\n');
	rows /= (uint64_t)CELLS * BLOCKS * NR(variants);
	for (unsigned c = 0; c < CELLS; c++)
		for (unsigned b = 1; b <= BLOCKS; b++)
			for (unsigned v = 0; v < NR(variants); v++) {
				put_samples(f, v, c, b, rows);
				put_waits(g, &rng, v, c, b, rows);
			}
	return fclose(f) || fclose(g) ? 2 : 0;
}
