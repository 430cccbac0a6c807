/*
 * Options that a chardev does not have are refused.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#include "qemu-compat.h"
#include "qemu/option.h"

#include "known-options.h"

typedef struct Known {
    const char *const *names;
    GString *list; /* of them, for the hint */
} Known;

static int check_known(void *opaque, const char *name, const char *value,
                       Error **errp)
{
    static const char *const common[] = {
        "backend", "mux", "logfile", "logappend", NULL,
    };
    const Known *known = opaque;

    if (g_strv_contains(common, name) || g_strv_contains(known->names, name)) {
        return 0;
    }
    error_setg(errp, "chardev: timestamp: invalid option '%s'", name);
    error_append_hint(errp, "It takes %smux=, logfile= and logappend=.\n",
                      known->list->str);
    return -1;
}

bool known_options(QemuOpts *opts, const char *const *names, Error **errp)
{
    g_autoptr(GString) list = g_string_new(NULL);
    Known known = { .names = names, .list = list };

    for (; *names; names++) {
        g_string_append_printf(list, "%s=, ", *names);
    }
    return !qemu_opt_foreach(opts, check_known, &known, errp);
}
