/*
 * The options, in a QEMU that does not know of this back end.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#include "qemu-compat.h"
#include "qemu/option.h"

#include "timestamp-options.h"

/*
 * They travel from parse to open behind a ChardevCommon, which is all that
 * QEMU looks at, and what it frees.
 */
typedef struct Carrier {
    ChardevCommon common;
    TimestampOptions options;
} Carrier;

/* Options of other back ends are refused: QEMU's parser takes them all. */
static int check_known(void *opaque, const char *name, const char *value,
                       Error **errp)
{
    static const char *const known[] = {
        "backend", "path", "append", "size", "chardev", "mux", "logfile",
        "logappend",
    };

    for (size_t i = 0; i < ARRAY_SIZE(known); i++) {
        if (!strcmp(name, known[i])) {
            return 0;
        }
    }
    error_setg(errp, "chardev: timestamp: invalid option '%s'", name);
    error_append_hint(errp, "It takes path=, append=, size=, chardev=, mux=, "
                      "logfile= and logappend=.\n");
    return -1;
}

void timestamp_options_parse(QemuOpts *opts, ChardevBackend *backend,
                             Error **errp)
{
    BootCaptureOptions *o;
    Carrier *carrier;

    if (qemu_opt_foreach(opts, check_known, NULL, errp)) {
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
