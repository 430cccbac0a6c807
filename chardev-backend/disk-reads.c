/*
 * What the guest reads from its disks: QEMU's own accounting, looked at by
 * the capture's helper thread now and then.  The guest's path is not touched.
 *
 * Which disks there are only the main thread may ask (blk_all_next()); their
 * counters may be read anywhere, as long as the disk is there.  QEMU says when
 * it takes the medium out of one, which it also does before it frees one, so
 * those that have a medium are watched.  They are looked for when the machine
 * is ready, when a device is plugged in, and when the VM runs or is reset: a
 * medium that is put in meanwhile is seen from then on.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#include "qemu-compat.h"
#include "qemu/lockable.h"
#include "qemu/module.h"

#include "boot-capture.h"

/* One that is watched.  They are numbered, and numbers are not used again. */
typedef struct WatchedDisk {
    BlockBackend *blk; /* NULL: it went away, or its medium did */
    Notifier gone;
    char *name, *type;
    uint64_t since; /* ns, CLOCK_MONOTONIC */
    CaptureDiskIo at_first; /* its counters then */
    CaptureDiskIo at_last; /* its counters when it went away */
} WatchedDisk;

#define DISKS_MAX 256

/* Held for as long as a look takes; nobody on the guest's path wants it. */
static QemuMutex lock;
static WatchedDisk disks[DISKS_MAX];
static unsigned n_disks;

/* What a capture says of one. */
typedef struct Reported {
    uint64_t time; /* of the last look, ns, CLOCK_MONOTONIC */
    CaptureDiskIo io;
    bool named;
} Reported;

/* A capture's own. */
typedef struct DiskReads {
    uint64_t opened; /* ns, CLOCK_MONOTONIC */
    Reported reported[DISKS_MAX];
} DiskReads;

/* Whole words, each by itself: one may be of a request later than the next. */
static CaptureDiskIo read_counters(BlockBackend *blk, uint8_t id)
{
    const BlockAcctStats *s = blk_get_stats(blk);

    return (CaptureDiskIo){
        .id = id,
        .read_bytes = qatomic_read__nocheck(&s->nr_bytes[BLOCK_ACCT_READ]),
        .reads = qatomic_read__nocheck(&s->nr_ops[BLOCK_ACCT_READ]),
        .read_ns = qatomic_read__nocheck(&s->total_time_ns[BLOCK_ACCT_READ]),
        .write_bytes = qatomic_read__nocheck(&s->nr_bytes[BLOCK_ACCT_WRITE]),
        .writes = qatomic_read__nocheck(&s->nr_ops[BLOCK_ACCT_WRITE]),
        .write_ns = qatomic_read__nocheck(&s->total_time_ns[BLOCK_ACCT_WRITE]),
    };
}

/* ------------------------------------------------------------------ */
/* The main thread: which there are                                    */

static void on_gone(Notifier *notifier, void *data)
{
    WatchedDisk *d = container_of(notifier, WatchedDisk, gone);

    notifier_remove(notifier);
    WITH_QEMU_LOCK_GUARD(&lock)
    {
        d->at_last = read_counters(d->blk, d - disks);
        d->blk = NULL;
    }
}

static bool is_watched(const BlockBackend *blk)
{
    for (unsigned i = 0; i < n_disks; i++) {
        if (disks[i].blk == blk) {
            return true;
        }
    }
    return false;
}

/* What the user calls it, as far as there is such a name. */
static char *disk_name(BlockBackend *blk)
{
    DeviceState *dev = blk_get_attached_dev(blk);

    return blk_name(blk)[0] ? g_strdup(blk_name(blk))
           : dev->id        ? g_strdup(dev->id)
                            : g_strdup(bdrv_get_node_name(blk_bs(blk)));
}

static void watch(BlockBackend *blk)
{
    WatchedDisk *d = &disks[n_disks];

    d->name = disk_name(blk);
    d->type = g_strdup(object_get_typename(OBJECT(blk_get_attached_dev(blk))));
    d->since = capture_mono_ns();
    d->at_first = read_counters(blk, n_disks);
    d->gone.notify = on_gone;
    blk_add_remove_bs_notifier(blk, &d->gone);
    WITH_QEMU_LOCK_GUARD(&lock)
    {
        d->blk = blk;
        n_disks++;
    }
}

