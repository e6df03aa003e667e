/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * vm.h: guests under QEMU: the QEMU that is used, the machine that all guests of a run share,
 * a kernel made ready, one guest, and the choice of the mode. One guest runs one cell run and
 * ends. It sees of the host only what is given here: kernel image, initramfs, cell spec,
 * seed and command line; their hashes, with QEMU's version and firmware, are the machine id
 * that two results must share to be compared. Images, console and results live in memfds.
 */
#ifndef FSDUEL_RUNNERS_VM_H
#define FSDUEL_RUNNERS_VM_H

#include <jansson.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

#include "lib/proc.h"
#include "lib/symbols.h"
#include "runners/cell/cell.h"
#include "runners/kernel/kernel.h"
#include "runners/result/result.h"
#include "runners/tables/mode.h"

/* --- QEMU: it is asked what it can do, for builds of one version differ ------------------ */

/*
 * Path (malloc'ed) of the QEMU to use: given, else $FSDUEL_QEMU, else qemu-system-x86_64,
 * looked up in PATH unless it is a path. NULL with a sentence, FSDUEL_MACHINE noted.
 */
char *qemu_find(const char *given, struct err *e);
/* Append what QEMU prints for an option ("-L", "help") and its word (NULL: none). */
int qemu_says(const char *qemu, const char *option, const char *word, struct buf *out,
	      struct err *e);
enum qemu_thing { QEMU_ACCEL, QEMU_DEVICE, QEMU_MACHINE_PROPERTY };
/* Does it have one of that name? A QEMU that cannot say has not. */
bool qemu_has(const char *qemu, enum qemu_thing thing, const char *name);

/* --- the guests' disk ---------------------------------------------------------------- */

/*
 * A scratch file of our own, or a file or block device that the user named twice. Every cell
 * run formats it, so its checks fail closed. The descriptor is held while the duel runs, so
 * nobody mounts the device meanwhile; QEMU gets it by number.
 */
struct disk {
	int fd;        /* -1: none */
	json_t *facts; /* kind, path, size, model...; NULL: the guest has its own disk */
	bool wipe;     /* ours to leave without a file system at the end */
};
#define DISK_NONE                                                                                  \
	{                                                                                          \
		.fd = -1                                                                           \
	}
/*
 * Open the path in the suite's [device]; without a path nothing is opened. destroy is
 * --destroy, or NULL: it must be the same path. -EINVAL, FSDUEL_USAGE noted: not named twice,
 * or neither a file nor a block device. Other -errno: in use, not empty (a file system, a
 * partition table or the like is on it), no direct I/O.
 */
int disk_open(struct disk *d, const struct suite *s, const char *destroy, struct err *e);
/*
 * Where the suite wants a disk of the host's and names none: a file of its size in dir,
 * filled, so that the host allocates nothing while measuring, and without a name, so that
 * it ends with this process.
 */
int disk_scratch(struct disk *d, const struct suite *s, const char *dir, struct err *e);
/* Take file systems of ours off the user's disk and close it. Accepts DISK_NONE. */
void disk_release(struct disk *d);

/* --- the initramfs ---------------------------------------------------------------------- */

/* Append the programs that the suite's cells execute and the modules that their kernels may need.
 */
void guest_needs(const struct suite *s, const struct plan *p, struct strv *tools,
		 struct strv *modules);
/*
 * The base archive: the guest's first process (found beside this program) as /init, and each
 * tool (looked up in PATH; NULL ends the list) with its libraries. It is a pure function of
 * these files: sorted names, no times, no owners, numbered inodes; not compressed, because
 * unpacking costs the guest more than the host saves. -ENOENT: a tool is missing.
 */
int initramfs_base(const char *const *tools, struct buf *out, struct err *e);
/* perf and its libraries, for guests of a locks pass alone. Empty where perf is not installed. */
int initramfs_perf(struct buf *out, struct err *e);
/* The archive of these modules of k and those that they need; empty where all are built in. */
int initramfs_modules(const struct kernel *k, const char *const *names, struct buf *out,
		      struct err *e);

/* --- the machine ---------------------------------------------------------------------- */

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
	struct strv notes; /* for readers: options that this QEMU lacks, and the like */
};

