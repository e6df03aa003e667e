/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * state.c: a guest saved after its boot, for every cell run to begin from; see vm.h. Its memory is
 * a file that the guests map for themselves alone, the rest is QEMU's migration stream.
 */
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "lib/fs.h"
#include "runners/vm/vm.h"

#define FORMAT 1 /* another one is another state */
#define PAGE 4096u
#define RUNNING "running"
#define STOPPED "guest-panicked" /* pvpanic's word for a guest that stopped itself */
#define SEALS (F_SEAL_SEAL | F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_WRITE)

const struct store vm_states = { "states", (uint64_t)4 << 30 };

/* In front of the stream, the console and the pages that are not zero, each behind its number. */
struct head {
	uint64_t format, memory_bytes, stream_bytes, console_bytes, pages;
};

/* --- packed and unpacked ------------------------------------------------------------- */

/*
 * QEMU goes on only with a guest that ran when it was saved, unless somebody tells it to. Ours had
 * stopped itself, and nobody is there to tell each of those that begin from it.
 */
static int say_running(struct buf *stream, struct err *e)
{
	char *at = memmem(stream->data, stream->len, STOPPED, sizeof(STOPPED));

	if (!at ||
	    memmem(at + 1, stream->len - (size_t)(at + 1 - stream->data), STOPPED, sizeof(STOPPED)))
		return err_add(e, ENOTSUP,
			       "this QEMU's stream does not say once that the guest "
			       "stopped itself");
	memset(at, 0, sizeof(STOPPED));
	memcpy(at, RUNNING, sizeof(RUNNING));
	return 0;
}

static int add_pages(struct buf *b, int fd, uint64_t size, uint64_t *pages, struct err *e)
{
	static const char zero[PAGE];
	char page[PAGE];
	off_t at = 0;

	while ((at = lseek(fd, at, SEEK_DATA)) >= 0 && (uint64_t)at < size) {
		uint64_t index = (uint64_t)at / PAGE;

		at = (off_t)(index * PAGE);
		if (pread(fd, page, PAGE, at) != PAGE)
			return err_sys(e, errno, "cannot read the guest's memory");
		if (memcmp(page, zero, PAGE)) {
			buf_add(b, &index, sizeof(index));
			buf_add(b, page, PAGE);
			++*pages;
		}
		at += PAGE;
	}
	return 0;
}

static int pack(const struct vm *v, struct buf *out, struct err *e)
{
	struct buf stream = BUF_INIT, console = BUF_INIT, plain = BUF_INIT;
	struct head h = { .format = FORMAT, .memory_bytes = v->machine->memory_bytes };
	int ret = vm_read(v, VM_STREAM, &stream, e);

	if (!ret)
		ret = say_running(&stream, e);
	if (!ret)
		ret = vm_read(v, VM_CONSOLE, &console, e);
	h.stream_bytes = stream.len;
	h.console_bytes = console.len;
	buf_add(&plain, &h, sizeof(h));
	buf_add(&plain, buf_str(&stream), stream.len);
	buf_add(&plain, buf_str(&console), console.len);
	if (!ret)
		ret = add_pages(&plain, v->fd[VM_MEMORY], h.memory_bytes, &h.pages, e);
	memcpy(plain.data, &h, sizeof(h));
	if (!ret)
		ret = fs_compress(plain.data, plain.len, out, e);
	buf_release(&stream);
	buf_release(&console);
	buf_release(&plain);
	return ret;
}

static int put_pages(int fd, const char *p, const struct head *h)
{
	for (uint64_t i = 0; i < h->pages; i++, p += PAGE) {
		uint64_t index;

		memcpy(&index, p, sizeof(index));
		p += sizeof(index);
		if (index >= h->memory_bytes / PAGE ||
		    pwrite(fd, p, PAGE, (off_t)(index * PAGE)) != PAGE)
			return -EIO;
	}
	return 0;
}

static int unpack(struct vm_state *s, const struct buf *packed, uint64_t memory_bytes,
		  struct err *e)
{
	struct buf plain = BUF_INIT;
	struct head h = { 0 };
	int ret = fs_decompress(packed->data, packed->len, &plain, e);

