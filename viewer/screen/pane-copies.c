/*
 * What the guest reads: fw_cfg items that it copies, and its disks.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#include <string.h>

#include "copies-text.h"
#include "cursor.h"
#include "pane.h"
#include "widgets.h"

/* Lines below the rows: a rule, what is copied now, its bar, the sum. */
#define FOOT_LINES 4

/* Names such as etc/smbios/smbios-tables differ at their ends. */
static char *cut_name(const CopyRow *row, int width)
{
    char *name = g_strdup(row->name);
    int len = g_utf8_strlen(name, -1);
    int head = width / 3;
    g_autofree char *from = NULL, *to = NULL;

    if (len <= width || width < 6 || text_width(name) != len) {
        return name;
    }
    from = g_utf8_substring(name, 0, head);
    to = g_utf8_substring(name, len - (width - head - 1), len);
    g_free(name);
    return g_strconcat(from, glyph("…", "~"), to, NULL);
}

/* Where the columns of a row stand; all but name and bar are fixed. */
typedef struct CopyColumns {
    int name, bytes, bar, percent, rate, time, how, left;
} CopyColumns;

static CopyColumns choose_columns(int width, bool live)
{
    CopyColumns c = { .bytes = 11,
                      .percent = 4,
                      .rate = 5,
                      .time = 7,
                      .how = 4,
                      .left = live ? 4 : 0 };
    /* A blank behind each but the last. */
    int rest =
        width - (c.bytes + c.percent + c.rate + c.time + c.how + c.left) - 7;

    if (rest < 16) {
        rest += live ? c.time + 1 : 0;
        c.time = live ? 0 : c.time;
    }
    if (rest < 16) {
        rest += c.left ? c.left + 1 : 0;
        c.left = 0;
    }
    if (rest < 14) {
        rest += c.rate + 1;
        c.rate = 0;
    }
    c.bar = CLAMP(rest / 4, 4, 24);
    c.name = MAX(rest - c.bar, 4);
    return c;
}

/* The title of a column; the one that the rows are sorted by has a sign. */
static void put_head(const View *v, CopySort sort, int y, int x, int width,
                     const char *text)
{
    bool here = sort != SORT_ORDER && v->sort == sort;
    g_autofree char *title =
        g_strdup_printf("%s%s", here ? glyph("▾", "v") : "", text);

    put_right(y, x, width, here ? STYLE_KEY : STYLE_HINT, title);
}

static void draw_head(const View *v, int y, int x, const CopyColumns *c)
{
    put_text(y, x, c->name, v->sort ? STYLE_HINT : STYLE_KEY, "item");
    x += c->name + 1;
    put_head(v, SORT_SIZE, y, x, c->bytes, "bytes");
    x += c->bytes + 1 + c->bar + 1 + c->percent + 1;
    if (c->rate) {
        put_head(v, SORT_RATE, y, x, c->rate, "MB/s");
        x += c->rate + 1;
    }
    if (c->time) {
        put_head(v, SORT_TIME, y, x, c->time, "time");
        x += c->time + 1;
    }
    put_text(y, x, c->how, STYLE_HINT, "how");
    x += c->how + 1;
    put_right(y, x, c->left, STYLE_HINT, "left");
}

/* How much of it; of a disk nobody knows of how much. */
static void draw_amount(int y, int x, const CopyColumns *c, const CopyRow *row,
                        bool now, Style style)
{
    char done[16], size[16], text[40];

    format_short_bytes(done, sizeof(done),
                       row->is_disk        ? row->bytes
                       : row->fraction < 1 ? row->offset
                                           : row->size);
    format_short_bytes(size, sizeof(size), row->size);
    g_snprintf(text, sizeof(text), row->is_disk ? "%s" : "%s/%s", done, size);
    put_right(y, x, c->bytes, style, text);
    if (row->is_disk || (!now && row->fraction < 1)) {
        return; /* it is of nothing, or was left */
    }
    x += c->bytes + 1;
    put_bar(y, x, c->bar, row->fraction, now ? STYLE_BAR_RUN : STYLE_BAR);
    x += c->bar + 1;
    g_snprintf(text, sizeof(text), "%d%%", (int)(row->fraction * 100));
    put_right(y, x, c->percent, style, text);
}

static void draw_row(int y, int x, const CopyColumns *c, const CopyRow *row,
                     bool now, Style style)
{
    g_autofree char *name = cut_name(row, c->name);
    char text[40];

    put_text(y, x, c->name, style, name);
    x += c->name + 1;
    draw_amount(y, x, c, row, now, style);
    x += c->bytes + 1 + c->bar + 1 + c->percent + 1;
    if (c->rate) {
        format_copy_rate(text, sizeof(text), row->rate);
        put_right(y, x, c->rate, style, text);
        x += c->rate + 1;
    }
    if (c->time) {
        copy_format_time(text, sizeof(text), row);
        put_right(y, x, c->time, style, text);
        x += c->time + 1;
    }
    put_text(y, x, c->how, style, row->how);
    x += c->how + 1;
    if (now) {
        copy_format_left(text, sizeof(text), row);
        put_right(y, x, c->left, style, text);
    }
}

