/*
 * A capture as rows: its index, and the rows that are read again.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#include "model.h"

/* Two clocks that show the same time differ by less. */
#define CLOCKS_AGREE_US 2000000

struct Model {
    char *path;
    Index *index;
    Rows *rows;
};

static bool open_both(const char *path, Index **index, Rows **rows,
                      GError **error)
{
    *index = index_open(path, error);
    *rows = *index ? rows_new(*index, path, error) : NULL;
    if (*index && !*rows) {
        index_close(*index);
    }
    return *rows;
}

Model *model_open(const char *path, GError **error)
{
    Index *index;
    Rows *rows;
    Model *m;

    if (!open_both(path, &index, &rows, error)) {
        return NULL;
    }
    m = g_new0(Model, 1);
    m->path = g_strdup(path);
    m->index = index;
    m->rows = rows;
    return m;
}

static void release(Model *m)
{
    rows_free(m->rows);
    index_close(m->index);
}

void model_close(Model *m)
{
    if (m) {
        release(m);
        g_free(m->path);
        g_free(m);
    }
}

/* The same path, from its first word on; what is hidden stays hidden. */
static bool restart(Model *m)
{
    Index *index;
    Rows *rows;

    if (!open_both(m->path, &index, &rows, NULL)) {
        return false;
    }
    rows_take_over(rows, m->rows);
    release(m);
    m->index = index;
    m->rows = rows;
    return true;
}

bool model_look(Model *m, bool *restarted)
{
    bool changed = index_look(m->index, restarted);

    if (*restarted) {
        *restarted = restart(m);
        return *restarted;
    }
    return changed;
}

bool model_is_named(const Model *m)
{
    return index_is_named(m->index);
}

bool model_step(Model *m, int64_t deadline)
{
    return index_step(m->index, deadline);
}

bool model_ready(Model *m)
{
    return index_ready(m->index);
}

double model_progress(const Model *m)
{
    return index_progress(m->index);
}

const char *model_path(const Model *m)
{
    return m->path;
}

CaptureState model_state(const Model *m)
{
    return m->index->state;
}

ModelVm model_vm(const Model *m)
{
    return m->index->vm;
}

const char *model_vm_detail(const Model *m)
{
    return m->index->vm_detail;
}

uint64_t model_end_time(const Model *m)
{
    return m->index->end_time;
}

uint64_t model_elapsed(const Model *m)
{
    const Index *x = m->index;
    int64_t now = g_get_monotonic_time();
    int64_t elapsed = now - (int64_t)(x->mono_zero / 1000);
    int64_t by_wall = g_get_real_time() - (int64_t)(x->wall_zero / 1000);
    uint64_t since = MAX(now - x->grew_at, 0);

    if (elapsed >= (int64_t)(x->end_time / 1000) &&
        ABS(elapsed - by_wall) < CLOCKS_AGREE_US) {
        return (uint64_t)elapsed * 1000;
    }
    return x->end_time + since * 1000;
}

CaptureClockMode model_clock(const Model *m)
{
    return capture_reader_clock(m->index->reader);
}

uint64_t model_bytes(const Model *m)
{
    return m->index->bytes;
}

uint64_t model_stream_bytes(const Model *m, uint8_t stream)
{
    return m->index->stream_bytes[stream % CAPTURE_STREAMS_MAX];
}

uint64_t model_lost(const Model *m)
{
    const Index *x = m->index;

    /* A killed QEMU may have lost more than its records tell. */
    return x->lost_before + MAX(x->lost, x->lost_header);
}

uint64_t model_head(const Model *m)
{
    return m->index->indexed;
}

const StreamNames *model_streams(const Model *m)
{
    return &m->index->streams;
}

const CaptureCopies *model_copies(const Model *m)
{
    return m->index->copies;
}

const CaptureDisks *model_disks(const Model *m)
{
    return m->index->disks;
}

const CaptureVcpus *model_vcpus(const Model *m)
{
    return m->index->vcpus;
}

guint model_profile_hz(const Model *m)
{
    return m->index->profile_hz;
}

const StartStages *model_start(const Model *m)
{
    return &m->index->start;
}

const CaptureMilestones *model_phases(const Model *m)
{
    return m->index->phases;
}

bool model_is_pending(const Model *m, const CaptureMilestone *phase)
{
    return index_is_pending(m->index, phase);
}

/* ------------------------------------------------------------------ */
/* What is shown                                                       */

bool model_is_hidden(const Model *m, uint8_t stream)
{
    return rows_is_hidden(m->rows, stream);
}

void model_hide(Model *m, uint8_t stream, bool hide)
{
    rows_hide(m->rows, stream, hide);
}

void model_set_filter(Model *m, Filter *filter)
{
    rows_set_filter(m->rows, filter);
}

const Filter *model_filter(const Model *m)
{
    return rows_filter(m->rows);
}

unsigned model_view_generation(const Model *m)
{
    return rows_view_generation(m->rows);
}

void model_show_controls(Model *m, bool controls, bool colours)
{
    rows_show_controls(m->rows, controls, colours);
}

bool model_shows_all(const Model *m)
{
    return rows_are_all_shown(m->rows);
}

bool model_place(Model *m, uint64_t pos, ModelPlace *place)
{
    return rows_place(m->rows, pos, place);
}

bool model_count(Model *m, int64_t deadline)
{
    return rows_count(m->rows, deadline);
}

bool model_at_line(Model *m, uint64_t line, Row *row)
{
    return rows_at_line(m->rows, line, row);
}

ModelFound model_find(Model *m, uint64_t pos, int step, Row *row,
                      int64_t deadline)
{
    return rows_find(m->rows, pos, step, row, deadline);
}

uint64_t model_pos_at(const Model *m, uint64_t time)
{
    const GArray *checks = m->index->checks;
    guint low = 0, high = checks->len;

    while (high - low > 1) {
        guint mid = (low + high) / 2;

        if (g_array_index(checks, Checkpoint, mid).at.time < time) {
            low = mid;
        } else {
            high = mid;
        }
    }
    return g_array_index(checks, Checkpoint, low).at.pos;
}
