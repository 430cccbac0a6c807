/*
 * bootstamp run -n.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#include <math.h>
#include <stdlib.h>

#include <glib/gstdio.h>

#include "boot.h"
#include "capture/paths.h"
#include "many.h"
#include "progress.h"
#include "viewer/common/common.h"
#include "viewer/report/report.h"

#define RUNS_MAX 100000

typedef struct Runner {
    const RunMany *options;
    const QemuStart *qemu;
    BootRules rules;
    bool quiet;
    char *dir;
    GPtrArray *good; /* captures that count, char * */
    int failed;
} Runner;

int run_many_check(const RunMany *o)
{
    g_autofree char *error = NULL;
    const StatsFormat *format;
    BootRules rules;

    if (o->runs < 0 || o->runs > RUNS_MAX || o->warmup < 0 ||
        o->warmup > RUNS_MAX || !(o->timeout >= 0) || isinf(o->timeout)) {
        return usage_error("run", "a number of -n, --warmup or --timeout is "
                                  "out of range");
    }
    if (!parse_stats_format(o->format, &format)) {
        return usage_error(
            "run", "unknown format '%s': --format help lists them", o->format);
    }
    if (!o->runs && (o->format || o->warmup || o->timeout > 0 || o->until)) {
        return usage_error("run", "--warmup, --timeout, --until and --format "
                                  "are for -n");
    }
    if (!boot_rules_init(&rules, o->until, o->timeout, &error)) {
        return usage_error("run", "%s", error);
    }
    boot_rules_clear(&rules);
    return 0;
}

static void boot(Runner *r, const char *path, bool counts)
{
    BootResult result = boot_once(r->qemu, &r->rules, path);

    if (result == BOOT_FAILED) {
        r->failed++;
    } else if (result == BOOT_GOOD && counts) {
        g_ptr_array_add(r->good, g_strdup(path));
    } else if (result == BOOT_GOOD) {
        g_unlink(path);
    }
}

static void boot_all(Runner *r)
{
    int warmup = r->options->warmup, all = warmup + r->options->runs;

    progress_begin(r->quiet);
    progress_show(0, all, "boots");
    for (int i = 0; i < all && !boot_stop_signal(); i++) {
        g_autofree char *name =
            i < warmup
                ? g_strdup_printf("warmup-%d" CAPTURE_SUFFIX, i + 1)
                : g_strdup_printf("boot-%04d" CAPTURE_SUFFIX, i - warmup + 1);
        g_autofree char *path = g_build_filename(r->dir, name, NULL);

        boot(r, path, i >= warmup);
        progress_show(i + 1, all, "boots");
    }
    progress_clear();
}

static int report(const Runner *r)
{
    const char *until = r->rules.regex ? NULL : r->options->until;
    StatsOptions options = {
        .until = until,
        .lines = 10,
        .failed = r->rules.failed,
    };
    int status = EXIT_SUCCESS;

    if (!r->quiet && r->good->len) {
        fprintf(stderr, "bootstamp: run: captures are in %s\n", r->dir);
    }
    parse_stats_format(r->options->format, &options.format);
    if (r->good->len || r->options->format) {
        char *none[] = { NULL };

        status = print_stats(r->good->len ? (char **)r->good->pdata : none,
                             r->good->len, &options);
    }
    if (boot_stop_signal()) {
        return 128 + boot_stop_signal();
    }
    return r->failed ? EXIT_FAILURE : status;
}

int run_many(const RunMany *options, const char *dir, bool quiet,
             const QemuStart *qemu)
{
    g_autofree char *error = NULL;
    Runner r = {
        .options = options,
        .qemu = qemu,
        .quiet = quiet,
        .dir = boot_folder(dir),
    };
    int status;

    if (!r.dir ||
        !boot_rules_init(&r.rules, options->until, options->timeout, &error)) {
        return EXIT_FAILURE;
    }
    r.good = g_ptr_array_new_with_free_func(g_free);
    boot_catch_signals();
    boot_all(&r);
    status = report(&r);
    g_ptr_array_unref(r.good);
    boot_rules_clear(&r.rules);
    g_free(r.dir);
    return status;
}
