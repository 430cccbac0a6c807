/*
 * A boot as a picture.
 *
 * Rows from top to bottom, time from left to right, as systemd-analyze plot
 * draws them: a phase each, a fw_cfg item each, a histogram of bytes for each
 * stream.  A label has its row for itself, so none meets another.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#include <inttypes.h>
#include <math.h>
#include <stdarg.h>
#include <string.h>

#include "flame-svg.h"
#include "markup.h"
#include "phase-times.h"
#include "timeline-svg.h"

#define WIDTH 1100
#define MARGIN 24
#define PLOT (WIDTH - 2 * MARGIN)
#define ROW 24
#define BAR 16
#define HISTOGRAM 56
#define HEAD 76
#define SECTION 34
#define CHAR 7.1 /* width of a character of a label, about: for its place */
#define DOT " \302\267 "

/* More rows than these make no picture; what is left out is told. */
#define PHASES_MAX 60
#define COPIES_MAX 16
#define STREAMS_SHOWN 8
/* Smaller copies are told in one line, but for those that took their time. */
#define COPY_BYTES_MIN 65536
#define COPY_SHARE_MIN 0.005

typedef struct Picture {
    GString *out;
    const BootData *b;
    uint64_t start, total; /* ns */
    int y; /* the next row's top */
} Picture;

/* ------------------------------------------------------------------ */
/* Text and numbers                                                    */

/* "%.Nf" whatever the locale. */
static void append_real(GString *out, double value, int decimals)
{
    char format[8], text[G_ASCII_DTOSTR_BUF_SIZE];

    g_snprintf(format, sizeof(format), "%%.%df", decimals);
    g_string_append(out, g_ascii_formatd(text, sizeof(text), format, value));
}

/* Three digits and a unit: "168 ms". */
static void append_duration(GString *out, double ns)
{
    static const char *const units[] = { "ns", "\302\265s", "ms", "s" };
    int unit = 0;

    while (unit < 3 && ns >= 999.5) {
        ns /= 1000;
        unit++;
    }
    append_real(out, ns, unit == 0 || ns >= 99.95 ? 0 : ns >= 9.995 ? 1 : 2);
    g_string_append_printf(out, " %s", units[unit]);
}

/* A control byte or a trick of direction does not get into the picture. */
static void append_safe(GString *out, const char *text)
{
    g_autoptr(GString) visible = g_string_new(NULL);

    append_visible(visible, text, strlen(text), false);
    append_escaped(out, visible->str);
}

static double x_of(const Picture *p, uint64_t time)
{
    uint64_t at = time > p->start ? time - p->start : 0;

    return MARGIN + (double)MIN(at, p->total) * PLOT / p->total;
}

/* An attribute: name="value", two decimals at most. */
static void append_at(GString *out, const char *name, double value)
{
    g_string_append_printf(out, " %s=\"", name);
    append_real(out, value, value == floor(value) ? 0 : 2);
    g_string_append_c(out, '"');
}

static void put_text(Picture *p, const char *class, const char *anchor,
                     double x, double y, const char *escaped)
{
    g_string_append_printf(p->out, "<text class=\"%s\"", class);
    append_at(p->out, "x", x);
    append_at(p->out, "y", y);
    if (anchor) {
        g_string_append_printf(p->out, " text-anchor=\"%s\"", anchor);
    }
    g_string_append_printf(p->out, ">%s</text>\n", escaped);
}

static void put_rect(Picture *p, const char *class, double x, double y,
                     double w, double h)
{
    g_string_append_printf(p->out, "<rect class=\"%s\"", class);
    append_at(p->out, "x", x);
    append_at(p->out, "y", y);
    append_at(p->out, "width", w);
    append_at(p->out, "height", h);
    g_string_append(p->out, "/>\n");
}

/* ------------------------------------------------------------------ */
/* Frame                                                               */

