/*
 * Where what belongs to the program is.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#include <glib.h>

#include "config.h"
#include "own-folder.h"

char *own_folder(void)
{
    static const char *const places[] = { ".", "../lib/bootstamp" };
    g_autofree char *self = g_file_read_link("/proc/self/exe", NULL);
    g_autofree char *bin = self ? g_path_get_dirname(self) : NULL;

    for (size_t i = 0; bin && i < G_N_ELEMENTS(places); i++) {
        g_autofree char *dir = g_canonicalize_filename(places[i], bin);
        g_autofree char *module = g_build_filename(dir, OWN_MODULE, NULL);

        if (g_file_test(module, G_FILE_TEST_EXISTS)) {
            return g_steal_pointer(&dir);
        }
    }
    return g_strdup(MODULE_DIR);
}
