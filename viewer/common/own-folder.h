/*
 * Where what belongs to the program is: the module, firmware, symbols.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#ifndef VIEWER_COMMON_OWN_FOLDER_H
#define VIEWER_COMMON_OWN_FOLDER_H

#define OWN_MODULE "chardev-timestamp.so"

/*
 * The program's own folder (a build folder) where the module is beside it,
 * else where make install puts it.  The caller frees it.
 */
char *own_folder(void);

#endif
