/*
 * Where captures are kept when nobody names a file.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#ifndef CAPTURE_PATHS_H
#define CAPTURE_PATHS_H

#include <glib.h>
#include <stdbool.h>
#include <sys/types.h>

#include "format.h"

#define CAPTURE_SUFFIX ".bst"
#define CAPTURE_SUFFIX_ZSTD CAPTURE_SUFFIX ".zst" /* compressed */

/* Whether a file of that name is a capture, as it is or compressed. */
bool capture_is_name(const char *name);

/*
 * Environment: CLOCK_MONOTONIC in ns when `bootstamp run` started QEMU, in
 * decimal, which is time 0 of the capture then.
 */
#define CAPTURE_START_ENV "BOOTSTAMP_START_NS"

/*
 * $XDG_RUNTIME_DIR/bootstamp where that folder is the user's, else
 * bootstamp-UID in the temporary folder.  The caller frees the path.
 */
char *capture_default_dir(void);

/*
 * The same, created with mode 0700 where it is missing.  Returns NULL and
 * sets @error where it is not a private folder of ours: a symbolic link,
 * somebody else's, or open to others.
 */
char *capture_make_default_dir(GError **error);

/*
 * The same as an open descriptor, which the caller closes, with its path,
 * which the caller frees: what is created in it by the descriptor is in the
 * folder that was looked at, whatever somebody does to the path.  -1: no.
 */
int capture_open_default_dir(char **path, GError **error);

/*
 * Who may read a capture besides its owner: permissions in octal within 0666,
 * with 0600 in them; and a group by its name or number.  False: @text is
 * neither.
 */
bool capture_parse_mode(const char *text, mode_t *mode);
bool capture_parse_group(const char *text, gid_t *group);

/*
 * How large a capture may be, and what is kept then: "64M", "64M,keep=ends" or
 * "keep=last".  *@size is 0 where that is not said, @keep the first.  False:
 * @text is none of these.
 */
bool capture_parse_size(const char *text, uint64_t *size, CaptureKeep *keep);

/* "first", "last" or "ends"; false: @text is none. */
bool capture_parse_keep(const char *text, CaptureKeep *keep);

/*
 * A path in the default folder for a new capture of this process.  @attempt
 * 0, 1, 2... gives other names: open with O_EXCL and try the next on EEXIST.
 * The caller frees it.
 */
char *capture_new_path(const char *dir, guint attempt);

/*
 * Captures of one's own in the user's default folders (by the environment, of
 * the session and in the temporary folder) and in the current one, newest
 * first by their time of change: a GPtrArray of char *, which the caller
 * unrefs.  Those whose QEMU ended before a guest ran come last.  Other users'
 * files, and links, are left out: /tmp may be the current folder.
 */
GPtrArray *capture_list(void);

/*
 * The same of the default folders of all users, as far as they can be read
 * (by root, that is), without the current folder's: each folder is private to
 * one user, and only that user's files in it count.
 */
GPtrArray *capture_list_all(void);

/*
 * The captures in @dir, whoever's they are.  NULL: it cannot be read, see
 * @error.
 */
GPtrArray *capture_list_folder(const char *dir, GError **error);

/*
 * A *.bst in the current folder that was left out because it is another user's
 * or a link, or NULL; the caller frees it.
 */
char *capture_refused(void);

#endif
