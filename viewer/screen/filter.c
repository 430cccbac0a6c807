/*
 * Which rows are shown.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#include <math.h>
#include <string.h>

#include "filter.h"
#include "pattern.h"
#include "row-text.h"

typedef enum PartKind {
    PART_PATTERN,
    PART_STREAM,
    PART_LONGER,
    PART_SHORTER,
} PartKind;

typedef struct Part {
    PartKind kind;
    bool negated;
    char *text; /* as it was written */
    GRegex *regex;
    char *stream;
    uint64_t span; /* ns */
} Part;

struct Filter {
    char *text;
    GArray *parts; /* Part */
};

bool parse_span(const char *text, uint64_t *ns)
{
    static const struct {
        const char *unit;
        double ns;
    } units[] = { { "ns", 1 },  { "us", 1e3 }, { "µs", 1e3 },  { "ms", 1e6 },
                  { "s", 1e9 }, { "", 1e9 },   { "min", 6e10 } };
    char *end;
    double value = g_ascii_strtod(text, &end);

    if (end == text || !(value >= 0) || value > 1e9) {
        return false;
    }
    end += strspn(end, " ");
    for (size_t i = 0; i < G_N_ELEMENTS(units); i++) {
        if (!strcmp(end, units[i].unit)) {
            *ns = (uint64_t)llround(value * units[i].ns);
            return true;
        }
    }
    return false;
}

static void clear_part(gpointer data)
{
    Part *part = data;

    g_free(part->text);
    g_free(part->stream);
    if (part->regex) {
        g_regex_unref(part->regex);
    }
}

static bool parse_part(Part *part, const char *text, GError **error)
{
    part->text = g_strdup(text);
    if (text[0] == '!' && text[1]) {
        part->negated = true;
        text++;
    }
    if ((text[0] == '>' || text[0] == '<') &&
        parse_span(text + 1, &part->span)) {
        part->kind = text[0] == '>' ? PART_LONGER : PART_SHORTER;
        return true;
    }
    if (g_str_has_prefix(text, "stream:") && text[7]) {
        part->kind = PART_STREAM;
        part->stream = g_strdup(text + 7);
        return true;
    }
    part->regex = compile_pattern(text, error);
    return part->regex;
}

Filter *filter_new(const char *text, GError **error)
{
    g_auto(GStrv) parts = g_strsplit(text, " & ", -1);
    Filter *f = g_new0(Filter, 1);

    f->text = g_strdup(text);
    f->parts = g_array_new(FALSE, TRUE, sizeof(Part));
    g_array_set_clear_func(f->parts, clear_part);
    for (int i = 0; parts[i]; i++) {
        Part part = { 0 };
        bool ok = true;

        if (parts[i][0]) {
            ok = parse_part(&part, parts[i], error);
            g_array_append_val(f->parts, part);
        }
        if (!ok) {
            filter_free(f);
            return NULL;
        }
    }
    return f;
}

void filter_free(Filter *f)
{
    if (f) {
        g_array_unref(f->parts);
        g_free(f->text);
        g_free(f);
    }
}

const char *filter_text(const Filter *f)
{
    return f->text;
}

const char *filter_part(const Filter *f, guint i)
{
    return i < f->parts->len ? g_array_index(f->parts, Part, i).text : NULL;
}

/* By its label, the beginning of that, or its number. */
static bool is_stream(const Part *part, const Row *row,
                      const StreamNames *names)
{
    char number[8];

    if (row->kind != ROW_LINE) {
        return false;
    }
    g_snprintf(number, sizeof(number), "%d", row->stream);
    return g_str_has_prefix(names->label[row->stream % CAPTURE_STREAMS_MAX],
                            part->stream) ||
           !strcmp(number, part->stream);
}

static bool part_holds(const Part *part, const Row *row,
                       const StreamNames *names, GString *scratch)
{
    switch (part->kind) {
    case PART_STREAM:
        return is_stream(part, row, names);
    case PART_LONGER:
        return row_delta_wait(row->delta) >= part->span;
    case PART_SHORTER:
        return row_delta_wait(row->delta) < part->span;
    default:
        return row_matches(row, part->regex, scratch);
    }
}

bool filter_passes(const Filter *f, const Row *row, const StreamNames *names,
                   GString *scratch)
{
    for (guint i = 0; i < f->parts->len; i++) {
        const Part *part = &g_array_index(f->parts, Part, i);

        if (part_holds(part, row, names, scratch) == part->negated) {
            return false;
        }
    }
    return true;
}