/* All borrowed. */
struct vm_wants {
	const struct suite *suite;  /* CPUs, memory, device; its mode is not looked at */
	const char *const *tools;   /* of guest_needs */
	const char *const *modules; /* likewise */
	const char *initramfs;      /* a file to use instead of packing one, or NULL */
	const char *qemu;           /* see qemu_find */
	bool direct;                /* every kernel of the run has a vmlinux that boots directly;
				       one that has none makes all boot their bzImage, so that no
				       side has another way to its first instruction */
	const struct disk *disk;
};

/*
 * Find QEMU and put the machine together. -ENOENT: QEMU or a tool is missing; -ENOTSUP: QEMU
 * lacks the mode's accelerator or the device; FSDUEL_MACHINE noted.
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

/* --- a kernel and a guest -------------------------------------------------------------- */

/* A kernel ready to boot: its image and the whole initramfs in memfds. */
struct vm_kernel {
	const struct kernel *kernel;              /* borrowed */
	int image_fd, initrd_fd, locks_initrd_fd; /* locks: with perf; -1: no locks pass */
	char symbols_key[65];                     /* see runners/profile/symbol_cache.h */
	struct symbols symbols; /* its functions; empty until a profile pass has asked for them */
};
#define VM_KERNEL_NONE                                                                             \
	{                                                                                          \
		.image_fd = -1, .initrd_fd = -1, .locks_initrd_fd = -1                             \
	}
int vm_kernel_init(struct vm_kernel *v, const struct vm_machine *m, const struct kernel *k,
		   const char *const *modules, struct err *e);
void vm_kernel_release(struct vm_kernel *v); /* it is VM_KERNEL_NONE then */

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
/* spec NULL: a trial boot, the guest's first process answers and ends. m and k outlive the guest.
 */
int vm_start(struct vm *v, const struct vm_machine *m, struct vm_kernel *k,
	     const struct cell_spec *spec, uint64_t wall_limit_ns, struct err *e);
/* Has it ended? A guest past its wall limit is ended here, and x->timed_out is set. */
bool vm_ended(struct vm *v, struct proc_exit *x);
/*
 * After vm_ended: the guest's own result, or a failed one that tells panic, stop, overrun,
 * damage and a QEMU that would not start apart, with the last console lines. A kernel that ran
 * and is not the image's makes it failed, too.
 */
void vm_result(struct vm *v, const struct proc_exit *x, struct result *r);
/* The first line of QEMU's own words that is no warning (malloc'ed), or NULL; before vm_release. */
char *vm_words(const struct vm *v);
/* End it if it runs; accepts VM_NONE. */
void vm_release(struct vm *v);

/* --- the profile pass of a guest (vm_profile.c) ---------------------------------------- */

/* Can this machine do it? Else m->profile.missing says why not. */
void vm_profile_init(struct vm_machine *m);
void vm_profile_release(struct vm_machine *m);
/* Names of k's functions, if the cache has them. */
void vm_profile_kernel(struct vm_kernel *k, const struct buf *modules);
/* Keep the names that a guest was asked for and sent; a fault in them is a fact of r. */
void vm_profile_symbols(struct vm_kernel *k, const json_t *records, struct result *r);
/* Counts into r->profile and r->raw. Counts that are wrong make r invalid. */
void vm_profile_take(struct vm_kernel *k, const struct symbols *guest, const struct buf *counts,
		     struct result *r);

/* --- the mode, and the proof for kvm ------------------------------------------------------ */

/*
 * A /dev/kvm that is there, opens and even runs a few instructions may still not run a kernel,
 * so the suite's first kernel is booted up to the guest's first process.
 */
#define KVM_DEVICE "/dev/kvm"
/* Does path open, and is it KVM's? -errno with a sentence. */
int trial_kvm_device(const char *path, struct err *e);
/* All borrowed; machine and kernels are made by trial_choose. */
struct trial {
	struct suite *suite;
	const struct vm_wants *wants;
	const struct kernel *images; /* of the suite's kernels */
	struct vm_machine *machine;
	struct vm_kernel *kernels; /* one for each image */
	const atomic_int *stop;
	struct buf *why; /* gets a sentence where there was a choice of the mode */
};
/*
 * Settle the mode into suite->mode (kvm and auto by a trial boot of images[0]), and make the
 * machine and the kernels ready for it. On error nothing is left to release. -ENOTSUP: the
 * mode asked for does not work here, FSDUEL_MACHINE noted; -EINTR: *stop became non-zero.
 */
int trial_choose(const struct trial *t, struct err *e);

#endif
