/*
 * The index over a capture, and the facts gathered on the way.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#include <string.h>
#include <sys/stat.h>

#include "index.h"
#include "viewer/common/loss.h"

/* Words asked for at a time between two looks at the clock. */
#define WORDS_PER_LOOK 65536

/* ------------------------------------------------------------------ */
/* Checkpoints                                                         */

static void add_checkpoint(Index *x, const CaptureCursor *at)
{
    Checkpoint check = {
        .at = *at,
        .first_state = x->states->len,
        .n_states = x->streams.count,
        .shown = SHOWN_UNKNOWN,
        .last_time = TIME_UNKNOWN,
    };

    for (int i = 0; i < x->streams.count; i++) {
        CaptureLineState state;

        capture_lines_save(x->lines, i, &state);
        g_array_append_val(x->states, state);
    }
    g_array_append_val(x->checks, check);
}

CaptureLines *checkpoint_lines(const Index *x, const Checkpoint *check)
{
    CaptureLines *lines = capture_lines_new();

    capture_lines_keep_bytes(lines);
    for (int i = 0; i < check->n_states; i++) {
        capture_lines_restore(lines, i,
                              &g_array_index(x->states, CaptureLineState,
                                             check->first_state + i));
    }
    return lines;
}

/* ------------------------------------------------------------------ */
/* Records                                                             */

/* The beginning of each line is enough to know a milestone by. */
static void feed_phases_line(Index *x, const CaptureLine *line)
{
    FedRow *fed = &x->fed[line->stream];
    size_t len = MIN(line->len, CAPTURE_PATTERN_LINE_MAX);

    if (fed->pos != line->pos || fed->len != len) {
        *fed = (FedRow){ line->pos, len };
        capture_milestones_line(x->phases, line);
    }
}

/* Lines that wait for their end, such as a prompt: they count as well. */
static void feed_open_lines(Index *x)
{
    CaptureLine line;

    for (int i = 0; i < x->streams.count; i++) {
        if (capture_lines_peek(x->lines, i, &line)) {
            feed_phases_line(x, &line);
        }
    }
}

/* A row is counted where it began, once it is over. */
static void count_row(Index *x, uint64_t pos)
{
    guint last = x->checks->len - 1;

    if (g_array_index(x->checks, Checkpoint, last).at.pos > pos) {
        last = index_block_of(x, pos);
    }
    g_array_index(x->checks, Checkpoint, last).rows++;
}

static void handle_bytes(Index *x, uint8_t stream, const uint8_t *bytes,
                         const uint64_t *times, size_t n,
                         const CaptureCursor *at)
{
    Checkpoint *check =
        &g_array_index(x->checks, Checkpoint, x->checks->len - 1);
    CaptureCursor place = *at;
    CaptureLine line;

    check->streams[stream / 64] |= UINT64_C(1) << stream % 64;
    x->streams.count = MAX(x->streams.count, stream + 1);
    x->bytes += n;
    x->stream_bytes[stream] += n;
    x->end_time = times[n - 1];
    for (size_t i = 0; i < n;) {
        bool over;

        place.pos = at->pos + i;
        i += capture_lines_feed_bytes(x->lines, stream, bytes + i, times + i,
                                      n - i, &place, &line, &over);
        if (over) {
            feed_phases_line(x, &line);
            count_row(x, line.pos);
        }
    }
}

static void handle_vm(Index *x, const CaptureRecord *rec)
{
    ModelVm vm = x->vm;

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
        if (x->vm == vm && !rec->u.vm.detail[0]) {
            return;
        }
        break;
    case CAPTURE_VM_START:
    case CAPTURE_VM_READY:
    case CAPTURE_VM_RESET:
    case CAPTURE_VM_POWERDOWN:
    case CAPTURE_VM_LOADED:
    case CAPTURE_VM_OPTIONS:
    case CAPTURE_VM_OPENED:
        return;
    }
    x->vm = vm;
    g_strlcpy(x->vm_detail, rec->u.vm.detail, sizeof(x->vm_detail));
}

