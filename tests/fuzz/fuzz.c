/*
 * What the libFuzzer harnesses share.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#include <fcntl.h>
#include <locale.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "capture/reader.h"
#include "fuzz.h"

static int output_fd, error_fd;
static char *folder, *capture_path;
static FILE *own_stderr;

void fuzz_finding(const char *file, int line, const char *what)
{
    fprintf(own_stderr, "FINDING: %s:%d: %s\n", file, line, what);
    fflush(own_stderr);
    abort();
}

/* ------------------------------------------------------------------ */
/* Files                                                               */

static void remove_folder(void)
{
    g_autofree char *command = g_strdup_printf("rm -rf '%s'", folder);

    if (system(command)) {
        fprintf(own_stderr, "cannot remove %s\n", folder);
    }
}

static void make_folder(void)
{
    const char *base = g_getenv("FUZZ_TMP");
    g_autofree char *name =
        g_strdup_printf("%s/bootstamp-fuzz-XXXXXX", base ? base : "/dev/shm");

    folder = g_strdup(mkdtemp(name));
    FUZZ_CHECK(folder);
    capture_path = g_build_filename(folder, "input.bst", NULL);
    atexit(remove_folder);
}

void fuzz_begin(void)
{
    own_stderr = stderr;
    setlocale(LC_ALL, "C.UTF-8");
    setenv("TZ", "UTC", 1);
    make_folder();
    setenv("XDG_CONFIG_HOME", folder, 1);
    setenv("XDG_RUNTIME_DIR", folder, 1);
    setenv("TMPDIR", folder, 1);
    output_fd = memfd_create("output", MFD_CLOEXEC);
    error_fd = memfd_create("error", MFD_CLOEXEC);
    FUZZ_CHECK(dup2(output_fd, STDOUT_FILENO) == STDOUT_FILENO);
    stderr = fdopen(error_fd, "w");
    FUZZ_CHECK(stderr);
}

const char *fuzz_dir(void)
{
    return folder;
}

const char *fuzz_path(void)
{
    return capture_path;
}

static void fill_header(CaptureHeader *h, uint8_t choice)
{
    memset(h, 0, sizeof(*h));
    memcpy(h->magic, CAPTURE_MAGIC, sizeof(h->magic));
    h->version = CAPTURE_VERSION;
    h->header_size = CAPTURE_HEADER_SIZE;
    h->clock = CAPTURE_CLOCK_MONOTONIC;
    if (choice % 4 == 3) {
        h->version = CAPTURE_VERSION_VIRTUAL;
        h->clock = CAPTURE_CLOCK_VIRTUAL;
    } else if (choice % 4 == 2) {
        h->flags = CAPTURE_FLAG_NO_VCLOCK;
    }
    h->start_wall_ns = UINT64_C(1700000000000000000);
    strcpy(h->qemu_version, "7.2.22");
    strcpy(h->machine, "pc");
    strcpy(h->arch, "x86_64");
}

