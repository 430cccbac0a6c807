/*
 * bootstamp ab: two command lines in turn, and which is slower.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "cmd.h"
#include "compare-options.h"
#include "viewer/common/common.h"
#include "viewer/run/run.h"

/* What stands between the two command lines. */
#define BETWEEN "---"

static struct {
    char *capture, *pairs, *a, *b, *until;
    int warmup;
    double timeout, silence;
    gboolean probes, quiet;
} opt = { .pairs = NULL };

static const GOptionEntry entries[] = {
    { "pairs", 'n', 0, G_OPTION_ARG_STRING, &opt.pairs,
      "pairs of boots (default: 20), or from..to: goes on until it can tell",
      "N|FROM..TO" },
    { "a", 0, 0, G_OPTION_ARG_FILENAME, &opt.a,
      "read the command line of A from FILE", "FILE" },
    { "b", 0, 0, G_OPTION_ARG_FILENAME, &opt.b,
      "read the command line of B from FILE", "FILE" },
    { "capture", 'c', 0, G_OPTION_ARG_FILENAME, &opt.capture,
      "write captures to the folders a and b of FOLDER (default: of a new one)",
      "FOLDER" },
    { "warmup", 0, 0, G_OPTION_ARG_INT, &opt.warmup,
      "boot N pairs before that, without counting", "N" },
    { "timeout", 0, 0, G_OPTION_ARG_DOUBLE, &opt.timeout,
      "end a boot that takes longer; it failed then", "SECONDS" },
    { "silence", 0, 0, G_OPTION_ARG_DOUBLE, &opt.silence,
      "end a boot that writes, copies and reads nothing for so long; it failed",
      "SECONDS" },
    { "until", 0, 0, G_OPTION_ARG_STRING, &opt.until,
      "end a boot at this milestone, or at a line that matches",
      "MILESTONE|REGEX" },
    { "probes", 0, 0, G_OPTION_ARG_NONE, &opt.probes,
      "use the firmware with probes, which reports its progress", NULL },
    { "quiet", 'q', 0, G_OPTION_ARG_NONE, &opt.quiet,
      "no progress, and not where the captures are", NULL },
    COMPARE_ENTRIES,
    G_OPTION_ENTRY_NULL
};

/* A command line as a shell would split it; NULL: it has said what is wrong. */
static char **read_command(const char *path)
{
    g_autoptr(GError) error = NULL;
    g_autofree char *text = NULL;
    char **argv = NULL;

    if (!g_file_get_contents(path, &text, NULL, &error) ||
        !g_shell_parse_argv(text, NULL, &argv, &error)) {
        fail(path, "%s", error->message);
        return NULL;
    }
    return argv;
}

/* The words up to BETWEEN, and those behind it. */
static bool split(char **rest, char ***a, char ***b)
{
    guint at = 0;

    while (rest[at] && strcmp(rest[at], BETWEEN)) {
        at++;
    }
    if (!at || !rest[at] || !rest[at + 1]) {
        return false;
    }
    *b = g_strdupv(rest + at + 1);
    g_clear_pointer(&rest[at], g_free);
    *a = g_strdupv(rest);
    for (guint i = at + 1; rest[i]; i++) {
        g_clear_pointer(&rest[i], g_free);
    }
    return true;
}

/* Both command lines; 0, or the exit status. */
static int read_commands(char **rest, char ***a, char ***b)
{
    if (!opt.a && !opt.b) {
        return split(rest, a, b)
                   ? 0
                   : usage_error("ab", "two QEMU commands are needed, with "
                                       "--- between them");
    }
    if (!opt.a || !opt.b || rest[0]) {
        return usage_error("ab", "--a and --b name both commands, and no "
                                 "other one is given");
    }
    *a = read_command(opt.a);
    *b = *a ? read_command(opt.b) : NULL;
    return *b ? 0 : EXIT_TROUBLE;
}

static int read_options(RunAb *ab)
{
    int status = compare_options_read("ab", &ab->diff);

    if (status) {
        return status;
    }
    if (!ab_parse_pairs(opt.pairs ? opt.pairs : "20", &ab->first, &ab->last)) {
        return usage_error("ab",
                           "'%s' is not a number of pairs, such as 20 "
                           "or 5..60",
                           opt.pairs);
    }
    if (opt.warmup < 0 || !(opt.timeout >= 0) || isinf(opt.timeout) ||
        !(opt.silence >= 0) || isinf(opt.silence)) {
        return usage_error("ab", "a number of --warmup, --timeout or --silence "
                                 "is out of range");
    }
    ab->warmup = opt.warmup;
    ab->timeout = opt.timeout;
    ab->silence = opt.silence;
    ab->until = opt.until;
    ab->quiet = opt.quiet;
    return 0;
}

int cmd_ab(int argc, char **argv)
{
    g_auto(GStrv) rest = NULL, a = NULL, b = NULL;
    RunAb ab = { 0 };
    int status;

    if (!parse_options(argc, argv,
                       "[--] QEMU-A [ARGUMENT...] --- QEMU-B [ARGUMENT...]",
                       "Boots A and B in turn, A B B A ..., so that a host "
                       "that drifts slows both, and\ncompares the pairs.\n"
                       "Exit status: 0 B is no slower, 1 slower (or fails "
                       "more often), 2 error,\n3 cannot tell.",
                       entries, -1, &rest, &status)) {
        return status;
    }
    if (compare_options_help()) {
        return EXIT_SUCCESS;
    }
    status = read_options(&ab);
    status = status ? status : read_commands(rest, &a, &b);
    if (status) {
        return status;
    }
    ab.a = (QemuStart){ .argv = a, .probes = opt.probes, .quiet = true };
    ab.b = (QemuStart){ .argv = b, .probes = opt.probes, .quiet = true };
    status = EXIT_TROUBLE;
    if (qemu_start_prepare(&ab.a) && qemu_start_prepare(&ab.b)) {
        status = run_ab(&ab, opt.capture);
    }
    qemu_start_clear(&ab.a);
    qemu_start_clear(&ab.b);
    return status;
}
