/*
 * Rows out of the capture again, a block at a time, and what is shown of
 * them.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#include <string.h>

#include "capture/kinds.h"
#include "row-text.h"
#include "rows.h"

#define BOOTPROBE_CONSTANTS_ONLY
#include "capture/probe.h"
#include "viewer/common/loss.h"

/* Blocks in memory; each takes up to 3 MB where a guest means harm. */
#define BLOCKS 6

/*
 * A row may end far behind its block, when its stream went on after a
 * gigabyte of another.  Words read to look for that end, at most.
 */
#define END_WORDS_MAX (64 * MODEL_BLOCK_WORDS)

/* Blocks without a row that are looked at for the row before a block. */
#define BLOCKS_BACK 64

/* Blocks that model_find() may look at whatever the time. */
#define LOADS_MIN 4

/* Bytes of rows that go on behind their block, all together. */
#define END_BYTES_MAX (1 << 20)

typedef struct Block {
    bool used;
    bool final; /* will never change */
    guint index; /* of its checkpoint */
    uint64_t head; /* how far the index was */
    uint64_t last_use;
    unsigned generation; /* that @shown is of */
    GArray *rows; /* Row */
    GString *text; /* of all rows */
    GArray *shown; /* uint16_t: rows that are */
} Block;

struct Rows {
    Index *index;
    CaptureReader *reader; /* jumps about */
    unsigned generation; /* of the index, that the blocks are of */
    uint64_t hidden[CAPTURE_STREAMS_MAX / 64];
    Filter *filter;
    bool controls; /* are shown */
    bool colours; /* rows have their bytes, for the guest's colours */
    unsigned view_generation; /* changes of the filter and of hidden streams */
    unsigned shown_generation; /* another one each time what is shown changes */
    Block blocks[BLOCKS]; /* in memory */
    Block spare; /* read for the time of its last row */
    uint64_t clock; /* of their uses */
    GString *scratch;
};

/* The wall clock's time 0 from a place of the capture on. */
typedef struct WallZero {
    uint64_t pos, wall_zero;
} WallZero;

/* While a block is read. */
typedef struct Loading {
    Rows *m;
    Block *b;
    CaptureLines *lines;
    GArray *wall_zeros; /* WallZero */
    uint64_t from, to; /* of the block: rows that begin there are its own */
    size_t row_max; /* bytes of a row that are kept */
    bool behind; /* the block is over: only its open rows are looked for */
} Loading;

static void begin_block(Block *b)
{
    b->rows = g_array_new(FALSE, FALSE, sizeof(Row));
    b->shown = g_array_new(FALSE, FALSE, sizeof(uint16_t));
    b->text = g_string_new(NULL);
}

static void end_block(Block *b)
{
    g_array_unref(b->rows);
    g_array_unref(b->shown);
    g_string_free(b->text, TRUE);
}

Rows *rows_new(Index *index, const char *path, GError **error)
{
    CaptureReader *reader = capture_reader_open(path, error);
    Rows *m;

    if (!reader) {
        return NULL;
    }
    m = g_new0(Rows, 1);
    m->index = index;
    m->reader = reader;
    m->generation = index->generation;
    for (int i = 0; i < BLOCKS; i++) {
        begin_block(&m->blocks[i]);
    }
    begin_block(&m->spare);
    m->scratch = g_string_new(NULL);
    return m;
}

void rows_free(Rows *m)
{
    for (int i = 0; i < BLOCKS; i++) {
        end_block(&m->blocks[i]);
    }
    end_block(&m->spare);
    filter_free(m->filter);
    g_string_free(m->scratch, TRUE);
    capture_reader_close(m->reader);
    g_free(m);
}

void rows_take_over(Rows *m, Rows *before)
{
    memcpy(m->hidden, before->hidden, sizeof(m->hidden));
    m->filter = g_steal_pointer(&before->filter);
    m->controls = before->controls;
    m->colours = before->colours;
    m->view_generation = before->view_generation + 1;
}

/* What is shown, or what rows there are, has changed. */
static void count_again(Rows *m)
{
    m->shown_generation++;
    for (guint i = 0; i < m->index->checks->len; i++) {
        g_array_index(m->index->checks, Checkpoint, i).shown = SHOWN_UNKNOWN;
    }
}