static void draw_sum(View *v, int y, int x, int width)
{
    guint n = copies_count(v);
    uint64_t bytes = 0, active = 0;
    char size[16], span[32], rate[16];

    for (guint i = 0; i < n; i++) {
        CopyRow row;

        copies_get(v, i, &row);
        bytes += row.bytes;
        active += row.active_ns;
    }
    format_short_bytes(size, sizeof(size), bytes);
    format_span(span, sizeof(span), active);
    format_copy_rate(rate, sizeof(rate), active ? bytes * 1e3 / active : 0);
    put_format(y, x, width, STYLE_NORMAL,
               "sum  %u item%s, %sB in %s, %s "
               "MB/s",
               n, n == 1 ? "" : "s", size, span, rate);
}

static void draw_now(View *v, int y, int x, int width, bool with_bar)
{
    int now = copies_now(v);
    char done[16], left[16], rate[16], idle[32];
    CopyRow row;

    if (now < 0 && model_state(view_source(v)->model) == CAPTURE_LIVE) {
        format_span(idle, sizeof(idle), copies_idle(v));
        put_format(y, x, width, STYLE_HINT, "now  nothing is read, for %s",
                   idle);
    } else if (now >= 0) {
        copies_get(v, now, &row);
        copy_format_left(left, sizeof(left), &row);
        format_copy_rate(rate, sizeof(rate), row.rate);
        format_short_bytes(done, sizeof(done), row.bytes);
        if (row.is_disk) {
            put_format(y, x, width, STYLE_BAR_RUN, "now  %s  %sB  %s MB/s",
                       row.name, done, rate);
        } else {
            put_format(y, x, width, STYLE_BAR_RUN, "now  %s  %d%%  %s MB/s%s%s",
                       row.name, (int)(row.fraction * 100), rate,
                       left[0] ? "  left " : "", left);
        }
        if (with_bar && !row.is_disk) {
            put_bar(y + 1, x, width, row.fraction, STYLE_BAR_RUN);
        }
    }
}

/* The item to keep on the screen, or -1. */
static int wanted_item(const View *v)
{
    const Source *s = view_source(v);
    int n = copies_count(v);
    int now = copies_now(v);

    return s->copy >= 0 && (s->copy < n || s->copy == COPIES_FOLDED) ? s->copy
           : now >= 0                                                ? now
           : v->sort == SORT_ORDER                                   ? n - 1
                                                                     : -1;
}

/* The row of an item, as they are sorted: its own, or the folded one. */
static int row_of(const GArray *sorted, int item)
{
    guint last = sorted->len ? sorted->len - 1 : 0;

    for (guint i = 0; i < sorted->len; i++) {
        if ((int)g_array_index(sorted, guint, i) == item) {
            return i;
        }
    }
    return sorted->len && item >= 0 &&
                   g_array_index(sorted, guint, last) == COPIES_FOLDED
               ? last
               : 0;
}

static void draw_rows(View *v, const Box *box, int page, bool focus)
{
    Source *s = view_source(v);
    g_autoptr(GArray) sorted = copies_sorted(v, v->sort);
    int n = sorted->len;
    int now = copies_now(v);
    int wanted = row_of(sorted, wanted_item(v));
    int x = box->x + 1, width = box->width - 1;
    CopyColumns c =
        choose_columns(width, model_state(s->model) == CAPTURE_LIVE);

    draw_head(v, box->y + 1, x, &c);
    list_scroll(wanted, n, page, &s->copy_top);
    if (n > page && box->width >= 44) {
        g_autofree char *part = g_strdup_printf(
            "rows %d-%d of %d ", s->copy_top + 1, s->copy_top + page, n);

        put_right(box->y, box->x + box->width - 20, 20, title_style(focus),
                  part);
    }
    for (int i = 0; i < page && s->copy_top + i < n; i++) {
        int item = g_array_index(sorted, guint, s->copy_top + i);
        bool here = focus && s->copy_top + i == wanted;
        CopyRow row;

        copies_get(v, item, &row);
        if (here) {
            put_blank(box->y + 2 + i, x, width, STYLE_CURSOR);
        }
        draw_row(box->y + 2 + i, x, &c, &row, item == now,
                 here          ? STYLE_CURSOR
                 : item == now ? STYLE_BAR_RUN
                               : STYLE_NORMAL);
    }
}

