/*
 * Who handles SIGBUS: a handler of ours, or in a QEMU that was built with this
 * code QEMU's own.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#ifndef CAPTURE_SIGBUS_HANDLER_H
#define CAPTURE_SIGBUS_HANDLER_H

/*
 * Has sigbus_repair() called, process-wide, before the handler that is there,
 * which is called for every other address.  To be called before a region is
 * guarded, and again after somebody replaced the handler: a no-op when ours is
 * in place.
 */
void sigbus_install(void);

#endif
