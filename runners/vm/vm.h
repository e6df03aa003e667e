/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * vm.h: guests under QEMU. One guest runs one cell run and ends. All that the
 * guest can see of the host is given here: kernel image, initramfs, cell spec,
 * seed and command line; their hashes, with QEMU's version and firmware, are
 * the machine id that two results must share to be compared.
 *
 * Nothing touches the disk: images, console and results live in memfds.
 */
#ifndef FSDUEL_RUNNERS_VM_H
#define FSDUEL_RUNNERS_VM_H

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>

#include "lib/proc.h"
#include "lib/symbols.h"
#include "runners/cell/cell.h"
#include "runners/tables/device.h"
#include "runners/vm/disk.h"
#include "runners/kernel/kernel.h"
#include "runners/tables/mode.h"
#include "runners/result/result.h"

/* What all guests of a run share. */
struct vm_machine {
	enum mode mode;       /* a mode that has guests */
	char *qemu;           /* path */
	char *qemu_version;   /* first line of --version */
	char *cmdline;        /* the guest kernel's command line */
	struct strv args;     /* QEMU's arguments, without images, channels and seed */
	struct buf initramfs; /* the base archive */
	char initramfs_sha256[65];
	struct buf perf; /* the archive of perf, added in a locks pass; empty: none */
	char perf_sha256[65];
	char *order;    /* the library that keeps the virtual clock in order; NULL in other modes */
	char *firmware; /* "name=sha256;..." of the firmware files QEMU loads */
	char id[17];    /* 16 hex digits over all of the above */
	uint64_t memory_bytes; /* of one guest */
	bool direct; /* boot the vmlinux inside the image, without firmware unpacking it */
	const struct device_info *device;
	const struct disk *disk; /* borrowed; given to guests while it is open */
	struct {
		char *lib;            /* the plug-in that counts, or NULL */
		int interface;        /* number of QEMU's interface that it is loaded with */
		char *missing;        /* why a profile pass cannot be run; NULL: it can */
		struct symbols guest; /* functions of the guest's first process */
	} profile;
	struct strv notes; /* what a reader must know: options that this QEMU lacks, and the like */
};

/* What a machine is made of; all borrowed. */
struct vm_wants {
	const struct suite *suite;  /* CPUs, memory, device; its mode is not looked at */
	const char *const *tools;   /* what the guest needs besides its first process */
	const char *const *modules; /* and what its kernel may have as modules */
	const char *initramfs;      /* a file to use instead of packing one, or NULL */
	const char *qemu;           /* see qemu_find */
	bool direct;                /* every kernel of the run has a vmlinux that boots directly;
				       one that has none makes all boot their bzImage, so that no
				       side has another way to its first instruction */
	const struct disk *disk;
};

/*
 * Find QEMU and put the machine together. -ENOENT: QEMU or a tool is missing;
 * -ENOTSUP: QEMU lacks the mode's accelerator or the device; FSDUEL_MACHINE noted.
 */
int vm_machine_init(struct vm_machine *m, const struct vm_wants *w, enum mode mode, struct err *e);
void vm_machine_release(struct vm_machine *m);
json_t *vm_machine_json(const struct vm_machine *m); /* for run.json */

/* How many guests with so much memory the machine has room for now, QEMU's own memory included. */
unsigned vm_guests_fit(uint64_t memory_bytes);
/* The CPUs that this process may use. */
unsigned vm_cpus(void);
/* Guests at once where nobody says how many: one a CPU, as far as memory reaches. */
unsigned vm_guests(uint64_t memory_bytes);

/* A kernel ready to boot: its image and the whole initramfs in memfds. */
struct vm_kernel {
	const struct kernel *kernel;              /* borrowed */
	int image_fd, initrd_fd, locks_initrd_fd; /* locks: with perf; -1: no locks pass */
	char symbols_key[65];                     /* see runners/profile/symbol_cache.h */
	struct symbols symbols; /* its functions; empty until a profile pass has asked for them */
};

int vm_kernel_init(struct vm_kernel *v, const struct vm_machine *m, const struct kernel *k,
		   const char *const *modules, struct err *e);
void vm_kernel_release(struct vm_kernel *v);

/* A guest that runs. */
struct vm {
	struct proc proc;
	const struct vm_machine *machine;
	struct vm_kernel *kernel;
	int console_fd, channel_fd, spec_fd, stderr_fd;
	int initrd_fd; /* of the kernel: the one for its pass */
	bool asks_symbols;
	int counts_fd; /* of a profile pass; else -1 */
	uint64_t started_ns, wall_limit_ns;
};

#define VM_NONE                                                                                    \
	{                                                                                          \
		.proc = PROC_NONE, .console_fd = -1, .channel_fd = -1, .spec_fd = -1,              \
		.stderr_fd = -1, .counts_fd = -1                                                   \
	}

/*
 * spec NULL: a trial boot, the guest's first process answers and ends. m and k must
 * outlive the guest.
 */
int vm_start(struct vm *v, const struct vm_machine *m, struct vm_kernel *k,
	     const struct cell_spec *spec, uint64_t wall_limit_ns, struct err *e);
/* Has it ended? A guest past its wall limit is ended here. *timed_out tells. */
bool vm_ended(struct vm *v, struct proc_exit *x);
/*
 * After vm_ended: what the guest sent, or a failed result that tells panic, stop,
 * overrun, damage and a QEMU that would not start apart, with the last console
 * lines. The kernel that ran is held against the image: another one is failed.
 */
void vm_result(struct vm *v, const struct proc_exit *x, struct result *r);
/* The first line of QEMU's own words that is no warning (malloc'ed), or NULL; before vm_release. */
char *vm_words(const struct vm *v);
/* End it if it runs; accepts VM_NONE. */
void vm_release(struct vm *v);

#endif
