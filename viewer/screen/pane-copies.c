/*
 * fw_cfg items, and how the guest copies them.
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

static const CaptureCopies *copies_of(const View *v)
{
    return model_copies(view_source(v)->model);
}

/* Names such as etc/smbios/smbios-tables differ at their ends. */
static char *cut_name(const CaptureCopy *copy, int width)
{
    char *name = copy_name(copy);
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
    int name, bytes, bar, percent, rate, how, left;
} CopyColumns;

static CopyColumns choose_columns(int width)
{
    CopyColumns c = {
        .bytes = 11, .percent = 4, .rate = 5, .how = 4, .left = 4
    };
    /* A blank behind each but the last. */
    int rest = width - (c.bytes + c.percent + c.rate + c.how + c.left) - 6;

    if (rest < 16) {
        c.left = 0;
        rest += 5;
    }
    if (rest < 14) {
        c.rate = 0;
        rest += 6;
    }
    c.bar = CLAMP(rest / 4, 4, 24);
    c.name = MAX(rest - c.bar, 4);
    return c;
}

static void draw_head(int y, int x, const CopyColumns *c)
{
    put_text(y, x, c->name, STYLE_HINT, "item");
    x += c->name + 1;
    put_right(y, x, c->bytes, STYLE_HINT, "bytes");
    x += c->bytes + 1 + c->bar + 1 + c->percent + 1;
    if (c->rate) {
        put_right(y, x, c->rate, STYLE_HINT, "MB/s");
        x += c->rate + 1;
    }
    put_text(y, x, c->how, STYLE_HINT, "how");
    x += c->how + 1;
    put_right(y, x, c->left, STYLE_HINT, "left");
}

static void draw_row(int y, int x, const CopyColumns *c,
                     const CaptureCopy *copy, bool now, Style style)
{
    g_autofree char *name = cut_name(copy, c->name);
    char done[16], size[16], text[40], left[16];
    double part = copy_fraction(copy);
    Style bar = now ? STYLE_BAR_RUN : STYLE_BAR;

    put_text(y, x, c->name, style, name);
    x += c->name + 1;
    format_short_bytes(done, sizeof(done),
                       part < 1 ? copy->offset : copy->size);
    format_short_bytes(size, sizeof(size), copy->size);
    g_snprintf(text, sizeof(text), "%s/%s", done, size);
    put_right(y, x, c->bytes, style, text);
    x += c->bytes + 1;
    put_bar(y, x, c->bar, part, bar);
    x += c->bar + 1;
    g_snprintf(text, sizeof(text), "%d%%", (int)(part * 100));
    put_right(y, x, c->percent, style, text);
    x += c->percent + 1;
    if (c->rate) {
        format_copy_rate(text, sizeof(text), capture_copy_rate(copy));
        put_right(y, x, c->rate, style, text);
        x += c->rate + 1;
    }
    put_text(y, x, c->how, style, capture_copy_method(copy));
    x += c->how + 1;
    copy_format_left(left, sizeof(left), copy);
    put_right(y, x, c->left, style, left);
}

static void draw_sum(View *v, int y, int x, int width)
{
    const CaptureCopies *copies = copies_of(v);
    guint n = capture_copies_count(copies);
    uint64_t bytes = 0, active = 0;
    char size[16], span[32], rate[16];

    for (guint i = 0; i < n; i++) {
        bytes += capture_copies_get(copies, i)->bytes;
        active += capture_copies_get(copies, i)->active_ns;
    }
    format_short_bytes(size, sizeof(size), bytes);
    format_span(span, sizeof(span), active);
    format_copy_rate(rate, sizeof(rate), active ? bytes * 1e3 / active : 0);
    put_format(y, x, width, STYLE_NORMAL,
               "sum  %u item%s, %sB in %s, %s "
               "MB/s",
               n, n == 1 ? "" : "s", size, span, rate);
}