static const char style[] =
    "<style>\n"
    ".bst text{font:12px system-ui,-apple-system,'Segoe UI',"
    "'DejaVu Sans',sans-serif;fill:#24292f}\n"
    ".bst .flame text{font:inherit;fill:inherit}\n"
    ".bst .title{font-size:18px;font-weight:600}\n"
    ".bst .head{font-size:13px;font-weight:600}\n"
    ".bst .out{stroke:#fff;stroke-width:4px;stroke-linejoin:round;"
    "paint-order:stroke}\n"
    ".bst .name{font-weight:600}\n"
    ".bst .dim{fill:#57606a}\n"
    ".bst .tick{font-size:11px;fill:#57606a}\n"
    ".bst .bg{fill:#fff}\n"
    ".bst .grid{stroke:#d8dee4;stroke-width:1}\n"
    ".bst .base{stroke:#8c959f;stroke-width:1}\n"
    ".bst .g0{fill:#c3ccd6}\n"
    ".bst .g1{fill:#f5b971}\n"
    ".bst .g2{fill:#8cc0f5}\n"
    ".bst .g3{fill:#93d6a2}\n"
    ".bst .g4{fill:#dcaaf0}\n"
    ".bst .copy{fill:#8cc0f5}\n"
    ".bst .density{fill:#3f7fbf}\n"
    "@media (prefers-color-scheme:dark){\n"
    ".bst text{fill:#e6edf3}\n"
    ".bst .out{stroke:#0d1117}\n"
    ".bst .dim,.bst .tick{fill:#9da7b3}\n"
    ".bst .bg{fill:#0d1117}\n"
    ".bst .grid{stroke:#2a313a}\n"
    ".bst .base{stroke:#6e7681}\n"
    ".bst .g0{fill:#484f58}\n"
    ".bst .g1{fill:#8a5412}\n"
    ".bst .g2{fill:#1f5590}\n"
    ".bst .g3{fill:#22663a}\n"
    ".bst .g4{fill:#673a86}\n"
    ".bst .copy{fill:#1f5590}\n"
    ".bst .density{fill:#58a6ff}\n"
    "}\n"
    "</style>\n";

static void put_head(Picture *p)
{
    const BootData *b = p->b;
    g_autoptr(GString) s = g_string_new("Boot");
    g_autofree char *bytes = format_bytes(b->bytes);

    if (b->machine) {
        g_string_append(s, " of ");
        append_escaped(s, b->machine);
        g_string_append_printf(s, ", %" PRIu64 " MiB", b->ram >> 20);
    }
    put_text(p, "title", NULL, MARGIN, 30, s->str);
    g_string_truncate(s, 0);
    append_duration(s, p->total);
    g_string_append_printf(s, " by %s clock, %" PRIu64 " lines, %s",
                           b->virtual_clock ? "QEMU\342\200\231s virtual"
                                            : "the host\342\200\231s",
                           b->lines, bytes);
    if (b->lost.bytes || b->lost.events) {
        g_string_append_printf(
            s, ", %" PRIu64 " bytes and %" PRIu64 " other records lost",
            b->lost.bytes, b->lost.events);
    }
    put_text(p, "dim", NULL, MARGIN, 50, s->str);
}

/* "168 ms": as above, but the same unit and digits for all of an axis. */
static void append_tick(GString *out, double ns, double step, double total)
{
    static const char *const units[] = { "ns", "\302\265s", "ms", "s" };
    double size = 1;
    int unit = 0;

    while (unit < 3 && total / size >= 2000) {
        size *= 1000;
        unit++;
    }
    append_real(out, ns / size,
                step >= size ? 0 : (int)ceil(log10(size / step) - 1e-9));
    g_string_append_printf(out, " %s", units[unit]);
}

/* 1, 2 or 5 times a power of ten that gives at most ten steps. */
static double tick_step(double total)
{
    double step = pow(10, floor(log10(total / 10)));

    while (total / step > 10) {
        double first = step / pow(10, floor(log10(step) + 1e-9));

        step *= fabs(first - 2) < 0.1 ? 2.5 : 2;
    }
    return step;
}

