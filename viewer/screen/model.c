/*
 * The index over a capture, and the facts gathered on the way.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#include <string.h>

#include "model-internal.h"

/* Words asked for at a time between two looks at the clock. */
#define WORDS_PER_LOOK 65536

/* ------------------------------------------------------------------ */
/* Lines                                                               */

size_t split_piece(LineState *s, const uint8_t *bytes, size_t n, Piece *p)
{
    size_t room;
    const uint8_t *newline;

    p->starts = !s->open;
    p->continued = p->starts && !s->complete;
    if (p->starts) {
        s->open = true;
        s->complete = false;
        s->len = 0;
    }
    room = MIN(n, (size_t)CAPTURE_LINE_MAX - s->len);
    newline = memchr(bytes, '\n', room);
    p->len = newline ? (size_t)(newline - bytes) : room;
    s->len += p->len;
    if (newline) {
        s->open = false;
        s->complete = true;
    } else if (s->len == CAPTURE_LINE_MAX) {
        s->open = false;
    }
    p->ends = !s->open;
    return p->len + (newline ? 1 : 0);
}

/* A QEMU that died in a line does not lend it to the next one. */
void split_reset(LineState *states)
{
    for (int i = 0; i < CAPTURE_STREAMS_MAX; i++) {
        states[i] = (LineState){ .complete = true };
    }
}

uint64_t cursor_vtime(const CaptureCursor *at, uint64_t time)
{
    if (at->vclock == CAPTURE_NO_TIME || at->icount || time < at->vclock_time) {
        return at->vclock;
    }
    return at->vclock + (time - at->vclock_time);
}

/* ------------------------------------------------------------------ */
/* Checkpoints                                                         */

static void add_checkpoint(Model *m, const CaptureCursor *at)
{
    Checkpoint check = {
        .at = *at,
        .first_state = m->states->len,
        .n_states = m->streams.count,
        .shown = SHOWN_UNKNOWN,
    };

    for (int i = 0; i < m->streams.count; i++) {
        const LineState *s = &m->line[i];
        uint32_t packed = s->len | (s->open ? STATE_OPEN : 0) |
                          (s->complete ? STATE_COMPLETE : 0);

        g_array_append_val(m->states, packed);
    }
    g_array_append_val(m->checks, check);
}

void checkpoint_states(const Model *m, const Checkpoint *check,
                       LineState *states)
{
    split_reset(states);
    for (int i = 0; i < check->n_states; i++) {
        uint32_t packed =
            g_array_index(m->states, uint32_t, check->first_state + i);

        states[i].len = packed & STATE_LEN;
        states[i].open = packed & STATE_OPEN;
        states[i].complete = packed & STATE_COMPLETE;
    }
}

/* ------------------------------------------------------------------ */
/* Records                                                             */

static void feed_phases_line(Model *m, uint8_t stream, const LineHead *h)
{
    CaptureLine line = {
        .pos = h->pos,
        .time = h->time,
        .vtime = h->vtime,
        .end_time = h->time,
        .text = h->text,
        .len = h->len,
        .stream = stream,
    };

    capture_phases_line(m->phases, &line);
}

/* The beginning of each line is enough to know a milestone by. */
static void take_head(Model *m, uint8_t stream, const Piece *piece,
                      const uint8_t *bytes, uint64_t pos, uint64_t time,
                      const CaptureCursor *at)
{
    LineHead *h = &m->head[stream];
    size_t n;

    if (piece->starts) {
        h->pos = pos;
        h->time = time;
        h->vtime = cursor_vtime(at, time);
        h->len = 0;
        h->fed = piece->continued;
    }
    if (h->fed) {
        return;
    }
    n = MIN(piece->len, sizeof(h->text) - h->len);
    memcpy(h->text + h->len, bytes, n);
    h->len += n;
    h->fresh = true;
    if (piece->ends || h->len == sizeof(h->text)) {
        feed_phases_line(m, stream, h);
        h->fed = true;
        h->fresh = false;
    }
}

