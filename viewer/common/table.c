/*
 * A table of names and figures, whose names may be long.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#include <glib.h>
#include <stdio.h>

#include "common.h"
#include "table.h"

struct Table {
    GPtrArray *texts; /* char *: two names and the figures of each row */
    int cells, cells2;
};

Table *table_new(int cells, int cells2)
{
    Table *t = g_new(Table, 1);

    *t = (Table){ g_ptr_array_new_with_free_func(g_free), cells, cells2 };
    return t;
}

void table_row(Table *t, const char *name, const char *name2,
               const char *figures)
{
    name2 = name2 ? name2 : "";
    t->cells = MAX(t->cells, count_cells(name));
    t->cells2 = MAX(t->cells2, count_cells(name2));
    g_ptr_array_add(t->texts, g_strdup(name));
    g_ptr_array_add(t->texts, g_strdup(name2));
    g_ptr_array_add(t->texts, g_strdup(figures));
}

void table_print(Table *t)
{
    for (guint i = 0; i < t->texts->len; i += 3) {
        const char *figures = g_ptr_array_index(t->texts, i + 2);
        g_autoptr(GString) line = g_string_new(NULL);

        append_padded(line, g_ptr_array_index(t->texts, i),
                      *figures ? t->cells : 0);
        if (t->cells2) {
            g_string_append_c(line, ' ');
            append_padded(line, g_ptr_array_index(t->texts, i + 1), t->cells2);
        }
        g_string_append(line, figures);
        puts(line->str);
    }
    g_ptr_array_unref(t->texts);
    g_free(t);
}
