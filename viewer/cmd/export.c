/*
 * bootstamp export: a capture in another form.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#include <stdlib.h>
#include <string.h>

#include "cmd.h"
#include "symbol-options.h"
#include "viewer/common/common.h"
#include "viewer/export/export.h"

static struct {
    char *format, *clock, *time, *output, *stream, *at, *vcpu;
    char **symbols;
    gboolean follow, events, controls;
} opt;

static const GOptionEntry entries[] = {
    { "format", 'F', 0, G_OPTION_ARG_STRING, &opt.format,
      "text (default), or another one: --format help lists them", "FORMAT" },
    { "clock", 0, 0, G_OPTION_ARG_STRING, &opt.clock,
      "host (default), or virtual: QEMU's own clock, exact under -icount",
      "CLOCK" },
    { "time", 0, 0, G_OPTION_ARG_STRING, &opt.time,
      "relative (default), wall, delta or monotonic (the host's "
      "CLOCK_MONOTONIC)",
      "TIME" },
    { "events", 0, 0, G_OPTION_ARG_NONE, &opt.events,
      "text, csv, html: rows for fw_cfg and VM events as well", NULL },
    { "controls", 0, 0, G_OPTION_ARG_NONE, &opt.controls,
      "show the control sequences in lines, such as ^[[0;32m", NULL },
    { "stream", 0, 0, G_OPTION_ARG_STRING, &opt.stream,
      "only this stream, by its chardev id or number", "STREAM" },
    { "at", 0, 0, G_OPTION_ARG_STRING, &opt.at,
      "screen: the time in seconds (default: the end)", "TIME" },
    { "symbols", 's', 0, G_OPTION_ARG_FILENAME_ARRAY, &opt.symbols,
      SYMBOLS_HELP, "FILE[@ADDRESS]" },
    { "vcpu", 0, 0, G_OPTION_ARG_STRING, &opt.vcpu, VCPU_HELP, "N" },
    { "follow", 'f', 0, G_OPTION_ARG_NONE, &opt.follow,
      "go on with a live boot until QEMU ends", NULL },
    { "output", 'o', 0, G_OPTION_ARG_FILENAME, &opt.output,
      "write to FILE, not to standard output; ctf: a new folder", "FILE" },
    G_OPTION_ENTRY_NULL
};

/* Which of the words in @names is @value; -1 for none. */
static int choice(const char *value, const char *const *names)
{
    for (int i = 0; names[i]; i++) {
        if (!strcmp(value, names[i])) {
            return i;
        }
    }
    return -1;
}

/* Seconds, such as 12.5, as ns; NULL: the end.  False: it is no time. */
static bool read_time(const char *text, uint64_t *ns)
{
    char *end;
    double seconds;

    *ns = UINT64_MAX;
    if (!text) {
        return true;
    }
    seconds = g_ascii_strtod(text, &end);
    *ns = seconds * 1e9;
    return end != text && !*end && seconds >= 0 && seconds < 1e9;
}

/* Returns 0, or the exit status for a wrong option. */
static int read_options(ExportOptions *o)
{
    static const char *const times[] = { "relative", "wall", "delta",
                                         "monotonic", NULL };
    int time = choice(opt.time ? opt.time : "relative", times);

    o->format = opt.format ? export_info_by_name(opt.format) : export_info(0);
    if (!o->format) {
        return usage_error("export",
                           "unknown format '%s': --format help lists them",
                           opt.format);
    }
    if (!parse_clock(opt.clock, &o->clock)) {
        return usage_error("export", "unknown clock '%s'", opt.clock);
    }
    if (time < 0) {
        return usage_error("export", "unknown time '%s'", opt.time);
    }
    if (o->clock == CLOCK_VIRTUAL && time == EXPORT_TIME_WALL) {
        return usage_error("export", "the virtual clock has no time of day");
    }
    if (time == EXPORT_TIME_MONOTONIC && !o->format->monotonic) {
        return usage_error("export", "%s has no times of CLOCK_MONOTONIC",
                           o->format->name);
    }
    if (o->clock == CLOCK_VIRTUAL && time == EXPORT_TIME_MONOTONIC) {
        return usage_error("export",
                           "the virtual clock is not the host's; leave out "
                           "--clock virtual");
    }
    if (o->format->folder && !opt.output) {
        return usage_error("export",
                           "%s is a folder of files: name it with "
                           "--output",
                           o->format->name);
    }
    if (!read_time(opt.at, &o->at)) {
        return usage_error("export", "'%s' is not a time in seconds", opt.at);
    }
    if (!parse_vcpu("export", opt.vcpu, &o->vcpu)) {
        return EXIT_USAGE;
    }
    if (o->vcpu >= 0 && !o->format->samples) {
        return usage_error("export", "%s has no samples: leave out --vcpu",
                           o->format->name);
    }
    o->time = time;
    o->events = opt.events;
    o->controls = opt.controls;
    o->follow = opt.follow;
    o->stream = opt.stream;
    o->output = opt.output;
    return 0;
}

int cmd_export(int argc, char **argv)
{
    g_auto(GStrv) rest = NULL;
    ExportOptions options = { 0 };
    int status;

    if (!parse_options(argc, argv, "[CAPTURE]",
                       "Writes a capture in another form: the newest one "
                       "where none is named.",
                       entries, 1, &rest, &status)) {
        return status;
    }
    if (opt.format && !strcmp(opt.format, "help")) {
        export_print_formats(stdout);
        return EXIT_SUCCESS;
    }
    status = read_options(&options);
    if (status) {
        return status;
    }
    options.symbols = symbols_from_options(opt.symbols);
    status = options.symbols ? export_capture(rest[0], &options) : EXIT_FAILURE;
    symbols_free(options.symbols);
    return status;
}
