/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * vm.h: guests under QEMU. One guest runs one cell run. It sees of the host only kernel image,
 * initramfs, cell spec, seed and command line; their hashes, with QEMU's version and firmware, are
 * the machine id that two results must share. Images, console and results live in memfds.
 */
#ifndef FSDUEL_RUNNERS_VM_H
#define FSDUEL_RUNNERS_VM_H

#include <jansson.h>
#include <poll.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

#include "lib/labels.h"
#include "lib/pack.h"
#include "lib/proc.h"
#include "lib/store.h"
#include "runners/cell/cell.h"
#include "runners/folder/folder.h"
#include "runners/kernel/kernel.h"
#include "runners/result/result.h"
#include "runners/tables/mode.h"

/* --- QEMU: it is asked what it can do, for builds of one version differ ------------------ */

/* The QEMU to use (caller frees): given, else $FSDUEL_QEMU, else the one in PATH. NULL: see e. */
char *qemu_find(const char *given, struct err *e);
/* Append what QEMU prints for an option ("-L", "help") and its word (NULL: none). */
int qemu_says(const char *qemu, const char *option, const char *word, struct buf *out,
	      struct err *e);
enum qemu_thing { QEMU_ACCEL, QEMU_DEVICE, QEMU_MACHINE_PROPERTY };
/* Does it have one of that name? A QEMU that cannot say has not. */
bool qemu_has(const char *qemu, enum qemu_thing thing, const char *name);

/*
 * Its monitor over a socket: nobody waits for an answer. qmp_begin: before anything else in QMP;
 * qmp_save: save the guest to a descriptor of ours; hmp_restore: in a monitor of lines, the guest
 * that QEMU was started without, from a descriptor of QEMU's.
 */
void hmp_restore(int fd, int stream_fd);
void qmp_begin(int fd);
void qmp_save(int fd, int stream_fd);
void qmp_go_on(int fd);
/*
 * Has QEMU told this event, or that one (or NULL)? It and those before it are forgotten. 0: neither
 * yet; 1: event; -1: instead. Never waits.
 */
#define QMP_STOPPED "STOP"
#define QMP_SAVED "MIGRATION completed"
#define QMP_NOT_SAVED "MIGRATION failed"
int qmp_told(int fd, struct buf *heard, const char *event, const char *instead);

/* --- the guests' disk ---------------------------------------------------------------- */

/*
 * A scratch file of our own, or a file or block device that the user named twice. Every cell run
 * formats it. The descriptor is held all the time, so that nobody mounts the device.
 */
struct disk {
	int fd;        /* -1: none */
	json_t *facts; /* kind, path, size, model...; NULL: the guest has its own disk */
	bool wipe;     /* ours to leave without a file system at the end */
};
#define DISK_NONE ((struct disk){ .fd = -1 })
/* Open the path in the suite's [device], if there is one; destroy is --destroy, or NULL. */
int disk_open(struct disk *d, const struct suite *s, const char *destroy, struct err *e);
/* Where the suite wants a disk and names none: a file in dir, filled, without a name. */
int disk_scratch(struct disk *d, const struct suite *s, const char *dir, struct err *e);
/* Take file systems of ours off the user's disk and close it. Accepts DISK_NONE. */
void disk_release(struct disk *d);

/* --- the initramfs ---------------------------------------------------------------------- */

/* Append the programs that the suite's cells execute and the modules that kernels may need. */
void guest_needs(const struct suite *s, const struct plan *p, struct strv *tools,
		 struct strv *modules);
/*
 * The guest's first process as /init, and each tool (NULL ends the list) with its libraries. A pure
 * function of these files; not compressed, which the guest unpacks sooner.
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
	char *cpu;            /* for -cpu */
	struct strv args;     /* QEMU's arguments, without images and channels */
	struct buf initramfs; /* the base archive */
	char initramfs_sha256[65];
	struct buf perf; /* the archive of perf, added in a locks pass; empty: none */
	char perf_sha256[65];
	char *order;    /* the library that keeps the virtual clock in order; NULL in other modes */
	char *firmware; /* "name=sha256;..." of the firmware files QEMU loads */
	char sha256[SHA256_HEX]; /* over all of the above */
	char id[17];             /* its first 16 hex digits */
	bool stops;              /* its guests stop themselves once, before they know their cell */
	uint64_t memory_bytes;   /* of one guest */
	bool direct; /* boot the vmlinux inside the image, without firmware unpacking it */
	const struct device_info *device;
	const struct disk *disk; /* borrowed; given to guests while it is open */
	struct {
		char *lib;            /* the plug-in that counts, or NULL */
		int interface;        /* number of QEMU's interface that it is loaded with */
		char *missing;        /* why instructions are not counted; NULL: they are */
		struct symbols guest; /* functions of the guest's first process */
	} profile;
	struct strv notes; /* for readers: options that this QEMU lacks, and the like */
};