	if (!ret && plain.len >= sizeof(h))
		memcpy(&h, plain.data, sizeof(h));
	if (!ret &&
	    (h.format != FORMAT || h.memory_bytes != memory_bytes || h.stream_bytes > plain.len ||
	     h.console_bytes > plain.len || h.pages > plain.len / PAGE ||
	     plain.len != sizeof(h) + h.stream_bytes + h.console_bytes +
				  h.pages * (PAGE + sizeof(uint64_t))))
		ret = err_add(e, EINVAL, "a saved state is not what its hash says");
	if (!ret) {
		struct buf stream = { plain.data + sizeof(h), h.stream_bytes, 0 };
		const char *console = stream.data + stream.len;

		buf_add(&s->console, console, h.console_bytes);
		s->memory_fd = vm_memfd("memory", NULL, NULL, e);
		s->stream_fd = vm_memfd("stream", &stream, NULL, e);
		if (s->memory_fd < 0 || s->stream_fd < 0)
			ret = -EIO;
		else if (ftruncate(s->memory_fd, (off_t)memory_bytes) ||
			 put_pages(s->memory_fd, console + h.console_bytes, &h) ||
			 fcntl(s->memory_fd, F_ADD_SEALS, SEALS) ||
			 fcntl(s->stream_fd, F_ADD_SEALS, SEALS))
			ret = err_sys(e, errno, "cannot keep a saved state in memory");
	}
	buf_release(&plain);
	if (ret)
		vm_state_release(s);
	return ret;
}

/* --- made ------------------------------------------------------------------------------ */

struct making {
	const struct vm_machine *machine;
	struct vm_kernel *kernel;
	struct vm_state *state;
	enum pass pass; /* locks, or any other */
	uint64_t wall_limit_ns;
	const atomic_int *stop;
	struct err e;
	pthread_t thread;
	bool started; /* the thread */
	int ret;
};

/* Until QEMU tells the event; NULL: until it ends. */
static int wait_for(struct making *m, struct vm *v, const char *event)
{
	struct proc_exit x;
	int told = vm_wait(v, event, m->stop, &x);

	if (told == -ENOTSUP)
		return err_add(&m->e, ENOTSUP, "this QEMU cannot save it");
	if (!told && x.timed_out)
		return err_add(&m->e, EIO, "it did not come so far within the wall limit");
	if (!told && event)
		return err_add(&m->e, EIO, "it ended before it stopped itself");
	return told < 0 ? told : 0;
}

/* Results and console of a guest that has ended. */
static int take_words(struct vm *v, struct buf *words, struct err *e)
{
	int ret = vm_read(v, VM_RESULTS, words, e);

	return ret ? ret : vm_read(v, VM_CONSOLE, words, e);
}

/* Boot, stop, save, and go on to the end: what it then says, any that begins there must say. */
static int save(struct making *m, struct buf *packed, struct buf *words)
{
	struct vm v;
	int ret = vm_start(&v, m->machine, m->kernel, NULL, m->pass, VM_TO_SAVE, m->wall_limit_ns,
			   &m->e);

	if (ret)
		return ret;
	ret = wait_for(m, &v, QMP_STOPPED);
	if (!ret) {
		qmp_save(v.monitor_fd, v.fd[VM_STREAM]);
		ret = wait_for(m, &v, QMP_SAVED);
	}
	if (!ret)
		ret = pack(&v, packed, &m->e);
	if (!ret) {
		qmp_go_on(v.monitor_fd);
		ret = wait_for(m, &v, NULL);
	}
	if (!ret)
		ret = take_words(&v, words, &m->e);
	vm_release(&v);
	return ret;
}

static int prove(struct making *m, const struct buf *words)
{
	struct buf again = BUF_INIT;
	struct vm v;
	int ret = vm_start(&v, m->machine, m->kernel, NULL, m->pass, VM_FROM_STATE,
			   m->wall_limit_ns, &m->e);

	if (ret)
		return ret;
	ret = wait_for(m, &v, NULL);
	if (!ret)
		ret = take_words(&v, &again, &m->e);
	if (!ret && (again.len != words->len || memcmp(again.data, words->data, again.len)))
		ret = err_add(&m->e, ENOTSUP,
			      "a guest that began from it did not end as the one that was saved");
	buf_release(&again);
	vm_release(&v);
	return ret;
}

