/* SPDX-License-Identifier: GPL-2.0-or-later */
/* qemu.c: QEMU found and asked; see vm.h. */
#include <errno.h>
#include <jansson.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "lib/proc.h"
#include "runners/vm/vm.h"

#define QEMU "qemu-system-x86_64"
#define ASK_TIMEOUT_NS 30000000000u

char *qemu_find(const char *given, struct err *e)
{
	const char *env = getenv("FSDUEL_QEMU");
	const char *name = given ? given : env && *env ? env : QEMU;
	char *path = proc_which(name);

	if (path)
		return path;
	err_exit(e, FSDUEL_MACHINE);
	if (strcmp(name, QEMU))
		err_add(e, ENOENT, "%s is no program that can be run; give the path of a " QEMU,
			name);
	else
		err_add(e, ENOENT, QEMU " is not installed: apt install qemu-system-x86");
	return NULL;
}

int qemu_says(const char *qemu, const char *option, const char *word, struct buf *out,
	      struct err *e)
{
	const char *const argv[] = { qemu, option, word, NULL };
	struct proc_opts o = { .out = out, .timeout_ns = ASK_TIMEOUT_NS };
	int ret = proc_check(argv, &o, NULL, e);

	if (ret)
		err_exit(e, FSDUEL_MACHINE);
	return ret;
}

/* How QEMU is asked for each thing, and how a name of it begins and ends where it is listed. */
static const struct {
	const char *option, *word, *before, *after;
} questions[] = {
	[QEMU_ACCEL] = { "-accel", "help", "\n", "\n" },
	[QEMU_DEVICE] = { "-device", "help", "name \"", "\"" },
	[QEMU_MACHINE_PROPERTY] = { "-machine", "pc,help", "\n  ", "=" },
};

bool qemu_has(const char *qemu, enum qemu_thing thing, const char *name)
{
	char *want = xasprintf("%s%s%s", questions[thing].before, name, questions[thing].after);
	struct buf out = BUF_INIT;
	bool has = !qemu_says(qemu, questions[thing].option, questions[thing].word, &out, NULL) &&
		   strstr(buf_str(&out), want);

	free(want);
	buf_release(&out);
	return has;
}

/* --- its monitor: docs/interop/qmp-spec.txt, qemu-qmp-ref and "help migrate" of QEMU ------ */

/* QEMU is gone if it cannot be sent: its end says more. */
static void say(int fd, const char *text)
{
	if (send(fd, text, strlen(text), MSG_NOSIGNAL) < 0)
		return;
}

void qmp_begin(int fd)
{
	say(fd, "{\"execute\":\"qmp_capabilities\"}");
}

/* QEMU would tell a network of the guest, by a timer of the host's that ends the CPUs' turns. */
void hmp_restore(int fd, int stream_fd)
{
	char *text = xasprintf("migrate_set_capability x-ignore-shared on\n"
			       "migrate_set_parameter announce-rounds 0\n"
			       "migrate_incoming fd:%d\n",
			       stream_fd);

	say(fd, text);
	free(text);
}

/*
 * Memory is a file that both sides map: it does not go through the stream, which QEMU takes only as
 * a descriptor that it is sent.
 */
void qmp_save(int fd, int stream_fd)
{
	char text[] = "{\"execute\":\"migrate-set-capabilities\",\"arguments\":{\"capabilities\":["
		      "{\"capability\":\"x-ignore-shared\",\"state\":true},"
		      "{\"capability\":\"events\",\"state\":true}]}}"
		      "{\"execute\":\"getfd\",\"arguments\":{\"fdname\":\"stream\"}}"
		      "{\"execute\":\"migrate\",\"arguments\":{\"uri\":\"fd:stream\"}}";
	union {
		struct cmsghdr head;
		char room[CMSG_SPACE(sizeof(int))];
	} with = { .head = { CMSG_LEN(sizeof(int)), SOL_SOCKET, SCM_RIGHTS } };
	struct iovec bytes = { text, strlen(text) };
	const struct msghdr m = { .msg_iov = &bytes,
				  .msg_iovlen = 1,
				  .msg_control = &with,
				  .msg_controllen = sizeof(with) };

	memcpy(CMSG_DATA(&with.head), &stream_fd, sizeof(stream_fd));
	if (sendmsg(fd, &m, MSG_NOSIGNAL) < 0)
		return; /* as above */
}

void qmp_go_on(int fd)
{
	say(fd, "{\"execute\":\"set-action\",\"arguments\":{\"panic\":\"none\"}}"
		"{\"execute\":\"cont\"}");
}

/* "STOP", "MIGRATION completed"; NULL: this line is something else. */
static char *event_of(const char *line, size_t len)
{
	json_t *j = json_loadb(line, len, 0, NULL);
	const char *name = json_string_value(json_object_get(j, "event"));
	const char *status =
		json_string_value(json_object_get(json_object_get(j, "data"), "status"));
	char *event =
		name ? xasprintf("%s%s%s", name, status ? " " : "", status ? status : "") : NULL;

	json_decref(j);
	return event;
}

int qmp_told(int fd, struct buf *heard, const char *event, const char *instead)
{
	char some[4096], *end;
	ssize_t n;
	int told = 0;

	while ((n = recv(fd, some, sizeof(some), MSG_DONTWAIT)) > 0)
		buf_add(heard, some, (size_t)n);
	while (!told && heard->len && (end = memchr(heard->data, '\n', heard->len))) {
		size_t len = (size_t)(end + 1 - heard->data);
		char *said = event_of(heard->data, len);

		if (said && !strcmp(said, event))
			told = 1;
		else if (said && instead && !strcmp(said, instead))
			told = -1;
		free(said);
		memmove(heard->data, end + 1, heard->len - len);
		heard->len -= len;
	}
	return told;
}
