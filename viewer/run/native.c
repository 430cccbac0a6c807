/*
 * Does a QEMU have the back end in itself?
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#include <elf.h>
#include <string.h>

#include <glib.h>

#include "native.h"

/*
 * The name of the character device's type, which stands in the binary of
 * every QEMU that has it: also in one that exports no symbols and is
 * stripped, and without running it.
 */
#define TYPE_NAME "chardev-timestamp"

bool qemu_is_native(const char *program)
{
    g_autofree char *path = g_find_program_in_path(program);
    g_autoptr(GMappedFile) file =
        path ? g_mapped_file_new(path, FALSE, NULL) : NULL;
    const char *data = file ? g_mapped_file_get_contents(file) : NULL;
    size_t len = file ? g_mapped_file_get_length(file) : 0;

    /* A script may well speak of it. */
    return len > SELFMAG && !memcmp(data, ELFMAG, SELFMAG) &&
           memmem(data, len, TYPE_NAME, sizeof(TYPE_NAME));
}
