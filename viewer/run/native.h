/*
 * Whether a QEMU needs no module.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#ifndef VIEWER_RUN_NATIVE_H
#define VIEWER_RUN_NATIVE_H

#include <stdbool.h>

/*
 * Whether @program, found as a shell finds it, is a QEMU that was built with
 * our patches, so that nothing has to be loaded into it.  False where that
 * cannot be told: a script, or a file that cannot be read.
 */
bool qemu_is_native(const char *program);

#endif
