/*
 * What `bootstamp run` tells the back end, by the environment.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#ifndef CAPTURE_RUN_ENVIRONMENT_H
#define CAPTURE_RUN_ENVIRONMENT_H

/*
 * Set by run, or by who starts QEMU another way (docs/libvirt.md): words
 * separated by commas, or nothing.
 *   quiet       say nothing about what is captured
 *   if-fits     where the back end does not fit QEMU, or no capture can be
 *               made, QEMU starts all the same
 *   foreground  somebody waits for QEMU: -daemonize is refused
 *   post-codes  writes to port 0x80 of an x86 machine are captured
 *   only        RUN_CAPTURE_ENV is the only capture that may be written
 */
#define RUN_ENV "BOOTSTAMP_RUN"

/* The capture, an absolute path; without it a new one in the default folder. */
#define RUN_CAPTURE_ENV "BOOTSTAMP_CAPTURE"

/* Permissions in octal, and a group, of captures that others may read. */
#define RUN_MODE_ENV "BOOTSTAMP_MODE"
#define RUN_GROUP_ENV "BOOTSTAMP_GROUP"

/* How large captures may be: see capture_parse_size(). */
#define RUN_SIZE_ENV "BOOTSTAMP_SIZE"

/* "all" consoles, or the one of the chardev that this names. */
#define RUN_SERIAL_ENV "BOOTSTAMP_SERIAL"

/* A folder with firmware that reports its progress, before QEMU's own. */
#define RUN_PROBES_ENV "BOOTSTAMP_PROBES"

/* Samples a second of where the vCPUs are; without it none are taken. */
#define RUN_PROFILE_ENV "BOOTSTAMP_PROFILE"

/* A file that gets the path of the first capture, a line. */
#define RUN_REPORT_ENV "BOOTSTAMP_REPORT"

/* Labels of the captures, "NAME=VALUE", a line each. */
#define RUN_LABELS_ENV "BOOTSTAMP_LABELS"

/* A Unix socket at which run waits for a QMP monitor. */
#define RUN_QMP_ENV "BOOTSTAMP_QMP"

/* Programs that run has executed already, by their paths: see shims. */
#define RUN_TRIED_ENV "BOOTSTAMP_TRIED"

#endif
