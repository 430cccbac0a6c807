/*
 * Rows out of the capture again, a block at a time, and what is shown of
 * them.  A few blocks stay in memory.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#ifndef VIEWER_SCREEN_ROWS_H
#define VIEWER_SCREEN_ROWS_H

#include "filter.h"
#include "index.h"
#include "row.h"

typedef struct Rows Rows;

typedef enum ModelFound {
    MODEL_FOUND,
    MODEL_NONE, /* no shown row in that direction */
    MODEL_BUSY, /* the deadline came first; asking again goes on from there */
} ModelFound;

/* Which of the shown rows a row is, from 1 on. */
typedef struct ModelPlace {
    uint64_t line, lines;
    bool all; /* @lines is all of them: none is left to be counted */
} ModelPlace;

/* Of the capture at @path, whose index it is. */
Rows *rows_new(Index *index, const char *path, GError **error);
void rows_free(Rows *rows);

/* Hides and filters what @before did. */
void rows_take_over(Rows *rows, Rows *before);

/* These are the functions of model.h by that name. */
ModelFound rows_find(Rows *rows, uint64_t pos, int step, Row *row,
                     int64_t deadline);
bool rows_is_hidden(const Rows *rows, uint8_t stream);
void rows_hide(Rows *rows, uint8_t stream, bool hide);
void rows_set_filter(Rows *rows, Filter *filter);
const Filter *rows_filter(const Rows *rows);
bool rows_are_all_shown(const Rows *rows);
bool rows_place(Rows *rows, uint64_t pos, ModelPlace *place);
bool rows_count(Rows *rows, int64_t deadline);
bool rows_at_line(Rows *rows, uint64_t line, Row *row);
unsigned rows_view_generation(const Rows *rows);
void rows_show_controls(Rows *rows, bool controls, bool colours);

#endif
