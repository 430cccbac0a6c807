/*
 * What -chardev timestamp was given.
 *
 * A QEMU that was built with this back end has it in its schema
 * (ChardevTimestamp) and checks it; the schema of an unmodified one has no
 * place for it, and its command line no keep=, clock=, fw-cfg=, mode=, group=.
 * Each has a timestamp-options.c of its own.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#ifndef BOOTSTAMP_TIMESTAMP_OPTIONS_H
#define BOOTSTAMP_TIMESTAMP_OPTIONS_H

#include "qemu-compat.h"
#include "boot-capture.h"

typedef struct TimestampOptions {
    BootCaptureOptions capture;
    char *path; /* that of @capture */
    char *next; /* chardev=, or NULL */
    char *mode, *group; /* those of @capture */
} TimestampOptions;

/* ChardevClass.parse */
void timestamp_options_parse(QemuOpts *opts, ChardevBackend *backend,
                             Error **errp);

/* For ChardevClass.open, once; the strings are the caller's. */
TimestampOptions timestamp_options_take(ChardevBackend *backend);

/*
 * What -chardev timestamp[,path=@path] would give to open, for
 * qemu_chardev_new(); freed by qapi_free_ChardevBackend().
 */
ChardevBackend *timestamp_options_new(const char *path);

static inline void timestamp_options_clear(TimestampOptions *o)
{
    g_free(o->path);
    g_free(o->next);
    g_free(o->mode);
    g_free(o->group);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(TimestampOptions, timestamp_options_clear)

#endif
