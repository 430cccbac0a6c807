/*
 * The captures of a command line.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#include <dirent.h>
#include <errno.h>
#include <string.h>
#include <sys/stat.h>

#include "boot-files.h"
#include "capture/paths.h"
#include "viewer/common/common.h"

/* Folders in folders: no tree of captures is so deep. */
#define DEPTH_MAX 32

static void file_free(gpointer data)
{
    BootFile *f = data;

    g_free(f->path);
    g_free(f->folder);
    g_free(f);
}

GPtrArray *boot_files_new(void)
{
    return g_ptr_array_new_with_free_func(file_free);
}

static void add(GPtrArray *files, const char *path, const char *folder)
{
    BootFile *f = g_new0(BootFile, 1);

    f->path = g_strdup(path);
    f->folder = g_strdup(folder);
    g_ptr_array_add(files, f);
}

static bool is_folder(const struct dirent *entry, const char *path)
{
    struct stat st;

    return entry->d_type == DT_DIR ||
           (entry->d_type == DT_UNKNOWN && !lstat(path, &st) &&
            S_ISDIR(st.st_mode));
}

/* Below @path, which is @folder of the one that was named. */
static bool add_folder(GPtrArray *files, const char *path, const char *folder,
                       int depth)
{
    DIR *dir = opendir(path);
    struct dirent *entry;
    bool ok = true;

    if (!dir) {
        fail(path, "cannot open: %s", g_strerror(errno));
        return false;
    }
    while (ok && (entry = readdir(dir))) {
        g_autofree char *below = g_build_filename(path, entry->d_name, NULL);

        if (entry->d_name[0] == '.') {
            continue;
        }
        if (is_folder(entry, below)) {
            g_autofree char *name =
                folder[0] ? g_build_filename(folder, entry->d_name, NULL)
                          : g_strdup(entry->d_name);

            ok =
                depth >= DEPTH_MAX || add_folder(files, below, name, depth + 1);
        } else if (capture_is_name(entry->d_name)) {
            add(files, below, folder);
        }
    }
    closedir(dir);
    return ok;
}

static int by_path(gconstpointer a, gconstpointer b)
{
    const BootFile *x = *(BootFile *const *)a, *y = *(BootFile *const *)b;

    return strcmp(x->path, y->path);
}

bool boot_files_add(GPtrArray *files, const char *path)
{
    g_autoptr(GPtrArray) found = NULL;

    if (!path || !g_file_test(path, G_FILE_TEST_IS_DIR)) {
        add(files, path, "");
        return true;
    }
    found = boot_files_new();
    if (!add_folder(found, path, "", 0)) {
        return false;
    }
    if (!found->len) {
        fail(path, "has no capture: no *" CAPTURE_SUFFIX " file");
        return false;
    }
    g_ptr_array_sort(found, by_path);
    g_ptr_array_extend_and_steal(files, g_steal_pointer(&found));
    return true;
}
