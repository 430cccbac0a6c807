/*
 * The header page.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "writer-header.h"

static void read_boot_id(char *buf, size_t size)
{
    g_autofree char *text = NULL;

    memset(buf, 0, size);
    if (g_file_get_contents("/proc/sys/kernel/random/boot_id", &text, NULL,
                            NULL)) {
        g_strlcpy(buf, g_strstrip(text), size);
    }
}

uint32_t writer_version_of(CaptureClockMode clock)
{
    return clock == CAPTURE_CLOCK_MODE_VIRTUAL ? CAPTURE_VERSION_VIRTUAL
                                               : CAPTURE_VERSION;
}

/* VCLOCK records are missing only where no session asked for them. */
static uint32_t first_flags(const CaptureHeader *old, CaptureClockMode clock)
{
    bool had_none = !old->version || old->flags & CAPTURE_FLAG_NO_VCLOCK;

    return had_none && clock == CAPTURE_CLOCK_MODE_HOST ? CAPTURE_FLAG_NO_VCLOCK
                                                        : 0;
}

void writer_fill_header(CaptureHeader *h, const CaptureWriterOptions *o,
                        const CaptureHeader *old, uint64_t start_ns,
                        uint64_t used_words)
{
    uint64_t age = capture_mono_ns() - start_ns;

    *h = *old;
    memcpy(h->magic, CAPTURE_MAGIC, sizeof(h->magic));
    h->version = writer_version_of(o->clock);
    h->header_size = CAPTURE_HEADER_SIZE;
    h->clock = o->clock == CAPTURE_CLOCK_MODE_VIRTUAL ? CAPTURE_CLOCK_VIRTUAL
                                                      : CAPTURE_CLOCK_MONOTONIC;
    h->flags = first_flags(old, o->clock);
    if (!old->version) {
        h->start_mono_ns = start_ns;
        h->start_wall_ns = clock_ns(CLOCK_REALTIME) - age;
        read_boot_id(h->boot_id, sizeof(h->boot_id));
    }
    h->size_max = o->size_max & ~UINT64_C(4095);
    h->keep = o->keep;
    h->guest_ram = 0;
    h->pid = getpid();
    h->reserved_words = used_words;
    h->lost_bytes = 0;
    h->lost_events = 0;
    memset(h->machine, 0, sizeof(h->machine));
    g_strlcpy(h->qemu_version, o->qemu_version ? o->qemu_version : "",
              sizeof(h->qemu_version));
    g_strlcpy(h->chardev_id, o->chardev_id ? o->chardev_id : "",
              sizeof(h->chardev_id));
    g_strlcpy(h->arch, o->arch ? o->arch : "", sizeof(h->arch));
    if (o->labels) {
        g_strlcpy(h->labels, o->labels, sizeof(h->labels));
    }
}

int writer_write_header(int fd, const CaptureHeader *h)
{
    const size_t magic = sizeof(h->magic);
    size_t rest = sizeof(*h) - magic;

    errno = EIO;
    /* The magic last: a file with it has a whole header. */
    return pwrite(fd, (const char *)h + magic, rest, magic) == (ssize_t)rest &&
                   pwrite(fd, h, magic, 0) == (ssize_t)magic
               ? 0
               : errno;
}

void writer_put_machine(CaptureWriter *w)
{
    pthread_mutex_lock(&w->lock);
    if (w->machine_due) {
        memcpy(w->header->machine, w->saved.machine, sizeof(w->saved.machine));
        w->header->guest_ram = w->saved.guest_ram;
        w->machine_due = false;
    }
    pthread_mutex_unlock(&w->lock);
}

/*
 * CLOCK_MONOTONIC that stands for time 0.  An appended session goes on in
 * the old one's time: by the same clock where the host is still up, by wall
 * time where it was started again.  Every QEMU's virtual clock begins at 0.
 */
uint64_t writer_time_zero(const CaptureHeader *old, uint64_t start_ns)
{
    char boot_id[sizeof(old->boot_id)];
    uint64_t wall = clock_ns(CLOCK_REALTIME);

    if (!old->version || old->version == CAPTURE_VERSION_VIRTUAL) {
        return start_ns;
    }
    read_boot_id(boot_id, sizeof(boot_id));
    if (boot_id[0] && !memcmp(boot_id, old->boot_id, sizeof(boot_id))) {
        return old->start_mono_ns;
    }
    return wall > old->start_wall_ns
               ? capture_mono_ns() - (wall - old->start_wall_ns)
               : start_ns;
}
