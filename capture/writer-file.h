/*
 * The file that a writer is given: whether it may be written to, and what is
 * in it.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#ifndef CAPTURE_WRITER_FILE_H
#define CAPTURE_WRITER_FILE_H

#include "writer.h"

void writer_set_errno(GError **error, const char *what, int err);

/*
 * Creates (*@created) or opens the file; -1 and @error where it cannot be, or
 * is a link.
 */
int writer_file_open(const CaptureWriterOptions *o, bool *created,
                     GError **error);

/* Gives it the group and the permissions that @o has; false and @error. */
bool writer_file_share(int fd, const CaptureWriterOptions *o, GError **error);

/* Removes what writer_file_open() created. */
void writer_file_remove(const CaptureWriterOptions *o);

/* Takes the lock of the one who writes; false and @error where it is taken. */
bool writer_file_lock(int fd, GError **error);

/*
 * Where a file system writes every change to another place (btrfs), the
 * reservation of ours would serve the first store alone, and the next one to
 * the same page be SIGBUS on a full disk.  Works on an empty file only.
 */
void writer_file_forbid_copies(int fd);

/*
 * Looks at what is there: *@old is its header, all zero for a new file, and
 * *@size its size in bytes.  False and @error where it is not ours to write.
 */
bool writer_file_check(int fd, bool created, CaptureHeader *old, uint64_t *size,
                       GError **error);

/*
 * Where the last byte of [@at, @end) that is not zero ends; @at: there is none.
 * UINT64_MAX and errno: it cannot be read, or is shorter.
 */
uint64_t writer_file_data_end(int fd, uint64_t at, uint64_t end);

/* Where the last word that is not zero ends, in bytes; 0 and errno: unread. */
uint64_t writer_file_end(int fd, uint64_t size);

/*
 * Beyond RLIMIT_FSIZE the kernel sends SIGXFSZ, which would end QEMU, beside
 * the error that we can tell of.  True: it was let through before.
 */
bool writer_hold_signal(void);

/* Lets it through again, where @through, and forgets one that came. */
void writer_drop_signal(bool through);

#endif
