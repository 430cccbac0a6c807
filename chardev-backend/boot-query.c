/*
 * Milestones and copies of a running guest.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#include "qemu-compat.h"
#include "block/thread-pool.h"
#include "qemu/error-report.h"
#include "qemu/lockable.h"
#include "qemu/main-loop.h"
#include "qemu/thread.h"

#include "boot-capture.h"
#include "boot-query.h"
#include "char-timestamp.h"
#include "capture/patterns.h"
#include "capture/sigbus.h"

/* Records that are read under the lock, at a time: 10 ms. */
#define SLICE_RECORDS 250000

/* For HMP, with the BQL held: all captures together. */
#define NOW_RECORDS 100000

/*
 * A capture's reading, from one question to the next.  It has a file
 * descriptor of its own: a chardev may be removed while it is read.
 */
struct BootScan {
    unsigned refs; /* changed by the main thread */
    bool background; /* read on for HMP; the same */
    QemuMutex lock; /* of the rest: whoever reads holds it */
    CaptureScan *scan;
};

/* ------------------------------------------------------------------ */
/* Captures                                                            */

static void scan_unref(void *opaque)
{
    BootScan *s = opaque;

    if (s && --s->refs == 0) {
        capture_scan_free(s->scan);
        qemu_mutex_destroy(&s->lock);
        g_free(s);
    }
}

/* phases.conf is read once, here: the threads only look at it. */
static void need_patterns(void)
{
    static bool done;
    g_autoptr(GError) error = NULL;

    if (done) {
        return;
    }
    done = true;
    capture_patterns_default(&error);
    if (error) {
        warn_report("timestamp: phases.conf is left out: %s", error->message);
    }
}

static BootScan *scan_open(const BootCapture *c, const char *path,
                           GError **error)
{
    int fd = fcntl(boot_capture_read_fd(c), F_DUPFD_CLOEXEC, 0);
    CaptureReader *reader;
    BootScan *s;

    if (fd < 0) {
        g_set_error(error, CAPTURE_READER_ERROR, CAPTURE_READER_ERROR_IO,
                    "cannot open for reading: %s", g_strerror(errno));
        return NULL;
    }
    reader = capture_reader_open_fd(fd, path, error);
    if (!reader) {
        return NULL;
    }
    need_patterns();
    s = g_new0(BootScan, 1);
    s->refs = 1;
    qemu_mutex_init(&s->lock);
    s->scan = capture_scan_new(reader);
    return s;
}

/* A reference of the caller's to @c's scan, made where there is none. */
static BootScan *scan_get(BootCapture *c, const char *path, GError **error)
{
    BootScan *s = boot_capture_query(c);

    if (!s) {
        s = scan_open(c, path, error);
        if (!s) {
            return NULL;
        }
        boot_capture_set_query(c, s, scan_unref);
    }
    s->refs++;
    return s;
}

static void timestamps_free(void *opaque)
{
    BootTimestamps *t = opaque;

    scan_unref(t->scan);
    capture_boot_free(t->boot);
    g_ptr_array_unref(t->chardevs);
    g_free(t->filename);
    g_free(t->error);
    g_free(t);
}

/* The question comes; what is written by now belongs to the answer. */
static BootTimestamps *timestamps_new(BootCapture *c)
{
    CaptureWriter *w = boot_capture_writer(c);
    BootTimestamps *t = g_new0(BootTimestamps, 1);
    g_autoptr(GError) error = NULL;
    const char *label;

    t->filename = g_strdup(capture_writer_path(w));
    t->chardevs = g_ptr_array_new_with_free_func(g_free);
    for (unsigned i = 0; (label = boot_capture_stream_label(c, i)); i++) {
        g_ptr_array_add(t->chardevs, g_strdup(label));
    }
    t->now_ns = capture_writer_now(w);
    t->end = capture_writer_words(w);
    capture_writer_lost(w, &t->lost_bytes, &t->lost_events);
    t->scan = scan_get(c, t->filename, &error);
    if (!t->scan) {
        t->error = g_strdup(error->message);
        t->boot = capture_boot_new();
    }
    return t;
}

