/*
 * What a device beside the debug port needs of a timestamp chardev: a way to
 * write into its stream, and into its capture, without being its front end.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#ifndef BOOTSTAMP_CHAR_TIMESTAMP_H
#define BOOTSTAMP_CHAR_TIMESTAMP_H

#include "qemu-compat.h"
#include "qemu/notify.h"
#include "boot-capture.h"

#define TYPE_CHARDEV_TIMESTAMP "chardev-timestamp"
OBJECT_DECLARE_SIMPLE_TYPE(TimestampChardev, CHARDEV_TIMESTAMP)

/*
 * The back end that -chardev timestamp,id=@id made, also behind mux=on;
 * @closing, unless NULL, is notified before it goes away.  For the main
 * thread.
 */
TimestampChardev *timestamp_chardev_find(const char *id, Notifier *closing,
                                         Error **errp);

/* The capture that it writes. */
BootCapture *timestamp_chardev_capture(const TimestampChardev *d);

/* An event into its capture, now; on the guest's path, with the BQL held. */
void timestamp_chardev_event(TimestampChardev *d, CaptureKind kind,
                             const void *payload, size_t len);

#endif
