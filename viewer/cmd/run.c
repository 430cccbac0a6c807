/*
 * bootstamp run: QEMU with the module loaded.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#include <stdlib.h>

#include "capture/labels.h"
#include "capture/paths.h"
#include "capture/writer.h"
#include "cmd.h"
#include "viewer/common/common.h"
#include "viewer/report/report.h"
#include "viewer/run/run.h"

/* Samples a second: by default, and what is taken. */
#define PROFILE_HZ 1000
#define PROFILE_HZ_MIN 10
#define PROFILE_HZ_MAX 10000

static struct {
    char *capture;
    gboolean probes;
    gboolean post_codes;
    gboolean quiet;
    gboolean view;
    gboolean if_fits;
    char **labels;
    char *serial; /* NULL, "all" or a chardev */
    char *mode, *group;
    char *size;
    int profile; /* samples a second */
    RunMany many;
} opt = { .many.runs = RUN_ONCE };

/* --serial or --serial=ID */
static gboolean handle_serial(const char *name, const char *value,
                              gpointer data, GError **error)
{
    g_free(opt.serial);
    opt.serial = g_strdup(value ? value : "all");
    return TRUE;
}

/* --profile or --profile=HZ */
static gboolean take_profile(const char *name, const char *value, gpointer data,
                             GError **error)
{
    guint64 hz = PROFILE_HZ;

    if (value && (!g_ascii_string_to_unsigned(value, 10, PROFILE_HZ_MIN,
                                              PROFILE_HZ_MAX, &hz, NULL))) {
        g_set_error(error, G_OPTION_ERROR, G_OPTION_ERROR_BAD_VALUE,
                    "'%s' is not a rate from %d to %d samples a second", value,
                    PROFILE_HZ_MIN, PROFILE_HZ_MAX);
        return FALSE;
    }
    opt.profile = hz;
    return TRUE;
}

static const GOptionEntry entries[] = {
    { "capture", 'c', 0, G_OPTION_ARG_FILENAME, &opt.capture,
      "write the capture to FILE (default: a new one in the default folder)",
      "FILE" },
    { "probes", 0, 0, G_OPTION_ARG_NONE, &opt.probes,
      "use the firmware with probes, which reports its progress", NULL },
    { "post-codes", 0, 0, G_OPTION_ARG_NONE, &opt.post_codes,
      "capture POST codes too: what is written to port 0x80", NULL },
    { "quiet", 'q', 0, G_OPTION_ARG_NONE, &opt.quiet,
      "do not say what is captured", NULL },
    { "serial", 0, G_OPTION_FLAG_OPTIONAL_ARG, G_OPTION_ARG_CALLBACK,
      (gpointer)handle_serial,
      "capture serial ports and other consoles too, or that of chardev ID",
      "ID" },
    { "profile", 0, G_OPTION_FLAG_OPTIONAL_ARG, G_OPTION_ARG_CALLBACK,
      (gpointer)take_profile,
      "sample where the vCPUs are, HZ times a second (1000), for bootstamp "
      "profile",
      "HZ" },
    { "if-fits", 0, 0, G_OPTION_ARG_NONE, &opt.if_fits,
      "start QEMU without a capture where the module does not fit it", NULL },
    { "mode", 0, 0, G_OPTION_ARG_STRING, &opt.mode,
      "permissions of the capture, such as 640 (default: 600)", "OCTAL" },
    { "group", 0, 0, G_OPTION_ARG_STRING, &opt.group,
      "give the capture to GROUP", "GROUP" },
    { "size", 0, 0, G_OPTION_ARG_STRING, &opt.size,
      "limit the capture's size; with keep=last or keep=ends what is oldest is "
      "dropped, without it what does not fit is lost (default in the default "
      "folder: 256M,keep=ends)",
      "SIZE[,keep=first|last|ends]" },
    { "label", 0, 0, G_OPTION_ARG_FILENAME_ARRAY, &opt.labels,
      "a label that the capture has from now on, such as commit=abc; may be "
      "given several times",
      "NAME=VALUE" },
    { "runs", 'n', 0, G_OPTION_ARG_INT, &opt.many.runs,
      "boot N times, into a folder (--capture), and print statistics", "N" },
    { "warmup", 0, 0, G_OPTION_ARG_INT, &opt.many.warmup,
      "with -n: boot N times before that, without counting", "N" },
    { "timeout", 0, 0, G_OPTION_ARG_DOUBLE, &opt.many.timeout,
      "end a boot that takes longer, and say where it is; with -n it does not "
      "count",
      "SECONDS" },
    { "silence", 0, 0, G_OPTION_ARG_DOUBLE, &opt.many.silence,
      "the same where no byte, copy or disk read came for so long", "SECONDS" },
    { "keep", 0, 0, G_OPTION_ARG_STRING, &opt.many.keep,
      "with -n: boot until 'Total>3s' or the like, and keep that capture "
      "alone; -n 0: as often as it takes",
      "CONDITION" },
    { "until", 0, 0, G_OPTION_ARG_STRING, &opt.many.until,
      "with -n: end a boot at this milestone, or at a line that matches",
      "MILESTONE|REGEX" },
    { "format", 'F', 0, G_OPTION_ARG_STRING, &opt.many.format,
      "with -n: print statistics as text (default), or in another format: "
      "--format help lists them; of one boot with --timeout or --silence",
      "FORMAT" },
    { "view", 0, 0, G_OPTION_ARG_NONE, &opt.view,
      "watch the boot in this terminal, as bootstamp view does", NULL },
    G_OPTION_ENTRY_NULL
};