/* Blocks that were made before the index found something out are stale. */
static void catch_up(Rows *m)
{
    if (m->generation == m->index->generation) {
        return;
    }
    m->generation = m->index->generation;
    for (int i = 0; i < BLOCKS; i++) {
        m->blocks[i].used = false;
    }
    for (guint i = 0; i < m->index->checks->len; i++) {
        g_array_index(m->index->checks, Checkpoint, i).last_time = TIME_UNKNOWN;
    }
    count_again(m);
}

/* ------------------------------------------------------------------ */
/* Lines                                                               */

static Row *row_at(Block *b, guint i)
{
    return &g_array_index(b->rows, Row, i);
}

/* Text stands as an offset until all of it is there. */
static void set_text(Block *b, Row *row, const char *text, size_t len)
{
    row->text = GSIZE_TO_POINTER(b->text->len);
    row->len = len;
    g_string_append_len(b->text, text, len);
}

/* Most rows have none of their own. */
static void set_bytes(Loading *l, Row *row, const CaptureLine *line)
{
    if ((l->m->controls || l->m->colours) &&
        (line->n_bytes != line->len ||
         memcmp(line->bytes, line->text, line->len))) {
        row->bytes = GSIZE_TO_POINTER(l->b->text->len);
        row->n_bytes = MIN(line->n_bytes, l->row_max);
        row->controls = l->m->controls;
        g_string_append_len(l->b->text, line->bytes, row->n_bytes);
    }
}

static void note_wall_zero(Loading *l, const CaptureCursor *at)
{
    WallZero zero = { at->pos, at->wall_zero };
    guint n = l->wall_zeros->len;

    if (!n || g_array_index(l->wall_zeros, WallZero, n - 1).wall_zero !=
                  at->wall_zero) {
        g_array_append_val(l->wall_zeros, zero);
    }
}

static uint64_t wall_zero_at(const Loading *l, uint64_t pos)
{
    guint i = l->wall_zeros->len - 1;

    while (i > 0 && g_array_index(l->wall_zeros, WallZero, i).pos > pos) {
        i--;
    }
    return g_array_index(l->wall_zeros, WallZero, i).wall_zero;
}

/* A row that begins in another block is shown there. */
static void add_line(Loading *l, const CaptureLine *line)
{
    Row row = {
        .pos = line->pos,
        .time = line->time,
        .vtime = line->vtime,
        .end_time = line->end_time,
        .kind = ROW_LINE,
        .stream = line->stream,
        .continued = line->continued,
        .complete = line->complete,
        .overwritten = line->end == CAPTURE_LINE_OVERWRITTEN,
        .milestone = milestone_at(l->m->index, line->pos),
    };

    if (line->pos >= l->from && line->pos < l->to) {
        row.wall_zero = wall_zero_at(l, line->pos);
        set_text(l->b, &row, line->text, MIN(line->len, l->row_max));
        set_bytes(l, &row, line);
        g_array_append_val(l->b->rows, row);
    }
}

static int n_open(const Loading *l)
{
    int n = 0;

    for (int i = 0; i < l->m->index->streams.count; i++) {
        n += capture_lines_is_open(l->lines, i, l->from, l->to);
    }
    return n;
}

static void add_open_lines(Loading *l)
{
    CaptureLine line;

    for (int i = 0; i < l->m->index->streams.count; i++) {
        if (capture_lines_peek(l->lines, i, &line)) {
            add_line(l, &line);
        }
    }
}

static void load_bytes(Loading *l, uint8_t stream, const uint8_t *bytes,
                       const uint64_t *times, size_t n, const CaptureCursor *at)
{
    CaptureCursor place = *at;
    CaptureLine line;

    note_wall_zero(l, at);
    for (size_t i = 0; i < n;) {
        bool over;

        place.pos = at->pos + i;
        i += capture_lines_feed_bytes(l->lines, stream, bytes + i, times + i,
                                      n - i, &place, &line, &over);
        if (over) {
            add_line(l, &line);
        }
    }
}

/* ------------------------------------------------------------------ */
/* Events                                                              */

