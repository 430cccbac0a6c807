/*
 * The bytes that a front end writes to any chardev, stamped beside it.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#ifndef BOOTSTAMP_CHR_TEE_H
#define BOOTSTAMP_CHR_TEE_H

#include "qemu-compat.h"
#include "boot-capture.h"

/*
 * From now on what @chr accepts goes into a stream of @capture as well, by
 * the name of @chr; it still goes where it went, and the front end, a mux
 * and flow control see no difference.  @frontend as in
 * boot_capture_set_frontend().  Ends when @chr goes.  False: it is captured
 * already, or there is no room for more.
 */
bool chr_tee_add(Chardev *chr, BootCapture *capture, const char *frontend);

/* Whether a capture has its bytes: it is a timestamp chardev, or was added. */
bool chr_is_captured(Chardev *chr);

#endif