static void take_bytes(Model *m, uint8_t stream, const uint8_t *bytes,
                       const uint64_t *times, size_t n, const CaptureCursor *at)
{
    Checkpoint *check =
        &g_array_index(m->checks, Checkpoint, m->checks->len - 1);

    check->streams[stream / 64] |= UINT64_C(1) << stream % 64;
    m->streams.count = MAX(m->streams.count, stream + 1);
    m->bytes += n;
    m->stream_bytes[stream] += n;
    m->end_time = times[n - 1];
    for (size_t i = 0; i < n;) {
        Piece piece;
        size_t used = split_piece(&m->line[stream], bytes + i, n - i, &piece);

        take_head(m, stream, &piece, bytes + i, at->pos + i, times[i], at);
        i += used;
    }
}

static void take_vm(Model *m, const CaptureRecord *rec)
{
    ModelVm vm = m->vm;

    switch (rec->u.vm.event) {
    case CAPTURE_VM_RUN:
    case CAPTURE_VM_WAKEUP:
        vm = MODEL_VM_RUNNING;
        break;
    case CAPTURE_VM_PAUSE:
        /* The pause that belongs to a shutdown says less than that. */
        if (vm == MODEL_VM_STOPPED) {
            return;
        }
        vm = MODEL_VM_PAUSED;
        break;
    case CAPTURE_VM_SUSPEND:
        vm = MODEL_VM_SUSPENDED;
        break;
    case CAPTURE_VM_SHUTDOWN:
    case CAPTURE_VM_STOP:
        vm = MODEL_VM_STOPPED;
        if (m->vm == vm && !rec->u.vm.detail[0]) {
            return;
        }
        break;
    default:
        return;
    }
    m->vm = vm;
    g_strlcpy(m->vm_detail, rec->u.vm.detail, sizeof(m->vm_detail));
}

static void take_session(Model *m)
{
    Checkpoint *check =
        &g_array_index(m->checks, Checkpoint, m->checks->len - 1);

    check->has_session = true;
    m->vm = MODEL_VM_UNKNOWN;
    m->vm_detail[0] = '\0';
    m->lost_before += m->lost;
    m->lost = 0;
    split_reset(m->line);
}

static void take_event(Model *m, const CaptureRecord *rec)
{
    m->end_time = MAX(m->end_time, rec->time);
    stream_names_feed(&m->streams, rec);
    capture_copies_feed(m->copies, rec);
    capture_phases_record(m->phases, rec);
    if (rec->kind == CAPTURE_SESSION) {
        take_session(m);
    } else if (rec->kind == CAPTURE_VM) {
        take_vm(m, rec);
    } else if (rec->kind == CAPTURE_LOST) {
        m->lost = rec->u.lost.bytes + rec->u.lost.events;
    }
}

/* ------------------------------------------------------------------ */
/* Milestones by position                                              */

bool model_is_pending(const Model *m, const CapturePhase *phase)
{
    int now;

    if (phase->milestone != CAPTURE_MS_LINUX_BOOT_OS ||
        m->state != CAPTURE_LIVE) {
        return false;
    }
    now = capture_copies_current(m->copies);
    return now >= 0 &&
           capture_copy_is_kernel_item(capture_copies_get(m->copies, now)->key);
}

static int by_pos(gconstpointer a, gconstpointer b)
{
    const MilestonePos *x = a;
    const MilestonePos *y = b;

    return x->pos < y->pos ? -1 : x->pos > y->pos;
}

/* Rows carry milestones, so blocks made before one came are stale. */
static void update_milestones(Model *m)
{
    guint n = capture_phases_count(m->phases);
    uint64_t sum = n;

    for (guint i = 0; i < n; i++) {
        const CapturePhase *p = capture_phases_get(m->phases, i);

        sum = sum * 31 + (model_is_pending(m, p) ? 0 : p->pos + 1);
    }
    if (sum == m->milestone_sum) {
        return;
    }
    m->milestone_sum = sum;
    g_array_set_size(m->milestones, 0);
    for (guint i = 0; i < n; i++) {
        const CapturePhase *p = capture_phases_get(m->phases, i);
        MilestonePos at = { p->pos, p->name };

        if (!model_is_pending(m, p)) {
            g_array_append_val(m->milestones, at);
        }
    }
    g_array_sort(m->milestones, by_pos);
    blocks_forget(m);
}