/* Without fw_cfg or without disks it is of the other alone. */
static const char *title_of(const View *v)
{
    const Model *m = view_source(v)->model;

    if (!capture_disks_count(model_disks(m))) {
        return "fw_cfg copies";
    }
    return capture_copies_count(model_copies(m)) ? "fw_cfg copies, disk reads"
                                                 : "disk reads";
}

/* The pane as a line: what matters most. */
static void draw_one_line(View *v, const Box *box, bool focus)
{
    int used = put_title(box, title_of(v), focus);
    g_autofree char *now = copies_summary(v);
    g_autofree char *largest =
        now ? NULL : copies_largest(v, box->width - used - 2);

    put_text(box->y, box->x + used + 1, box->width - used - 1,
             now ? STYLE_BAR_RUN : title_style(focus), now ? now : largest);
}

/* What is read now is known of a live boot alone. */
static int foot_lines(const View *v, const Box *box)
{
    bool live = model_state(view_source(v)->model) == CAPTURE_LIVE;

    return box->height >= 14 ? FOOT_LINES : box->height >= 6 ? 1 + live : 0;
}

static void draw(View *v, const Box *box, bool focus)
{
    static const char *const orders[SORTS] = { "", ", largest first",
                                               ", longest first",
                                               ", fastest first" };
    int foot = foot_lines(v, box);
    g_autofree char *title =
        g_strdup_printf("%s%s", title_of(v), orders[v->sort]);

    if (box->height == 1) {
        draw_one_line(v, box, focus);
        return;
    }
    put_title(box, title, focus);
    if (!copies_count(v)) {
        put_text(box->y + 2, box->x + 1, box->width - 1, STYLE_HINT,
                 "nothing copied yet");
        return;
    }
    draw_rows(v, box, MAX(box->height - 2 - foot, 1), focus);
    if (foot) {
        int x = box->x + 1, width = box->width - 1;
        int y = box->y + box->height - foot;

        if (foot == FOOT_LINES) {
            put_rule(y, x, width, STYLE_FRAME);
        }
        if (foot > 1) {
            draw_now(v, foot == FOOT_LINES ? y + 1 : y, x, width,
                     foot == FOOT_LINES);
        }
        draw_sum(v, y + foot - 1, x, width);
    }
}

static int count(View *v)
{
    g_autoptr(GArray) sorted = copies_sorted(v, v->sort);

    return sorted->len;
}

static int selected(View *v)
{
    g_autoptr(GArray) sorted = copies_sorted(v, v->sort);

    return row_of(sorted, wanted_item(v));
}

static void select_row(View *v, int row)
{
    g_autoptr(GArray) sorted = copies_sorted(v, v->sort);

    if (sorted->len) {
        view_source(v)->copy =
            g_array_index(sorted, guint, CLAMP(row, 0, (int)sorted->len - 1));
        v->dirty = true;
    }
}

static void text(View *v, int row, GString *out)
{
    g_autoptr(GArray) sorted = copies_sorted(v, v->sort);
    CopyRow copy;

    copies_get(v, g_array_index(sorted, guint, row), &copy);
    g_string_append_printf(out, "%s %s", copy.name, copy.how);
}

static bool act(View *v, Action action)
{
    Source *s = view_source(v);
    int n = count(v);
    int row = selected(v);

    v->dirty = true;
    if (n &&
        list_move(action, n, MAX(v->boxes[PANE_COPIES].height - 3, 1), &row)) {
        select_row(v, row);
        return true;
    }
    switch (action) {
    case ACTION_FOLLOW:
        s->copy = -1;
        return false;
    case ACTION_SORT:
        v->sort = (v->sort + 1) % SORTS;
        s->copy = -1;
        return true;
    case ACTION_ENTER:
        if (n) {
            CopyRow copy;

            select_row(v, row);
            copies_get(v, s->copy, &copy);
            log_goto_time(v, copy.first);
            v->focus = PANE_LOG;
        }
        return true;
    default:
        return false;
    }
}

static void click(View *v, const Box *box, int y, int x)
{
    Source *s = view_source(v);

    if (box->height > 1 && y == 1) {
        act(v, ACTION_SORT);
    } else if (y >= 2 && s->copy_top + y - 2 < count(v)) {
        select_row(v, s->copy_top + y - 2);
    }
}

static void wheel(View *v, int rows)
{
    select_row(v, selected(v) + rows);
}

static const PaneHint hints[] = {
    { ACTION_SORT, "sort" },
    { ACTION_ITEMS, "small items" },
    { ACTION_SEARCH, "search" },
    { ACTION_NEXT, "next" },
    { ACTION_ENTER, "go to its start" },
    { ACTION_NONE, NULL },
};

const PaneOps pane_copies = {
    .draw = draw,
    .act = act,
    .click = click,
    .wheel = wheel,
    .hints = hints,
    .count = count,
    .text = text,
    .selected = selected,
    .select = select_row,
};
