/*
 * What the commands of bootstamp share.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "capture/paths.h"
#include "capture/patterns.h"
#include "common.h"

/* File names and arguments may hold anything: no control bytes go out. */
static void complain(const char *what, const char *text, const char *hint)
{
    g_autoptr(GString) out = g_string_new(NULL);

    append_visible(out, what, strlen(what), false);
    g_string_append(out, ": ");
    append_visible(out, text, strlen(text), false);
    fprintf(stderr, "bootstamp: %s%s\n", out->str, hint);
}

int fail(const char *what, const char *format, ...)
{
    g_autofree char *text = NULL;
    va_list ap;

    va_start(ap, format);
    text = g_strdup_vprintf(format, ap);
    va_end(ap);
    complain(what, text, "");
    return EXIT_FAILURE;
}

bool check_patterns(void)
{
    static gsize reported;
    g_autoptr(GError) error = NULL;

    capture_patterns_default(&error);
    if (error && g_once_init_enter(&reported)) {
        complain("phases.conf", error->message, "");
        g_once_init_leave(&reported, 1);
    }
    return !error;
}

int usage_error(const char *command, const char *format, ...)
{
    g_autofree char *text = NULL;
    g_autofree char *hint =
        g_strdup_printf("; see bootstamp %s --help", command);
    va_list ap;

    va_start(ap, format);
    text = g_strdup_vprintf(format, ap);
    va_end(ap);
    complain(command, text, hint);
    return EXIT_USAGE;
}

/* glib's own has an ellipsis that the C locale shows as a question mark. */
static void print_help(GOptionContext *context)
{
    g_autofree char *help = g_option_context_get_help(context, TRUE, NULL);
    g_auto(GStrv) parts = g_strsplit(help, "\342\200\246", -1);
    g_autofree char *plain = g_strjoinv("...", parts);

    fputs(plain, stdout);
}

bool parse_options(int argc, char **argv, const char *args, const char *summary,
                   const GOptionEntry *entries, int max_rest, char ***rest,
                   int *status)
{
    g_autofree char *prgname = g_strdup_printf("bootstamp %s", argv[0]);
    g_autoptr(GOptionContext) context = g_option_context_new(args);
    g_autoptr(GError) error = NULL;
    g_auto(GStrv) words = NULL;
    GStrv args_copy = g_new0(char *, argc + 1);
    gboolean help = FALSE;
    const GOptionEntry help_entry[] = { { "help", 'h', 0, G_OPTION_ARG_NONE,
                                          &help, "this text", NULL },
                                        G_OPTION_ENTRY_NULL };
    guint left;

    for (int i = 0; i < argc; i++) {
        args_copy[i] = g_strdup(i ? argv[i] : prgname);
    }
    words = args_copy;
    g_set_prgname(prgname);
    g_option_context_set_summary(context, summary);
    if (entries) {
        g_option_context_add_main_entries(context, entries, NULL);
    }
    g_option_context_add_main_entries(context, help_entry, NULL);
    g_option_context_set_help_enabled(context, FALSE);
    g_option_context_set_strict_posix(context, max_rest < 0);
    if (!g_option_context_parse_strv(context, &words, &error)) {
        *status = usage_error(argv[0], "%s", error->message);
        return false;
    }
    if (help) {
        print_help(context);
        *status = EXIT_SUCCESS;
        return false;
    }
    left = g_strv_length(words);
    if (left > 1 && !strcmp(words[1], "--")) {
        g_free(words[1]);
        memmove(words + 1, words + 2, (left - 1) * sizeof(*words));
        left--;
    }
    if (max_rest >= 0 && left > (guint)max_rest + 1) {
        *status = usage_error(argv[0], "'%s' is one argument too many",
                              words[max_rest + 1]);
        return false;
    }
    *rest = g_strdupv(words + 1);
    return true;
}

int fail_refused(const char *path)
{
    return fail(path, "was not taken: it is another user's or a link; "
                      "name it to read it all the same");
}

/* The newest capture of one's own, or NULL: it was reported. */
static char *find_newest(void)
{
    g_autoptr(GPtrArray) found = capture_list();
    g_autofree char *dir = capture_default_dir();
    g_autofree char *refused = capture_refused();

    if (refused) {
        fail_refused(refused);
    }
    if (found->len) {
        return g_strdup(g_ptr_array_index(found, 0));
    }
    fail(dir, "no capture of yours is there, nor in the current folder; "
              "start one with bootstamp run, or name a file");
    return NULL;
}

CaptureReader *open_capture(const char *path)
{
    g_autofree char *newest = path ? NULL : find_newest();
    g_autoptr(GError) error = NULL;
    CaptureReader *r;

    path = path ? path : newest;
    if (!path) {
        return NULL;
    }
    r = capture_reader_open(path, &error);
    if (!r) {
        fail(path, "%s", error->message);
    }
    return r;
}

bool is_deceptive(gunichar c)
{
    switch (g_unichar_type(c)) {
    case G_UNICODE_CONTROL:
    case G_UNICODE_FORMAT:
    case G_UNICODE_SURROGATE:
    case G_UNICODE_UNASSIGNED:
    case G_UNICODE_PRIVATE_USE:
    case G_UNICODE_LINE_SEPARATOR:
    case G_UNICODE_PARAGRAPH_SEPARATOR:
        return true;
    default:
        return false;
    }
}

