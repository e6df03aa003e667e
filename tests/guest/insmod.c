/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * insmod.c: load module files in the order given; the word after a file is its
 * parameters where it holds a '='. For guests of tests, which have no kmod.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

int main(int argc, char **argv)
{
	for (int i = 1; i < argc; i++) {
		const char *params = i + 1 < argc && strchr(argv[i + 1], '=') ? argv[i + 1] : "";
		int fd = open(argv[i], O_RDONLY | O_CLOEXEC);

		if (fd < 0 || syscall(SYS_finit_module, fd, params, 0)) {
			fprintf(stderr, "insmod: %s: %s\n", argv[i], strerror(errno));
			return 1;
		}
		close(fd);
		i += *params != '\0';
	}
	return 0;
}
