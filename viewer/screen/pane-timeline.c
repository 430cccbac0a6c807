/*
 * The boot timeline: phases to scale.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#include <string.h>

#include "capture/kinds.h"
#include "cursor.h"
#include "pane-timeline.h"
#include "pane.h"
#include "timeline.h"
#include "widgets.h"
#include "zoom.h"

/* The line of the pane that has the bar. */
static int bar_line(const Box *box)
{
    return box->height >= 3;
}

/* The boot of the log's cursor, laid out. */
static Timeline timeline_of(const View *v, int width)
{
    const Source *s = view_source(v);
    Timeline t = { .log_scale = v->log_scale };

    timeline_collect(
        &t, s, source_boot_at(s, s->log.has_row ? s->log.cursor : MODEL_END),
        true);
    if (t.n) {
        timeline_lay_out(&t, width);
    }
    return t;
}

/* ------------------------------------------------------------------ */
/* Legend                                                              */

typedef struct Entry {
    int i; /* of the segment */
    int line, x, width; /* cells */
    char *text;
} Entry;

static int by_share(gconstpointer a, gconstpointer b, gpointer data)
{
    const Timeline *t = data;
    const Entry *x = a;
    const Entry *y = b;
    double first = timeline_share(t, &t->segments[x->i]);
    double second = timeline_share(t, &t->segments[y->i]);

    return first > second ? -1 : first < second ? 1 : x->i - y->i;
}

static void clear_entry(gpointer data)
{
    g_free(((Entry *)data)->text);
}

/* The largest shares first, as many as @lines lines have room for. */
static GArray *make_legend(const Timeline *t, int width, int lines)
{
    GArray *legend = g_array_new(FALSE, TRUE, sizeof(Entry));
    int x = 0, line = 0;

    g_array_set_clear_func(legend, clear_entry);
    for (int i = 0; i < t->n; i++) {
        const Segment *seg = &t->segments[i];
        g_autofree char *part = timeline_share_text(t, seg);
        Entry entry = { .i = i,
                        .text = g_strdup_printf(
                            " %s %s", phase_short_name(seg->phase), part) };

        g_array_append_val(legend, entry);
    }
    g_array_sort_with_data(legend, by_share, (gpointer)t);
    for (guint i = 0; i < legend->len; i++) {
        Entry *entry = &g_array_index(legend, Entry, i);

        entry->width = text_width(entry->text) + 1;
        if (x + entry->width > width && x) {
            x = 0;
            line++;
        }
        if (line >= lines) {
            g_array_set_size(legend, i);
            break;
        }
        entry->line = line;
        entry->x = x;
        x += entry->width + 2;
    }
    return legend;
}

/*
 * QEMU's own start behind the legend: "module loaded 25ms, options read 9.4ms",
 * where a line is left for it.
 */
static void draw_start(const View *v, const Timeline *t, const Box *box, int y)
{
    const StartStages *start = model_start(view_source(v)->model);
    g_autoptr(GString) text = g_string_new("QEMU's start:");
    char span[32];

    if (t->boot || start->count < 2 || y >= box->y + box->height) {
        return;
    }
    for (guint i = 1; i < start->count; i++) {
        format_span(span, sizeof(span),
                    start->stages[i].time - start->stages[i - 1].time);
        g_string_append_printf(text, "%s %s %s", i > 1 ? "," : "",
                               capture_vm_text(start->stages[i].event), span);
    }
    put_cut(y, box->x, box->width, STYLE_HINT, text->str);
}

static GArray *legend_of(const Timeline *t, const Box *box)
{
    return make_legend(t, box->width, MAX(box->height - bar_line(box) - 2, 0));
}

/* Returns how many lines it took. */
static int draw_legend(const Timeline *t, const Box *box, int y)
{
    g_autoptr(GArray) legend = legend_of(t, box);
    int lines = 0;

    for (guint i = 0; i < legend->len; i++) {
        const Entry *entry = &g_array_index(legend, Entry, i);
        char letter[2] = { phase_letter(entry->i), '\0' };

        put_text(y + entry->line, box->x + entry->x, 1,
                 t->segments[entry->i].style, letter);
        put_text(y + entry->line, box->x + entry->x + 1,
                 box->width - entry->x - 1, STYLE_HINT, entry->text);
        lines = entry->line + 1;
    }
    return lines;
}

/* ------------------------------------------------------------------ */
/* Drawing                                                             */