/* Lines from @top to the end of the picture, with their times above. */
static void put_grid(Picture *p, int top)
{
    double step = tick_step(p->total);
    GString *grid = g_string_new(NULL);

    for (int i = 0; i * step <= p->total; i++) {
        double x = MARGIN + i * step * PLOT / p->total;
        g_autoptr(GString) label = g_string_new(NULL);

        g_string_append(grid, "<line class=\"grid\"");
        append_at(grid, "x1", x);
        append_at(grid, "x2", x);
        append_at(grid, "y1", top);
        append_at(grid, "y2", p->y);
        g_string_append(grid, "/>\n");
        if (i == 0) {
            g_string_append(label, "0");
        } else {
            append_tick(label, i * step, step, p->total);
        }
        if (x <= WIDTH - MARGIN - 20) {
            put_text(p, "tick", i ? "middle" : "start", x, top - 5, label->str);
        }
    }
    g_string_append(p->out, grid->str);
    g_string_free(grid, TRUE);
}

static void put_section(Picture *p, const char *title)
{
    put_text(p, "head", NULL, MARGIN, p->y + SECTION - 12, title);
    p->y += SECTION;
}

/*
 * A bar and its label: behind the bar, else in it, else before it, else over
 * it from the left, so that it is always whole and in the picture.
 */
static void put_bar(Picture *p, const char *class, uint64_t from, uint64_t to,
                    const char *name, const char *figures)
{
    double x = x_of(p, from);
    double w = MAX(x_of(p, to) - x, 1.5);
    double need =
        (g_utf8_strlen(name, -1) + g_utf8_strlen(figures, -1)) * CHAR + 12;
    double y = p->y + (ROW - BAR) / 2.0;
    double text_y = y + BAR - 4;
    g_autoptr(GString) label = g_string_new("<tspan class=\"name\">");

    append_safe(label, name);
    g_string_append_printf(label, "</tspan>%s", figures);

    put_rect(p, class, MIN(x, WIDTH - MARGIN - 1.5), y, w, BAR);
    if (x + w + need <= WIDTH - MARGIN / 2) {
        put_text(p, "label out", NULL, x + w + 5, text_y, label->str);
    } else if (w >= need || x - MARGIN < need) {
        put_text(p, "label", NULL,
                 MAX(MIN(x + 5, WIDTH - MARGIN - need), MARGIN + 5), text_y,
                 label->str);
    } else {
        put_text(p, "label out", "end", x - 5, text_y, label->str);
    }
    p->y += ROW;
}

static void append_figure(GString *out, double ns)
{
    g_string_append(out, DOT);
    append_duration(out, ns);
}

static void append_share(GString *out, double share)
{
    g_string_append(out, DOT);
    if (share > 0 && share < 0.0005) {
        g_string_append(out, "&lt;0.1%");
    } else {
        append_real(out, 100 * share, 1);
        g_string_append_c(out, '%');
    }
}

/* ------------------------------------------------------------------ */
/* Sections                                                            */

static void put_phases(Picture *p, const GArray *spans)
{
    guint shown = MIN(spans->len, PHASES_MAX);

    put_section(p, "Phases");
    for (guint i = 0; i < shown; i++) {
        const PhaseSpan *s = &g_array_index(spans, PhaseSpan, i);
        g_autoptr(GString) label = g_string_new(NULL);
        char class[4] = { 'g', '0' + s->group };

        append_figure(label, s->end - s->start);
        append_share(label, (double)(s->end - s->start) / p->total);
        put_bar(p, class, s->start, s->end, s->name, label->str);
    }
    if (shown < spans->len) {
        g_autofree char *text =
            g_strdup_printf("%u phases more", spans->len - shown);

        put_text(p, "dim", NULL, MARGIN, p->y + 16, text);
        p->y += ROW;
    }
    if (!spans->len) {
        put_text(p, "dim", NULL, MARGIN, p->y + 16,
                 "no milestones in this capture");
        p->y += ROW;
    }
}

static bool worth_a_row(const Picture *p, const CaptureCopy *c)
{
    return c->bytes >= COPY_BYTES_MIN ||
           c->active_ns >= COPY_SHARE_MIN * p->total;
}

