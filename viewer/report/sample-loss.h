/*
 * Captures of a sample that are not whole: what they lost.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#ifndef VIEWER_REPORT_SAMPLE_LOSS_H
#define VIEWER_REPORT_SAMPLE_LOSS_H

#include "sample.h"
#include "viewer/common/json-out.h"

/* A line for each, with @before in front, such as "A: "; at most a few. */
void print_losses(const char *before, const Sample *s);

/* Member @name: an array of objects with the capture and what it lost. */
void losses_put(JsonOut *j, const char *name, const Sample *s);

#endif
