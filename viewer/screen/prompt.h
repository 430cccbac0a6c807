/*
 * The line at the bottom that the user types into.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#ifndef VIEWER_SCREEN_PROMPT_H
#define VIEWER_SCREEN_PROMPT_H

#include "state.h"

void prompt_open(View *v, PromptKind kind);

/* A key while a prompt is open (v->prompt). */
void prompt_key(View *v, int key);

/* Looks on, in the pane that has the keys where it has rows, else the log. */
void prompt_search_on(View *v, int step);

#endif
