/*
 * Phases of a boot to scale, in cells.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#ifndef VIEWER_SCREEN_TIMELINE_H
#define VIEWER_SCREEN_TIMELINE_H

#include "state.h"

#define TIMELINE_PHASES_MAX 64

/* A phase lasts from its milestone to the next one. */
typedef struct Segment {
    const CaptureMilestone *phase;
    uint64_t from, to; /* ns */
    int x, width; /* cells */
    bool cut; /* longer than it is drawn */
    int id; /* its letter */
    Style style; /* by what runs: firmware, boot loader, guest */
} Segment;

typedef struct Timeline {
    Segment segments[TIMELINE_PHASES_MAX];
    int n;
    uint64_t from, to; /* ns, what is drawn */
    uint64_t start, end; /* ns, of the boot */
    bool log_scale;
    bool zoomed;
    guint boot, boots;
} Timeline;

/* The phases of @boot, or of the part of it that is zoomed to. */
void timeline_collect(Timeline *t, const Source *s, guint boot, bool zoom);

/* Puts them into @width cells. */
void timeline_lay_out(Timeline *t, int width);

/* The cell that @time is in. */
int timeline_cell(const Timeline *t, uint64_t time, int width);

/* What time a cell begins at, ns. */
uint64_t timeline_time(const Timeline *t, int x);

/* The phase that a row at @pos, of @time, is in; -1: it is before all. */
int timeline_phase_at(const Timeline *t, uint64_t time, uint64_t pos);

/* A segment's part of the whole boot, 0 to 1. */
double timeline_share(const Timeline *t, const Segment *segment);

/* "12%", "<0.01%"; the caller frees it. */
char *timeline_share_text(const Timeline *t, const Segment *segment);

/* "LinuxBoot copy kernel" is long for a place of a few cells. */
const char *phase_short_name(const CaptureMilestone *phase);

/* a to z, then A to Z; what a phase has in the bar and in the legend. */
char phase_letter(int i);

/* The segments at (@y, @x), with their names where there is room. */
void timeline_draw_bar(const Timeline *t, int y, int x);

#endif
