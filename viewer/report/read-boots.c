/*
 * Reading many captures.
 *
 * Threads read them, and what they found waits in a ring until the caller's
 * thread comes to it: results do not depend on who was first, and memory does
 * not grow with the number of captures.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#include <string.h>

#include "capture/walk.h"
#include "read-boots.h"
#include "viewer/common/loss.h"

/* Captures that a thread may be ahead of the one that is taken. */
#define AHEAD 4
#define THREADS_MAX 64

/* ------------------------------------------------------------------ */
/* One capture                                                         */

typedef struct Pass {
    const BootReadRules *rules;
    BootReading *reading;
    RowClock clock;
    CaptureVcpus *host; /* of the whole capture, or NULL: it is not asked */
    uint64_t last_pos, last_time; /* of the line before */
    uint64_t reset_pos; /* of the last reset */
    bool stopped; /* records are missing: lines and waits are not compared */
    Loss loss;
} Pass;

/* A line may begin before the one that ended before it. */
static void give_line(Pass *p, const CaptureLine *line, RowDelta delta)
{
    BootLine l = {
        .line = line,
        .delta = row_delta_wait(delta),
        .outside = !delta.first && p->last_pos < p->reset_pos &&
                   p->reset_pos < line->pos,
    };

    if (p->host && l.delta) {
        l.host = capture_vcpus_between(p->host, p->last_time, line->time);
    }
    if (p->rules->cpu) {
        l.delta = l.host.cpu;
    }
    p->rules->ops->line(p->reading->lines, &l);
}

static void handle_line(void *data, const CaptureLine *line)
{
    Pass *p = data;
    RowDelta delta = row_clock_next(&p->clock, line->time);

    boot_data_line(p->reading->boot, line);
    if (p->rules->ops && !line->continued && !p->stopped) {
        give_line(p, line, delta);
    }
    p->last_pos = line->pos;
    p->last_time = line->time;
}

/* Lines are of the last session, as everything else of a boot is. */
static void begin_session(Pass *p)
{
    p->clock = (RowClock){ 0 };
    p->last_pos = p->last_time = p->reset_pos = 0;
    p->stopped = false;
    if (p->rules->ops) {
        p->rules->ops->discard(p->reading->lines);
        p->reading->lines = p->rules->ops->begin();
    }
}

static CaptureWalkNext handle_record(void *data, const CaptureRecord *rec)
{
    Pass *p = data;

    boot_data_record(p->reading->boot, rec);
    loss_feed(&p->loss, rec);
    if (rec->kind == CAPTURE_SESSION) {
        begin_session(p);
    }
    if (rec->kind == CAPTURE_VM && rec->u.vm.event == CAPTURE_VM_RESET) {
        p->reset_pos = rec->pos;
    }
    p->stopped |= rec->kind == CAPTURE_DROPPED;
    return CAPTURE_WALK_ON;
}

static void handle_bytes(void *data, uint8_t stream, const uint8_t *bytes,
                         const uint64_t *times, size_t n)
{
    boot_data_bytes(((Pass *)data)->reading->boot, stream, bytes, times, n);
}

/*
 * What the host did up to a line is recorded after it, so all of that is read
 * before the lines.
 */
static CaptureVcpus *read_host(CaptureReader *r)
{
    CaptureVcpus *v = capture_vcpus_new();
    uint8_t bytes[512], stream;
    CaptureRecord rec;
    CaptureCursor begin;

    capture_reader_tell(r, &begin);
    do {
        while (
            capture_reader_next_bytes(r, &stream, NULL, bytes, sizeof(bytes))) {
            /* guest bytes do not matter here */
        }
        if (!capture_reader_next(r, &rec)) {
            break;
        }
        capture_vcpus_record(v, &rec);
    } while (true);
    capture_reader_seek(r, &begin);
    return v;
}

static CaptureReader *open_file(BootReading *b)
{
    g_autoptr(GError) error = NULL;
    CaptureReader *r;

    if (!b->file->path) {
        return open_capture(NULL);
    }
    r = capture_reader_open(b->file->path, &error);
    if (!r) {
        b->error = g_strdup(error->message);
    }
    return r;
}