static void handle_session(Index *x)
{
    x->vm = MODEL_VM_UNKNOWN;
    x->vm_detail[0] = '\0';
    x->lost_before += x->lost;
    x->lost = 0;
}

/* A QEMU that died in a line does not lend it to the next one. */
static void handle_break(Index *x, const CaptureRecord *rec)
{
    CaptureLine line;

    feed_open_lines(x);
    for (int i = 0; i < x->streams.count; i++) {
        if (capture_lines_peek(x->lines, i, &line)) {
            count_row(x, line.pos);
        }
    }
    g_array_index(x->checks, Checkpoint, x->checks->len - 1).has_break = true;
    capture_lines_feed(x->lines, rec, &line);
}

/* Does it have a row, whatever it says? */
static bool has_row(const CaptureRecord *rec)
{
    return rec->kind == CAPTURE_SESSION || rec->kind == CAPTURE_VM ||
           is_missing(rec) || rec->kind == CAPTURE_PROBE ||
           rec->kind == CAPTURE_NAMED || rec->kind == CAPTURE_POST;
}

/* Of the fw_cfg items those of the last boot are shown. */
static void begin_boot(Index *x)
{
    CaptureCopies *next = capture_copies_next_boot(x->copies);

    capture_copies_free(x->copies);
    x->copies = next;
}

static void handle_event(Index *x, const CaptureRecord *rec)
{
    guint boot;

    g_array_index(x->checks, Checkpoint, x->checks->len - 1).rows +=
        has_row(rec);
    x->end_time = MAX(x->end_time, rec->time);
    stream_names_feed(&x->streams, rec);
    capture_copies_feed(x->copies, rec);
    capture_disks_feed(x->disks, rec);
    capture_vcpus_record(x->vcpus, rec);
    start_stages_feed(&x->start, rec);
    if (capture_lines_is_break(rec)) {
        handle_break(x, rec);
    }
    boot = capture_milestones_boot(x->phases);
    capture_milestones_record(x->phases, rec);
    if (capture_milestones_boot(x->phases) > boot) {
        begin_boot(x);
    }
    if (rec->kind == CAPTURE_SESSION) {
        handle_session(x);
    } else if (rec->kind == CAPTURE_VM) {
        handle_vm(x, rec);
    } else if (rec->kind == CAPTURE_PROFILE) {
        x->profile_hz = rec->u.profile.hz;
    } else if (rec->kind == CAPTURE_LOST) {
        x->lost = rec->u.lost.bytes + rec->u.lost.events;
    }
}

/* ------------------------------------------------------------------ */
/* Milestones by position                                              */

bool index_is_pending(const Index *x, const CaptureMilestone *phase)
{
    int now;

    if (phase->milestone != CAPTURE_MS_LINUX_BOOT_OS ||
        x->state != CAPTURE_LIVE) {
        return false;
    }
    now = capture_copies_current(x->copies);
    return now >= 0 &&
           capture_copy_is_kernel_item(capture_copies_get(x->copies, now)->key);
}

static int by_pos(gconstpointer a, gconstpointer b)
{
    const MilestonePos *x = a;
    const MilestonePos *y = b;

    return x->pos < y->pos ? -1 : x->pos > y->pos;
}

/*
 * Records of fw_cfg have no row of their own, but a milestone has; what has one
 * anyway is a line, a probe or an event of the VM.
 */
static bool is_extra(const CaptureMilestone *p)
{
    return p->source == CAPTURE_SOURCE_EVENT &&
           (p->milestone == CAPTURE_MS_COPY_KERNEL ||
            p->milestone == CAPTURE_MS_COPY_INITRD ||
            p->milestone == CAPTURE_MS_LINUX_BOOT_OS ||
            p->milestone >= CAPTURE_MS_CUSTOM);
}

