/*
 * How often the guest left KVM.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#include <string.h>

#include "exits.h"
#include "series.h"

typedef struct Kind {
    char name[CAPTURE_NAME_MAX]; /* empty: it is not known */
    uint64_t seen; /* KVM's counter at the last look */
    CaptureSeries *counts; /* NULL: none so far */
} Kind;

struct CaptureExitCounts {
    Kind kinds[CAPTURE_EXITS_MAX];
    guint n;
};

CaptureExitCounts *capture_exits_new(void)
{
    return g_new0(CaptureExitCounts, 1);
}

static void start_over(CaptureExitCounts *e)
{
    for (guint i = 0; i < e->n; i++) {
        capture_series_free(e->kinds[i].counts);
    }
    memset(e->kinds, 0, e->n * sizeof(e->kinds[0]));
    e->n = 0;
}

void capture_exits_free(CaptureExitCounts *e)
{
    if (e) {
        start_over(e);
        g_free(e);
    }
}

static Kind *get_kind(CaptureExitCounts *e, uint8_t id)
{
    if (id >= CAPTURE_EXITS_MAX) {
        return NULL;
    }
    e->n = MAX(e->n, (guint)id + 1);
    return &e->kinds[id];
}

static void handle_counts(Kind *k, const CaptureRecord *rec)
{
    const CaptureExits *now = &rec->u.exits;
    uint64_t window = (uint64_t)now->window_us * 1000;
    uint64_t from = rec->time > window ? rec->time - window : 0;
    uint64_t new[CAPTURE_SERIES_VALUES] = { 0 };

    /* Without a window it says where the counter stands. */
    if (window && now->count > k->seen) {
        if (!k->counts) {
            k->counts = capture_series_new();
        }
        new[0] = now->count - k->seen;
        capture_series_add(k->counts, from, rec->time, new);
    }
    k->seen = now->count;
}

void capture_exits_record(CaptureExitCounts *e, const CaptureRecord *rec)
{
    Kind *k;

    if (rec->kind == CAPTURE_SESSION) {
        start_over(e);
    } else if (rec->kind == CAPTURE_EXIT_KIND) {
        k = get_kind(e, rec->u.exit_kind.id);
        if (k) {
            g_strlcpy(k->name, rec->u.exit_kind.name, sizeof(k->name));
        }
    } else if (rec->kind == CAPTURE_EXITS) {
        k = get_kind(e, rec->u.exits.id);
        if (k) {
            handle_counts(k, rec);
        }
    }
}

guint capture_exits_kinds(const CaptureExitCounts *e)
{
    return e->n;
}

const char *capture_exits_name(const CaptureExitCounts *e, guint kind)
{
    return kind < e->n && e->kinds[kind].name[0] ? e->kinds[kind].name : NULL;
}

uint64_t capture_exits_between(const CaptureExitCounts *e, guint kind,
                               uint64_t from, uint64_t to)
{
    return kind < e->n && e->kinds[kind].counts
               ? capture_series_between(e->kinds[kind].counts, from, to)
                     .value[0]
               : 0;
}