static const char *named_kind(uint8_t kind)
{
    return kind == BOOTPROBE_BEGIN ? "begin "
           : kind == BOOTPROBE_END ? "end "
                                   : "";
}

/* What an event reads as; false: it has no row of its own. */
static bool describe(const CaptureRecord *rec, const char *milestone,
                     GString *out)
{
    g_string_truncate(out, 0);
    if (milestone) {
        g_string_append(out, milestone);
    }
    switch (rec->kind) {
    case CAPTURE_SESSION:
        g_string_printf(out, "QEMU %s, process %u", rec->u.session.version,
                        rec->u.session.pid);
        break;
    case CAPTURE_VM:
        if (!milestone) {
            g_string_append(out, capture_vm_text(rec->u.vm.event));
        }
        if (rec->u.vm.detail[0]) {
            g_string_append_printf(out, ": %s", rec->u.vm.detail);
        }
        break;
    case CAPTURE_LOST:
        g_string_printf(out,
                        "%" G_GUINT64_FORMAT " bytes and %" G_GUINT64_FORMAT
                        " other records lost so far",
                        rec->u.lost.bytes, rec->u.lost.events);
        break;
    case CAPTURE_DROPPED:
        append_dropped(out, &rec->u.dropped.head);
        break;
    case CAPTURE_PROBE:
        if (!milestone) {
            g_string_printf(out, "probe 0x%x", rec->u.probe.id);
        }
        if (rec->u.probe.arg) {
            g_string_append_printf(out, ", argument 0x%x", rec->u.probe.arg);
        }
        break;
    case CAPTURE_NAMED:
        g_string_append_printf(out, "%s%s", named_kind(rec->u.named.head.kind),
                               rec->u.named.name);
        if (rec->u.named.head.arg) {
            g_string_append_printf(out, ", argument 0x%" G_GINT64_MODIFIER "x",
                                   (guint64)rec->u.named.head.arg);
        }
        break;
    case CAPTURE_POST:
        if (!milestone) {
            append_post_code(out, rec->u.post.code);
        }
        break;
    case CAPTURE_BYTE:
    case CAPTURE_CLOCK:
    case CAPTURE_VCLOCK:
    case CAPTURE_STREAM:
    case CAPTURE_MACHINE:
    case CAPTURE_ITEM:
    case CAPTURE_SELECT:
    case CAPTURE_PIO:
    case CAPTURE_DMA:
    case CAPTURE_DMA_PART:
    case CAPTURE_DMA_END:
    case CAPTURE_VCPU:
    case CAPTURE_PROFILE:
    case CAPTURE_SAMPLE:
    case CAPTURE_DISK:
    case CAPTURE_DISK_IO:
    case CAPTURE_EXIT_KIND:
    case CAPTURE_EXITS:
        break;
    }
    return out->len > 0;
}

static void load_event(Loading *l, const CaptureRecord *rec)
{
    const char *milestone = milestone_at(l->m->index, rec->pos);
    CaptureCursor at;
    CaptureLine line;
    Row row = {
        .pos = rec->pos,
        .time = rec->time,
        .vtime = rec->vtime,
        .kind = milestone         ? ROW_MILESTONE
                : is_missing(rec) ? ROW_LOST
                                  : ROW_EVENT,
        .complete = true,
        .milestone = milestone,
    };

    capture_lines_feed(l->lines, rec, &line);
    if (!l->behind && describe(rec, milestone, l->m->scratch)) {
        capture_reader_tell(l->m->reader, &at);
        row.wall_zero = at.wall_zero;
        set_text(l->b, &row, l->m->scratch->str, l->m->scratch->len);
        g_array_append_val(l->b->rows, row);
    }
}

/* ------------------------------------------------------------------ */
/* Blocks                                                              */

