/* SPDX-License-Identifier: GPL-2.0-or-later */
/* exact_order.h: what the library in exact_order.c and the host that loads it agree on. */
#ifndef FSDUEL_RUNNERS_PRELOAD_EXACT_ORDER_H
#define FSDUEL_RUNNERS_PRELOAD_EXACT_ORDER_H

#define EXACT_ORDER_LIB "fsduel-exact-order.so"

/* On QEMU's stderr as soon as the library has found the CPU thread; without it no run is exact. */
#define EXACT_ORDER_SAID "fsduel-exact-order: on"

#endif
