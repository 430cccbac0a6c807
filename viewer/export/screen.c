/*
 * The screen of a stream's terminal as it stood at a time.
 *
 * One stream is shown: that of --stream, else the first that is not the
 * firmware's debug port, which is the serial console.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#include "format.h"
#include "viewer/common/screen-at.h"

static bool screen_begin(Export *e)
{
    int *stream = g_new(int, 1);

    *stream = screen_choose_stream(e->reader);
    e->state = stream;
    return true;
}

static bool screen_end(Export *e)
{
    int stream = e->only_stream >= 0 ? e->only_stream : *(int *)e->state;
    const char *path = capture_reader_path(e->reader);
    g_autoptr(GError) error = NULL;
    ScreenAt *screen = screen_at_new(path, stream, e->virtual_clock, &error);

    g_clear_pointer(&e->state, g_free);
    if (!screen) {
        fail(path, "%s", error->message);
        return false;
    }
    screen_at_seek(screen, e->options->at, INT64_MAX);
    for (int row = 0; row < SCREEN_ROWS; row++) {
        g_string_truncate(e->buf, 0);
        screen_at_append_row(screen, row, e->buf);
        fprintf(e->out, "%s\n", e->buf->str);
    }
    screen_at_free(screen);
    return true;
}

const ExportFormat export_screen = {
    .info = {
        .name = "screen",
        .summary = "the console's screen as it stood --at a time, as text",
        .extension = ".txt",
    },
    .begin = screen_begin,
    .end = screen_end,
};
