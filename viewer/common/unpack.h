/*
 * Captures that are compressed with Zstandard.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#ifndef VIEWER_COMMON_UNPACK_H
#define VIEWER_COMMON_UNPACK_H

#include <glib.h>

/* What is unpacked is in memory: a file that becomes larger is refused. */
#define UNPACK_MAX ((uint64_t)1 << 30)

/* The same with the holes where records were dropped. */
#define UNPACK_HOLES_MAX ((uint64_t)64 << 30)

/*
 * A file in memory with what @fd unpacks to, or -1 with @error set: for
 * capture_reader_set_unpack().
 */
int unpack_zstd(int fd, GError **error);

#endif