static void put_copy(Picture *p, const CaptureCopy *c, guint boot)
{
    g_autoptr(GString) label = g_string_new(NULL);
    g_autofree char *bytes = format_bytes(c->bytes);
    g_autofree char *name = phase_label(c->name, boot);

    g_string_append_printf(label, DOT "%s by %s", bytes,
                           capture_copy_method(c));
    append_figure(label, c->active_ns);
    if (c->active_ns) {
        g_string_append(label, DOT);
        append_real(label, capture_copy_rate(c),
                    capture_copy_rate(c) < 99.95 ? 1 : 0);
        g_string_append(label, " MB/s");
    }
    put_bar(p, "copy", c->first, c->last, name, label->str);
}

/* Copies that have a row of their own, and the others. */
typedef struct CopySums {
    guint rows, rest;
    uint64_t rest_bytes, rest_ns;
} CopySums;

static void put_copies_of(Picture *p, guint boot, CopySums *sums)
{
    const CaptureCopies *copies = g_ptr_array_index(p->b->boot_copies, boot);

    for (guint i = 0; i < capture_copies_count(copies); i++) {
        const CaptureCopy *c = capture_copies_get(copies, i);

        if (sums->rows < COPIES_MAX && worth_a_row(p, c)) {
            put_copy(p, c, boot);
            sums->rows++;
        } else {
            sums->rest++;
            sums->rest_bytes += c->bytes;
            sums->rest_ns += c->active_ns;
        }
    }
}

static void put_copies(Picture *p)
{
    CopySums sums = { 0 };

    if (!capture_copies_count(p->b->copies)) {
        return;
    }
    put_section(p, "fw_cfg copies");
    for (guint i = 0; i < p->b->boot_copies->len; i++) {
        put_copies_of(p, i, &sums);
    }
    if (sums.rest) {
        g_autoptr(GString) text = g_string_new(NULL);
        g_autofree char *bytes = format_bytes(sums.rest_bytes);

        g_string_append_printf(text, "%u %sitem%s: %s in ", sums.rest,
                               sums.rows ? "more " : "",
                               sums.rest == 1 ? "" : "s", bytes);
        append_duration(text, sums.rest_ns);
        put_text(p, "dim", NULL, MARGIN + 5, p->y + 16, text->str);
        p->y += ROW;
    }
}

/* The bins as one shape: a column each, none of it outside the plot. */
static void put_bins(Picture *p, const Density *d, uint64_t peak)
{
    GString *out = p->out;
    double bottom = p->y + HISTOGRAM;
    double width = (double)p->b->bin_ns * PLOT / p->total;

    g_string_append(out, "<path class=\"density\" d=\"");
    for (int i = 0; i < DENSITY_BINS; i++) {
        double x = MARGIN + i * width;
        double h = (double)d->bins[i] * (HISTOGRAM - 4) / peak;
        double w = MIN(MAX(width, 1), WIDTH - MARGIN - x);

        if (!d->bins[i] || w <= 0) {
            continue;
        }
        /* The least that can be seen: one byte is not none. */
        h = MAX(h, 1);
        g_string_append(out, "M");
        append_real(out, x, 2);
        g_string_append(out, " ");
        append_real(out, bottom, 0);
        g_string_append(out, "v-");
        append_real(out, h, 2);
        g_string_append(out, "h");
        append_real(out, w, 2);
        g_string_append(out, "v");
        append_real(out, h, 2);
        g_string_append(out, "z");
    }
    g_string_append(out, "\"/>\n<line class=\"base\"");
    append_at(out, "x1", MARGIN);
    append_at(out, "x2", WIDTH - MARGIN);
    append_at(out, "y1", bottom);
    append_at(out, "y2", bottom);
    g_string_append(out, "/>\n");
}