/* Reads on up to word @end; stops early once nothing is wanted any more. */
static void load_until(Loading *l, uint64_t end)
{
    static uint8_t bytes[4096];
    static uint64_t times[G_N_ELEMENTS(bytes)];
    CaptureReader *r = l->m->reader;
    CaptureRecord rec;
    CaptureCursor at;
    uint8_t stream;

    capture_reader_tell(r, &at);
    while (at.pos < end && !(l->behind && !n_open(l))) {
        size_t n = MIN(G_N_ELEMENTS(bytes), end - at.pos);

        n = capture_reader_next_bytes(r, &stream, times, bytes, n);
        if (n) {
            load_bytes(l, stream, bytes, times, n, &at);
        } else if (!capture_reader_next(r, &rec)) {
            /* A hole that the index waited for and gave up, or a cut file. */
            if (at.pos >= capture_reader_words(r)) {
                break;
            }
            at.pos++;
            capture_reader_seek(r, &at);
        } else if (rec.pos >= end) {
            break;
        } else if (rec.kind == CAPTURE_BYTE) {
            capture_reader_tell(r, &at);
            at.pos = rec.pos;
            load_bytes(l, rec.stream, &rec.byte, &rec.time, 1, &at);
        } else {
            load_event(l, &rec);
        }
        capture_reader_tell(r, &at);
    }
}

static bool has_open_stream(const Loading *l, const Checkpoint *check)
{
    for (int i = 0; i < CAPTURE_STREAMS_MAX; i++) {
        if (check->streams[i / 64] >> i % 64 & 1 &&
            capture_lines_is_open(l->lines, i, l->from, l->to)) {
            return true;
        }
    }
    return check->has_break;
}

/* The rest of rows that began in the block and go on behind it. */
static void load_rest(Loading *l, guint index)
{
    const Rows *m = l->m;
    const Index *x = m->index;
    uint64_t words = 0;

    l->behind = true;
    l->row_max =
        CLAMP(END_BYTES_MAX / MAX(n_open(l), 1), 4096, CAPTURE_LINE_MAX);
    for (guint i = index + 1;
         i < x->checks->len && n_open(l) && words < END_WORDS_MAX; i++) {
        const Checkpoint *check = &g_array_index(x->checks, Checkpoint, i);

        if (has_open_stream(l, check)) {
            capture_reader_seek(m->reader, &check->at);
            load_until(l, index_block_end(x, i));
            words += MODEL_BLOCK_WORDS;
        }
    }
    l->b->final =
        index + 1 < x->checks->len && (!n_open(l) || words >= END_WORDS_MAX);
    add_open_lines(l);
}

static int by_row_pos(gconstpointer a, gconstpointer b)
{
    const Row *x = a;
    const Row *y = b;

    return x->pos < y->pos ? -1 : x->pos > y->pos;
}

static void load(Rows *m, Block *b, guint index, bool whole)
{
    const Checkpoint *check =
        &g_array_index(m->index->checks, Checkpoint, index);
    Loading l = {
        .m = m,
        .b = b,
        .lines = checkpoint_lines(m->index, check),
        .wall_zeros = g_array_new(FALSE, FALSE, sizeof(WallZero)),
        .from = check->at.pos,
        .to = index_block_end(m->index, index),
        .row_max = CAPTURE_LINE_MAX,
    };

    b->used = true;
    b->index = index;
    b->head = m->index->indexed;
    b->generation = m->shown_generation - 1;
    g_array_set_size(b->rows, 0);
    g_string_truncate(b->text, 0);
    note_wall_zero(&l, &check->at);
    capture_reader_seek(m->reader, &check->at);
    load_until(&l, l.to);
    if (whole) {
        load_rest(&l, index);
    } else {
        add_open_lines(&l);
    }
    g_array_sort(b->rows, by_row_pos);
    for (guint i = 0; i < b->rows->len; i++) {
        Row *row = row_at(b, i);

        row->text = b->text->str + GPOINTER_TO_SIZE(row->text);
        row->bytes =
            row->n_bytes ? b->text->str + GPOINTER_TO_SIZE(row->bytes) : NULL;
    }
    capture_lines_free(l.lines);
    g_array_unref(l.wall_zeros);
}

/* The time of the last row of a block that the index is past. */
static uint64_t last_time(Rows *m, guint index)
{
    Checkpoint *check = &g_array_index(m->index->checks, Checkpoint, index);
    const Block *b = &m->spare;

    if (check->last_time != TIME_UNKNOWN) {
        return check->last_time;
    }
    for (int i = 0; i < BLOCKS; i++) {
        if (m->blocks[i].used && m->blocks[i].final &&
            m->blocks[i].index == index) {
            b = &m->blocks[i];
        }
    }
    if (b == &m->spare) {
        load(m, &m->spare, index, false);
    }
    check->last_time =
        b->rows->len ? row_at((Block *)b, b->rows->len - 1)->time : TIME_NO_ROW;
    return check->last_time;
}