static size_t append_character(GString *out, const char *text, size_t len)
{
    gunichar c = g_utf8_get_char_validated(text, len);
    size_t size;

    if (c == (gunichar)-1 || c == (gunichar)-2) {
        static const char digit[] = "0123456789ABCDEF";
        unsigned char byte = *text;
        const char shown[] = { '<', digit[byte >> 4], digit[byte & 15], '>' };

        g_string_append_len(out, shown, sizeof(shown));
        return 1;
    }
    size = g_utf8_next_char(text) - text;
    if (is_deceptive(c)) {
        g_string_append_printf(out, "<U+%04X>", c);
    } else {
        g_string_append_len(out, text, size);
    }
    return size;
}

void append_post_code(GString *out, uint8_t code)
{
    const char *name =
        capture_patterns_post(capture_patterns_default(NULL), code);

    g_string_append_printf(out, "POST code 0x%02x", code);
    if (name) {
        g_string_append_c(out, ' ');
        append_visible(out, name, strlen(name), false);
    }
}

void append_visible(GString *out, const char *text, size_t len, bool keep_tabs)
{
    size_t i = 0;

    while (i < len) {
        unsigned char c = text[i];
        size_t plain = i;

        while (plain < len && text[plain] >= 0x20 && text[plain] < 0x7f) {
            plain++;
        }
        if (plain > i) {
            g_string_append_len(out, text + i, plain - i);
            i = plain;
        } else if (c == '\t' && keep_tabs) {
            g_string_append_c(out, c);
            i++;
        } else if (c < 0x20 || c == 0x7f) {
            g_string_append_c(out, '^');
            g_string_append_c(out, c ^ 0x40);
            i++;
        } else {
            i += append_character(out, text + i, len - i);
        }
    }
}

void append_line_text(GString *out, const CaptureLine *line)
{
    if (line->bytes) {
        append_visible(out, line->bytes, line->n_bytes, true);
    } else {
        append_visible(out, line->text, line->len, true);
    }
}

int count_cells(const char *text)
{
    int cells = 0;

    while (*text) {
        gunichar c = (guchar)*text;

        /* The tables of Unicode are slow. */
        if (c < 0x80) {
            cells++;
            text++;
            continue;
        }
        c = g_utf8_get_char(text);
        cells += g_unichar_iszerowidth(c) ? 0 : g_unichar_iswide(c) ? 2 : 1;
        text = g_utf8_next_char(text);
    }
    return cells;
}

int field_width(const char *text, int cells)
{
    return cells + (int)strlen(text) - count_cells(text);
}

void append_padded(GString *out, const char *text, int cells)
{
    int lacking = cells - count_cells(text);

    g_string_append(out, text);
    if (lacking > 0) {
        gsize len = out->len;

        g_string_set_size(out, len + lacking);
        memset(out->str + len, ' ', lacking);
    }
}

char *begin_append(GString *out, size_t n)
{
    size_t len = out->len;

    if (n >= out->allocated_len - len) {
        g_string_set_size(out, len + n);
        out->len = len;
    }
    return out->str + len;
}

void end_append(GString *out, char *end)
{
    *end = '\0';
    out->len = end - out->str;
}

/* Stores @n in decimal, with zeros in front up to @min digits. */
static char *store_decimal(char *to, uint64_t n, int min)
{
    char buf[NUMBER_MAX];
    int i = sizeof(buf);

    do {
        buf[--i] = '0' + n % 10;
        n /= 10;
    } while (n || (int)sizeof(buf) - i < min);
    memcpy(to, buf + i, sizeof(buf) - i);
    return to + sizeof(buf) - i;
}

static char *store_hex(char *to, uint64_t n, int min)
{
    int digits = n ? (67 - __builtin_clzll(n)) / 4 : 1;

    digits = MAX(digits, min);
    for (int i = digits - 1; i >= 0; i--) {
        to[i] = "0123456789abcdef"[n & 15];
        n >>= 4;
    }
    return to + digits;
}

char *store_number(char *to, uint64_t n)
{
    return store_decimal(to, n, 1);
}

void append_number(GString *out, uint64_t n)
{
    end_append(out, store_number(begin_append(out, NUMBER_MAX), n));
}

/* A value takes at most ten times what it has in @format. */
void append_values_of(GString *out, const char *format, const uint64_t *values)
{
    char *to = begin_append(out, NUMBER_MAX / 2 * strlen(format));

    while (*format) {
        int min = 1;

        if (*format != '%') {
            *to++ = *format++;
            continue;
        }
        format++;
        if (g_ascii_isdigit(*format)) {
            min = *format++ - '0';
        }
        to = *format++ == 'x' ? store_hex(to, *values++, min)
                              : store_decimal(to, *values++, min);
    }
    end_append(out, to);
}

