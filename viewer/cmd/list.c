/*
 * bootstamp list: the captures that are found without a name.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#include <pwd.h>
#include <stdlib.h>
#include <sys/stat.h>

#include "capture/paths.h"
#include "cmd.h"
#include "viewer/common/common.h"
#include "viewer/report/report.h"

static gboolean all;

static const GOptionEntry entries[] = {
    { "all", 'a', 0, G_OPTION_ARG_NONE, &all,
      "list the captures of all users, with their owners (as root)", NULL },
    G_OPTION_ENTRY_NULL
};

/* The user's name, or number. */
static char *owner_of(const char *path)
{
    struct stat st;
    struct passwd *user;

    if (stat(path, &st)) {
        return g_strdup("?");
    }
    user = getpwuid(st.st_uid);
    return user ? g_strdup(user->pw_name)
                : g_strdup_printf("%u", (unsigned)st.st_uid);
}

static void print_capture(const char *path, bool with_owner)
{
    g_autofree char *owner = with_owner ? owner_of(path) : NULL;
    g_autoptr(GError) error = NULL;
    CaptureReader *r = capture_reader_open(path, &error);

    if (r) {
        print_info_line(r, owner);
        capture_reader_close(r);
    } else {
        fail(path, "%s", error->message);
    }
}

static void print_list(GPtrArray *found, bool with_owner)
{
    for (guint i = 0; i < found->len; i++) {
        print_capture(g_ptr_array_index(found, i), with_owner);
    }
}

static int list_folder(const char *dir)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(GPtrArray) found = capture_list_folder(dir, &error);

    if (!found) {
        return fail(dir, "cannot list the folder: %s", error->message);
    }
    print_list(found, true);
    return EXIT_SUCCESS;
}

int cmd_list(int argc, char **argv)
{
    g_auto(GStrv) rest = NULL;
    g_autoptr(GPtrArray) found = NULL;
    int status = EXIT_SUCCESS;

    if (!parse_options(argc, argv, "[FOLDER...]",
                       "Lists the captures in the default folders and in the "
                       "current one, newest\nfirst, or those in the folders "
                       "that are named, with their owners.",
                       entries, -1, &rest, &status)) {
        return status;
    }
    if (all && rest[0]) {
        return usage_error("list", "--all is for the default folders; name no "
                                   "other one with it");
    }
    for (int i = 0; rest[i]; i++) {
        int one = list_folder(rest[i]);

        status = MAX(status, one);
    }
    if (!rest[0]) {
        found = all ? capture_list_all() : capture_list();
        print_list(found, all);
    }
    return status;
}