/* What stands before a block; a gap of too many words is none. */
static RowClock clock_before(Rows *m, guint index)
{
    for (guint back = 1; back <= index && back <= BLOCKS_BACK; back++) {
        uint64_t time = last_time(m, index - back);

        if (time != TIME_NO_ROW) {
            return (RowClock){ .last = time, .any = true };
        }
    }
    return (RowClock){ 0 };
}

static void load_block(Rows *m, Block *b, guint index)
{
    RowClock clock = clock_before(m, index);

    load(m, b, index, true);
    for (guint i = 0; i < b->rows->len; i++) {
        Row *row = row_at(b, i);

        row->delta = row_clock_next(&clock, row->time);
    }
}

static bool is_shown(Rows *m, const Row *row)
{
    if (row->kind == ROW_LINE && rows_is_hidden(m, row->stream)) {
        return false;
    }
    return !m->filter ||
           filter_passes(m->filter, row, &m->index->streams, m->scratch);
}

static void pick_shown(Rows *m, Block *b)
{
    Checkpoint *check;

    g_array_set_size(b->shown, 0);
    for (guint i = 0; i < b->rows->len; i++) {
        if (is_shown(m, row_at(b, i))) {
            uint16_t number = i;

            g_array_append_val(b->shown, number);
        }
    }
    b->generation = m->shown_generation;
    check = &g_array_index(m->index->checks, Checkpoint, b->index);
    check->shown = b->shown->len;
    check->shown_head = b->final ? MODEL_END : b->head;
}

/* The block in memory, or the one to give up for it. */
static Block *get_block(Rows *m, guint index)
{
    Block *b = &m->blocks[0];

    for (int i = 0; i < BLOCKS; i++) {
        Block *at = &m->blocks[i];

        if (at->used && at->index == index) {
            b = at;
            break;
        }
        if (at->last_use < b->last_use) {
            b = at;
        }
    }
    if (!b->used || b->index != index ||
        (!b->final && b->head != m->index->indexed)) {
        load_block(m, b, index);
    }
    if (b->generation != m->shown_generation) {
        pick_shown(m, b);
    }
    b->last_use = ++m->clock;
    return b;
}

/* In @b: the first shown row at or behind @pos, or the last before it. */
static bool find_in_block(Block *b, uint64_t pos, int step, Row *row)
{
    guint low = 0, high = b->shown->len;

    while (low < high) {
        guint mid = (low + high) / 2;
        const Row *at = row_at(b, g_array_index(b->shown, uint16_t, mid));

        if (step > 0 ? at->pos < pos : at->pos <= pos) {
            low = mid + 1;
        } else {
            high = mid;
        }
    }
    if (step < 0) {
        if (low == 0) {
            return false;
        }
        low--;
    }
    if (low >= b->shown->len) {
        return false;
    }
    *row = *row_at(b, g_array_index(b->shown, uint16_t, low));
    return true;
}

ModelFound rows_find(Rows *m, uint64_t pos, int step, Row *row,
                     int64_t deadline)
{
    const Index *x = m->index;
    guint i = index_block_of(x, pos);
    int loaded = 0;

    catch_up(m);
    for (; i < x->checks->len; i += step) { /* below 0 it wraps */
        const Checkpoint *check = &g_array_index(x->checks, Checkpoint, i);
        bool known =
            check->shown != SHOWN_UNKNOWN &&
            (check->shown_head == MODEL_END || check->shown_head == x->indexed);

        if (known && check->shown == 0) {
            continue;
        }
        if (!known && loaded++ >= LOADS_MIN &&
            g_get_monotonic_time() > deadline) {
            return MODEL_BUSY;
        }
        if (find_in_block(get_block(m, i), pos, step, row)) {
            return MODEL_FOUND;
        }
    }
    return MODEL_NONE;
}

/* ------------------------------------------------------------------ */
/* What is shown                                                       */

