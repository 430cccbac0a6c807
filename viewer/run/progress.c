/*
 * How far many boots are, on a terminal.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "progress.h"

#define BAR_WIDTH 24

static struct {
    bool shown;
    gint64 began; /* monotonic, us */
} progress;

void progress_begin(bool quiet)
{
    progress.shown = !quiet && isatty(STDERR_FILENO);
    progress.began = g_get_monotonic_time();
}

void progress_show(guint done, guint all, const char *things)
{
    double spent = g_get_monotonic_time() - progress.began;
    char bar[BAR_WIDTH + 1];
    guint full = all ? MIN(done, all) * BAR_WIDTH / all : 0;

    if (!progress.shown) {
        return;
    }
    memset(bar, '.', BAR_WIDTH);
    memset(bar, '#', full);
    bar[BAR_WIDTH] = '\0';
    fprintf(stderr, "\r\033[K[%s] %u of %u %s", bar, done, all, things);
    if (done && done < all) {
        fprintf(stderr, ", %.0f s to go",
                spent / done * (all - done) / G_USEC_PER_SEC);
    }
    fflush(stderr);
}

void progress_clear(void)
{
    if (progress.shown) {
        fprintf(stderr, "\r\033[K");
    }
}
