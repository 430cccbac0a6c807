/*
 * bootstamp run -n.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#include <math.h>
#include <stdlib.h>
#include <string.h>

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
    Budget *keep; /* NULL: all captures are */
    char *kept; /* the capture that is over it */
} Runner;

/* So many boots fail at the start before it gives up. */
#define HOPELESS 2

/* "Total>3s" is a budget, "Total<=3s", that the capture has to break. */
static Budget *parse_keep(const char *text, char **error)
{
    const char *at = strchr(text, '>');
    g_autofree char *budget =
        at ? g_strdup_printf("%.*s<=%s", (int)(at - text), text, at + 1) : NULL;
    Budget *keep = budget ? budget_parse(budget, error) : NULL;

    if (!keep) {
        g_free(*error);
        *error =
            g_strdup_printf("'%s' is no condition such as 'Total>3s'", text);
    }
    return keep;
}

bool run_is_watched(const RunMany *o)
{
    return o->timeout > 0 || o->silence > 0;
}

int run_many_check(const RunMany *o)
{
    g_autofree char *error = NULL;
    const StatsFormat *format;
    BootRules rules;
    Budget *keep;
    bool once = o->runs == RUN_ONCE;

    if ((o->runs < 0 && !once) || o->runs > RUNS_MAX || o->warmup < 0 ||
        o->warmup > RUNS_MAX || !(o->timeout >= 0) || isinf(o->timeout) ||
        !(o->silence >= 0) || isinf(o->silence)) {
        return usage_error("run", "a number of -n, --warmup, --timeout or "
                                  "--silence is out of range");
    }
    if (!parse_stats_format(o->format, &format)) {
        return usage_error(
            "run", "unknown format '%s': --format help lists them", o->format);
    }
    if (once && (o->warmup || o->until || o->keep)) {
        return usage_error("run", "--warmup, --until and --keep are for -n");
    }
    if (once && o->format && !run_is_watched(o)) {
        return usage_error("run", "--format is for -n, --timeout and "
                                  "--silence");
    }
    if (!o->runs && !o->keep) {
        return usage_error("run", "-n 0 boots until --keep has found one");
    }
    if (o->keep) {
        keep = parse_keep(o->keep, &error);
        if (!keep) {
            return usage_error("run", "--keep: %s", error);
        }
        budget_free(keep);
    }
    if (!boot_rules_init(&rules, o->until, o->timeout, o->silence, &error)) {
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

/* ------------------------------------------------------------------ */
/* --keep                                                              */

/*
 * Whether the capture is one of those that are looked for, or may be: what
 * was dropped could tell (NAN then).
 */
static bool is_wanted(const Runner *r, const char *path, double *value)
{
    g_autoptr(Sample) sample = sample_new(CLOCK_ANY, NULL);
    g_autoptr(GPtrArray) budgets = g_ptr_array_new();
    g_autoptr(GArray) results = NULL;

    if (!sample_add(sample, path, NULL, NULL)) {
        return false;
    }
    sample_finish(sample, NULL);
    g_ptr_array_add(budgets, r->keep);
    results = budgets_check(budgets, sample);
    *value = g_array_index(results, BudgetResult, 0).value;
    return *value > r->keep->limit || /* NAN is not */
           budgets_count(results, BUDGET_UNKNOWN);
}

static void report_kept(const Runner *r, int boot, double value)
{
    fprintf(stderr, "bootstamp: run: kept %s, boot %d: ", r->kept, boot);
    if (isnan(value)) {
        fprintf(stderr,
                "records were dropped, so nobody can tell '%s'; "
                "give --size more\n",
                r->keep->name);
    } else {
        fprintf(stderr, "%s %.3f ms\n", r->keep->name, value / 1e6);
    }
}

/* Boots until one is over the limit; the others leave nothing. */
static void boot_until_kept(Runner *r)
{
    int all = r->options->runs, good = 0;

    progress_begin(r->quiet);
    for (int i = 0; (i < all || !all) && !r->kept && !boot_stop_signal() &&
                    (good || r->failed < HOPELESS);
         i++) {
        g_autofree char *name =
            g_strdup_printf("boot-%06d" CAPTURE_SUFFIX, i + 1);
        g_autofree char *path = g_build_filename(r->dir, name, NULL);
        double value;

        progress_show(i, all ? all : i + 1, "boots");
        boot(r, path, true);
        if (r->good->len == 0) {
            continue;
        }
        good++;
        g_ptr_array_set_size(r->good, 0);
        if (is_wanted(r, path, &value)) {
            r->kept = g_steal_pointer(&path);
            progress_clear();
            report_kept(r, i + 1, value);
        } else {
            g_unlink(path);
        }
    }
    progress_clear();
    if (r->kept) {
        g_ptr_array_add(r->good, g_strdup(r->kept));
    }
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

    if (!r->quiet && r->good->len && !r->keep) {
        fprintf(stderr, "bootstamp: run: captures are in %s\n", r->dir);
    }
    parse_stats_format(r->options->format, &options.format);
    if (r->keep ? r->options->format != NULL
                : r->good->len || r->options->format) {
        char *none[] = { NULL };

        status = print_stats(r->good->len ? (char **)r->good->pdata : none,
                             r->good->len, &options);
    }
    if (boot_stop_signal()) {
        return 128 + boot_stop_signal();
    }
    if (r->keep) {
        return r->kept ? EXIT_SUCCESS : EXIT_FAILURE;
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

    if (!r.dir || !boot_rules_init(&r.rules, options->until, options->timeout,
                                   options->silence, &error)) {
        return EXIT_FAILURE;
    }
    r.good = g_ptr_array_new_with_free_func(g_free);
    r.keep = options->keep ? parse_keep(options->keep, &error) : NULL;
    boot_catch_signals();
    if (r.keep) {
        boot_until_kept(&r);
    } else {
        boot_all(&r);
    }
    status = report(&r);
    budget_free(r.keep);
    g_free(r.kept);
    g_ptr_array_unref(r.good);
    boot_rules_clear(&r.rules);
    g_free(r.dir);
    return status;
}
