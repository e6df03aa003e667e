/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * channel.h: the guest's two doors to the host, both plain x86 I/O ports, so that no driver,
 * no console and no host-timed device takes part: QEMU's fw_cfg to read the cell,
 * isa-debugcon to write the results. Results are text records, one a line, counted and
 * checksummed, so that a cut or damaged answer is seen as such:
 *
 *     fsduel-channel 1
 *     NAME JSON            any number of records
 *     end N SHA256         N records; hash of all bytes before this line
 */
#ifndef FSDUEL_RUNNERS_CHANNEL_H
#define FSDUEL_RUNNERS_CHANNEL_H

#include <jansson.h>
#include <stddef.h>

#include "lib/buf.h"
#include "lib/err.h"

#define PORT_FW_CFG_SELECT 0x510
#define PORT_FW_CFG_DATA 0x511
#define PORT_DEBUGCON 0xe9

/* Name of the fw_cfg file that holds the cell spec. */
#define PORT_CELL_FILE "opt/fsduel/cell"
/*
 * "1": the host wants /proc/kallsyms beside the results. Read behind everything that is
 * measured, and always there, so that no guest can tell before.
 */
#define PORT_SYMBOLS_FILE "opt/fsduel/symbols"

/* Get access to the ports; needs CAP_SYS_RAWIO and a kernel with ioperm. */
int port_open(struct err *e);
/* Append the fw_cfg file of that name to b. */
int port_read_file(const char *name, struct buf *b, struct err *e);
void port_write(const void *data, size_t len);

/* Writing: begin, records, end; the bytes collect in b. */
struct channel {
	struct buf b;
	unsigned records;
};

void channel_begin(struct channel *c);
void channel_add(struct channel *c, const char *name, const json_t *value); /* NULL: adds none */
/* The same with the JSON as text, in one line. */
void channel_add_text(struct channel *c, const char *name, const char *text);
void channel_end(struct channel *c);

/*
 * Reading: {"NAME": value, ...} in *out (caller decrefs), and the text of the record
 * CHANNEL_RESULT in *result (caller frees; NULL: there is none). -ENODATA: nothing was
 * written at all; -EINVAL: cut short, damaged, or a record twice, with a sentence.
 */
#define CHANNEL_RESULT "result"
int channel_read(const char *data, size_t len, json_t **out, char **result, struct err *e);

#endif
