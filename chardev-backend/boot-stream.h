/*
 * A stream of a capture: the guest's bytes on their way in.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#ifndef BOOTSTAMP_BOOT_STREAM_H
#define BOOTSTAMP_BOOT_STREAM_H

#include "qemu-compat.h"
#include "qemu/timer.h"
#include "capture/writer.h"

/* boot-capture.c's, one for each stream; lives as long as the capture. */
typedef struct BootStream {
    CaptureWriter *writer;
    uint8_t id;
    bool in_line; /* the last byte was no newline */
    bool has_bytes;
    char *label, *frontend; /* the latter NULL while not known */
} BootStream;

/*
 * QEMU's virtual clock beside the host's time, for one capture; nothing
 * where that has one clock alone.
 */
static inline void boot_vclock(CaptureWriter *w, uint64_t time)
{
    if (capture_writer_clock(w) == CAPTURE_CLOCK_MODE_BOTH) {
        capture_append_vclock(w, time, qemu_clock_get_ns(QEMU_CLOCK_VIRTUAL));
    }
}

/* How many bytes up to and including the first newline. */
static inline int boot_stream_line(const uint8_t *buf, int len)
{
    const uint8_t *newline;

    if (likely(len == 1)) {
        return 1;
    }
    newline = memchr(buf, '\n', len);
    return newline ? newline - buf + 1 : len;
}

/*
 * @len bytes, all with the stamp @time (capture_writer_now()).  A vCPU waits
 * for this: no system call, no lock, no allocation, no formatting.
 */
static inline void boot_stream_write(BootStream *s, uint64_t time,
                                     const uint8_t *buf, int len)
{
    int done = 0;

    while (done < len) {
        int n = boot_stream_line(buf + done, len - done);

        if (!s->in_line || unlikely(icount_enabled())) {
            boot_vclock(s->writer, time);
        }
        capture_append_bytes(s->writer, time, s->id, buf + done, n);
        done += n;
        s->in_line = buf[done - 1] != '\n';
    }
    s->has_bytes = true;
}

#endif
