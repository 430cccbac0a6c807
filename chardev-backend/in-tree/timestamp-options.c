/*
 * The options, as QEMU's schema has them.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#include "qemu-compat.h"
#include "qemu/option.h"
#include "qapi/qapi-types-char.h"

#include "known-options.h"
#include "timestamp-options.h"

/* An option with a name for each value; false, and @errp set: another one. */
static bool parse_choice(QemuOpts *opts, const char *name,
                         const QEnumLookup *values, const char *hint,
                         bool *given, int *value, Error **errp)
{
    const char *text = qemu_opt_get(opts, name);

    *given = text;
    *value = text ? qapi_enum_parse(values, text, -1, NULL) : 0;
    if (*value < 0) {
        error_setg(errp, "chardev: timestamp: %s=%s is not known", name, text);
        error_append_hint(errp, "It is %s.\n", hint);
        return false;
    }
    return true;
}

void timestamp_options_parse(QemuOpts *opts, ChardevBackend *backend,
                             Error **errp)
{
    static const char *const known[] = {
        "path", "mode",    "group", "append", "size",
        "keep", "chardev", "clock", NULL,
    };
    ChardevTimestamp *t;
    int clock, keep;
    ERRP_GUARD();

    if (!known_options(opts, known, errp)) {
        return;
    }
    t = g_new0(ChardevTimestamp, 1);
    backend->type = CHARDEV_BACKEND_KIND_TIMESTAMP;
    backend->u.timestamp.data = t;
    qemu_chr_parse_common(opts, qapi_ChardevTimestamp_base(t));
    t->path = g_strdup(qemu_opt_get(opts, "path"));
    t->chardev = g_strdup(qemu_opt_get(opts, "chardev"));
    BOOTSTAMP_SET_HAS_STRING(t, path);
    BOOTSTAMP_SET_HAS_STRING(t, chardev);
    t->mode = g_strdup(qemu_opt_get(opts, "mode"));
    t->group = g_strdup(qemu_opt_get(opts, "group"));
    BOOTSTAMP_SET_HAS_STRING(t, mode);
    BOOTSTAMP_SET_HAS_STRING(t, group);
    t->has_append = qemu_opt_get(opts, "append");
    t->append = qemu_opt_get_bool(opts, "append", false);
    t->has_size = qemu_opt_get(opts, "size");
    t->size = qemu_opt_get_size(opts, "size", 0);
    if (parse_choice(opts, "clock", &ChardevTimestampClock_lookup,
                     "host, virtual or both", &t->has_clock, &clock, errp) &&
        parse_choice(opts, "keep", &ChardevTimestampKeep_lookup,
                     "first, last or ends", &t->has_keep, &keep, errp)) {
        t->clock = clock;
        t->keep = keep;
    }
}

static CaptureClockMode clock_mode(const ChardevTimestamp *t)
{
    static const CaptureClockMode modes[] = {
        [CHARDEV_TIMESTAMP_CLOCK_HOST] = CAPTURE_CLOCK_MODE_HOST,
        [CHARDEV_TIMESTAMP_CLOCK_VIRTUAL] = CAPTURE_CLOCK_MODE_VIRTUAL,
        [CHARDEV_TIMESTAMP_CLOCK_BOTH] = CAPTURE_CLOCK_MODE_BOTH,
    };

    return t->has_clock ? modes[t->clock] : CAPTURE_CLOCK_MODE_BOTH;
}

static CaptureKeep keep_mode(const ChardevTimestamp *t)
{
    static const CaptureKeep modes[] = {
        [CHARDEV_TIMESTAMP_KEEP_FIRST] = CAPTURE_KEEP_FIRST,
        [CHARDEV_TIMESTAMP_KEEP_LAST] = CAPTURE_KEEP_LAST,
        [CHARDEV_TIMESTAMP_KEEP_ENDS] = CAPTURE_KEEP_ENDS,
    };

    return t->has_keep ? modes[t->keep] : CAPTURE_KEEP_FIRST;
}

TimestampOptions timestamp_options_take(ChardevBackend *backend)
{
    const ChardevTimestamp *t = backend->u.timestamp.data;
    TimestampOptions o = {
        .path = g_strdup(t->path),
        .next = g_strdup(t->chardev),
        .mode = g_strdup(t->mode),
        .group = g_strdup(t->group),
        .capture = {
            .has_append = t->has_append,
            .append = t->append,
            .has_size = t->has_size,
            .size = t->size,
            .has_keep = t->has_keep,
            .keep = keep_mode(t),
            .has_clock = t->has_clock,
            .clock = clock_mode(t),
        },
    };

    o.capture.path = o.path;
    o.capture.mode = o.mode;
    o.capture.group = o.group;
    return o;
}

ChardevBackend *timestamp_options_new(const char *path)
{
    ChardevBackend *backend = g_new0(ChardevBackend, 1);

    backend->type = CHARDEV_BACKEND_KIND_TIMESTAMP;
    backend->u.timestamp.data = g_new0(ChardevTimestamp, 1);
    backend->u.timestamp.data->path = g_strdup(path);
    BOOTSTAMP_SET_HAS_STRING(backend->u.timestamp.data, path);
    return backend;
}