/* Rows carry milestones, so blocks made before one came are stale. */
static void update_milestones(Index *x)
{
    guint n = capture_milestones_count(x->phases);
    uint64_t sum = n;

    for (guint i = 0; i < n; i++) {
        const CaptureMilestone *p = capture_milestones_get(x->phases, i);

        sum = sum * 31 + (index_is_pending(x, p) ? 0 : p->pos + 1);
    }
    if (sum == x->milestone_sum) {
        return;
    }
    x->milestone_sum = sum;
    g_array_set_size(x->milestones, 0);
    for (guint i = 0; i < n; i++) {
        const CaptureMilestone *p = capture_milestones_get(x->phases, i);
        MilestonePos at = { p->pos, p->name, is_extra(p) };

        if (!index_is_pending(x, p)) {
            g_array_append_val(x->milestones, at);
        }
    }
    g_array_sort(x->milestones, by_pos);
    x->generation++;
}

const char *milestone_at(const Index *x, uint64_t pos)
{
    guint low = 0, high = x->milestones->len;

    while (low < high) {
        guint mid = (low + high) / 2;
        const MilestonePos *p =
            &g_array_index(x->milestones, MilestonePos, mid);

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
static bool index_some(Index *x)
{
    static uint8_t bytes[4096];
    static uint64_t times[G_N_ELEMENTS(bytes)];
    const Checkpoint *last =
        &g_array_index(x->checks, Checkpoint, x->checks->len - 1);
    CaptureRecord rec;
    CaptureCursor at;
    uint8_t stream;
    size_t n;

    capture_reader_tell(x->reader, &at);
    if (at.pos - last->at.pos >= MODEL_BLOCK_WORDS) {
        add_checkpoint(x, &at);
        last = &g_array_index(x->checks, Checkpoint, x->checks->len - 1);
    }
    n = MIN(G_N_ELEMENTS(bytes), last->at.pos + MODEL_BLOCK_WORDS - at.pos);
    n = capture_reader_next_bytes(x->reader, &stream, times, bytes, n);
    if (n) {
        handle_bytes(x, stream, bytes, times, n, &at);
    } else if (!capture_reader_next(x->reader, &rec)) {
        return false;
    } else if (rec.kind == CAPTURE_BYTE) {
        /* Behind a hole. */
        capture_reader_tell(x->reader, &at);
        at.pos = rec.pos;
        handle_bytes(x, rec.stream, &rec.byte, &rec.time, 1, &at);
    } else {
        handle_event(x, &rec);
    }
    return true;
}

bool index_step(Index *x, int64_t deadline)
{
    uint64_t before = x->indexed;
    CaptureCursor at;
    uint64_t look = 0;

    do {
        capture_reader_tell(x->reader, &at);
        look = at.pos + WORDS_PER_LOOK;
        while (at.pos < look && index_some(x)) {
            capture_reader_tell(x->reader, &at);
        }
    } while (at.pos >= look && g_get_monotonic_time() < deadline);
    if (at.pos != before) {
        x->grew_at = g_get_monotonic_time();
    }
    x->indexed = at.pos;
    x->caught_up = at.pos < look;
    if (x->indexed == before) {
        return false;
    }
    feed_open_lines(x);
    update_milestones(x);
    return true;
}

bool index_ready(Index *x)
{
    return !x->caught_up || capture_reader_ready(x->reader);
}

/* ------------------------------------------------------------------ */
/* The file as a whole                                                 */

Index *index_open(const char *path, GError **error)
{
    CaptureReader *reader = capture_reader_open(path, error);
    CaptureCursor at;
    CaptureHeader h;
    struct stat st;
    Index *x;

    if (!reader) {
        return NULL;
    }
    x = g_new0(Index, 1);
    x->reader = reader;
    x->checks = g_array_new(FALSE, TRUE, sizeof(Checkpoint));
    x->states = g_array_new(FALSE, TRUE, sizeof(CaptureLineState));
    x->milestones = g_array_new(FALSE, TRUE, sizeof(MilestonePos));
    x->copies = capture_copies_new();
    x->phases = capture_milestones_new();
    x->disks = capture_disks_new();
    x->vcpus = capture_vcpus_new();
    x->lines = capture_lines_new();
    if (!stat(path, &st)) {
        x->device = st.st_dev;
        x->inode = st.st_ino;
    }
    capture_reader_header(reader, &h);
    x->mono_zero = h.start_mono_ns;
    x->wall_zero = h.start_wall_ns;
    x->grew_at = g_get_monotonic_time();
    x->state = capture_reader_state(reader);
    x->lost_header = h.lost_bytes + h.lost_events;
    capture_reader_tell(reader, &at);
    add_checkpoint(x, &at);
    return x;
}

void index_close(Index *x)
{
    capture_lines_free(x->lines);
    capture_copies_free(x->copies);
    capture_milestones_free(x->phases);
    capture_disks_free(x->disks);
    capture_vcpus_free(x->vcpus);
    g_array_unref(x->checks);
    g_array_unref(x->states);
    g_array_unref(x->milestones);
    capture_reader_close(x->reader);
    g_free(x);
}

/* Removed and made anew, as a QEMU does that is started again. */
static bool is_replaced(const Index *x)
{
    struct stat st;

    return !stat(capture_reader_path(x->reader), &st) &&
           (st.st_dev != x->device || st.st_ino != x->inode);
}

bool index_is_named(const Index *x)
{
    struct stat st;

    return !stat(capture_reader_path(x->reader), &st) &&
           st.st_dev == x->device && st.st_ino == x->inode;
}

bool index_look(Index *x, bool *restarted)
{
    CaptureHeader h;
    CaptureState state = capture_reader_state(x->reader);
    uint64_t lost;
    bool changed = state != x->state;

    capture_reader_header(x->reader, &h);
    *restarted = h.start_mono_ns != x->mono_zero ||
                 capture_reader_words(x->reader) < x->indexed || is_replaced(x);
    if (*restarted) {
        return true;
    }
    x->state = state;
    lost = h.lost_bytes + h.lost_events;
    changed |= lost != x->lost_header;
    x->lost_header = lost;
    /* An event, or a hole that is to be given up. */
    if (state != CAPTURE_LIVE || h.reserved_words > x->indexed) {
        x->caught_up = false;
    }
    return changed;
}

double index_progress(const Index *x)
{
    uint64_t words;

    if (x->caught_up) {
        return 1;
    }
    words = capture_reader_words(x->reader);
    return words ? MIN((double)x->indexed / words, 1) : 1;
}

guint index_block_of(const Index *x, uint64_t pos)
{
    guint low = 0, high = x->checks->len;

    while (high - low > 1) {
        guint mid = (low + high) / 2;

        if (g_array_index(x->checks, Checkpoint, mid).at.pos <= pos) {
            low = mid;
        } else {
            high = mid;
        }
    }
    return low;
}

uint64_t index_block_end(const Index *x, guint block)
{
    return block + 1 < x->checks->len
               ? g_array_index(x->checks, Checkpoint, block + 1).at.pos
               : x->indexed;
}

/* Lines that wait for their end have a row already. */
static uint64_t open_rows_before(const Index *x, uint64_t end)
{
    uint64_t rows = 0;
    CaptureLine line;

    for (int i = 0; i < x->streams.count; i++) {
        rows += capture_lines_peek(x->lines, i, &line) && line.pos < end;
    }
    return rows;
}

uint64_t index_rows_before(const Index *x, guint block)
{
    uint64_t end = block < x->checks->len
                       ? g_array_index(x->checks, Checkpoint, block).at.pos
                       : MODEL_END;
    uint64_t rows = open_rows_before(x, end);

    for (guint i = 0; i < MIN(block, x->checks->len); i++) {
        rows += g_array_index(x->checks, Checkpoint, i).rows;
    }
    for (guint i = 0; i < x->milestones->len; i++) {
        const MilestonePos *p = &g_array_index(x->milestones, MilestonePos, i);

        rows += p->extra && p->pos < end;
    }
    return rows;
}
