/*
 * How QEMU came to its captures: the stages of its start.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#ifndef BOOTSTAMP_BOOT_START_H
#define BOOTSTAMP_BOOT_START_H

#include "capture/writer.h"

/*
 * When QEMU's process began, CLOCK_MONOTONIC in ns: as `bootstamp run` told,
 * else as the kernel says (in steps of 10 ms), else when this was loaded.
 */
uint64_t boot_process_start(void);

/* QEMU has read its options and opens the first chardev of ours; once. */
void boot_start_options(void);

/* The machine is ready. */
void boot_start_machine(void);

/* When it was, CLOCK_MONOTONIC in ns; 0: it is not. */
uint64_t boot_start_machine_ready(void);

/* When a capture was opened after that, as by `bootstamp run`; 0: none was. */
uint64_t boot_start_opened_late(void);

/* Writes START and the stages since, into a capture that was just opened. */
void boot_start_write(CaptureWriter *w, bool machine_ready);

#endif
