/*
 * A capture, watched while it is written.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#include <string.h>

#include "capture/walk.h"
#include "watch.h"

/* A milestone is there when it has not moved for this long: see watch_look(). */
#define SETTLED_US 250000

/* Lines that are told of a guest that hangs. */
#define LAST_LINES 30

#define LOOP_RESETS 3

/* A guest that did something so shortly before a timeout was at work. */
#define AT_WORK_US G_USEC_PER_SEC

struct Watch {
    char *path;
    const char *until;
    GRegex *regex;
    CaptureReader *reader; /* NULL: no capture yet */
    CaptureWalk *walk; /* of @reader */
    BootData *boot;
    GRegex *prompt;

    uint64_t at; /* time of the milestone, ns; or CAPTURE_NO_TIME */
    gint64 since; /* when it was first seen there, us */
    bool reached;

    gint64 active; /* us */
    uint64_t activity; /* time of that in the capture, ns */
    GQueue last; /* char *, the last lines with their times */
    bool ran, prompted; /* the last line of this boot is a prompt */
    guint resets;
    gint64 reset, longest; /* the last; between two of them at most; us */
};

/* What waits for a person: at the end of the line that is open, or of the last. */
#define PROMPT                                                                 \
    "(login|[Pp]assword|[Pp]assphrase[^:]*): *$|[#$>%] *$|"                    \
    "[([][yY](es)?/[nN](o)?[])]:? *\\??:? *$|[Pp]ress [^.]*(key|ENTER|Enter|"  \
    "ESC)\\b|to continue[.…]* *$|Use the .* keys to"

/* ------------------------------------------------------------------ */
/* Lines                                                               */

static bool matches(const GRegex *regex, const CaptureLine *line)
{
    return g_regex_match_full(regex, line->text, line->len, 0, 0, NULL, NULL);
}

/* "12.345678 text" */
static char *line_text(const Watch *w, const CaptureLine *line)
{
    GString *text = g_string_new(NULL);

    append_seconds(
        text, line->time > w->boot->start ? line->time - w->boot->start : 0, 6);
    g_string_append_c(text, ' ');
    append_visible(text, line->text, line->len, false);
    return g_string_free(text, FALSE);
}

static void handle_line(void *data, const CaptureLine *line)
{
    Watch *w = data;

    boot_data_line(w->boot, line);
    w->reached |= w->regex && matches(w->regex, line);
    w->prompted = matches(w->prompt, line);
    g_queue_push_tail(&w->last, line_text(w, line));
    if (w->last.length > LAST_LINES) {
        g_free(g_queue_pop_head(&w->last));
    }
}

/* ------------------------------------------------------------------ */
/* Records                                                             */

/* Is it the guest's doing?  A reset is not: a loop of them is no progress. */
static bool is_activity(const CaptureRecord *rec)
{
    switch (capture_kind_class(rec->kind)) {
    case CAPTURE_CLASS_GUEST:
    case CAPTURE_CLASS_FW_CFG:
        return rec->kind != CAPTURE_ITEM;
    case CAPTURE_CLASS_HOST:
        return rec->kind == CAPTURE_DISK_IO;
    case CAPTURE_CLASS_WRITER:
    case CAPTURE_CLASS_VM:
        break;
    }
    return false;
}

static void handle_reset(Watch *w)
{
    gint64 now = g_get_monotonic_time();

    if (w->resets) {
        w->longest = MAX(w->longest, now - w->reset);
    }
    w->resets += w->ran;
    w->reset = now;
    w->prompted = false;
}

static CaptureWalkNext handle_record(void *data, const CaptureRecord *rec)
{
    Watch *w = data;

    boot_data_record(w->boot, rec);
    if (is_activity(rec)) {
        w->active = g_get_monotonic_time();
        w->activity =
            rec->time > w->boot->start ? rec->time - w->boot->start : 0;
    }
    if (rec->kind == CAPTURE_VM && rec->u.vm.event == CAPTURE_VM_RUN) {
        w->ran = true;
    }
    if (rec->kind == CAPTURE_VM && rec->u.vm.event == CAPTURE_VM_RESET) {
        handle_reset(w);
    }
    return CAPTURE_WALK_ON;
}

/* The last item for -kernel has to be the last: the kernel must have come. */
static bool is_early(const Watch *w, const CaptureMilestone *p)
{
    bool kernel = p->milestone != CAPTURE_MS_LINUX_BOOT_OS;

    for (guint i = 0; i < capture_milestones_count(w->boot->phases); i++) {
        kernel |= capture_milestones_get(w->boot->phases, i)->milestone ==
                  CAPTURE_MS_COPY_KERNEL;
    }
    return !kernel || capture_copies_current(w->boot->copies) >= 0;
}

/* Some milestones move on: each end of a copy may have been the last. */
static void look_at_phases(Watch *w)
{
    gint64 now = g_get_monotonic_time();
    uint64_t at = CAPTURE_NO_TIME;

    for (guint i = 0; i < capture_milestones_count(w->boot->phases); i++) {
        const CaptureMilestone *p = capture_milestones_get(w->boot->phases, i);

        if (!strcmp(p->name, w->until) && !is_early(w, p)) {
            at = p->time;
            break;
        }
    }
    if (at != w->at) {
        w->at = at;
        w->since = now;
    }
    w->reached = at != CAPTURE_NO_TIME && now - w->since >= SETTLED_US;
}

/* A line that has no end yet, as a prompt; false: there is none. */
static bool peek(const Watch *w, uint8_t stream, CaptureLine *line)
{
    return w->walk && capture_walk_peek(w->walk, stream, line);
}

