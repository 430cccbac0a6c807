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

typedef enum TimeMode {
    TIME_START,
    TIME_DELTA,
    TIME_WALL,
    TIME_MARK,
    TIME_VIRTUAL,
    TIME_MODES,
} TimeMode;

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

typedef struct Settings {
    unsigned columns; /* Column bits */
    TimeMode time;
    CopiesPlace copies;
    bool timeline;
    bool mouse;
} Settings;

/* Its name in the settings file. */
const char *time_mode_name(TimeMode mode);

/* Where the settings are looked for; the caller frees it. */
char *settings_path(void);

/*
 * Reads @path into @settings, which gets its defaults first.  No such file
 * is no error.  Returns false and sets @error (text "LINE: what is wrong",
 * without the file name) otherwise.
 */
bool settings_read(Settings *settings, const char *path, GError **error);

#endif
