/*
 * bootstamp profile: the functions in which the time of a boot went.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#include <stdlib.h>
#include <string.h>

#include "cmd.h"
#include "symbol-options.h"
#include "viewer/common/common.h"
#include "viewer/report/report.h"

static struct {
    char **symbols;
    char *phase;
    char *clock;
    char *between[2];
    char *vcpu;
    int session;
    gboolean all;
} opt;

static const GOptionEntry entries[] = {
    { "symbols", 's', 0, G_OPTION_ARG_FILENAME_ARRAY, &opt.symbols,
      SYMBOLS_HELP, "FILE[@ADDRESS]" },
    { "phase", 0, 0, G_OPTION_ARG_STRING, &opt.phase,
      "only phases of this name", "NAME" },
    { "between", 0, 0, G_OPTION_ARG_STRING, &opt.between[0],
      "only from A to B: milestones, or lines that match regular expressions",
      "A B" },
    { "vcpu", 0, 0, G_OPTION_ARG_STRING, &opt.vcpu, VCPU_HELP, "N" },
    { "clock", 0, 0, G_OPTION_ARG_STRING, &opt.clock,
      "host (default), or virtual: QEMU's own clock, exact under -icount",
      "CLOCK" },
    { "session", 0, 0, G_OPTION_ARG_INT, &opt.session,
      "which session (QEMU run) of a capture written with append=on, from 1 "
      "(default: the last)",
      "N" },
    { "all", 'a', 0, G_OPTION_ARG_NONE, &opt.all,
      "functions of little time as well", NULL },
    G_OPTION_ENTRY_NULL
};

/* --between A B: GOption knows options of one word. */
static int take_between(int argc, char **argv)
{
    int n = 0;

    for (int i = 0; i < argc; i++) {
        if (!strcmp(argv[i], "--between") && i + 2 < argc) {
            opt.between[0] = argv[++i];
            opt.between[1] = argv[++i];
        } else {
            argv[n++] = argv[i];
        }
    }
    argv[n] = NULL;
    return n;
}

static bool compile_marks(GRegex *marks[2])
{
    for (int i = 0; i < 2; i++) {
        g_autoptr(GError) error = NULL;

        marks[i] = NULL;
        if (opt.between[i]) {
            marks[i] = g_regex_new(opt.between[i],
                                   G_REGEX_OPTIMIZE | G_REGEX_RAW, 0, &error);
        }
        if (error) {
            usage_error("profile", "'%s' is not a regular expression: %s",
                        opt.between[i], error->message);
            return false;
        }
    }
    return true;
}

/* NULL: it has said why not. */
static ProfileBoot *read_boot(const char *path, Symbols *symbols,
                              ClockChoice clock, int vcpu)
{
    CaptureReader *r = open_capture(path);
    ProfileReadOptions options = { .session = opt.session, .vcpu = vcpu };
    ProfileBoot *b = NULL;

    if (r && choose_clock(r, clock, &options.virtual_clock) &&
        compile_marks(options.marks)) {
        b = profile_boot_read(r, symbols, &options);
    }
    capture_reader_close(r);
    return b;
}

static int run(char **paths, ClockChoice clock, int vcpu)
{
    const ProfileOptions options = {
        .phase = opt.phase,
        .between = { opt.between[0], opt.between[1] },
        .all = opt.all,
    };
    int n = paths[0] && paths[1] ? 2 : 1;
    Symbols *symbols[2] = { NULL, NULL };
    ProfileBoot *boots[2] = { NULL, NULL };
    int status = EXIT_FAILURE;
    bool good = true;

    for (int i = 0; good && i < n; i++) {
        symbols[i] = symbols_from_options(opt.symbols);
        boots[i] =
            symbols[i] ? read_boot(paths[i], symbols[i], clock, vcpu) : NULL;
        good = boots[i];
    }
    if (good) {
        status = n == 2 ? print_profile_diff(boots[0], boots[1], &options)
                        : print_profile(boots[0], &options);
    }
    for (int i = 0; i < n; i++) {
        profile_boot_free(boots[i]);
        symbols_free(symbols[i]);
    }
    return status;
}

int cmd_profile(int argc, char **argv)
{
    g_auto(GStrv) rest = NULL;
    ClockChoice clock;
    int status, vcpu;

    argc = take_between(argc, argv);
    if (!parse_options(argc, argv, "[CAPTURE [CAPTURE]]",
                       "Names the functions in which the time of each phase "
                       "went, from the samples\nthat bootstamp run --profile "
                       "took.  Of two captures: what became more and less.",
                       entries, 2, &rest, &status)) {
        return status;
    }
    if (opt.between[0] && !opt.between[1]) {
        return usage_error("profile", "--between needs two places");
    }
    if (opt.phase && opt.between[0]) {
        return usage_error("profile",
                           "--phase and --between exclude each other");
    }
    if (!parse_clock(opt.clock, &clock)) {
        return usage_error("profile", "unknown clock '%s'", opt.clock);
    }
    if (!parse_vcpu("profile", opt.vcpu, &vcpu)) {
        return EXIT_USAGE;
    }
    check_patterns();
    return run(rest, clock, vcpu);
}
