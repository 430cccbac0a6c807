/*
 * bootstamp ab.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include <glib/gstdio.h>

#include "ab.h"
#include "boot.h"
#include "capture/paths.h"
#include "progress.h"
#include "viewer/common/common.h"

#define PAIRS_MAX 10000

/* So many pairs fail at the start before it gives up. */
#define HOPELESS 2

enum { A, B, SIDES };

typedef struct Ab {
    const RunAb *options;
    BootRules rules;
    char *dir[SIDES];
    Diff *diff;
    Looks looks;
    guint tried, good; /* pairs */
    guint failed[SIDES]; /* boots */
    Verdict verdict;
} Ab;

bool ab_parse_pairs(const char *text, int *first, int *last)
{
    char *end;
    guint64 n = g_ascii_strtoull(text, &end, 10), m = n;

    if (end == text || text[0] == '-') {
        return false;
    }
    if (g_str_has_prefix(end, "..")) {
        const char *more = end + 2;

        m = g_ascii_strtoull(more, &end, 10);
        if (end == more || more[0] == '-') {
            return false;
        }
    }
    if (*end || !n || n > m || m > PAIRS_MAX) {
        return false;
    }
    *first = n;
    *last = m;
    return true;
}

/* One boot of @side; returns the capture's name, or NULL. */
static char *boot_side(Ab *ab, int side, const char *name)
{
    const QemuStart *qemu = side == A ? &ab->options->a : &ab->options->b;
    char *path = g_build_filename(ab->dir[side], name, NULL);
    BootResult result = boot_once(qemu, &ab->rules, path);

    ab->failed[side] += result == BOOT_FAILED;
    if (result != BOOT_GOOD) {
        g_clear_pointer(&path, g_free);
    }
    return path;
}

/* A and B, or B and A; true: both are good, and @paths has their captures. */
static bool boot_pair(Ab *ab, guint number, const char *name, char **paths)
{
    int first = number % 2 ? B : A;

    paths[A] = paths[B] = NULL;
    for (int i = 0; i < SIDES && !boot_stop_signal(); i++) {
        int side = i ? SIDES - 1 - first : first;

        paths[side] = boot_side(ab, side, name);
    }
    if (paths[A] && paths[B]) {
        return true;
    }
    /* Half a pair is none. */
    for (int i = 0; i < SIDES; i++) {
        if (paths[i]) {
            boot_put_aside(paths[i]);
            g_clear_pointer(&paths[i], g_free);
        }
    }
    return false;
}

static void warm_up(Ab *ab)
{
    for (int i = 0; i < ab->options->warmup && !boot_stop_signal(); i++) {
        char *paths[SIDES];

        if (boot_pair(ab, i, "warmup" CAPTURE_SUFFIX, paths)) {
            for (int side = 0; side < SIDES; side++) {
                g_unlink(paths[side]);
                g_free(paths[side]);
            }
        }
    }
    memset(ab->failed, 0, sizeof(ab->failed));
}

/* Tries a pair and takes it into the comparison; false: it cannot be read. */
static bool add_pair(Ab *ab)
{
    g_autofree char *name =
        g_strdup_printf("boot-%04u" CAPTURE_SUFFIX, ab->tried + 1);
    char *paths[SIDES];
    bool ok = true;

    if (boot_pair(ab, ab->tried++, name, paths)) {
        ok = diff_add(ab->diff, false, paths[A]) &&
             diff_add(ab->diff, true, paths[B]);
        ab->good++;
        g_free(paths[A]);
        g_free(paths[B]);
    }
    return ok;
}

static bool is_hopeless(const Ab *ab)
{
    return !ab->good && ab->tried >= HOPELESS;
}

/* Pairs up to the next look; false: there will be no more. */
static bool boot_to(Ab *ab, guint pairs)
{
    guint last = ab->options->last;

    /* A pair that failed is not made up for. */
    while (ab->tried < pairs) {
        progress_show(ab->tried, last, "pairs");
        if (!add_pair(ab) || boot_stop_signal() || is_hopeless(ab)) {
            return false;
        }
    }
    progress_show(ab->tried, last, "pairs");
    return ab->tried < last;
}

static void compare(Ab *ab)
{
    bool more = true;

    looks_init(&ab->looks, ab->options->first, ab->options->last,
               COMPARE_ERROR);
    while (more) {
        more = boot_to(ab, looks_next(&ab->looks, ab->tried));
        if (ab->good) {
            double share = looks_share(&ab->looks, ab->good);

            ab->verdict = diff_judge(ab->diff, share);
            more &= ab->verdict == VERDICT_UNDECIDED;
        }
    }
    progress_clear();
}

/* Boots that failed decide, whatever the others say; EXIT_SUCCESS: none did. */
static int failed_status(const Ab *ab)
{
    if (ab->failed[B] > ab->failed[A]) {
        return EXIT_FAILURE;
    }
    return !ab->failed[A]             ? EXIT_SUCCESS
           : ab->options->diff.bisect ? EXIT_SKIP
                                      : EXIT_TROUBLE;
}

static int report(Ab *ab)
{
    int failed = failed_status(ab), status = EXIT_TROUBLE;

    if (!ab->good && ab->options->diff.format) {
        diff_judge(ab->diff, COMPARE_ERROR); /* a program wants a report */
    }
    if (ab->good || ab->options->diff.format) {
        status = diff_print(ab->diff, failed);
    }
    if (!ab->options->quiet) {
        fprintf(stderr,
                "bootstamp: ab: captures are in %s and %s; "
                "bootstamp diff --paired compares them again\n",
                ab->dir[A], ab->dir[B]);
    }
    if (boot_stop_signal()) {
        return 128 + boot_stop_signal();
    }
    if (ab->failed[A] || ab->failed[B]) {
        fail("ab", "%u boot%s of A and %u of B failed", ab->failed[A],
             ab->failed[A] == 1 ? "" : "s", ab->failed[B]);
    }
    return failed ? failed : status;
}

static bool make_folders(Ab *ab, const char *dir)
{
    static const char *const names[SIDES] = { "a", "b" };
    g_autofree char *top = NULL;

    if (dir && g_mkdir(dir, 0700) && errno != EEXIST) {
        fail(dir, "cannot make the folder: %s", g_strerror(errno));
        return false;
    }
    top = dir ? g_strdup(dir) : boot_folder(NULL);
    for (int i = 0; top && i < SIDES; i++) {
        g_autofree char *path = g_build_filename(top, names[i], NULL);

        ab->dir[i] = boot_folder(path);
    }
    return ab->dir[A] && ab->dir[B];
}

int run_ab(const RunAb *options, const char *dir)
{
    g_autofree char *error = NULL;
    Ab ab = { .options = options };
    DiffOptions diff = options->diff;
    int status = EXIT_TROUBLE;

    if (!boot_rules_init(&ab.rules, options->until, options->timeout,
                         options->silence, &error)) {
        return usage_error("ab", "%s", error);
    }
    diff.failed = ab.rules.failed;
    diff.paired = true;
    diff.until = ab.rules.regex ? NULL : options->until;
    ab.diff = diff_new(&diff);
    if (make_folders(&ab, dir)) {
        boot_catch_signals();
        progress_begin(options->quiet);
        warm_up(&ab);
        compare(&ab);
        status = report(&ab);
    }
    diff_free(ab.diff);
    g_free(ab.dir[A]);
    g_free(ab.dir[B]);
    boot_rules_clear(&ab.rules);
    return status;
}
