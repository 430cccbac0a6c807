/*
 * A table of names and figures, whose names may be long.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#include <glib.h>
#include <stdio.h>
#include <string.h>

#include "common.h"
#include "table.h"

struct Table {
    GString *texts; /* two names and the figures of each row, a NUL behind */
    int cells, cells2;
};

Table *table_new(int cells, int cells2)
{
    Table *t = g_new(Table, 1);

    *t = (Table){ g_string_new(NULL), cells, cells2 };
    return t;
}

void table_row(Table *t, const char *name, const char *name2,
               const char *figures)
{
    const char *const texts[] = { name, name2 ? name2 : "", figures };

    t->cells = MAX(t->cells, count_cells(texts[0]));
    t->cells2 = MAX(t->cells2, count_cells(texts[1]));
    for (size_t i = 0; i < G_N_ELEMENTS(texts); i++) {
        g_string_append_len(t->texts, texts[i], strlen(texts[i]) + 1);
    }
}

void table_print(Table *t)
{
    const char *end = t->texts->str + t->texts->len;
    g_autoptr(GString) line = g_string_new(NULL);

    for (const char *name = t->texts->str; name < end;) {
        const char *name2 = name + strlen(name) + 1;
        const char *figures = name2 + strlen(name2) + 1;

        g_string_truncate(line, 0);
        append_padded(line, name, *figures ? t->cells : 0);
        if (t->cells2) {
            g_string_append_c(line, ' ');
            append_padded(line, name2, t->cells2);
        }
        g_string_append(line, figures);
        puts(line->str);
        name = figures + strlen(figures) + 1;
    }
    g_string_free(t->texts, TRUE);
    g_free(t);
}