/* What guests are made of, and where that goes; all borrowed. */
struct vm_wants {
	struct suite *suite;        /* CPUs, memory, device; trial_choose settles its mode */
	const char *const *tools;   /* of guest_needs */
	const char *const *modules; /* likewise */
	const char *initramfs;      /* a file to use instead of packing one, or NULL */
	const char *qemu;           /* see qemu_find */
	bool direct;                /* all kernels have a vmlinux; else all boot their bzImage */
	const struct disk *disk;
	const struct kernel *images; /* of the suite's kernels */
	struct vm_machine *machine;  /* made by trial_choose, as are the kernels, one an image */
	struct vm_kernel *kernels;
	const atomic_int *stop;
	struct buf *why; /* gets a sentence where there was a choice of the mode */
};

/* -ENOENT: QEMU or a tool is missing; -ENOTSUP: QEMU lacks accelerator or device. */
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

/*
 * A guest as it was when it stopped itself: after all that depends on kernel, initramfs and machine
 * alone, before it knew its cell and seed. Guests map the memory for themselves.
 */
struct vm_state {
	int memory_fd, stream_fd; /* sealed memfds; -1: there is no such state */
	struct buf console;       /* what it had said by then */
};
/* A file in memory that holds first and then second; either may be NULL. -errno with a sentence. */
int vm_memfd(const char *name, const struct buf *first, const struct buf *second, struct err *e);

#define VM_STATE_NONE ((struct vm_state){ .memory_fd = -1, .stream_fd = -1 })
void vm_state_release(struct vm_state *s);
extern const struct store vm_states;

/* A kernel ready to boot: its image and the whole initramfs in memfds. */
struct vm_kernel {
	const struct kernel *kernel;              /* borrowed */
	int image_fd, initrd_fd, locks_initrd_fd; /* locks: with perf; -1: no locks pass */
	char modules_sha256[SHA256_HEX];          /* of the archive of its modules */
	struct vm_state state, locks_state;
	unsigned passes;        /* bits of enum pass: those that have still to be run */
	char symbols_key[65];   /* see runners/profile/symbol_cache.h */
	struct symbols symbols; /* its functions; empty until a profile pass has asked for them */
	struct labels labels;   /* of its modules */
};
#define VM_KERNEL_NONE                                                                             \
	((struct vm_kernel){ .image_fd = -1,                                                       \
			     .initrd_fd = -1,                                                      \
			     .locks_initrd_fd = -1,                                                \
			     .state = VM_STATE_NONE,                                               \
			     .locks_state = VM_STATE_NONE })
int vm_kernel_init(struct vm_kernel *v, const struct vm_machine *m, const struct kernel *k,
		   const char *const *modules, struct err *e);
void vm_kernel_release(struct vm_kernel *v); /* it is VM_KERNEL_NONE then */

/* A guest that runs. QEMU writes the messages, and in a profile pass the counts. */
enum vm_file {
	VM_SPEC,
	VM_CONSOLE,
	VM_RESULTS,
	VM_MESSAGES,
	VM_COUNTS,
	VM_MEMORY, /* of a guest that is to be saved */
	VM_STREAM, /* QEMU saves to it, or begins from it */
	NR_VM_FILES
};
/* Where it begins: from a state, where there is one; at its boot; there, and held at its stop. */
enum vm_start { VM_FROM_STATE, VM_FROM_BOOT, VM_TO_SAVE };
struct vm {
	struct proc proc;
	const struct vm_machine *machine;
	struct vm_kernel *kernel;
	const struct vm_state *state; /* it begins from; NULL: at its boot */
	int initrd_fd;                /* of the kernel: the one for its pass */
	bool counts;                  /* instructions are counted */
	bool watched;                 /* for the profile pass */
	bool asks_symbols;
	int monitor_fd;      /* -1: in modes without states */
	struct buf heard;    /* from it */
	bool stops;          /* it has still to stop itself, and to be told to go on */
	int fd[NR_VM_FILES]; /* -1: none */
	uint64_t started_ns, wall_limit_ns;
};
#define VM_NONE                                                                                    \
	((struct vm){ .proc = PROC_NONE, .monitor_fd = -1, .fd = { -1, -1, -1, -1, -1, -1, -1 } })
