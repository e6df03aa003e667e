/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * hash.c: SHA-256 as text, by libmd; see fs.h. It names things (kernel images,
 * binaries, configurations); nothing here is about secrets.
 */
#include "lib/fs.h"

#include <errno.h>
#include <fcntl.h>
#include <sha2.h>
#include <unistd.h>

_Static_assert(SHA256_HEX == SHA256_DIGEST_STRING_LENGTH, "hex digits and the NUL");

static void to_hex(SHA2_CTX *ctx, char out[SHA256_HEX])
{
	static const char digits[] = "0123456789abcdef";
	uint8_t sum[SHA256_DIGEST_LENGTH];

	SHA256Final(sum, ctx);
	for (size_t i = 0; i < sizeof(sum); i++) {
		out[2 * i] = digits[sum[i] >> 4];
		out[2 * i + 1] = digits[sum[i] & 15];
	}
	out[SHA256_HEX - 1] = '\0';
}

void sha256_hex(const void *data, size_t len, char out[SHA256_HEX])
{
	SHA2_CTX ctx;

	SHA256Init(&ctx);
	if (len)
		SHA256Update(&ctx, data, len);
	to_hex(&ctx, out);
}

int sha256_file(const char *path, char out[SHA256_HEX], struct err *e)
{
	uint8_t chunk[65536];
	SHA2_CTX ctx;
	ssize_t n;
	int ret = 0;
	int fd;

	out[0] = '\0';
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return err_sys(e, errno, "cannot open %s", path);
	SHA256Init(&ctx);
	do {
		n = read(fd, chunk, sizeof(chunk));
		if (n > 0)
			SHA256Update(&ctx, chunk, (size_t)n);
	} while (n > 0 || (n < 0 && errno == EINTR));
	if (n < 0)
		ret = err_sys(e, errno, "cannot read %s", path);
	else
		to_hex(&ctx, out);
	close(fd);
	return ret;
}
