/*
 * Devices that are the front end of a chardev.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#ifndef BOOTSTAMP_FRONTENDS_H
#define BOOTSTAMP_FRONTENDS_H

/*
 * Calls @visit for each, outer ones (isa-serial) before what they contain:
 * the label of its chardev, its type, and the port of an ISA device
 * (UINT64_MAX: it has none).
 */
void frontends_foreach(void (*visit)(const char *label, const char *type,
                                     uint64_t port, void *opaque),
                       void *opaque);

/* "isa-debugcon 0x402", or the type alone; the caller frees it. */
char *frontend_name(const char *type, uint64_t port);

#endif
