/*
 * The user's settings of the viewer.
 *
 * $XDG_CONFIG_HOME/bootstamp/view.conf; docs/viewer.md tells what may stand
 * in it.  Colours and keys go to where they are used (terminal.h,
 * keys.h), the rest is here.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#ifndef VIEWER_SCREEN_SETTINGS_H
#define VIEWER_SCREEN_SETTINGS_H

#include <glib.h>
#include <stdbool.h>

/* What the time column shows: its name in the settings, and in words. */
#define TIMES(MODE)                                                            \
    MODE(START, "start", "since the start")                                    \
    MODE(DELTA, "delta", "since the row before")                               \
    MODE(WALL, "wall", "wall clock")                                           \
    MODE(MARK, "mark", "since the mark")                                       \
    MODE(VIRTUAL, "virtual", "QEMU's virtual clock")                           \
    MODE(BOOT, "boot", "since this boot's reset")

#define TIME_ID(id, name, text) TIME_##id,
typedef enum TimeMode { TIMES(TIME_ID) TIME_MODES } TimeMode;
#undef TIME_ID

typedef enum Column {
    COLUMN_TIME = 1 << 0,
    COLUMN_DELTA = 1 << 1,
    COLUMN_BAR = 1 << 2,
    COLUMN_STREAM = 1 << 3,
} Column;

typedef enum CopiesPlace {
    COPIES_AUTO, /* beside the log where there is room, else below */
    COPIES_BESIDE,
    COPIES_BELOW,
    COPIES_OFF,
} CopiesPlace;

#define HIGHLIGHTS_MAX 8

typedef struct Settings {
    unsigned columns; /* Column bits */
    TimeMode time;
    CopiesPlace copies;
    bool timeline;
    bool mouse;
    bool wrap;
    bool guest_colours;
    GRegex *highlights[HIGHLIGHTS_MAX]; /* in STYLE_OWN_1 and on */
    int n_highlights;
} Settings;

/* Its name in the settings file, and in words. */
const char *time_mode_name(TimeMode mode);
const char *time_mode_text(TimeMode mode);

/* Where the settings are looked for; the caller frees it. */
char *settings_path(void);

/*
 * Reads @path into @settings, which gets its defaults first.  No such file
 * is no error.  Returns false and sets @error (text "LINE: what is wrong",
 * without the file name) otherwise.
 */
bool settings_read(Settings *settings, const char *path, GError **error);
void settings_clear(Settings *settings);

#endif
