/*
 * Searching the log.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#include "cursor.h"
#include "row-text.h"
#include "search.h"

#define HITS_MAX 100000

static void forget_hits(Search *search)
{
    if (!search->hits) {
        search->hits = g_array_new(FALSE, FALSE, sizeof(uint64_t));
    }
    g_array_set_size(search->hits, 0);
    search->hits_next = 0;
    search->hits_done = false;
    search->hits_of = NULL;
}

void search_set(View *v, GRegex *regex)
{
    g_clear_pointer(&v->search.regex, g_regex_unref);
    v->search.regex = regex;
    forget_hits(&v->search);
}

void search_clear(View *v)
{
    g_clear_pointer(&v->search.regex, g_regex_unref);
    g_clear_pointer(&v->search.hits, g_array_unref);
}

void search_start(View *v, int step)
{
    Search *search = &v->search;
    const LogState *log = &view_source(v)->log;

    if (!search->regex) {
        view_complain(v, "no pattern to search for yet; / asks for one");
        return;
    }
    log_settle(v);
    search->highlight = true;
    search->running = true;
    search->running_step = step;
    search->wrapped = step < 0 && log->cursor == 0;
    search->start = log->cursor;
    search->pos = search->wrapped            ? MODEL_END
                  : log->cursor == MODEL_END ? MODEL_END
                                             : log->cursor + step;
}

static void search_found(View *v, uint64_t pos)
{
    Search *search = &v->search;

    search->running = false;
    g_clear_pointer(&v->message, g_free);
    log_jump(v, pos, 1);
    view_source(v)->log.show_match = pos;
    if (search->wrapped) {
        view_say(v, "search wrapped: on from the %s",
                 search->running_step > 0 ? "start" : "end");
    }
}

static void search_failed(View *v)
{
    v->search.running = false;
    view_complain(v, "not found: %s%s", g_regex_get_pattern(v->search.regex),
                  model_shows_all(view_source(v)->model)
                      ? ""
                      : " (some lines are hidden or filtered)");
}

/* At an end: on from the other one, once. */
static bool wrap(Search *search)
{
    if (search->wrapped) {
        return false;
    }
    search->wrapped = true;
    search->pos = search->running_step > 0 ? 0 : MODEL_END;
    return true;
}

void search_work(View *v, int64_t deadline)
{
    Search *search = &v->search;
    g_autoptr(GString) text = g_string_new(NULL);
    int step = search->running_step;
    Row row;

    for (int i = 0; search->running; i++) {
        ModelFound found;

        if (i % 64 == 63 && g_get_monotonic_time() > deadline) {
            break;
        }
        found = model_find(view_source(v)->model, search->pos, step, &row,
                           deadline);
        if (found == MODEL_BUSY) {
            break;
        }
        if (found == MODEL_NONE) {
            if (!wrap(search)) {
                search_failed(v);
            }
        } else if (search->wrapped && (step > 0 ? row.pos > search->start
                                                : row.pos < search->start)) {
            search_failed(v);
        } else if (row_matches(&row, search->regex, text)) {
            search_found(v, row.pos);
        } else if (step < 0 && row.pos == 0) {
            if (!wrap(search)) {
                search_failed(v);
            }
        } else {
            search->pos = row.pos + step;
        }
    }
    if (search->running && !v->message) {
        view_say(v, "searching ... any key stops it");
    }
}

bool search_count(View *v, int64_t deadline)
{
    Search *search = &v->search;
    const Source *s = view_source(v);
    g_autoptr(GString) text = NULL;
    ModelFound found = MODEL_FOUND;
    Row row;

    if (!search->regex || !search->highlight) {
        return false;
    }
    if (search->hits_of != s ||
        search->hits_generation != model_view_generation(s->model)) {
        forget_hits(search);
        search->hits_of = s;
        search->hits_generation = model_view_generation(s->model);
    }
    text = g_string_new(NULL);
    for (int i = 0; search->hits->len < HITS_MAX; i++) {
        if (i % 64 == 63 && g_get_monotonic_time() > deadline) {
            return true;
        }
        found = model_find(s->model, search->hits_next, 1, &row, deadline);
        if (found != MODEL_FOUND) {
            break;
        }
        if (row_matches(&row, search->regex, text)) {
            g_array_append_val(search->hits, row.pos);
        }
        search->hits_next = row.pos + 1;
        v->dirty |= !search->hits_done;
    }
    if (found == MODEL_NONE && !search->hits_done) {
        search->hits_done = true;
        v->dirty = true;
    }
    return found == MODEL_BUSY;
}

guint search_place(const View *v)
{
    const Search *search = &v->search;
    uint64_t pos = view_source(v)->log.cursor;
    guint low = 0, high = search->hits ? search->hits->len : 0;

    while (low < high) {
        guint mid = (low + high) / 2;
        uint64_t at = g_array_index(search->hits, uint64_t, mid);

        if (at == pos) {
            return mid + 1;
        }
        if (at < pos) {
            low = mid + 1;
        } else {
            high = mid;
        }
    }
    return 0;
}