static void read_boot(const BootReadRules *rules, BootReading *b)
{
    const CaptureWalkOps ops = { .record = handle_record,
                                 .line = handle_line,
                                 .stamped = handle_bytes,
                                 .bytes = rules->controls };
    Pass pass = { .rules = rules, .reading = b };
    CaptureReader *r = open_file(b);

    b->path = g_strdup(r ? capture_reader_path(r) : b->file->path);
    if (r && choose_clock(r, rules->clock, &b->virtual_clock)) {
        capture_reader_header(r, &b->header);
        b->boot = boot_data_new(b->virtual_clock);
        b->lines = rules->ops ? rules->ops->begin() : NULL;
        pass.host = rules->ops && !b->virtual_clock ? read_host(r) : NULL;
        capture_walk_all(r, b->virtual_clock, &ops, &pass);
        capture_vcpus_free(pass.host);
        b->lost = loss_total(&pass.loss, r);
    }
    capture_reader_close(r);
}

static void reading_clear(BootReading *b, const BootReadRules *rules)
{
    if (b->lines) {
        rules->ops->discard(b->lines);
    }
    boot_data_free(b->boot);
    g_free(b->path);
    g_free(b->error);
    memset(b, 0, sizeof(*b));
}

/* ------------------------------------------------------------------ */
/* Many                                                                */

/* A place of the ring. */
typedef struct Slot {
    BootReading reading;
    bool ready;
} Slot;

typedef struct Ring {
    const BootReadRules *rules;
    GMutex lock;
    GCond ready;
    GThreadPool *pool;
    Slot *slots;
    guint n_slots;
} Ring;

static void work(gpointer slot, gpointer ring)
{
    Ring *r = ring;
    Slot *s = slot;

    read_boot(r->rules, &s->reading);
    g_mutex_lock(&r->lock);
    s->ready = true;
    g_cond_broadcast(&r->ready);
    g_mutex_unlock(&r->lock);
}

static void push(Ring *r, const GPtrArray *files, guint i)
{
    Slot *s = &r->slots[i % r->n_slots];

    s->ready = false;
    s->reading.file = g_ptr_array_index(files, i);
    g_thread_pool_push(r->pool, s, NULL);
}

static void wait_for(Ring *r, Slot *s)
{
    g_mutex_lock(&r->lock);
    while (!s->ready) {
        g_cond_wait(&r->ready, &r->lock);
    }
    g_mutex_unlock(&r->lock);
}

/* Gives a capture to the one who wants it. */
static bool give(BootReading *b, BootReadFunc *func, void *data)
{
    if (b->error) {
        fail(b->path, "%s", b->error);
    }
    return b->boot && func(data, b);
}

/* Those from @first on, with the clock that is decided. */
static bool read_rest(const GPtrArray *files, guint first,
                      const BootReadRules *rules, BootReadFunc *func,
                      void *data)
{
    guint threads = MIN(g_get_num_processors(), THREADS_MAX);
    Ring r = { .rules = rules, .n_slots = threads * AHEAD };
    guint pushed = first, at = first;
    bool ok = true;

    g_mutex_init(&r.lock);
    g_cond_init(&r.ready);
    r.slots = g_new0(Slot, r.n_slots);
    r.pool = g_thread_pool_new(work, &r, threads, FALSE, NULL);
    for (; at < files->len && ok; at++) {
        Slot *s = &r.slots[at % r.n_slots];

        while (pushed < files->len && pushed < at + r.n_slots) {
            push(&r, files, pushed++);
        }
        wait_for(&r, s);
        ok = give(&s->reading, func, data);
        reading_clear(&s->reading, rules);
    }
    g_thread_pool_free(r.pool, FALSE, TRUE);
    for (; at < pushed; at++) {
        reading_clear(&r.slots[at % r.n_slots].reading, rules);
    }
    g_free(r.slots);
    g_mutex_clear(&r.lock);
    g_cond_clear(&r.ready);
    return ok;
}

bool read_boots(const GPtrArray *files, const BootReadRules *rules,
                BootReadFunc *func, void *data)
{
    BootReadRules same = *rules;
    BootReading first = { 0 };
    bool ok;

    if (!files->len) {
        return true;
    }
    first.file = g_ptr_array_index(files, 0);
    read_boot(rules, &first);
    same.clock = first.virtual_clock ? CLOCK_VIRTUAL : CLOCK_HOST;
    ok = give(&first, func, data);
    reading_clear(&first, rules);
    return ok && (files->len == 1 || read_rest(files, 1, &same, func, data));
}