void fuzz_store(uint8_t choice, const uint8_t *data, size_t size)
{
    int fd = open(capture_path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    size_t magic = MIN(size, sizeof(CAPTURE_MAGIC) - 1);
    CaptureHeader h;

    FUZZ_CHECK(fd >= 0);
    if (magic < 4 || memcmp(data, CAPTURE_MAGIC, magic)) {
        fill_header(&h, choice);
        FUZZ_CHECK(write(fd, &h, sizeof(h)) == sizeof(h));
    }
    FUZZ_CHECK(write(fd, data, size) == (ssize_t)size);
    close(fd);
}

bool fuzz_is_capture(void)
{
    g_autoptr(GError) error = NULL;
    CaptureReader *r = capture_reader_open(capture_path, &error);

    FUZZ_CHECK(!r == !!error);
    capture_reader_close(r);
    return r;
}

bool fuzz_has_clock(const char *clock)
{
    CaptureReader *r = capture_reader_open(capture_path, NULL);
    CaptureClockMode lacks = strcmp(clock, "virtual")
                                 ? CAPTURE_CLOCK_MODE_VIRTUAL
                                 : CAPTURE_CLOCK_MODE_HOST;
    bool has = r && capture_reader_clock(r) != lacks;

    capture_reader_close(r);
    return has;
}

/* ------------------------------------------------------------------ */
/* What was printed                                                    */

/* All of @fd, which is emptied; NUL-terminated. */
static void take(int fd, GString *into)
{
    struct stat st;

    FUZZ_CHECK(!fstat(fd, &st));
    g_string_set_size(into, st.st_size);
    FUZZ_CHECK(pread(fd, into->str, st.st_size, 0) == st.st_size);
    FUZZ_CHECK(!ftruncate(fd, 0) && lseek(fd, 0, SEEK_SET) == 0);
}

static void check_messages(const GString *text)
{
    for (const char *line = text->str; *line;) {
        const char *end = strchr(line, '\n');

        FUZZ_CHECK(end);
        FUZZ_CHECK(g_str_has_prefix(line, "bootstamp: "));
        line = end + 1;
    }
    fuzz_check_text(text->str, text->len, "");
}

const char *fuzz_output(size_t *len)
{
    static GString *output, *errors;

    if (!output) {
        output = g_string_new(NULL);
        errors = g_string_new(NULL);
    }
    FUZZ_CHECK(!fflush(stdout) && !fflush(stderr));
    take(output_fd, output);
    take(error_fd, errors);
    check_messages(errors);
    *len = output->len;
    return output->str;
}

void fuzz_check_text(const char *text, size_t len, const char *also)
{
    const char *end = text + len;

    FUZZ_CHECK(g_utf8_validate_len(text, len, NULL));
    for (const char *p = text; p < end; p = g_utf8_next_char(p)) {
        gunichar c = g_utf8_get_char(p);

        if (c >= 0x20 && c < 0x7f) {
            continue;
        }
        if (c < 0x7f) {
            FUZZ_CHECK(c == '\n' || (c && strchr(also, (int)c)));
            continue;
        }
        /* What a terminal might act on, or that hides. */
        FUZZ_CHECK(c >= 0xa0 && g_unichar_isdefined(c));
        FUZZ_CHECK(g_unichar_type(c) != G_UNICODE_FORMAT);
        FUZZ_CHECK(c != 0x2028 && c != 0x2029);
    }
}

/* ------------------------------------------------------------------ */
/* JSON                                                                */

typedef struct Json {
    const char *p, *end;
    int depth;
} Json;

static void json_value(Json *j);

static void json_blank(Json *j)
{
    while (j->p < j->end && strchr(" \t\r\n", *j->p) && *j->p) {
        j->p++;
    }
}

static bool json_take(Json *j, char c)
{
    bool is = j->p < j->end && *j->p == c;

    j->p += is;
    return is;
}

static void json_string(Json *j)
{
    FUZZ_CHECK(json_take(j, '"'));
    while (j->p < j->end && *j->p != '"') {
        FUZZ_CHECK((unsigned char)*j->p >= 0x20);
        if (*j->p++ != '\\') {
            continue;
        }
        FUZZ_CHECK(j->p < j->end && *j->p && strchr("\"\\/bfnrtu", *j->p));
        if (*j->p++ == 'u') {
            for (int i = 0; i < 4; i++) {
                FUZZ_CHECK(j->p < j->end && g_ascii_isxdigit(*j->p));
                j->p++;
            }
        }
    }
    FUZZ_CHECK(json_take(j, '"'));
}

static void json_digits(Json *j)
{
    FUZZ_CHECK(j->p < j->end && g_ascii_isdigit(*j->p));
    while (j->p < j->end && g_ascii_isdigit(*j->p)) {
        j->p++;
    }
}

static void json_number(Json *j)
{
    json_take(j, '-');
    if (!json_take(j, '0')) {
        json_digits(j);
    }
    if (json_take(j, '.')) {
        json_digits(j);
    }
    if (json_take(j, 'e') || json_take(j, 'E')) {
        if (!json_take(j, '+')) {
            json_take(j, '-');
        }
        json_digits(j);
    }
}

static void json_members(Json *j, bool object)
{
    FUZZ_CHECK(++j->depth < 32);
    j->p++;
    json_blank(j);
    if (!json_take(j, object ? '}' : ']')) {
        do {
            json_blank(j);
            if (object) {
                json_string(j);
                json_blank(j);
                FUZZ_CHECK(json_take(j, ':'));
            }
            json_value(j);
            json_blank(j);
        } while (json_take(j, ','));
        FUZZ_CHECK(json_take(j, object ? '}' : ']'));
    }
    j->depth--;
}

static bool json_word(Json *j, const char *word)
{
    size_t n = strlen(word);
    bool is = (size_t)(j->end - j->p) >= n && !memcmp(j->p, word, n);

    j->p += is ? n : 0;
    return is;
}

static void json_value(Json *j)
{
    json_blank(j);
    FUZZ_CHECK(j->p < j->end);
    if (*j->p == '{' || *j->p == '[') {
        json_members(j, *j->p == '{');
    } else if (*j->p == '"') {
        json_string(j);
    } else if (!json_word(j, "true") && !json_word(j, "false") &&
               !json_word(j, "null")) {
        json_number(j);
    }
}

void fuzz_check_json(const char *text, size_t len)
{
    Json j = { .p = text, .end = text + len };

    FUZZ_CHECK(g_utf8_validate_len(text, len, NULL));
    json_value(&j);
    json_blank(&j);
    FUZZ_CHECK(j.p == j.end);
}

void fuzz_check_json_lines(const char *text, size_t len)
{
    while (len) {
        const char *end = memchr(text, '\n', len);

        FUZZ_CHECK(end);
        fuzz_check_json(text, end - text);
        len -= end + 1 - text;
        text = end + 1;
    }
}

/* ------------------------------------------------------------------ */
/* CSV                                                                 */

/* Steps over a cell; numbers stand without quotes. */
static const char *csv_cell(const char *p, const char *end)
{
    if (*p != '"') {
        while (p < end && *p != ',' && *p != '\r') {
            FUZZ_CHECK(g_ascii_isalnum(*p) || strchr("_-.", *p));
            p++;
        }
        return p;
    }
    FUZZ_CHECK(++p < end && !strchr("=+-@\t\r", *p));
    for (; p < end; p++) {
        if (*p == '"' && p[1] != '"') {
            return p + 1;
        }
        p += *p == '"';
    }
    FUZZ_CHECK(!"a closing quote");
    return p;
}

void fuzz_check_csv(const char *text, size_t len)
{
    const char *p = text, *end = text + len;
    int columns = 0;

    fuzz_check_text(text, len, "\r\t");
    while (p < end) {
        int n = 0;

        do {
            p = csv_cell(p + (n > 0), end);
            n++;
        } while (p < end && *p == ',');
        FUZZ_CHECK(end - p >= 2 && p[0] == '\r' && p[1] == '\n');
        FUZZ_CHECK(!columns || n == columns);
        columns = n;
        p += 2;
    }
}

/* ------------------------------------------------------------------ */
/* Markup                                                              */

/* A parser that is not ours has to take the whole. */
static void check_xml(const char *text, size_t len)
{
    static const GMarkupParser nothing;
    GMarkupParseContext *context =
        g_markup_parse_context_new(&nothing, 0, NULL, NULL);

    FUZZ_CHECK(g_markup_parse_context_parse(context, text, len, NULL));
    FUZZ_CHECK(g_markup_parse_context_end_parse(context, NULL));
    g_markup_parse_context_free(context);
}

static bool is_known_tag(const char *p, const char *end)
{
    static const char *const tags[] = {
        "svg",  "style",    "text",  "tspan",  "rect",     "g",      "title",
        "line", "path",     "desc",  "html",   "head",     "body",   "meta",
        "form", "input",    "label", "span",   "div",      "script", "i",
        "b",    "!DOCTYPE", "?xml",  "circle", "polyline", "defs",   "use",
    };
    size_t n = 0;

    p += *p == '/';
    while (p + n < end && !strchr(" />\n", p[n])) {
        n++;
    }
    for (size_t i = 0; i < G_N_ELEMENTS(tags); i++) {
        if (strlen(tags[i]) == n && !memcmp(tags[i], p, n)) {
            return true;
        }
    }
    return false;
}

void fuzz_check_markup(const char *text, size_t len, bool whole_xml)
{
    const char *end = text + len;
    const char *script = g_strstr_len(text, len, "<script");

    fuzz_check_text(text, len, "\t");
    /* The page's own script comes last, and has comparisons in it. */
    end = script ? script : end;
    for (const char *p = text; p < end; p++) {
        if (*p == '<') {
            FUZZ_CHECK(is_known_tag(p + 1, end));
        }
    }
    if (script) {
        FUZZ_CHECK(
            !g_strstr_len(script + 1, text + len - script - 1, "<script"));
    }
    if (whole_xml) {
        check_xml(text, len);
    }
}
