/*
 * What was read from the disks, and when.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#include <string.h>

#include "disks.h"

/* What a series counts. */
enum { BYTES, REQUESTS, REQUEST_NS };

typedef struct Disk {
    CaptureDiskReads disk;
    CaptureSeries *reads;
    CaptureDiskUse seen; /* QEMU's counters at the last look */
    bool listed;
} Disk;

struct CaptureDisks {
    Disk *by_id[256];
    GPtrArray *rows; /* Disk *, in the order of the first read */
    CaptureSeries *all;
};

static void disk_free(Disk *d)
{
    if (d) {
        capture_series_free(d->reads);
        g_free(d);
    }
}

CaptureDisks *capture_disks_new(void)
{
    CaptureDisks *d = g_new0(CaptureDisks, 1);

    d->rows = g_ptr_array_new();
    d->all = capture_series_new();
    return d;
}

static void start_over(CaptureDisks *d)
{
    g_ptr_array_set_size(d->rows, 0);
    capture_series_free(d->all);
    d->all = capture_series_new();
    for (int i = 0; i < 256; i++) {
        g_clear_pointer(&d->by_id[i], disk_free);
    }
}

void capture_disks_free(CaptureDisks *d)
{
    if (d) {
        start_over(d);
        g_ptr_array_unref(d->rows);
        capture_series_free(d->all);
        g_free(d);
    }
}

static Disk *get_disk(CaptureDisks *d, uint8_t id)
{
    if (!d->by_id[id]) {
        d->by_id[id] = g_new0(Disk, 1);
        d->by_id[id]->disk.id = id;
        g_snprintf(d->by_id[id]->disk.name, CAPTURE_NAME_MAX, "disk %u", id);
        d->by_id[id]->reads = capture_series_new();
    }
    return d->by_id[id];
}

static CaptureDiskUse use_of(CaptureSums sums)
{
    return (CaptureDiskUse){
        .bytes = sums.value[BYTES],
        .requests = sums.value[REQUESTS],
        .request_ns = sums.value[REQUEST_NS],
        .active_ns = sums.active_ns,
    };
}

static bool counts_back(const CaptureDiskUse *a, const CaptureDiskUse *b)
{
    return a->bytes < b->bytes || a->requests < b->requests ||
           a->request_ns < b->request_ns;
}

/* What came since the look before. */
static void add_reads(CaptureDisks *d, Disk *disk, const CaptureDiskUse *now,
                      uint64_t from, uint64_t to)
{
    uint64_t new[CAPTURE_SERIES_VALUES] = {
        [BYTES] = now->bytes - disk->seen.bytes,
        [REQUESTS] = now->requests - disk->seen.requests,
        [REQUEST_NS] = now->request_ns - disk->seen.request_ns,
    };

    capture_series_add(disk->reads, from, to, new);
    capture_series_add(d->all, from, to, new);
    if (!disk->listed) {
        disk->listed = true;
        disk->disk.first = from;
        g_ptr_array_add(d->rows, disk);
    }
    disk->disk.last = MAX(disk->disk.last, to);
    disk->disk.total = use_of(capture_series_total(disk->reads));
}

static void handle_io(CaptureDisks *d, const CaptureRecord *rec)
{
    const CaptureDiskIo *io = &rec->u.disk_io;
    uint64_t window = (uint64_t)io->window_us * 1000;
    uint64_t from = rec->time > window ? rec->time - window : 0;
    CaptureDiskUse now = { io->read_bytes, io->reads, io->read_ns, 0 };
    Disk *disk = get_disk(d, io->id);

    disk->disk.write_bytes = io->write_bytes;
    disk->disk.writes = io->writes;
    /* Without a window it says where the counters stand. */
    if (window && !counts_back(&now, &disk->seen) &&
        now.requests > disk->seen.requests) {
        add_reads(d, disk, &now, from, rec->time);
    }
    disk->seen = now;
}

static void handle_disk(CaptureDisks *d, const CaptureRecord *rec)
{
    CaptureDiskReads *disk = &get_disk(d, rec->u.disk.id)->disk;

    g_strlcpy(disk->name, rec->u.disk.name, sizeof(disk->name));
    g_strlcpy(disk->type, rec->u.disk.type, sizeof(disk->type));
}

void capture_disks_feed(CaptureDisks *d, const CaptureRecord *rec)
{
    if (rec->kind == CAPTURE_SESSION) {
        start_over(d);
    } else if (rec->kind == CAPTURE_DISK) {
        handle_disk(d, rec);
    } else if (rec->kind == CAPTURE_DISK_IO) {
        handle_io(d, rec);
    }
}

/* ------------------------------------------------------------------ */
/* Answers                                                             */

guint capture_disks_count(const CaptureDisks *d)
{
    return d->rows->len;
}

static const Disk *row(const CaptureDisks *d, guint i)
{
    return i < d->rows->len ? d->rows->pdata[i] : NULL;
}

const CaptureDiskReads *capture_disks_get(const CaptureDisks *d, guint i)
{
    return i < d->rows->len ? &row(d, i)->disk : NULL;
}

CaptureDiskUse capture_disks_between(const CaptureDisks *d, int i,
                                     uint64_t from, uint64_t to)
{
    const CaptureSeries *s = i == CAPTURE_DISKS_ALL ? d->all : row(d, i)->reads;

    return use_of(capture_series_between(s, from, to));
}

GArray *capture_disks_runs(const CaptureDisks *d, guint i)
{
    g_autoptr(GArray) stretches =
        capture_series_runs(row(d, i)->reads, CAPTURE_DISKS_GAP_NS);
    GArray *runs = g_array_new(FALSE, FALSE, sizeof(CaptureDiskRun));

    for (guint j = 0; j < stretches->len; j++) {
        const CaptureRun *s = &g_array_index(stretches, CaptureRun, j);
        CaptureDiskRun run = { s->start, s->end, use_of(s->sums) };

        g_array_append_val(runs, run);
    }
    return runs;
}

int capture_disks_current(const CaptureDisks *d, uint64_t now)
{
    int current = -1;
    uint64_t last = 0;

    for (guint i = 0; i < d->rows->len; i++) {
        if (row(d, i)->disk.last >= last) {
            last = row(d, i)->disk.last;
            current = i;
        }
    }
    return current >= 0 && now < last + CAPTURE_DISKS_GAP_NS ? current : -1;
}

double capture_disk_rate(const CaptureDiskUse *use)
{
    return use->active_ns ? use->bytes * 1e3 / use->active_ns : 0;
}