/* The captures that are asked for, nothing read yet. */
static GPtrArray *find_captures(const char *id, Error **errp)
{
    g_autoptr(GPtrArray) open = NULL;
    GPtrArray *list = g_ptr_array_new_with_free_func(timestamps_free);
    TimestampChardev *d;
    BootTimestamps *t;

    if (!id) {
        open = boot_capture_list();
        for (guint i = 0; i < open->len; i++) {
            g_ptr_array_add(list, timestamps_new(open->pdata[i]));
        }
        return list;
    }
    d = timestamp_chardev_find(id, NULL, errp);
    if (d) {
        t = timestamps_new(timestamp_chardev_capture(d));
        g_ptr_array_add(list, t);
        if (!t->error) {
            return list;
        }
        error_setg(errp, "%s: %s", t->filename, t->error);
    }
    g_ptr_array_unref(list);
    return NULL;
}

uint64_t boot_since_start(const CaptureBoot *boot, uint64_t time)
{
    return time > boot->start ? time - boot->start : 0;
}

/* ------------------------------------------------------------------ */
/* Reading                                                             */

/* With the lock held: at most @records; the answer, as far as it is known. */
static void read_locked(BootTimestamps *t, uint64_t records)
{
    CaptureScan *scan = t->scan->scan;

    t->complete = !capture_scan_read(scan, t->end, records);
    t->share = t->complete || !t->end
                   ? 1
                   : MIN(1.0, (double)capture_scan_pos(scan) / t->end);
}

/* In a thread of the pool. */
static int read_slice(void *opaque)
{
    BootTimestamps *t = opaque;

    /* Others may cut the file off that we have mapped. */
    sigbus_enter();
    QEMU_LOCK_GUARD(&t->scan->lock);
    read_locked(t, SLICE_RECORDS);
    if (t->complete) {
        t->boot = capture_scan_boot(t->scan->scan);
    }
    sigbus_leave();
    return 0;
}

/* Between two slices the main loop has its turn. */
static bool coroutine_fn read_all_co(GPtrArray *list)
{
    for (guint i = 0; i < list->len; i++) {
        BootTimestamps *t = list->pdata[i];

        while (t->scan && !t->complete) {
            if (qmp_dispatcher_co_shutdown) {
                return false;
            }
            bootstamp_submit_co(read_slice, t);
        }
    }
    return true;
}

GPtrArray *coroutine_fn boot_query_co(const char *id, Error **errp)
{
    GPtrArray *list = find_captures(id, errp);

    if (list && !read_all_co(list)) {
        error_setg(errp, "QEMU ends");
        g_ptr_array_unref(list);
        return NULL;
    }
    return list;
}

/* ------------------------------------------------------------------ */
/* Without waiting                                                     */

/* What HMP had no time for; nobody waits for the answer. */
static void coroutine_fn background_co(void *opaque)
{
    GPtrArray *list = opaque;
    BootTimestamps *t = list->pdata[0];

    read_all_co(list);
    t->scan->background = false;
    g_ptr_array_unref(list);
}

static void read_in_background(const BootTimestamps *t)
{
    GPtrArray *list = g_ptr_array_new_with_free_func(timestamps_free);
    BootTimestamps *rest = g_new0(BootTimestamps, 1);

    rest->chardevs = g_ptr_array_new();
    rest->scan = t->scan;
    rest->scan->refs++;
    rest->scan->background = true;
    rest->end = t->end;
    g_ptr_array_add(list, rest);
    qemu_coroutine_enter(qemu_coroutine_create(background_co, list));
}

GPtrArray *boot_query_now(const char *id, Error **errp)
{
    GPtrArray *list = find_captures(id, errp);

    for (guint i = 0; list && i < list->len; i++) {
        BootTimestamps *t = list->pdata[i];

        if (!t->scan) {
            continue;
        }
        sigbus_enter();
        /* Waits for a slice at most, where one is being read. */
        WITH_QEMU_LOCK_GUARD(&t->scan->lock)
        {
            read_locked(t, NOW_RECORDS / list->len);
            t->boot = capture_scan_boot(t->scan->scan);
        }
        sigbus_leave();
        if (!t->complete && !t->scan->background) {
            read_in_background(t);
        }
    }
    return list;
}
