/*
 * The options, in a QEMU that does not know of this back end.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#include "qemu-compat.h"
#include "qemu/option.h"

#include "known-options.h"
#include "timestamp-options.h"

/*
 * They travel from parse to open behind a ChardevCommon, which is all that
 * QEMU looks at, and what it frees.
 */
typedef struct Carrier {
    ChardevCommon common;
    TimestampOptions options;
} Carrier;

void timestamp_options_parse(QemuOpts *opts, ChardevBackend *backend,
                             Error **errp)
{
    static const char *const known[] = {
        "path", "append", "size", "chardev", NULL,
    };
    BootCaptureOptions *o;
    Carrier *carrier;

    /*
     * HMP's chardev-change has the id elsewhere.  It makes what the schema
     * knows, which would be a null chardev here, and nobody would be told.
     */
    if (!qemu_opts_id(opts)) {
        error_setg(errp, "chardev: timestamp: chardev-change to it needs a "
                         "QEMU that was built with it");
        error_append_hint(errp, "Start QEMU with -chardev timestamp,id=ID,"
                                "chardev=ID2 instead, ID2 being what takes the "
                                "bytes today.\n");
        return;
    }
    if (!known_options(opts, known, errp)) {
        return;
    }
    carrier = g_new0(Carrier, 1);
    qemu_chr_parse_common(opts, &carrier->common);
    carrier->options.path = g_strdup(qemu_opt_get(opts, "path"));
    carrier->options.next = g_strdup(qemu_opt_get(opts, "chardev"));
    o = &carrier->options.capture;
    o->path = carrier->options.path;
    o->has_append = qemu_opt_get(opts, "append");
    o->append = qemu_opt_get_bool(opts, "append", false);
    o->has_size = qemu_opt_get(opts, "size");
    o->size = qemu_opt_get_size(opts, "size", 0);
    backend->u.null.data = &carrier->common;
}

TimestampOptions timestamp_options_take(ChardevBackend *backend)
{
    Carrier *carrier = (Carrier *)backend->u.null.data;
    TimestampOptions taken = carrier->options;

    carrier->options.path = NULL;
    carrier->options.next = NULL;
    return taken;
}

ChardevBackend *timestamp_options_new(const char *path)
{
    ChardevBackend *backend = g_new0(ChardevBackend, 1);
    Carrier *carrier = g_new0(Carrier, 1);

    carrier->options.path = g_strdup(path);
    carrier->options.capture.path = carrier->options.path;
    backend->type = CHARDEV_BACKEND_KIND_NULL;
    backend->u.null.data = &carrier->common;
    return backend;
}
