/*
 * QEMU's own handler of SIGBUS asks us.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#include "qemu-compat.h"
#if __has_include("system/cpus.h") /* 10.0 */
#include "system/cpus.h"
#else
#include "sysemu/cpus.h"
#endif

#include "capture/sigbus-handler.h"
#include "capture/sigbus.h"

void sigbus_install(void)
{
    qemu_set_sigbus_filter(sigbus_repair);
}
