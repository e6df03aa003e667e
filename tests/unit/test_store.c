/* SPDX-License-Identifier: GPL-2.0-or-later */
/* test_store.c: values of the cache: kept, checked, bounded, made by one program at a time. */
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "lib/fs.h"
#include "lib/store.h"

#define A "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
#define B "bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb"
#define C "cccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccc"
#define FILE_BYTES 165u /* 100 bytes of value, the hash and its line end */

static const struct store store = { "things", 2 * FILE_BYTES };

static int enter(void **state)
{
	char *dir = xstrdup("/tmp/fsduel-test-store-XXXXXX");

	*state = dir;
	return mkdtemp(dir) ? setenv("FSDUEL_CACHE", dir, 1) : -1;
}

static int leave(void **state)
{
	int ret = fs_remove_tree(*state, NULL);

	free(*state);
	return ret;
}

static void put(const char *key, char fill)
{
	char bytes[100];
	const struct buf value = { bytes, sizeof(bytes), 0 };

	memset(bytes, fill, sizeof(bytes));
	assert_int_equal(store_put(&store, key, &value, NULL), 0);
}

static bool has(const char *key, char fill)
{
	struct buf b = BUF_INIT;
	int ret = store_get(&store, key, &b, NULL);

	assert_true(ret == 0 || ret == -ENOENT);
	assert_int_equal(b.len, ret ? 0 : 100);
	assert_true(ret || (b.data[0] == fill && b.data[99] == fill));
	buf_release(&b);
	return !ret;
}

static char *path_of(void **state, const char *key)
{
	return xasprintf("%s/things/%s", (char *)*state, key);
}

static void a_value_comes_back(void **state)
{
	struct stat st;
	char *dir = path_of(state, "");

	assert_false(has(A, 'a'));
	put(A, 'a');
	assert_true(has(A, 'a'));
	assert_false(has(B, 'a'));
	assert_int_equal(stat(dir, &st), 0);
	assert_int_equal(st.st_mode & 0777, 0700);
	free(dir);
}

static void every_flipped_bit_and_every_cut_is_seen(void **state)
{
	char *path = path_of(state, A);

	for (off_t at = 0; at < (off_t)FILE_BYTES; at++) {
		struct err e = ERR_INIT;
		struct buf b = BUF_INIT;
		char c;
		int fd;

		put(A, 'a');
		fd = open(path, O_RDWR);
		assert_int_equal(pread(fd, &c, 1, at), 1);
		c ^= 1 << at % 8;
		if (at % 2)
			assert_int_equal(pwrite(fd, &c, 1, at), 1);
		else
			assert_int_equal(ftruncate(fd, at), 0);
		close(fd);
		assert_int_equal(store_get(&store, A, &b, &e), -ENOENT);
		assert_non_null(strstr(e.text, "damaged"));
		assert_int_equal(b.len, 0);
		assert_false(fs_exists(path));
	}
	free(path);
}

static void what_was_not_used_for_longest_goes_first(void **state)
{
	const struct timespec old[2] = { { 1000, 0 }, { 1000, 0 } };
	char *path;

	put(A, 'a');
	put(B, 'b');
	path = path_of(state, A);
	utimensat(AT_FDCWD, path, old, 0);
	assert_true(has(A, 'a')); /* used now */
	free(path);
	path = path_of(state, B);
	utimensat(AT_FDCWD, path, old, 0);
	free(path);
	put(C, 'c');
	assert_true(has(A, 'a'));
	assert_false(has(B, 'b'));
	assert_true(has(C, 'c'));
}

static void a_list_has_the_entries_and_nothing_else(void **state)
{
	struct store_entry *list;
	char *path = path_of(state, "notes.txt");
	size_t n, removed;

	put(A, 'a');
	put(B, 'b');
	assert_int_equal(fs_write_atomic(path, "x", 1, NULL), 0);
	assert_int_equal(store_list(&store, &list, &n, NULL), 0);
	assert_int_equal(n, 2);
	assert_int_equal(list[0].bytes, FILE_BYTES);
	store_list_release(list, n);
	assert_int_equal(store_prune(&store, 0, &removed, NULL), 0);
	assert_int_equal(removed, 2);
	assert_true(fs_exists(path));
	free(path);
}

static void what_a_killed_program_left_half_written_goes(void **state)
{
	const struct timespec old[2] = { { 1000, 0 }, { 1000, 0 } };
	char *left = path_of(state, A ".tmp"), *busy = path_of(state, C ".tmp");

	put(A, 'a');
	assert_int_equal(fs_write_atomic(left, "x", 1, NULL), 0);
	assert_int_equal(fs_write_atomic(busy, "x", 1, NULL), 0);
	utimensat(AT_FDCWD, left, old, 0);
	put(B, 'b');
	assert_false(fs_exists(left));
	assert_true(fs_exists(busy));
	free(left);
	free(busy);
}

static void *lock_and_leave(void *arg)
{
	int fd = store_lock(&store, arg, NULL, NULL);

	assert_true(fd >= 0);
	close(fd);
	return NULL;
}

static void one_makes_a_value_while_the_others_wait(void **state)
{
	const atomic_int stop = 2;
	struct err e = ERR_INIT;
	char same[] = A, another[] = B;
	pthread_t other;
	int fd = store_lock(&store, A, NULL, NULL);

	(void)state;
	assert_true(fd >= 0);
	assert_int_equal(store_lock(&store, A, &stop, &e), -EINTR);
	lock_and_leave(another);
	assert_int_equal(pthread_create(&other, NULL, lock_and_leave, same), 0);
	close(fd);
	assert_int_equal(pthread_join(other, NULL), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(a_value_comes_back, enter, leave),
		cmocka_unit_test_setup_teardown(every_flipped_bit_and_every_cut_is_seen, enter,
						leave),
		cmocka_unit_test_setup_teardown(what_was_not_used_for_longest_goes_first, enter,
						leave),
		cmocka_unit_test_setup_teardown(a_list_has_the_entries_and_nothing_else, enter,
						leave),
		cmocka_unit_test_setup_teardown(what_a_killed_program_left_half_written_goes, enter,
						leave),
		cmocka_unit_test_setup_teardown(one_makes_a_value_while_the_others_wait, enter,
						leave),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
