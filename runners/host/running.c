/* SPDX-License-Identifier: GPL-2.0-or-later */
/* running.c: see running.h. */
#include "runners/host/running.h"

#include <stdlib.h>
#include <string.h>

#include "lib/fs.h"
#include "runners/host/machine.h"

/* Of the text, so that it is the same however it was compressed. NULL: the kernel has none. */
static char *config_sha256(void)
{
	struct buf packed = BUF_INIT, text = BUF_INIT;
	char *sha = NULL;

	if (!fs_read("/proc/config.gz", 16 << 20, &packed, NULL) &&
	    !fs_decompress(packed.data, packed.len, &text, NULL)) {
		sha = xcalloc(1, SHA256_HEX);
		sha256_hex(text.data, text.len, sha);
	}
	buf_release(&packed);
	buf_release(&text);
	return sha;
}

json_t *running_json(void)
{
	char *version = fs_read_line("/proc/version"), *cmdline = fs_read_line("/proc/cmdline");
	char *config = config_sha256();
	struct running_kernel k;
	json_t *j;

	running_kernel_read(&k);
	j = json_pack("{s:s, s:s?, s:s*, s:s?, s:s*}", "release", k.release, "version", version,
		      "build_id", k.build_id[0] ? k.build_id : NULL, "cmdline", cmdline,
		      "config_sha256", config);
	running_kernel_release(&k);
	free(version);
	free(cmdline);
	free(config);
	return j;
}

bool running_same(const json_t *running, const json_t *noted)
{
	static const char *const keys[] = { "version", "build_id", "config_sha256" };

	for (size_t i = 0; i < sizeof(keys) / sizeof(keys[0]); i++) {
		const json_t *a = json_object_get(running, keys[i]);
		const json_t *b = json_object_get(noted, keys[i]);

		if (a && b && !json_equal(a, b))
			return false;
	}
	return true;
}