const char *milestone_at(const Model *m, uint64_t pos)
{
    guint low = 0, high = m->milestones->len;

    while (low < high) {
        guint mid = (low + high) / 2;
        const MilestonePos *p =
            &g_array_index(m->milestones, MilestonePos, mid);

        if (p->pos == pos) {
            return p->name;
        }
        if (p->pos < pos) {
            low = mid + 1;
        } else {
            high = mid;
        }
    }
    return NULL;
}

/* ------------------------------------------------------------------ */
/* Indexing                                                            */

/* One run of bytes or one event; false: nothing is there at the moment. */
static bool index_some(Model *m)
{
    static uint8_t bytes[4096];
    static uint64_t times[G_N_ELEMENTS(bytes)];
    const Checkpoint *last =
        &g_array_index(m->checks, Checkpoint, m->checks->len - 1);
    CaptureRecord rec;
    CaptureCursor at;
    uint8_t stream;
    size_t n;

    capture_reader_tell(m->index, &at);
    if (at.pos - last->at.pos >= MODEL_BLOCK_WORDS) {
        add_checkpoint(m, &at);
        last = &g_array_index(m->checks, Checkpoint, m->checks->len - 1);
    }
    n = MIN(G_N_ELEMENTS(bytes), last->at.pos + MODEL_BLOCK_WORDS - at.pos);
    n = capture_reader_next_bytes(m->index, &stream, times, bytes, n);
    if (n) {
        take_bytes(m, stream, bytes, times, n, &at);
    } else if (!capture_reader_next(m->index, &rec)) {
        return false;
    } else if (rec.kind == CAPTURE_BYTE) {
        /* Behind a hole. */
        capture_reader_tell(m->index, &at);
        at.pos = rec.pos;
        take_bytes(m, rec.stream, &rec.byte, &rec.time, 1, &at);
    } else {
        take_event(m, &rec);
    }
    return true;
}

/* Lines that wait for their end, such as a prompt: they count as well. */
static void feed_open_heads(Model *m)
{
    for (int i = 0; i < m->streams.count; i++) {
        if (m->head[i].fresh) {
            feed_phases_line(m, i, &m->head[i]);
            m->head[i].fresh = false;
        }
    }
}

bool model_step(Model *m, int64_t deadline)
{
    uint64_t before = m->indexed;
    CaptureCursor at;
    uint64_t look = 0;

    do {
        capture_reader_tell(m->index, &at);
        look = at.pos + WORDS_PER_LOOK;
        while (at.pos < look && index_some(m)) {
            capture_reader_tell(m->index, &at);
        }
    } while (at.pos >= look && g_get_monotonic_time() < deadline);
    m->indexed = at.pos;
    m->caught_up = at.pos < look;
    if (m->indexed == before) {
        return false;
    }
    feed_open_heads(m);
    update_milestones(m);
    return true;
}

bool model_ready(Model *m)
{
    return !m->caught_up || capture_reader_ready(m->index);
}

/* ------------------------------------------------------------------ */
/* The file as a whole                                                 */

static void begin(Model *m)
{
    CaptureCursor at;
    CaptureHeader h;

    m->checks = g_array_new(FALSE, TRUE, sizeof(Checkpoint));
    m->states = g_array_new(FALSE, TRUE, sizeof(uint32_t));
    m->milestones = g_array_new(FALSE, TRUE, sizeof(MilestonePos));
    m->copies = capture_copies_new();
    m->phases = capture_phases_new();
    split_reset(m->line);
    capture_reader_header(m->index, &h);
    m->mono_zero = h.start_mono_ns;
    m->state = capture_reader_state(m->index);
    m->lost_header = h.lost_bytes + h.lost_events;
    capture_reader_tell(m->index, &at);
    add_checkpoint(m, &at);
    blocks_begin(m);
}

