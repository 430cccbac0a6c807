/*
 * A flame graph: phases, and below them the call paths.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#include <inttypes.h>
#include <string.h>

#include "flame-svg.h"
#include "markup.h"
#include "phase-times.h"
#include "viewer/common/common.h"

#define WIDTH 1200.0
#define ROW 18
#define FONT 11
#define CELL 6.6 /* a letter's width, about */

/* What is narrower is not drawn, nor is what it called. */
#define NARROW 0.5

typedef struct Flame {
    const ProfileBoot *boot;
    GString *body;
    uint64_t *ticks; /* of each node with all below it, in one phase */
    guint *first, *next; /* children of each node, as lists */
    guint n;
    double scale; /* width of a tick */
    guint deepest;
} Flame;

/* Boxes are light in any theme, so letters are dark in any. */
#define INK "#24292f"

/* The same name has the same warm colour; idle is no work, and grey. */
static char *colour_of(const char *name, guint depth, bool idle)
{
    return idle ? g_strdup("#d8dee4")
                : g_strdup_printf("hsl(%u,70%%,%u%%)", g_str_hash(name) % 50,
                                  depth ? 70 : 82);
}

static void append_number_svg(GString *out, double value)
{
    char text[G_ASCII_DTOSTR_BUF_SIZE];

    g_string_append(out, g_ascii_formatd(text, sizeof(text), "%.1f", value));
}

/* @node: 0 for a phase. */
static void append_box(Flame *f, guint node, const char *name, double x,
                       guint depth, uint64_t ticks, double share)
{
    g_autofree char *colour = colour_of(name, depth, node == PROFILE_IDLE);
    double width = ticks * f->scale;
    guint letters = width / CELL;
    g_autoptr(GString) label = g_string_new(NULL);

    append_visible(label, name, strlen(name), false);
    f->deepest = MAX(f->deepest, depth);
    g_string_append(f->body, "<g><title>");
    append_escaped(f->body, label->str);
    g_string_append_printf(f->body, ": %" PRIu64 " ticks, ", ticks);
    append_number_svg(f->body, share);
    g_string_append(f->body, "%</title><rect x=\"");
    append_number_svg(f->body, x);
    g_string_append_printf(f->body, "\" y=\"%u\" width=\"", depth * ROW);
    append_number_svg(f->body, width);
    g_string_append_printf(f->body, "\" height=\"%d\" fill=\"%s\"/>", ROW - 1,
                           colour);
    if (letters >= 3) {
        g_string_append(f->body, "<text x=\"");
        append_number_svg(f->body, x + 3);
        g_string_append_printf(f->body, "\" y=\"%u\">", depth * ROW + 13);
        if ((guint)g_utf8_strlen(label->str, -1) > letters) {
            char *cut = g_utf8_offset_to_pointer(label->str, letters - 1);

            g_string_truncate(label, cut - label->str);
            g_string_append(label, "\342\200\246");
        }
        append_escaped(f->body, label->str);
        g_string_append(f->body, "</text>");
    }
    g_string_append(f->body, "</g>\n");
}

static void append_children(Flame *f, guint node, double x, guint depth,
                            uint64_t all)
{
    for (guint i = f->first[node]; i; i = f->next[i]) {
        ProfileFunction fn = profile_function(
            f->boot->profile, profile_node(f->boot->profile, i).function);

        if (f->ticks[i] * f->scale < NARROW) {
            continue;
        }
        append_box(f, i, fn.name, x, depth, f->ticks[i],
                   100.0 * f->ticks[i] / all);
        append_children(f, i, x, depth + 1, all);
        x += f->ticks[i] * f->scale;
    }
}

/* A node's parent has a smaller number: from the last one to the first. */
static void sum_up(Flame *f)
{
    memset(f->first, 0, f->n * sizeof(guint));
    for (guint i = f->n - 1; i > 0; i--) {
        guint parent = profile_node(f->boot->profile, i).parent;

        if (f->ticks[i]) {
            f->ticks[parent] += f->ticks[i];
            f->next[i] = f->first[parent];
            f->first[parent] = i;
        }
    }
}

static void append_phases(Flame *f, const GArray *paths, uint64_t all)
{
    g_autoptr(GArray) times =
        phase_times(f->boot->milestones, f->boot->end + 1);
    double x = 0;

    for (guint i = 0; i < paths->len;) {
        guint phase = g_array_index(paths, ProfilePath, i).phase;
        const char *name = g_array_index(times, PhaseTime, phase).name;

        memset(f->ticks, 0, f->n * sizeof(uint64_t));
        for (; i < paths->len; i++) {
            const ProfilePath *p = &g_array_index(paths, ProfilePath, i);

            if (p->phase != phase) {
                break;
            }
            f->ticks[p->node] += p->ticks;
        }
        sum_up(f);
        append_box(f, 0, *name ? name : "before the first", x, 0, f->ticks[0],
                   100.0 * f->ticks[0] / all);
        append_children(f, 0, x, 1, all);
        x += f->ticks[0] * f->scale;
    }
}

guint append_flame(GString *out, const ProfileBoot *b, double width)
{
    g_autoptr(GArray) paths = profile_boot_paths(b);
    Flame f = { .boot = b, .body = out, .n = profile_nodes(b->profile) };
    uint64_t all = 0;

    for (guint i = 0; i < paths->len; i++) {
        all += g_array_index(paths, ProfilePath, i).ticks;
    }
    if (!all) {
        return 0;
    }
    f.scale = width / all;
    f.ticks = g_new0(uint64_t, f.n);
    f.first = g_new0(guint, f.n);
    f.next = g_new0(guint, f.n);
    g_string_append_printf(out,
                           "<g class=\"flame\" style=\"font:%dpx sans-serif;"
                           "fill:" INK "\">\n",
                           FONT);
    append_phases(&f, paths, all);
    g_string_append(out, "</g>\n");
    g_free(f.ticks);
    g_free(f.first);
    g_free(f.next);
    return (f.deepest + 1) * ROW;
}

void append_flame_svg(GString *out, const ProfileBoot *b)
{
    g_autoptr(GString) body = g_string_new(NULL);
    guint height = append_flame(body, b, WIDTH);

    if (height) {
        g_string_append_printf(out,
                               "<svg xmlns=\"http://www.w3.org/2000/svg\" "
                               "viewBox=\"0 0 %d %u\" width=\"100%%\">\n"
                               "%s</svg>\n",
                               (int)WIDTH, height, body->str);
    }
}