static void draw_foot(View *v, int y, int x, int width, bool with_bar)
{
    const CaptureCopies *copies = copies_of(v);
    int now = capture_copies_current(copies);
    char left[16], rate[16];

    if (now < 0) {
        put_text(y, x, width, STYLE_HINT, "now  nothing is being copied");
    } else {
        const CaptureCopy *copy = capture_copies_get(copies, now);
        g_autofree char *name = copy_name(copy);

        copy_format_left(left, sizeof(left), copy);
        format_copy_rate(rate, sizeof(rate), capture_copy_rate(copy));
        put_format(y, x, width, STYLE_BAR_RUN, "now  %s  %d%%  %s MB/s%s%s",
                   name, (int)(copy_fraction(copy) * 100), rate,
                   left[0] ? "  left " : "", left);
        if (with_bar) {
            put_bar(y + 1, x, width, copy_fraction(copy), STYLE_BAR_RUN);
        }
    }
    draw_sum(v, y + (with_bar ? 2 : 1), x, width);
}

/* The row to keep on the screen. */
static int wanted_row(const View *v)
{
    const Source *s = view_source(v);
    const CaptureCopies *copies = copies_of(v);
    int now = capture_copies_current(copies);

    return s->copy >= 0 ? s->copy
           : now >= 0   ? now
                        : (int)capture_copies_count(copies) - 1;
}

static void draw(View *v, const Box *box, bool focus)
{
    Source *s = view_source(v);
    const CaptureCopies *copies = copies_of(v);
    int n = capture_copies_count(copies);
    int now = capture_copies_current(copies);
    int foot = box->height >= 14 ? FOOT_LINES : box->height >= 6 ? 2 : 0;
    int page = MAX(box->height - 2 - foot, 1);
    int x = box->x + 1, width = box->width - 1;
    CopyColumns c = choose_columns(width);

    put_title(box, "fw_cfg copies", focus);
    if (!n) {
        put_text(box->y + 2, x, width, STYLE_HINT, "nothing copied yet");
        return;
    }
    if (s->copy >= n) {
        s->copy = -1;
    }
    draw_head(box->y + 1, x, &c);
    list_scroll(wanted_row(v), n, page, &s->copy_top);
    for (int i = 0; i < page && s->copy_top + i < n; i++) {
        int row = s->copy_top + i;
        bool here = focus && row == wanted_row(v);

        if (here) {
            put_blank(box->y + 2 + i, x, width, STYLE_CURSOR);
        }
        draw_row(box->y + 2 + i, x, &c, capture_copies_get(copies, row),
                 row == now,
                 here         ? STYLE_CURSOR
                 : row == now ? STYLE_BAR_RUN
                              : STYLE_NORMAL);
    }
    if (foot) {
        int y = box->y + box->height - foot;

        if (foot == FOOT_LINES) {
            put_rule(y, x, width, STYLE_FRAME);
        }
        draw_foot(v, foot == FOOT_LINES ? y + 1 : y, x, width,
                  foot == FOOT_LINES);
    }
}

static bool act(View *v, Action action)
{
    Source *s = view_source(v);
    int n = capture_copies_count(copies_of(v));
    int row = wanted_row(v);

    if (n &&
        list_move(action, n, MAX(v->boxes[PANE_COPIES].height - 3, 1), &row)) {
        s->copy = row;
        v->dirty = true;
        return true;
    }
    if (action == ACTION_FOLLOW) {
        s->copy = -1;
    } else if (action == ACTION_ENTER && n) {
        log_goto_time(v, capture_copies_get(copies_of(v), row)->first);
        v->focus = PANE_LOG;
        return true;
    }
    return false;
}

static void click(View *v, const Box *box, int y, int x)
{
    Source *s = view_source(v);
    int row = s->copy_top + y - 2;

    if (y >= 2 && row < (int)capture_copies_count(copies_of(v))) {
        s->copy = row;
        v->dirty = true;
    }
}

static void wheel(View *v, int rows)
{
    int n = capture_copies_count(copies_of(v));

    if (n) {
        view_source(v)->copy = CLAMP(wanted_row(v) + rows, 0, n - 1);
        v->dirty = true;
    }
}

const PaneOps pane_copies = { draw, act, click, wheel };