static void look_at_open_lines(Watch *w)
{
    CaptureLine line;

    for (int i = 0; i < w->boot->names.count; i++) {
        if (peek(w, i, &line)) {
            w->reached |= w->regex && matches(w->regex, &line);
        }
    }
}

void watch_look(Watch *w)
{
    static const CaptureWalkOps ops = { .record = handle_record,
                                        .line = handle_line };

    if (w->reached) {
        return;
    }
    if (!w->reader) {
        w->reader = capture_reader_open(w->path, NULL);
        if (w->reader) {
            w->walk = capture_walk_new(w->reader, false, &ops, w);
        }
    }
    if (w->walk) {
        capture_walk_on(w->walk);
    }
    look_at_open_lines(w);
    if (w->until && !w->regex) {
        look_at_phases(w);
    }
}

/* ------------------------------------------------------------------ */

Watch *watch_new(const char *path, const char *until, GRegex *regex)
{
    Watch *w = g_new0(Watch, 1);

    w->path = g_strdup(path);
    w->until = until;
    w->regex = regex;
    w->boot = boot_data_new(false);
    w->prompt = g_regex_new(PROMPT, G_REGEX_RAW | G_REGEX_OPTIMIZE, 0, NULL);
    w->at = CAPTURE_NO_TIME;
    g_queue_init(&w->last);
    return w;
}

void watch_free(Watch *w)
{
    if (w->walk) {
        capture_walk_end(w->walk);
    }
    capture_reader_close(w->reader);
    boot_data_free(w->boot);
    g_regex_unref(w->prompt);
    g_queue_clear_full(&w->last, g_free);
    g_free(w->path);
    g_free(w);
}

bool watch_reached(const Watch *w)
{
    return w->reached;
}

bool watch_came(const Watch *w)
{
    return w->reached || w->at != CAPTURE_NO_TIME;
}

gint64 watch_active(const Watch *w)
{
    return w->active;
}

/* ------------------------------------------------------------------ */
/* A guest that hangs                                                  */

static const struct {
    const char *name;
    int status;
} kinds[] = {
    [HANG_NEVER_RAN] = { "never ran", 40 },
    [HANG_SILENT] = { "silent", 42 },
    [HANG_PANIC] = { "panic", 44 },
    [HANG_RESET_LOOP] = { "reset loop", 46 },
    [HANG_WAITING] = { "waiting for input", 48 },
    [HANG_RUNNING] = { "still at work", 124 }, /* as timeout(1) has it */
};

const char *hang_kind_name(HangKind kind)
{
    return kinds[kind].name;
}

int hang_exit_status(HangKind kind)
{
    return kinds[kind].status;
}

/* The prompt is a line that is open, or the last one that ended. */
static bool is_waiting(const Watch *w)
{
    CaptureLine line;
    bool open = false;

    for (int i = 0; i < w->boot->names.count; i++) {
        if (peek(w, i, &line)) {
            open = true;
            if (matches(w->prompt, &line)) {
                return true;
            }
        }
    }
    return !open && w->prompted;
}

/* Since the last reset. */
static bool has_panicked(const Watch *w)
{
    const CaptureMilestones *m = w->boot->phases;

    for (guint i = 0; i < capture_milestones_count(m); i++) {
        const CaptureMilestone *p = capture_milestones_get(m, i);

        if (p->milestone == CAPTURE_MS_PANIC &&
            p->boot == capture_milestones_boot(m)) {
            return true;
        }
    }
    return false;
}

/* A guest may reset some times, and then stay: it is in no loop any more. */
static bool is_looping(const Watch *w)
{
    return w->resets >= LOOP_RESETS && g_get_monotonic_time() - w->reset <=
                                           MAX(2 * w->longest, G_USEC_PER_SEC);
}

static HangKind classify(const Watch *w, const char *state)
{
    if (!w->ran) {
        return HANG_NEVER_RAN;
    }
    if (is_looping(w)) {
        return HANG_RESET_LOOP;
    }
    if (has_panicked(w) || !g_strcmp0(state, "guest-panicked") ||
        !g_strcmp0(state, "internal-error")) {
        return HANG_PANIC;
    }
    if (is_waiting(w)) {
        return HANG_WAITING;
    }
    return g_get_monotonic_time() - w->active < AT_WORK_US ? HANG_RUNNING
                                                           : HANG_SILENT;
}

static void take_milestone(HangEvidence *e, const Watch *w)
{
    for (guint i = 0; i < capture_milestones_count(w->boot->phases); i++) {
        const CaptureMilestone *p = capture_milestones_get(w->boot->phases, i);

        if (p->milestone != CAPTURE_MS_PANIC &&
            p->milestone != CAPTURE_MS_SHUTDOWN &&
            p->milestone != CAPTURE_MS_STOP) {
            g_free(e->milestone);
            e->milestone = g_strdup(p->name);
            e->milestone_ns =
                p->time > w->boot->start ? p->time - w->boot->start : 0;
        }
    }
}

void hang_look(Hang *hang, const Watch *w, Qmp *qmp)
{
    HangEvidence *e = hang_evidence_new();
    CaptureLine line;

    if (qmp) {
        qmp_ask(qmp, &e->state, &e->registers);
    }
    take_milestone(e, w);
    e->activity_ns = w->activity;
    for (const GList *l = w->last.head; l; l = l->next) {
        g_ptr_array_add(e->lines, g_strdup(l->data));
    }
    for (int i = 0; i < w->boot->names.count; i++) {
        if (peek(w, i, &line)) {
            g_ptr_array_add(e->lines, line_text(w, &line));
        }
    }
    while (e->lines->len > LAST_LINES) {
        g_ptr_array_remove_index(e->lines, 0);
    }
    hang->kind = classify(w, e->state);
    hang->evidence = e;
}
