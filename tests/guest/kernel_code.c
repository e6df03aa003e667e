/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * kernel_code.c: writes to the guest's physical memory by way of QEMU's fw_cfg
 * (docs/specs/fw_cfg.txt), whose DMA copies bytes of a fw_cfg item to any
 * address and asks no page table. The item is the initramfs, which has each
 * byte value somewhere; so each byte of the code is fetched from there, one by
 * one. Works under nokaslr, as our guests run.
 */
#include "tests/guest/kernel_code.h"

#include <endian.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/io.h>
#include <sys/mman.h>
#include <unistd.h>

#include "lib/buf.h"
#include "runners/vm/channel.h"

#define FW_CFG_DMA 0x514 /* high half of an address, the low half 4 further on */
#define FW_CFG_INITRD_DATA 0x12
#define SEARCHED (1u << 20) /* bytes of the item that are looked at */
#define PAGE 4096u

enum { DMA_ERROR = 1, DMA_READ = 2, DMA_SKIP = 4, DMA_SELECT = 8 };

struct dma {
	uint32_t control, length; /* all big endian */
	uint64_t address;
};

struct writer {
	volatile struct dma *dma;
	uint64_t dma_physical;
	uint32_t where[256]; /* offset of each byte value in the item */
	bool found[256];
};

/* First number of the first line that ends with (or, for /proc/iomem, names) what. */
static uint64_t number_of(const char *path, const char *what)
{
	FILE *f = fopen(path, "re");
	char *line = NULL;
	uint64_t number = 0;
	size_t cap = 0, n = strlen(what);
	ssize_t len;

	while (f && !number && (len = getline(&line, &cap, f)) > 0) {
		line[--len] = '\0';
		if ((size_t)len > n && !strcmp(line + len - n, what) &&
		    line[len - (ssize_t)n - 1] == ' ')
			number = strtoull(line, NULL, 16);
	}
	free(line);
	if (f)
		fclose(f);
	return number;
}

static uint64_t physical(const volatile void *p)
{
	int fd = open("/proc/self/pagemap", O_RDONLY | O_CLOEXEC);
	uintptr_t at = (uintptr_t)p;
	uint64_t entry = 0;

	if (fd >= 0 && pread(fd, &entry, sizeof(entry), (off_t)(at / PAGE * sizeof(entry))) < 0)
		entry = 0;
	if (fd >= 0)
		close(fd);
	return (entry & ((UINT64_C(1) << 55) - 1)) * PAGE + at % PAGE;
}

static void find_bytes(struct writer *w)
{
	outw(FW_CFG_INITRD_DATA, PORT_FW_CFG_SELECT);
	for (uint32_t i = 0; i < SEARCHED; i++) {
		unsigned char c = inb(PORT_FW_CFG_DATA);

		if (!w->found[c])
			w->where[c] = i;
		w->found[c] = true;
	}
}

static bool transfer(struct writer *w, uint32_t control, uint32_t length, uint64_t address)
{
	w->dma->length = htobe32(length);
	w->dma->address = htobe64(address);
	w->dma->control = htobe32(control);
	outl(htobe32((uint32_t)(w->dma_physical >> 32)), FW_CFG_DMA);
	outl(htobe32((uint32_t)w->dma_physical), FW_CFG_DMA + 4);
	return !w->dma->control;
}

static int write_physical(struct writer *w, uint64_t to, const unsigned char *from, size_t len,
			  struct err *e)
{
	const uint32_t select = (uint32_t)FW_CFG_INITRD_DATA << 16 | DMA_SELECT;

	for (size_t i = 0; i < len; i++)
		if (!w->found[from[i]] || !transfer(w, select | DMA_SKIP, w->where[from[i]], 0) ||
		    !transfer(w, DMA_READ, 1, to + i))
			return err_add(e, EIO, "cannot write byte 0x%02x to the kernel's memory",
				       from[i]);
	return 0;
}

int kernel_code_replace(const char *symbol, const char *code, size_t len, const char *function,
			struct err *e)
{
	uint64_t text = number_of("/proc/kallsyms", "_text");
	uint64_t text_physical = number_of("/proc/iomem", "Kernel code");
	uint64_t at = number_of("/proc/kallsyms", symbol);
	uint64_t callee = function ? number_of("/proc/kallsyms", function) : 0;
	unsigned char bytes[64];
	char *call = memmem(code, len, CALL_FUNCTION, sizeof(CALL_FUNCTION) - 1);
	struct writer w = { .dma = mmap(NULL, PAGE, PROT_READ | PROT_WRITE,
					MAP_PRIVATE | MAP_ANONYMOUS | MAP_LOCKED | MAP_POPULATE, -1,
					0) };

	if (!text || !text_physical || !at || (function && !callee) || len > sizeof(bytes) ||
	    w.dma == MAP_FAILED)
		return err_add(e, ENOENT, "cannot find %s or %s in the kernel", symbol,
			       function ? function : "memory");
	if (ioperm(PORT_FW_CFG_SELECT, 2, 1) || ioperm(FW_CFG_DMA, 8, 1))
		return err_sys(e, errno, "cannot use fw_cfg");
	w.dma_physical = physical(w.dma);
	memcpy(bytes, code, len);
	if (call)
		memcpy(bytes + (call - code) + 2, &callee, sizeof(callee));
	find_bytes(&w);
	return write_physical(&w, at - text + text_physical, bytes, len, e);
}