Model *model_open(const char *path, GError **error)
{
    CaptureReader *index = capture_reader_open(path, error);
    CaptureReader *reread;
    Model *m;

    if (!index) {
        return NULL;
    }
    reread = capture_reader_open(path, error);
    if (!reread) {
        capture_reader_close(index);
        return NULL;
    }
    m = g_new0(Model, 1);
    m->path = g_strdup(path);
    m->index = index;
    m->reread = reread;
    begin(m);
    return m;
}

static void release(Model *m)
{
    blocks_end(m);
    capture_copies_free(m->copies);
    capture_phases_free(m->phases);
    g_array_unref(m->checks);
    g_array_unref(m->states);
    g_array_unref(m->milestones);
    capture_reader_close(m->index);
    capture_reader_close(m->reread);
}

void model_close(Model *m)
{
    if (m) {
        release(m);
        if (m->filter) {
            g_regex_unref(m->filter);
        }
        g_free(m->path);
        g_free(m);
    }
}

/* The same path, from its first word on; what is hidden stays hidden. */
static bool restart(Model *m)
{
    Model *fresh = model_open(m->path, NULL);

    if (!fresh) {
        return false;
    }
    release(m);
    g_free(fresh->path);
    fresh->path = m->path;
    fresh->filter = m->filter;
    fresh->view_turn = m->view_turn + 1;
    memcpy(fresh->hidden, m->hidden, sizeof(m->hidden));
    *m = *fresh;
    g_free(fresh);
    return true;
}

bool model_look(Model *m, bool *restarted)
{
    CaptureHeader h;
    CaptureState state = capture_reader_state(m->index);
    uint64_t lost;
    bool changed = state != m->state;

    capture_reader_header(m->index, &h);
    *restarted = false;
    if (h.start_mono_ns != m->mono_zero ||
        capture_reader_words(m->index) < m->indexed) {
        *restarted = restart(m);
        return *restarted;
    }
    m->state = state;
    lost = h.lost_bytes + h.lost_events;
    changed |= lost != m->lost_header;
    m->lost_header = lost;
    /* An event, or a hole that is to be given up. */
    if (state != CAPTURE_LIVE || h.reserved_words > m->indexed) {
        m->caught_up = false;
    }
    return changed;
}

double model_progress(const Model *m)
{
    uint64_t words;

    if (m->caught_up) {
        return 1;
    }
    words = capture_reader_words(m->index);
    return words ? MIN((double)m->indexed / words, 1) : 1;
}

const char *model_path(const Model *m)
{
    return m->path;
}

CaptureState model_state(const Model *m)
{
    return m->state;
}

ModelVm model_vm(const Model *m)
{
    return m->vm;
}

const char *model_vm_detail(const Model *m)
{
    return m->vm_detail;
}

uint64_t model_end_time(const Model *m)
{
    return m->end_time;
}

uint64_t model_mono_zero(const Model *m)
{
    return m->mono_zero;
}

CaptureClockMode model_clock(const Model *m)
{
    return capture_reader_clock(m->index);
}

uint64_t model_bytes(const Model *m)
{
    return m->bytes;
}

uint64_t model_stream_bytes(const Model *m, uint8_t stream)
{
    return m->stream_bytes[stream % CAPTURE_STREAMS_MAX];
}

uint64_t model_lost(const Model *m)
{
    /* A killed QEMU may have lost more than its records tell. */
    return m->lost_before + MAX(m->lost, m->lost_header);
}

uint64_t model_head(const Model *m)
{
    return m->indexed;
}

const StreamNames *model_streams(const Model *m)
{
    return &m->streams;
}

const CaptureCopies *model_copies(const Model *m)
{
    return m->copies;
}

const CapturePhases *model_phases(const Model *m)
{
    return m->phases;
}