static void draw_pointer(View *v, const Timeline *t, const Box *box, int y)
{
    const Source *s = view_source(v);
    g_autoptr(GString) text = g_string_new(NULL);
    uint64_t time = s->log.row.time;
    int at = timeline_phase_at(t, time, s->log.row.pos);
    int x = MIN(timeline_cell(t, time, box->width), box->width - 1);
    char span[32];

    /* As long as the bar: since this boot began. */
    append_seconds(text, time - MIN(time, t->start), 6);
    g_string_append(text, " s");
    if (at >= 0) {
        const Segment *seg = &t->segments[at];

        /* The layout may have moved a short one aside. */
        x = CLAMP(x, seg->x, MAX(seg->x + seg->width - 1, seg->x));
        x = MIN(x, box->width - 1);
        format_span(span, sizeof(span), seg->to - seg->from);
        g_string_append_printf(text, "  %s, %s", seg->phase->name, span);
    } else {
        /* Of an earlier session, or what is left of a head. */
        g_string_assign(text, "before the first milestone");
    }
    put_text(y, box->x + x, 1, STYLE_MARK, glyph("▲", "^"));
    if (x + 2 + text_width(text->str) <= box->width) {
        put_text(y, box->x + x + 2, box->width - x - 2, STYLE_NORMAL,
                 text->str);
    } else if (x > text_width(text->str) + 1) {
        put_right(y, box->x, x - 1, STYLE_NORMAL, text->str);
    }
}

static void draw_title(const Timeline *t, const Box *box, bool focus)
{
    g_autoptr(GString) span = g_string_new(NULL);
    int used = put_title(box, "Boot", focus);

    if (t->log_scale) {
        g_string_append(span, " logarithmic ");
    }
    if (t->zoomed) {
        g_string_append(span, " ");
        append_seconds(span, t->from - t->start, 3);
        g_string_append(span, " to ");
        append_seconds(span, t->to - t->start, 3);
        g_string_append(span, " of ");
    }
    append_seconds(span, t->end - t->start, 3);
    g_string_append(span, " s ");
    if (t->boots > 1) {
        g_string_append_printf(span, " boot %u of %u ", t->boot + 1, t->boots);
    }
    put_right(box->y, box->x + used, box->width - used, title_style(focus),
              span->str);
}

static void draw(View *v, const Box *box, bool focus)
{
    Timeline t = timeline_of(v, box->width);
    int y = box->y + bar_line(box);

    if (bar_line(box)) {
        draw_title(&t, box, focus);
    }
    if (!t.n) {
        put_text(y, box->x + 1, box->width - 1, STYLE_HINT, "no milestone yet");
        return;
    }
    timeline_draw_bar(&t, y, box->x);
    if (box->height >= 2 && view_source(v)->log.has_row) {
        draw_pointer(v, &t, box, y + 1);
    }
    y += 2;
    draw_start(v, &t, box, y + draw_legend(&t, box, y));
}

/* ------------------------------------------------------------------ */
/* Keys and mouse                                                      */

static bool act(View *v, Action action)
{
    switch (action) {
    case ACTION_LEFT:
    case ACTION_UP:
        log_goto_milestone(v, -1);
        return true;
    case ACTION_RIGHT:
    case ACTION_DOWN:
        log_goto_milestone(v, 1);
        return true;
    case ACTION_ENTER:
        v->focus = PANE_LOG;
        v->dirty = true;
        return true;
    default:
        return false;
    }
}

/* On the bar to that time, on the legend to that phase. */
static void click(View *v, const Box *box, int y, int x)
{
    Timeline t = timeline_of(v, box->width);
    g_autoptr(GArray) legend = NULL;
    int bar = bar_line(box);

    if (!t.n || box->width < 1) {
        return;
    }
    if (y == bar || y == bar + 1) {
        log_goto_time(v, timeline_time(&t, x));
        return;
    }
    legend = legend_of(&t, box);
    for (guint i = 0; i < legend->len; i++) {
        const Entry *entry = &g_array_index(legend, Entry, i);

        if (y == bar + 2 + entry->line && x >= entry->x &&
            x < entry->x + entry->width) {
            log_jump(v, t.segments[entry->i].phase->pos, 1);
        }
    }
}

void timeline_drag(View *v, int from, int to)
{
    const Box *box = &v->boxes[PANE_TIMELINE];
    Timeline t = timeline_of(v, box->width);

    if (t.n) {
        zoom_to(v, timeline_time(&t, MAX(MIN(from, to), 0)),
                timeline_time(&t, MIN(MAX(from, to), box->width - 1)));
        view_say(v, "zoomed; - and 0 zoom out");
    }
}

static void wheel(View *v, int rows)
{
    if (rows < 0) {
        zoom_in(v);
    } else {
        zoom_out(v, false);
    }
}

static const PaneHint hints[] = {
    { ACTION_LEFT, "" },           { ACTION_RIGHT, "milestone" },
    { ACTION_ZOOM_IN, "" },        { ACTION_ZOOM_OUT, "zoom" },
    { ACTION_RESET, "all" },       { ACTION_LOG_SCALE, "log scale" },
    { ACTION_BOOT_PREVIOUS, "" },  { ACTION_BOOT_NEXT, "boot" },
    { ACTION_COMPARE, "compare" }, { ACTION_PANE, "pane" },
    { ACTION_NONE, NULL },
};

const PaneOps pane_timeline = {
    .draw = draw,
    .act = act,
    .click = click,
    .wheel = wheel,
    .hints = hints,
};
