/*
 * Where ":" goes to.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#include <stdio.h>
#include <string.h>
#include <time.h>

#include "cursor.h"
#include "jump.h"

#define SECOND UINT64_C(1000000000)
#define DAY (24 * 3600)

static bool to_line(View *v, uint64_t line)
{
    Row row;

    if (model_at_line(view_source(v)->model, MAX(line, 1), &row)) {
        log_jump(v, row.pos, 1);
    }
    return true;
}

static bool to_percent(View *v, const char *text)
{
    char *end;
    double percent = g_ascii_strtod(text, &end);
    ModelPlace place;

    if (end == text || strcmp(end, "%") || !(percent >= 0) || percent > 100) {
        return false;
    }
    model_place(view_source(v)->model, MODEL_END, &place);
    return to_line(v, (uint64_t)(percent * place.lines / 100 + 0.5));
}

/* "boot 2", "b2" */
static bool to_boot(View *v, const char *text)
{
    const Source *s = view_source(v);
    guint64 boot;

    if (g_str_has_prefix(text, "boot")) {
        text += 4;
    } else if (text[0] == 'b') {
        text++;
    } else {
        return false;
    }
    text += strspn(text, " ");
    if (!g_ascii_string_to_unsigned(text, 10, 1, G_MAXUINT, &boot, NULL)) {
        return false;
    }
    if (boot > source_boots(s)) {
        view_complain(v, "no boot %u: the capture has %u boot%s", (guint)boot,
                      source_boots(s), source_boots(s) == 1 ? "" : "s");
    } else {
        log_goto_boot(v, boot - 1);
    }
    return true;
}

/* Since the start, or from here. */
static bool to_time(View *v, const char *text)
{
    const Source *s = view_source(v);
    bool back = text[0] == '-';
    bool relative = back || text[0] == '+';
    uint64_t time, here;

    if (!parse_span(text + relative, &time)) {
        return false;
    }
    log_settle(v);
    here = s->log.has_row ? s->log.row.time : 0;
    log_goto_time(v, !relative ? time
                     : back    ? here - MIN(here, time)
                               : here + time);
    return true;
}

/* A time of the day: of the cursor's day, and after the capture's start. */
static bool to_wall(View *v, const char *text)
{
    const Source *s = view_source(v);
    unsigned hour, minute, second = 0;
    int used = 0;
    time_t start;
    uint64_t fraction = 0, zero;
    struct tm tm;

    if (sscanf(text, "%2u:%2u%n", &hour, &minute, &used) != 2 || hour > 23 ||
        minute > 59) {
        return false;
    }
    text += used;
    if (sscanf(text, ":%2u%n", &second, &used) == 1) {
        text += used;
    }
    if ((text[0] && !(text[0] == '.' && parse_span(text, &fraction))) ||
        second > 60) {
        return false;
    }
    log_settle(v);
    zero = s->log.has_row ? s->log.row.wall_zero : CAPTURE_NO_TIME;
    if (zero == CAPTURE_NO_TIME) {
        view_complain(v, "this capture has no time of day");
        return true;
    }
    start = zero / SECOND;
    localtime_r(&start, &tm);
    tm.tm_hour = hour;
    tm.tm_min = minute;
    tm.tm_sec = second;
    tm.tm_isdst = -1;
    start = mktime(&tm);
    fraction += (uint64_t)start * SECOND;
    if (fraction + SECOND < zero) {
        fraction += DAY * SECOND;
    }
    log_goto_time(v, fraction > zero ? fraction - zero : 0);
    return true;
}

/* The one with the name, or one that has the text in its name. */
static bool to_milestone(View *v, const char *text)
{
    const Source *s = view_source(v);
    const CaptureMilestones *phases = model_phases(s->model);
    g_autofree char *want = g_utf8_casefold(text, -1);
    guint boot = source_boot_at(s, s->log.cursor);
    uint64_t best = MODEL_END;
    int rank = 0;

    for (guint i = 0; i < capture_milestones_count(phases); i++) {
        const CaptureMilestone *p = capture_milestones_get(phases, i);
        g_autofree char *name = g_utf8_casefold(p->name, -1);
        int fit = !strcmp(name, want)            ? 6
                  : g_str_has_prefix(name, want) ? 4
                  : strstr(name, want)           ? 2
                                                 : 0;

        fit += fit && p->boot == boot;
        if (fit > rank && !model_is_pending(s->model, p)) {
            rank = fit;
            best = p->pos;
        }
    }
    if (rank) {
        log_jump(v, best, 1);
    }
    return rank;
}

bool jump_to(View *v, const char *text)
{
    guint64 line;

    text += strspn(text, " ");
    if (g_ascii_string_to_unsigned(text, 10, 0, G_MAXUINT64, &line, NULL)) {
        return to_line(v, line);
    }
    if (to_percent(v, text) || to_boot(v, text) || to_wall(v, text) ||
        to_time(v, text) || (text[0] && to_milestone(v, text))) {
        return true;
    }
    view_complain(v,
                  "'%s' is not a valid line (120), time (1.5s, +20ms, "
                  "12:30:05), percentage (35%%), boot (boot 2) or milestone",
                  text);
    return false;
}