static int make(struct making *m, const char *key)
{
	struct buf packed = BUF_INIT, words = BUF_INIT;
	int ret = save(m, &packed, &words);

	if (!ret)
		ret = unpack(m->state, &packed, m->machine->memory_bytes, &m->e);
	if (!ret)
		ret = prove(m, &words);
	if (ret)
		vm_state_release(m->state);
	else
		store_put(&vm_states, key, &packed, NULL); /* else it is made again next time */
	buf_release(&packed);
	buf_release(&words);
	return ret;
}

/* All that decides what a guest is when it stops. QEMU's stream is that of this very program. */
static void name(const struct making *m, char key[SHA256_HEX])
{
	const struct vm_machine *vm = m->machine;
	struct stat st = { 0 };
	char *all;

	stat(vm->qemu, &st);
	all = xasprintf("%d %s %s %jd %jd.%09ld %s %s %s", FORMAT, vm->sha256, vm->qemu,
			(intmax_t)st.st_size, (intmax_t)st.st_mtim.tv_sec, st.st_mtim.tv_nsec,
			m->kernel->kernel->sha256, m->kernel->modules_sha256,
			m->pass == PASS_LOCKS ? vm->perf_sha256 : "");
	sha256_hex(all, strlen(all), key);
	free(all);
}

static int take(struct making *m, const char *key)
{
	struct buf packed = BUF_INIT;
	int ret = store_get(&vm_states, key, &packed, NULL);

	if (!ret)
		ret = unpack(m->state, &packed, m->machine->memory_bytes, NULL);
	buf_release(&packed);
	return ret;
}

static void *take_or_make(void *arg)
{
	struct making *m = arg;
	char key[SHA256_HEX];
	int lock = -1;

	name(m, key);
	m->ret = take(m, key);
	if (m->ret) {
		/* A cache that cannot be written is no reason to boot each time. */
		lock = store_lock(&vm_states, key, m->stop, NULL);
		m->ret = take(m, key);
	}
	if (m->ret)
		m->ret = make(m, key);
	proc_close_fd(&lock);
	return NULL;
}

/* At once. A thread that cannot be had is done without. */
static void take_or_make_some(struct making *m, size_t n)
{
	for (size_t i = 0; i < n; i++)
		m[i].started = !pthread_create(&m[i].thread, NULL, take_or_make, &m[i]);
	for (size_t i = 0; i < n; i++)
		if (m[i].started)
			pthread_join(m[i].thread, NULL);
		else
			take_or_make(&m[i]);
}

static void add(struct making *all, size_t *n, const struct making *like, enum pass pass)
{
	all[*n] = *like;
	all[*n].pass = pass;
	all[(*n)++].state = pass == PASS_LOCKS ? &like->kernel->locks_state : &like->kernel->state;
}

int vm_states_make(struct vm_machine *m, struct vm_kernel *k, size_t nr, uint64_t wall_limit_ns,
		   const atomic_int *stop)
{
	struct making *all = xcalloc(2 * nr, sizeof(*all));
	size_t n = 0, at_once = vm_guests(m->memory_bytes);
	int ret = 0;

	for (size_t i = 0; i < nr && m->stops; i++) {
		struct making one = {
			.machine = m, .kernel = &k[i], .wall_limit_ns = wall_limit_ns, .stop = stop
		};
		unsigned with_perf = k[i].locks_initrd_fd >= 0 ? k[i].passes & 1u << PASS_LOCKS : 0;

		if (with_perf)
			add(all, &n, &one, PASS_LOCKS);
		if (k[i].passes & ~with_perf)
			add(all, &n, &one, PASS_THROUGHPUT);
	}
	for (size_t i = 0; i < n; i += at_once)
		take_or_make_some(&all[i], n - i < at_once ? n - i : at_once);
	for (size_t i = 0; i < n; i++)
		if (all[i].ret == -EINTR)
			ret = -EINTR;
		else if (all[i].ret)
			strv_addf(&m->notes, "every guest of %s boots: no state of it is saved: %s",
				  all[i].kernel->kernel->release, all[i].e.text);
	free(all);
	return ret;
}