/* Disks of the guest's that have a medium and are not watched yet. */
static void look_for_disks(void)
{
    BlockBackend *blk = NULL;

    while ((blk = blk_all_next(blk)) && n_disks < DISKS_MAX) {
        if (blk_get_attached_dev(blk) && blk_bs(blk) && !is_watched(blk)) {
            watch(blk);
        }
    }
}

static void on_realize(DeviceListener *listener, DeviceState *dev)
{
    look_for_disks();
}

static void on_run_state(void *opaque, bool running, RunState state)
{
    if (running) {
        look_for_disks();
    }
}

static void on_reset(void *opaque)
{
    look_for_disks();
}

static DeviceListener listener = { .realize = on_realize };
static VMChangeStateEntry *run_state;

static void ready(void)
{
    look_for_disks();
    device_listener_register(&listener);
    run_state = qemu_add_vm_change_state_handler(on_run_state, NULL);
    qemu_register_reset(on_reset, NULL);
}

/* Disks that are watched stay so until they go: their counters are cheap. */
static void stop(void)
{
    if (run_state) {
        device_listener_unregister(&listener);
        qemu_del_vm_change_state_handler(run_state);
        qemu_unregister_reset(on_reset, NULL);
        run_state = NULL;
    }
}

/* ------------------------------------------------------------------ */
/* The helper thread: how far they are                                 */

/* With the lock held. */
static CaptureDiskIo counters_of(unsigned i)
{
    return disks[i].blk ? read_counters(disks[i].blk, i) : disks[i].at_last;
}

static void *begin(void)
{
    DiskReads *r = g_new0(DiskReads, 1);

    r->opened = capture_mono_ns();
    return r;
}

static void write_name(CaptureWriter *w, const WatchedDisk *d, uint8_t id,
                       uint64_t mono_ns)
{
    g_autoptr(GByteArray) payload = g_byte_array_new();

    g_byte_array_append(payload, &id, 1);
    g_byte_array_append(payload, (uint8_t *)d->name, strlen(d->name) + 1);
    g_byte_array_append(payload, (uint8_t *)d->type, strlen(d->type) + 1);
    capture_append_event(w, capture_writer_time(w, mono_ns), CAPTURE_DISK,
                         payload->data, payload->len);
}

/* @window: ns in which the counters came there; 0: nobody knows. */
static void write_io(CaptureWriter *w, CaptureDiskIo io, uint64_t window,
                     uint64_t mono_ns)
{
    io.window_us = window ? CLAMP(window / 1000, 1, UINT32_MAX) : 0;
    capture_append_event(w, capture_writer_time(w, mono_ns), CAPTURE_DISK_IO,
                         &io, sizeof(io));
}

static bool is_news(const CaptureDiskIo *a, const CaptureDiskIo *b)
{
    return a->read_bytes != b->read_bytes || a->reads != b->reads ||
           a->write_bytes != b->write_bytes || a->writes != b->writes;
}

/* Its name, and where its counters stood when it came, or the capture did. */
static void meet(CaptureWriter *w, const DiskReads *r, Reported *reported,
                 uint8_t id, uint64_t mono_ns)
{
    static const CaptureDiskIo zero;
    const WatchedDisk *d = &disks[id];

    if (d->since < r->opened) {
        reported->io = counters_of(id);
        reported->time = mono_ns;
    } else {
        reported->io = d->at_first;
        reported->time = d->since;
    }
    reported->named = true;
    write_name(w, d, id, mono_ns);
    if (is_news(&reported->io, &zero)) {
        write_io(w, reported->io, 0, mono_ns);
    }
}

static bool look(void *state, CaptureWriter *w, uint64_t mono_ns)
{
    DiskReads *r = state;
    bool news = false;

    QEMU_LOCK_GUARD(&lock);
    for (unsigned i = 0; i < n_disks; i++) {
        Reported *reported = &r->reported[i];
        CaptureDiskIo io;

        if (!reported->named) {
            meet(w, r, reported, i, mono_ns);
        }
        io = counters_of(i);
        if (is_news(&io, &reported->io)) {
            write_io(w, io, mono_ns - reported->time, mono_ns);
            reported->io = io;
            news = true;
        }
        reported->time = mono_ns;
    }
    return news;
}

static BootSource disk_reads = {
    .ready = ready,
    .stop = stop,
    .look_begin = begin,
    .look = look,
    .look_end = g_free,
};

static void register_disk_reads(void)
{
    qemu_mutex_init(&lock);
    boot_source_register(&disk_reads);
}

type_init(register_disk_reads)
