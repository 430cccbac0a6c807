/*
 * Options that a chardev does not have are refused.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#ifndef BOOTSTAMP_KNOWN_OPTIONS_H
#define BOOTSTAMP_KNOWN_OPTIONS_H

#include "qemu-compat.h"

/*
 * QEMU's parser takes the options of all back ends for each: false, and
 * @errp set, where one is neither in @names (which ends with NULL) nor of
 * those that every chardev has.
 */
bool known_options(QemuOpts *opts, const char *const *names, Error **errp);

#endif
