/*
 * bootstamp export: each format, with what must hold of what it wrote.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#include <glib/gstdio.h>
#include <stdlib.h>
#include <string.h>

#include "fuzz.h"
#include "viewer/export/export.h"

static ExportOptions opt;
static char *stream, *output;

int LLVMFuzzerInitialize(int *argc, char ***argv)
{
    fuzz_begin();
    return 0;
}

/* What the guest wrote, as the reader has it. */
static void check_raw(const char *text, size_t len)
{
    CaptureReader *r = capture_reader_open(fuzz_path(), NULL);
    CaptureRecord rec;
    size_t at = 0;

    while (capture_reader_next(r, &rec)) {
        if (rec.kind == CAPTURE_BYTE && !opt.stream) {
            FUZZ_CHECK(at < len && (uint8_t)text[at] == rec.byte);
            at++;
        }
    }
    FUZZ_CHECK(opt.stream || at == len);
    capture_reader_close(r);
}

static void check(const char *format, const char *text, size_t len)
{
    if (!strcmp(format, "raw")) {
        check_raw(text, len);
    } else if (!strcmp(format, "json") || !strcmp(format, "asciicast")) {
        fuzz_check_json_lines(text, len);
    } else if (!strcmp(format, "perfetto")) {
        fuzz_check_json(text, len);
    } else if (!strcmp(format, "csv")) {
        fuzz_check_csv(text, len);
    } else if (!strcmp(format, "svg")) {
        fuzz_check_markup(text, len, true);
    } else if (!strcmp(format, "html")) {
        fuzz_check_markup(text, len, false);
    } else {
        fuzz_check_text(text, len, "\t");
    }
}

static void remove_output(void)
{
    g_autoptr(GDir) dir = g_dir_open(opt.output, 0, NULL);
    const char *name;

    while (dir && (name = g_dir_read_name(dir))) {
        g_autofree char *path = g_build_filename(opt.output, name, NULL);

        g_unlink(path);
    }
    g_rmdir(opt.output);
}

static void set_options(const uint8_t *choice)
{
    guint n = 0;

    while (export_info(n)) {
        n++;
    }
    opt.format = export_info(choice[0] % n);
    opt.clock = choice[1] & 1 ? CLOCK_VIRTUAL : CLOCK_HOST;
    opt.time = (choice[1] >> 1) % (EXPORT_TIME_DELTA + 1);
    opt.events = choice[1] >> 4 & 1;
    opt.vcpu = -1;
    stream = choice[2] & 1 ? g_strdup_printf("%u", choice[2] >> 1) : NULL;
    output =
        opt.format->folder ? g_build_filename(fuzz_dir(), "out", NULL) : NULL;
    opt.stream = stream;
    opt.output = output;
}

static void forget_options(void)
{
    g_free(stream);
    g_free(output);
    memset(&opt, 0, sizeof(opt));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const char *text;
    bool good;
    size_t len;
    int status;

    if (size < FUZZ_CHOICES) {
        return -1;
    }
    fuzz_store(data[3], data + FUZZ_CHOICES, size - FUZZ_CHOICES);
    set_options(data);
    good = fuzz_is_capture();
    status = export_capture(fuzz_path(), &opt);
    text = fuzz_output(&len);
    FUZZ_CHECK(good || status != EXIT_SUCCESS);
    if (status == EXIT_SUCCESS && !opt.format->folder) {
        check(opt.format->name, text, len);
    }
    /* A clock that is not there, time of day by the virtual clock and
     * unknown streams are refused. */
    FUZZ_CHECK(
        !good || status == EXIT_SUCCESS || opt.stream ||
        !fuzz_has_clock(opt.clock == CLOCK_VIRTUAL ? "virtual" : "host") ||
        (opt.clock == CLOCK_VIRTUAL && opt.time == EXPORT_TIME_WALL));
    if (opt.format->folder) {
        remove_output();
    }
    forget_options();
    return 0;
}