/* Also what a spreadsheet takes for them: their full-width forms. */
static bool is_formula(const char *text)
{
    gunichar c = g_utf8_get_char(text);

    switch (c) {
    case '=':
    case '+':
    case '-':
    case '@':
    case '\t':
    case 0xff1d:
    case 0xff0b:
    case 0xff0d:
    case 0xff20:
        return true;
    default:
        return false;
    }
}

void append_csv_cell(GString *row, const char *text)
{
    char *to = begin_append(row, 2 * strlen(text) + 3);

    *to++ = '"';
    if (is_formula(text)) {
        *to++ = '\'';
    }
    for (; *text; text++) {
        if (*text == '"') {
            *to++ = '"';
        }
        *to++ = *text;
    }
    *to++ = '"';
    end_append(row, to);
}

/* printf() takes several times as long, a hundred million times over. */
void append_seconds(GString *out, uint64_t ns, int decimals)
{
    static const unsigned unit[] = { 1000000000, 100000000, 10000000, 1000000,
                                     100000,     10000,     1000,     100,
                                     10,         1 };
    char *to = begin_append(out, 2 * NUMBER_MAX);

    to = store_number(to, ns / 1000000000);
    if (decimals) {
        *to++ = '.';
        to = store_decimal(to, ns % 1000000000 / unit[decimals], decimals);
    }
    end_append(out, to);
}

RowDelta row_clock_next(RowClock *clock, uint64_t time)
{
    RowDelta d = { .first = !clock->any, .back = time < clock->last };

    d.ns = d.back ? clock->last - time : time - clock->last;
    clock->last = time;
    clock->any = true;
    return d;
}

uint64_t row_delta_wait(RowDelta d)
{
    return d.first || d.back ? 0 : d.ns;
}

void append_delta(GString *out, RowDelta d, int decimals)
{
    g_string_append_c(out, d.back ? '-' : '+');
    append_seconds(out, d.ns, decimals);
}

char *format_bytes(uint64_t bytes)
{
    static const char *const units[] = { "kB", "MB", "GB", "TB", "PB", "EB" };
    double value = bytes / 1000.0;
    guint i = 0;

    if (bytes < 1000) {
        return g_strdup_printf("%u byte%s", (guint)bytes,
                               bytes == 1 ? "" : "s");
    }
    while (value >= 1000 && i + 1 < G_N_ELEMENTS(units)) {
        value /= 1000;
        i++;
    }
    return g_strdup_printf("%.1f %s", value, units[i]);
}

void stream_names_feed(StreamNames *names, const CaptureRecord *rec)
{
    int id = -1;

    if (rec->kind == CAPTURE_STREAM) {
        id = rec->u.stream.id;
        g_strlcpy(names->label[id], rec->u.stream.label, CAPTURE_NAME_MAX);
        g_strlcpy(names->frontend[id], rec->u.stream.frontend,
                  CAPTURE_NAME_MAX);
    } else if (rec->kind == CAPTURE_BYTE) {
        id = rec->stream;
    }
    if (id >= names->count) {
        names->count = id + 1;
    }
}

char *stream_tag(const StreamNames *names, uint8_t stream)
{
    GString *tag = g_string_new(NULL);
    const char *label = names->label[stream % CAPTURE_STREAMS_MAX];

    append_visible(tag, label, strlen(label), false);
    if (!tag->len) {
        g_string_printf(tag, "%d", stream);
    }
    return g_string_free(tag, FALSE);
}

bool parse_clock(const char *value, ClockChoice *choice)
{
    *choice = !value                      ? CLOCK_ANY
              : !strcmp(value, "virtual") ? CLOCK_VIRTUAL
                                          : CLOCK_HOST;
    return *choice != CLOCK_HOST || !strcmp(value, "host");
}

bool parse_clock_or_cpu(const char *value, ClockChoice *choice)
{
    if (!g_strcmp0(value, "cpu")) {
        *choice = CLOCK_CPU;
        return true;
    }
    return parse_clock(value, choice);
}

bool choose_clock(const CaptureReader *r, ClockChoice choice,
                  bool *virtual_clock)
{
    CaptureClockMode has = capture_reader_clock(r);

    *virtual_clock =
        choice == CLOCK_VIRTUAL || has == CAPTURE_CLOCK_MODE_VIRTUAL;
    if (has == CAPTURE_CLOCK_MODE_VIRTUAL && choice == CLOCK_HOST) {
        fail(capture_reader_path(r), "has times of QEMU's virtual clock "
                                     "alone; read it by --clock virtual");
        return false;
    }
    if (has == CAPTURE_CLOCK_MODE_HOST && choice == CLOCK_VIRTUAL) {
        fail(capture_reader_path(r), "has times of the host's clock alone; "
                                     "read it by --clock host");
        return false;
    }
    return true;
}

guint hash_u64(gconstpointer key)
{
    static gsize factor;
    uint64_t v = *(const uint64_t *)key;

    if (g_once_init_enter(&factor)) {
        g_once_init_leave(&factor, (gsize)((guint64)g_random_int() << 32 |
                                           g_random_int() | 1));
    }
    v = (v ^ v >> 32) * factor;
    v = (v ^ v >> 29) * factor;
    return v >> 32;
}
