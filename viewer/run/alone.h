/*
 * bootstamp run --timeout and --silence: one boot, watched from outside.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#ifndef VIEWER_RUN_ALONE_H
#define VIEWER_RUN_ALONE_H

#include "many.h"

/*
 * Starts QEMU on this program's terminal and waits for it.  A boot that hangs
 * is ended, and what is known of it goes to standard error; with a format a
 * report of the boot goes to standard output.  Returns QEMU's exit status, 128
 * and the signal that ended it, or hang_exit_status().
 */
int run_alone(const RunMany *options, const QemuStart *qemu);

#endif
