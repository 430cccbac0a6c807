/*
 * What was typed at the prompts.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#include <errno.h>
#include <fcntl.h>
#include <glib/gstdio.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "history.h"

#define ENTRIES_MAX 500 /* in memory, and in the file after a start */
#define FILE_MAX (1 << 20) /* bytes that are read of it */

struct History {
    GPtrArray *lines; /* the kind's character, then the text */
    char *path; /* NULL: not kept */
};

History *history_new(void)
{
    History *h = g_new0(History, 1);

    h->lines = g_ptr_array_new_with_free_func(g_free);
    return h;
}

void history_free(History *h)
{
    if (h) {
        g_ptr_array_unref(h->lines);
        g_free(h->path);
        g_free(h);
    }
}

/* What was there before goes: an entry stands where it was used last. */
static void put(History *h, const char *line)
{
    for (guint i = 0; i < h->lines->len; i++) {
        if (!strcmp(g_ptr_array_index(h->lines, i), line)) {
            g_ptr_array_remove_index(h->lines, i);
            break;
        }
    }
    if (h->lines->len == ENTRIES_MAX) {
        g_ptr_array_remove_index(h->lines, 0);
    }
    g_ptr_array_add(h->lines, g_strdup(line));
}

static void read_file(History *h)
{
    int fd = open(h->path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
    g_autofree char *text = g_malloc(FILE_MAX + 1);
    ssize_t len = fd >= 0 ? read(fd, text, FILE_MAX) : 0;
    g_auto(GStrv) lines = NULL;

    if (fd >= 0) {
        close(fd);
    }
    text[MAX(len, 0)] = '\0';
    lines = g_strsplit(text, "\n", -1);
    for (int i = 0; lines[i]; i++) {
        if (lines[i][0] && lines[i][1] && g_utf8_validate(lines[i], -1, NULL)) {
            put(h, lines[i]);
        }
    }
}

static void write_file(const History *h)
{
    g_autoptr(GString) text = g_string_new(NULL);

    for (guint i = 0; i < h->lines->len; i++) {
        g_string_append(text, g_ptr_array_index(h->lines, i));
        g_string_append_c(text, '\n');
    }
    g_file_set_contents_full(h->path, text->str, text->len,
                             G_FILE_SET_CONTENTS_CONSISTENT, 0600, NULL);
}

void history_keep(History *h)
{
    g_autofree char *dir =
        g_build_filename(g_get_user_state_dir(), "bootstamp", NULL);
    struct stat st;

    h->path = g_build_filename(dir, "view-history", NULL);
    read_file(h);
    if (!g_stat(h->path, &st) && S_ISREG(st.st_mode) &&
        st.st_size > FILE_MAX / 4) {
        write_file(h);
    }
}

void history_add(History *h, char kind, const char *text)
{
    g_autofree char *line = g_strdup_printf("%c%s", kind, text);
    g_autofree char *dir = h->path ? g_path_get_dirname(h->path) : NULL;
    FILE *file = NULL;

    if (!text[0] || strchr(text, '\n')) {
        return;
    }
    put(h, line);
    if (dir && !g_mkdir_with_parents(dir, 0700)) {
        file = fopen(h->path, "ae");
    }
    if (file) {
        fprintf(file, "%s\n", line);
        fclose(file);
    }
}

const char *history_get(const History *h, char kind, int back)
{
    for (guint i = h->lines->len; i > 0; i--) {
        const char *line = g_ptr_array_index(h->lines, i - 1);

        if (line[0] == kind && --back == 0) {
            return line + 1;
        }
    }
    return NULL;
}