/*
 * spec NULL: a trial, in which the guest's first process only answers; its kernel is the one for
 * the pass. m and k outlive it.
 */
int vm_start(struct vm *v, const struct vm_machine *m, struct vm_kernel *k,
	     const struct cell_spec *spec, enum pass pass, enum vm_start start,
	     uint64_t wall_limit_ns, struct err *e);
/* To be polled: readable when there is something to do for it. */
void vm_poll(const struct vm *v, struct pollfd fds[2]);
/*
 * Wait until QEMU tells the event (1; NULL: none is waited for) or the guest has ended (0, and *x
 * is that of vm_ended). -ENOTSUP: QEMU told that it cannot save; -EINTR: *stop (or NULL) is
 * non-zero.
 */
int vm_wait(struct vm *v, const char *event, const atomic_int *stop, struct proc_exit *x);
/* Append one of its files, which is there. */
int vm_read(const struct vm *v, enum vm_file file, struct buf *b, struct err *e);
/* Has it ended? A guest past its wall limit is ended here, and x->timed_out is set. */
bool vm_ended(struct vm *v, struct proc_exit *x);
/*
 * After vm_ended: the guest's own result, or a failed one that says why there is none, with the
 * last console lines. Another kernel than the image's fails.
 */
void vm_result(struct vm *v, const struct proc_exit *x, struct result *r);
/* End it if it runs; accepts VM_NONE. */
void vm_release(struct vm *v);

/*
 * Saved states of these kernels for the passes they have still to run, from the cache or made now,
 * several at once. One that cannot be made is a note of the machine's, and its guests boot. -EINTR:
 * *stop was non-zero.
 */
int vm_states_make(struct vm_machine *m, struct vm_kernel *k, size_t nr, uint64_t wall_limit_ns,
		   const atomic_int *stop);

/* --- instructions counted (vm_profile.c) ------------------------------------------------- */

/* Can this machine do it? Else m->profile.missing says why not. */
void vm_profile_init(struct vm_machine *m);
void vm_profile_release(struct vm_machine *m);
/* Names of k's functions, if the cache has them; archive: that of its modules, of these names. */
void vm_profile_kernel(struct vm_kernel *k, const struct vm_machine *m, const struct buf *archive,
		       const char *const *modules);
/* Keep the names that a guest was asked for and sent; a fault in them is a fact of r. */
void vm_profile_symbols(struct vm_kernel *k, const json_t *records, struct result *r);
/*
 * Counts into the path's metrics and, watched by a profile pass, into r->profile and r->raw: then
 * counts that are wrong make r invalid, else they are a fact of it.
 */
void vm_profile_take(struct vm_kernel *k, const struct symbols *guest, const struct buf *counts,
		     bool watched, struct result *r);

/* --- the mode, and the proof for kvm ------------------------------------------------------ */

/* A /dev/kvm that opens may still not run a kernel, so the suite's first kernel is booted. */
#define KVM_DEVICE "/dev/kvm"
/* Does path open, and is it KVM's? -errno with a sentence. */
int trial_kvm_device(const char *path, struct err *e);
/*
 * Settle suite->mode (kvm and auto by a trial boot), and make machine and kernels for it. On error
 * nothing is left to release. -ENOTSUP: the mode does not work here; -EINTR: *stop is non-zero.
 */
int trial_choose(const struct vm_wants *w, struct err *e);

/* --- a duel: a plan carried out in guests ------------------------------------------------- */

struct duel_opts {
	const char *dir;
	bool resume;       /* go on with dir */
	bool no_snapshot;  /* every guest boots */
	const char *again; /* the command that goes on, for sentences: "fsduel duel --resume DIR" */
	unsigned guests;   /* at once; 0: one a core, as far as memory reaches */
	const char *initramfs; /* pinned one, or NULL */
	const char *qemu;      /* see qemu_find, or NULL */
	const char *destroy;   /* the path of the suite's [device] once more, or NULL */
	void (*progress)(void *arg, const struct progress *p); /* may be NULL */
	void (*say)(void *arg, const char *sentence);          /* the mode and why; may be NULL */
	void *arg;
	const atomic_int *stop;
};

/*
 * 0: every planned cell run has a part, be it a failed one. -EINTR: stopped, what was measured is
 * kept. Other -errno: a sentence and an exit code. s->mode is then the mode that was chosen; *last
 * is the state at the end.
 */
int duel_run(struct suite *s, struct plan *p, const struct duel_opts *o, struct progress *last,
	     struct err *e);

#endif