bool rows_is_hidden(const Rows *m, uint8_t stream)
{
    return m->hidden[stream / 64 % 2] >> stream % 64 & 1;
}

void rows_hide(Rows *m, uint8_t stream, bool hide)
{
    uint64_t bit = UINT64_C(1) << stream % 64;
    uint64_t *word = &m->hidden[stream / 64 % 2];

    *word = hide ? *word | bit : *word & ~bit;
    m->view_generation++;
    count_again(m);
}

void rows_set_filter(Rows *m, Filter *filter)
{
    filter_free(m->filter);
    m->filter = filter;
    m->view_generation++;
    count_again(m);
}

const Filter *rows_filter(const Rows *m)
{
    return m->filter;
}

unsigned rows_view_generation(const Rows *m)
{
    return m->view_generation;
}

/* Rows carry what is shown: they are made again. */
void rows_show_controls(Rows *m, bool controls, bool colours)
{
    m->controls = controls;
    m->colours = colours;
    m->view_generation++;
    for (int i = 0; i < BLOCKS; i++) {
        m->blocks[i].used = false;
    }
    count_again(m);
}

bool rows_are_all_shown(const Rows *m)
{
    return !m->filter && !m->hidden[0] && !m->hidden[1];
}

static bool is_counted(const Rows *m, guint i)
{
    const Checkpoint *check = &g_array_index(m->index->checks, Checkpoint, i);

    return check->shown != SHOWN_UNKNOWN &&
           (check->shown_head == MODEL_END ||
            check->shown_head == m->index->indexed);
}

/* Rows that are shown in the blocks before @block; false: not all known. */
static bool shown_before(const Rows *m, guint block, uint64_t *rows)
{
    bool all = true;

    if (rows_are_all_shown(m)) {
        *rows = index_rows_before(m->index, block);
        return true;
    }
    *rows = 0;
    for (guint i = 0; i < block; i++) {
        if (is_counted(m, i)) {
            *rows += g_array_index(m->index->checks, Checkpoint, i).shown;
        } else {
            all = false;
        }
    }
    return all;
}

bool rows_place(Rows *m, uint64_t pos, ModelPlace *place)
{
    guint block = index_block_of(m->index, pos);
    const Block *b;
    bool known;

    catch_up(m);
    b = get_block(m, block);
    known = shown_before(m, block, &place->line);
    for (guint i = 0; i < b->shown->len; i++) {
        place->line +=
            row_at((Block *)b, g_array_index(b->shown, uint16_t, i))->pos <=
            pos;
    }
    place->all = shown_before(m, m->index->checks->len, &place->lines);
    return known;
}

bool rows_count(Rows *m, int64_t deadline)
{
    catch_up(m);
    if (rows_are_all_shown(m)) {
        return false;
    }
    for (guint i = 0; i < m->index->checks->len; i++) {
        if (!is_counted(m, i)) {
            get_block(m, i);
            if (g_get_monotonic_time() > deadline) {
                return true;
            }
        }
    }
    return false;
}

/* Shown rows of a block, as far as they were counted. */
static uint64_t rows_in(const Rows *m, guint block)
{
    const Index *x = m->index;
    const Checkpoint *check = &g_array_index(x->checks, Checkpoint, block);
    uint64_t rows = check->rows;

    if (!rows_are_all_shown(m)) {
        return is_counted(m, block) ? check->shown : 0;
    }
    for (guint i = 0; i < x->milestones->len; i++) {
        const MilestonePos *p = &g_array_index(x->milestones, MilestonePos, i);

        rows += p->extra && p->pos >= check->at.pos &&
                p->pos < index_block_end(x, block);
    }
    return rows;
}

bool rows_at_line(Rows *m, uint64_t line, Row *row)
{
    guint last = m->index->checks->len - 1;
    guint i = 0;
    const Block *b;

    catch_up(m);
    for (uint64_t n; i < last && (n = rows_in(m, i)) < line; i++) {
        line -= n;
    }
    b = get_block(m, i);
    if (!b->shown->len) {
        return false;
    }
    line = CLAMP(line, 1, b->shown->len);
    *row = *row_at((Block *)b, g_array_index(b->shown, uint16_t, line - 1));
    return true;
}
