/*
 * The VM's life cycle, for those who see parts of it elsewhere.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#ifndef BOOTSTAMP_VM_LIFECYCLE_H
#define BOOTSTAMP_VM_LIFECYCLE_H

#include "qapi/qapi-types-run-state.h"

/*
 * The guest asks for a shutdown; in the vCPU's thread, with the BQL held.
 * QEMU's own notifier, which comes later, is not told of again.
 */
void vm_poweroff_by_guest(ShutdownCause cause);

#endif
