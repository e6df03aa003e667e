/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * test_memory.c: memory that can be used, from a /proc and control groups of our own in
 * which every figure is known, and from the real ones.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "lib/fs.h"
#include "lib/memory.h"
#include "runners/vm/vm.h"
#include "tests/unit/tree.h"

#define MIB (1ull << 20)
#define CGROUP "/sys/fs/cgroup"

/* 100 MiB are free and 3000 MiB available: the rest is page cache. */
static void put_meminfo(const char *root)
{
	put(root, "/proc/meminfo",
	    "MemTotal:        4194304 kB\nMemFree:          102400 kB\n"
	    "MemAvailable:    3072000 kB\nCached:          2969600 kB\n");
}

static void test_page_cache_is_free(void **state)
{
	assert_true(memory_available(*state) == 0);
	put_meminfo(*state);
	assert_true(memory_available(*state) == 3000 * MIB);
}

/* A group's limit counts, that of one above it as well, and its page cache is free. */
static void test_group_v2(void **state)
{
	put_meminfo(*state);
	put(*state, "/proc/self/cgroup", "0::/user/job\n");
	put(*state, CGROUP "/user/job/memory.max", "max\n");
	put(*state, CGROUP "/user/job/memory.current", "1048576\n");
	assert_true(memory_available(*state) == 3000 * MIB);
	put(*state, CGROUP "/user/memory.max", "1073741824\n");
	put(*state, CGROUP "/user/memory.current", "1072693248\n");
	put(*state, CGROUP "/user/memory.stat",
	    "anon 4096\ninactive_file 209715200\n"
	    "active_file 104857600\nunevictable 5\n");
	assert_true(memory_available(*state) == 301 * MIB);
	put(*state, CGROUP "/user/job/memory.max", "2097152\n");
	assert_true(memory_available(*state) == 1 * MIB);
	put(*state, CGROUP "/user/job/memory.current", "4194304\n");
	assert_true(memory_available(*state) == 0);
}

static void test_here(void **state)
{
	uint64_t here = memory_available("");

	(void)state;
	assert_true(here > 0);
	assert_true(here <= (uint64_t)sysconf(_SC_PHYS_PAGES) * (uint64_t)sysconf(_SC_PAGESIZE));
	assert_true(vm_guests_fit(here) == 0);
	assert_true(vm_guests_fit(here / 64) >= 1 || here < 1024 * MIB);
	assert_true(vm_cpus() >= 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_page_cache_is_free, make_tree, drop_tree),
		cmocka_unit_test_setup_teardown(test_group_v2, make_tree, drop_tree),
		cmocka_unit_test(test_here),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
