/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * gen_samples.c: writes a results folder of any size, for timing the reader and
 * the comparison: gen_samples DIR [ROWS]. Values are seeded, so the same call
 * writes the same bytes. Two kernels, ten blocks, mixes of one to four roles.
 */
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>

#include "lib/num.h"
#include "lib/rng.h"
#include "lib/schema.h"

#define BLOCKS 10u

static const char *const variants[] = { "baseline/default", "patched/default" };
static const char *const kernels[] = { "baseline", "patched" };
static const char *const roles[] = { "all", "dio_overwrite", "dio_read", "buffered_write",
				     "mmap_write" };
/* clang-format off */
static const struct {
	const char *name, *unit, *better;
} metrics[] = {
	{ "ops_per_s", "1/s", "higher" }, { "bytes_per_s", "B/s", "higher" },
	{ "lat_sum_per_op", "ns", "lower" }, { "lat_p50", "ns", "lower" },
	{ "lat_p90", "ns", "lower" }, { "lat_p99", "ns", "lower" },
	{ "lat_p99_9", "ns", "lower" }, { "lat_max", "ns", "lower" },
	{ "operations", "count", "" }, { "errors", "count", "lower" }, { "elapsed", "ns", "" },
};
/* clang-format on */
#define NR(a) (sizeof(a) / sizeof((a)[0]))
#define ROWS_A_CELL (2 * BLOCKS * NR(roles) * NR(metrics))

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

static void params(char dst[64], unsigned cell)
{
	snprintf(dst, 64, "bs=4k;file_size=64M;runtime=1s;threads=%u", cell + 1);
}

static void write_run(const char *dir, unsigned cells)
{
	FILE *f = create(dir, RUN_JSON);

	fprintf(f,
		"{\"schema\":1,\"run\":\"bench\",\"mode\":\"exact\",\"suite\":{\"blocks\":%u},"
		"\"machine\":{\"id\":\"bench\"},\"passes\":[\"throughput\"],"
		"\"kernels\":{\"baseline\":{\"release\":\"6.12.0\"},"
		"\"patched\":{\"release\":\"6.12.0-p\"}},"
		"\"mounts\":{\"default\":{\"fs\":\"ext4\"}},\"variants\":[",
		BLOCKS);
	for (unsigned v = 0; v < 2; v++)
		fprintf(f, "%s{\"name\":\"%s\",\"kernel\":\"%s\",\"mount\":\"default\"}",
			v ? "," : "", variants[v], kernels[v]);
	fprintf(f,
		"],\"contrasts\":[{\"name\":\"kernels\",\"baseline\":\"%s\",\"patched\":\"%s\"}],"
		"\"metrics\":[",
		variants[0], variants[1]);
	for (unsigned m = 0; m < NR(metrics); m++)
		fprintf(f, "%s{\"name\":\"%s\",\"unit\":\"%s\",\"better\":\"%s\",\"primary\":%s}",
			m ? "," : "", metrics[m].name, metrics[m].unit, metrics[m].better,
			m ? "false" : "true");
	fprintf(f, "],\"cells\":[");
	for (unsigned c = 0; c < cells; c++) {
		char text[64];

		params(text, c);
		fprintf(f, "%s{\"workload\":\"mix\",\"params\":\"%s\",\"varying\":\"threads=%u\"}",
			c ? "," : "", text, c + 1);
	}
	fprintf(f, "]}\n");
	fclose(f);
}

static void write_unit(FILE *f, struct rng *rng, unsigned block, unsigned cell, unsigned v)
{
	char text[64], value[32];

	params(text, cell);
	for (unsigned r = 0; r < NR(roles); r++) {
		for (unsigned m = 0; m < NR(metrics); m++) {
			double x = 10000.0 + (double)rng_below(rng, 1u << 20) / 1024.0;

			fprintf(f,
				"bench,%s,%s,exact,ext4,default,mix,%s,%u,%u,%u,1,throughput,"
				"%s,%s,,%s,%s,%s,ok,,\n",
				variants[v], kernels[v], text, block, 1000 + block, v + 1, roles[r],
				metrics[m].name, metrics[m].unit, metrics[m].better,
				num_format_double(value, x));
		}
	}
}

int main(int argc, char **argv)
{
	static const char *const names[] = { SAMPLES_COLUMNS };
	struct rng rng = { 1 };
	uint64_t rows = 1000000;
	unsigned cells;
	FILE *f;

	if (argc < 2 || argc > 3 || (argc == 3 && num_parse(argv[2], NUM_COUNT, &rows, NULL))) {
		fprintf(stderr, "usage: gen_samples DIR [ROWS]\n");
		return 2;
	}
	mkdir(argv[1], 0777);
	cells = (unsigned)((rows + ROWS_A_CELL - 1) / ROWS_A_CELL);
	write_run(argv[1], cells);
	f = create(argv[1], SAMPLES_CSV);
	for (unsigned i = 0; i < SAMPLES_COLUMNS_N; i++)
		fprintf(f, "%s%c", names[i], i + 1 < SAMPLES_COLUMNS_N ? ',' : '\n');
	for (unsigned b = 1; b <= BLOCKS; b++) {
		for (unsigned c = 0; c < cells; c++) {
			for (unsigned v = 0; v < 2; v++)
				write_unit(f, &rng, b, c, v);
		}
	}
	return fclose(f) ? 2 : 0;
}