/* 0, or the exit status for a mode or a group that there is not. */
static int check_sharing(void)
{
    mode_t mode;
    gid_t group;

    if (opt.mode && !capture_parse_mode(opt.mode, &mode)) {
        return usage_error("run",
                           "'%s' is not a valid mode; it is octal, "
                           "from 600 to 666",
                           opt.mode);
    }
    if (opt.group && !capture_parse_group(opt.group, &group)) {
        return usage_error("run", "there is no group '%s'", opt.group);
    }
    return 0;
}

/* The same for a size. */
static int check_size(void)
{
    uint64_t size;
    CaptureKeep keep;

    if (!opt.size) {
        return 0;
    }
    if (!capture_parse_size(opt.size, &size, &keep)) {
        return usage_error("run",
                           "'%s' is not a valid size, such as 64M or "
                           "64M,keep=ends",
                           opt.size);
    }
    if (size && size < CAPTURE_SIZE_MIN) {
        return usage_error("run", "--size=%s is too small; at least %dK",
                           opt.size, CAPTURE_SIZE_MIN / 1024);
    }
    if (keep != CAPTURE_KEEP_FIRST &&
        (size ? size < CAPTURE_KEEP_SIZE_MIN || size > CAPTURE_KEEP_SIZE_MAX
              : opt.capture != NULL)) {
        return usage_error("run", "keep= needs a size from 1M to 64G");
    }
    return 0;
}

/* The labels as the capture has them; 0, or the exit status. */
static int read_labels(GString *labels)
{
    g_autofree char *error = NULL;

    for (guint i = 0; opt.labels && opt.labels[i]; i++) {
        if (!capture_label_add(labels, opt.labels[i], &error)) {
            return usage_error("run", "--label: %s", error);
        }
    }
    return 0;
}

int cmd_run(int argc, char **argv)
{
    g_autoptr(GString) labels = g_string_new(NULL);
    g_auto(GStrv) rest = NULL;
    QemuStart start = { 0 };
    int status;

    if (!parse_options(argc, argv, "[--] QEMU [ARGUMENT...]",
                       "Starts QEMU with the timestamp back end loaded, "
                       "unless it was built with it.\n"
                       "Nothing is added to the command line: QEMU may be "
                       "started by any wrapper.\n"
                       "The BIOS debug port 0x402 of an x86 machine is "
                       "captured, unless a -chardev\n"
                       "timestamp says what is.\n"
                       "With --probes firmware and option ROMs report each "
                       "of their stages.\n"
                       "QEMU takes this program's place: its exit status and "
                       "signals are QEMU's own.\n"
                       "With --view it runs beside the viewer: q quits only "
                       "the viewer, Ctrl-C stops both.\n"
                       "With -n it boots again and again; captures go to a "
                       "new folder.",
                       entries, -1, &rest, &status)) {
        return status;
    }
    if (!g_strcmp0(opt.many.format, "help")) {
        print_stats_formats(stdout);
        return EXIT_SUCCESS;
    }
    if (!rest[0]) {
        return usage_error("run", "no QEMU command given");
    }
    if (opt.view && run_is_watched(&opt.many) && opt.many.runs == RUN_ONCE) {
        return usage_error("run", "--view has no --timeout and no --silence");
    }
    status = run_many_check(&opt.many);
    status = status ? status : check_sharing();
    status = status ? status : check_size();
    status = status ? status : read_labels(labels);
    if (status) {
        return status;
    }
    start = (QemuStart){
        .argv = rest,
        .capture = opt.capture,
        .probes = opt.probes,
        .post_codes = opt.post_codes,
        .quiet = opt.quiet,
        .view = opt.view,
        .if_fits = opt.if_fits,
        .serial = opt.serial,
        .mode = opt.mode,
        .group = opt.group,
        .size = opt.size,
        .labels = labels->len ? labels->str : NULL,
        .profile = opt.profile,
    };
    if (!qemu_start_prepare(&start)) {
        return EXIT_FAILURE;
    }
    status = opt.many.runs != RUN_ONCE
                 ? run_many(&opt.many, opt.capture, opt.quiet, &start)
             : run_is_watched(&opt.many) ? run_alone(&opt.many, &start)
                                         : qemu_start(&start);
    qemu_start_clear(&start);
    return status;
}
