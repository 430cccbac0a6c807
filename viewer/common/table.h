/*
 * A table of names and figures, whose names may be long.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#ifndef VIEWER_COMMON_TABLE_H
#define VIEWER_COMMON_TABLE_H

typedef struct Table Table;

/*
 * A column for names, of @cells at least, and with @cells2 another one: as wide
 * as the longest name in it.
 */
Table *table_new(int cells, int cells2);

/*
 * A row: the names (@name2 NULL: there is one column) and the figures behind
 * them, with what is between; "": none.  All is copied.
 */
void table_row(Table *t, const char *name, const char *name2,
               const char *figures);

/* Prints all rows to standard output, and frees the table. */
void table_print(Table *t);

#endif
