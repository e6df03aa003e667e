/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * port.h: the guest's two doors to the host, both plain x86 I/O ports, so that
 * no driver, no console and no host-timed device takes part: QEMU's fw_cfg to
 * read the cell, isa-debugcon to write the results.
 */
#ifndef FSDUEL_RUNNERS_PORT_H
#define FSDUEL_RUNNERS_PORT_H

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

#endif
