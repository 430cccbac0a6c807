/*
 * --symbols
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#include "symbol-options.h"
#include "viewer/common/own-folder.h"

Symbols *symbols_from_options(char *const *files)
{
    g_autofree char *own = own_folder();
    g_autofree char *folder =
        g_build_filename(own, "firmware", "symbols", NULL);
    Symbols *s = symbols_new();

    symbols_add_own_folder(s, folder);
    for (int i = 0; files && files[i]; i++) {
        if (!symbols_add_option(s, files[i])) {
            symbols_free(s);
            return NULL;
        }
    }
    return s;
}