static void put_stream(Picture *p, int stream)
{
    const Density *d = p->b->density[stream];
    g_autofree char *tag = stream_tag(&p->b->names, stream);
    g_autofree char *bytes = format_bytes(d->bytes);
    g_autoptr(GString) label = g_string_new(NULL);
    uint64_t peak = 1;

    for (int i = 0; i < DENSITY_BINS; i++) {
        peak = MAX(peak, d->bins[i]);
    }
    g_string_append(label, "<tspan class=\"name\">");
    append_escaped(label, tag);
    g_string_append(label, "</tspan>");
    if (p->b->names.frontend[stream][0]) {
        g_string_append(label, " (");
        append_safe(label, p->b->names.frontend[stream]);
        g_string_append(label, ")");
    }
    g_string_append_printf(label, DOT "%s" DOT "at most %" PRIu64 " bytes in ",
                           bytes, peak);
    append_duration(label, p->b->bin_ns);
    put_text(p, "label out", NULL, MARGIN, p->y + 14, label->str);
    p->y += 18;
    put_bins(p, d, peak);
    p->y += HISTOGRAM + 8;
}

static void put_streams(Picture *p)
{
    int shown = 0;

    for (int i = 0; i < CAPTURE_STREAMS_MAX && shown < STREAMS_SHOWN; i++) {
        if (p->b->density[i]) {
            if (!shown++) {
                put_section(p, "Debug output");
            }
            put_stream(p, i);
        }
    }
}

static void put_legend(Picture *p, const GArray *spans)
{
    double x = MARGIN;

    for (int g = 0; g < PHASE_GROUPS; g++) {
        char class[4] = { 'g', '0' + g };
        bool used = false;

        for (guint i = 0; i < spans->len; i++) {
            used |= (int)g_array_index(spans, PhaseSpan, i).group == g;
        }
        if (used) {
            const char *name = phase_group_name(g);

            put_rect(p, class, x, p->y + 12, 12, 12);
            put_text(p, "dim", NULL, x + 17, p->y + 22, name);
            x += 17 + strlen(name) * CHAR + 20;
        }
    }
    p->y += 36;
}

/* It has no axis of time: the widths are shares of the samples. */
static void put_flame(Picture *p, const ProfileBoot *profile)
{
    g_autoptr(GString) flame = g_string_new(NULL);
    guint height = append_flame(flame, profile, PLOT);

    if (height) {
        put_section(p, "Functions: phases, and below each what it called, by "
                       "share of the samples");
        g_string_append_printf(p->out,
                               "<g transform=\"translate(%d %d)\">\n%s</g>\n",
                               MARGIN, p->y, flame->str);
        p->y += height + MARGIN;
    }
}

static void put_picture(Picture *p, const ProfileBoot *profile)
{
    g_autoptr(GArray) spans = boot_data_spans(p->b);
    GString *out = p->out;
    GString *rows = g_string_new(NULL);

    put_head(p);
    p->out = rows;
    p->y = HEAD;
    put_phases(p, spans);
    put_copies(p);
    put_streams(p);
    p->out = out;
    put_grid(p, HEAD + 6);
    g_string_append_len(out, rows->str, rows->len);
    g_string_free(rows, TRUE);
    put_legend(p, spans);
    if (profile) {
        put_flame(p, profile);
    }
}

void append_timeline_svg(GString *out, const BootData *b,
                         const ProfileBoot *profile, bool standalone)
{
    Picture p = {
        .out = g_string_new(NULL),
        .b = b,
        .start = b->start,
        .total = MAX(MAX(boot_data_total(b), b->end - b->start), 1000),
    };

    put_picture(&p, profile);
    if (standalone) {
        g_string_append(out, "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n");
    }
    g_string_append_printf(out,
                           "<svg xmlns=\"http://www.w3.org/2000/svg\" "
                           "class=\"bst\" role=\"img\" width=\"%d\" "
                           "height=\"%d\" viewBox=\"0 0 %d %d\">\n"
                           "<title>Boot timeline</title>\n%s",
                           WIDTH, p.y, WIDTH, p.y, style);
    g_string_append_printf(out,
                           "<rect class=\"bg\" width=\"%d\" "
                           "height=\"%d\"/>\n",
                           WIDTH, p.y);
    g_string_append_len(out, p.out->str, p.out->len);
    g_string_append(out, "</svg>\n");
    g_string_free(p.out, TRUE);
}
