/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * channel.h: the guest's two doors to the host, both plain x86 I/O ports without a driver: QEMU's
 * fw_cfg to read the cell, isa-debugcon to write the results, which are text records:
 *
 *     fsduel-channel 1
 *     NAME JSON            any number of records
 *     end SHA256           the hash of all bytes before this line
 */
#ifndef FSDUEL_RUNNERS_CHANNEL_H
#define FSDUEL_RUNNERS_CHANNEL_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>

#include "lib/buf.h"
#include "lib/err.h"

#define PORT_FW_CFG_SELECT 0x510
#define PORT_FW_CFG_DATA 0x511
#define PORT_DEBUGCON 0xe9
#define PORT_STOP 0x505 /* of QEMU's pvpanic */
#define GUEST_STOP_DEVICE "pvpanic"

/* Name of the fw_cfg file that holds the cell spec. */
#define PORT_CELL_FILE "opt/fsduel/cell"
/* "1": stop once, when the boot is over and settled, before anything of the cell is read. */
#define PORT_STOP_FILE "opt/fsduel/stop"
/* "1": send /proc/kallsyms, too. Read after all that is measured, so no guest can tell before. */
#define PORT_SYMBOLS_FILE "opt/fsduel/symbols"

/* Get access to the ports; needs CAP_SYS_RAWIO and a kernel with ioperm. */
int port_open(struct err *e);
/* Append the fw_cfg file of that name to b. */
int port_read_file(const char *name, struct buf *b, struct err *e);
/* Stop the guest at this instruction, until the host lets it go on, here or in another QEMU. */
void port_stop(void);
/* Does that file hold a "1"? */
bool port_told(const char *file);
void port_write(const void *data, size_t len);

/* Writing: begin, records, end. */
void channel_begin(struct buf *b);
void channel_add(struct buf *b, const char *name, const json_t *value); /* NULL: adds none */
/* The same with the JSON as text, in one line. */
void channel_add_text(struct buf *b, const char *name, const char *text);
void channel_end(struct buf *b);

/*
 * Reading: {"NAME": value, ...} in *out (caller decrefs), the text of the record CHANNEL_RESULT in
 * *result (caller frees; or NULL). -ENODATA: nothing was written; -EINVAL: cut short or damaged.
 */
#define CHANNEL_RESULT "result"
int channel_read(const char *data, size_t len, json_t **out, char **result, struct err *e);

/* --- names and limits that the guest's first process and the host share ------------------ */

#define GUEST_MODULES_DIR "/modules"
#define GUEST_MODULES_ORDER GUEST_MODULES_DIR "/order" /* file names, one a line, load order */

/* For every module. null_blk must not make a device itself; others only log it. */
#define GUEST_MODULE_PARAMS "nr_devices=0"

#define GUEST_RECORDING_SHARE 8 /* of the guest's memory: the most that a pass may record */
#define GUEST_RAW_MAX ((size_t)32 << 20) /* the longest recording that is compressed, */
#define GUEST_SEND_MAX ((size_t)4 << 20) /* and sent, one port write a byte */
#define GUEST_RAW_RECORD "raw"
#define GUEST_SYMBOLS_RECORD "kallsyms"
#define GUEST_KALLSYMS_MAX ((size_t)48 << 20)

/* A spec that holds this and nothing else asks for a sign of life, not for a cell run. */
#define GUEST_TRIAL_KEY "trial"

#endif
