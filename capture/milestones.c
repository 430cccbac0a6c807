/*
 * The milestones of a boot.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#include <string.h>

#include "copies.h"
#include "milestones.h"

/* Milestones are numbers: those of CaptureMilestoneId, then the patterns. */
#define MILESTONES_MAX (CAPTURE_MS_CUSTOM + CAPTURE_PATTERNS_MAX)

/* A pattern, its names turned into numbers. */
typedef struct Matcher {
    const CapturePattern *pattern;
    guint milestone;
    GArray *after; /* guint */
    GArray *unless; /* guint */
    bool lines; /* has a rule for lines */
    bool failures; /* has a rule for an attempt that failed */
} Matcher;

struct CaptureMilestones {
    CapturePatterns *patterns;
    GArray *matchers; /* Matcher */
    GHashTable *by_number; /* event_key() -> GArray of guint, matchers */
    GHashTable *by_item; /* fw_cfg name -> the same */
    GHashTable *items; /* fw_cfg key -> name that a rule asks for */
    char *streams[CAPTURE_STREAMS_MAX]; /* labels, or NULL */
    GArray *rows; /* CaptureMilestone, by time */
    GArray *stages; /* CaptureMilestone, as they happened */
    bool found[MILESTONES_MAX]; /* in this boot */
    bool by_line[MILESTONES_MAX]; /* of those: the row is not of a probe */
    uint64_t dropped; /* for want of room in @rows */
    guint boot;
    bool ran; /* the vCPUs ran: a reset is the guest's from now on */
    bool active; /* since the last reset the guest did something */
    bool suspended; /* or woken up from that and not active since */
    uint64_t since; /* of the last reset, suspend or wakeup, ns */
    bool setup; /* Linux's setup was selected: fw_cfg 0x18 */
    bool entry; /* the kernel's entry was: fw_cfg 0x10, not by LinuxBoot */
    bool copied; /* of the kernel or the initrd, here or elsewhere */
    bool multiboot; /* its option ROM runs */
    CaptureRecord select[2]; /* the first of the kernel, and of the initrd */
    bool selected[2];
};

/* ------------------------------------------------------------------ */
/* Patterns                                                            */

/* The number of a milestone; MILESTONES_MAX: nobody has that name. */
static guint milestone_of(const CapturePatterns *patterns, const char *name)
{
    int number = capture_milestone_number(name);

    if (number >= 0) {
        return number;
    }
    for (guint i = 0; i < capture_patterns_count(patterns); i++) {
        if (!strcmp(capture_patterns_get(patterns, i)->name, name)) {
            return CAPTURE_MS_CUSTOM + i;
        }
    }
    return MILESTONES_MAX;
}

static GArray *milestones_of(const CapturePatterns *patterns,
                             const GPtrArray *wanted)
{
    GArray *numbers = g_array_new(FALSE, FALSE, sizeof(guint));

    for (guint i = 0; i < wanted->len; i++) {
        guint number = milestone_of(patterns, wanted->pdata[i]);

        g_array_append_val(numbers, number);
    }
    return numbers;
}

static bool is_line_rule(const CaptureRule *rule)
{
    return rule->kind == CAPTURE_RULE_BEGINS ||
           rule->kind == CAPTURE_RULE_CONTAINS ||
           rule->kind == CAPTURE_RULE_MATCHES;
}

/* Of a rule for a key or a mark, in CaptureMilestones.by_number. */
static gpointer event_key(CaptureRuleKind kind, uint16_t number)
{
    return GUINT_TO_POINTER((guint)kind << 16 | number);
}

/* Matcher number @matcher, which is the last so far, has a rule for @key. */
static void add_to_index(GHashTable *index, gpointer key, guint matcher)
{
    GArray *matchers = g_hash_table_lookup(index, key);

    if (!matchers) {
        matchers = g_array_new(FALSE, FALSE, sizeof(guint));
        g_hash_table_insert(index, key, matchers);
    }
    if (!matchers->len ||
        g_array_index(matchers, guint, matchers->len - 1) != matcher) {
        g_array_append_val(matchers, matcher);
    }
}

static void index_rule(CaptureMilestones *p, const CaptureRule *rule)
{
    switch (rule->kind) {
    case CAPTURE_RULE_KEY:
    case CAPTURE_RULE_MARK:
    case CAPTURE_RULE_POST:
        add_to_index(p->by_number, event_key(rule->kind, rule->number),
                     p->matchers->len);
        break;
    case CAPTURE_RULE_ITEM:
        add_to_index(p->by_item, rule->text, p->matchers->len);
        break;
    case CAPTURE_RULE_BEGINS:
    case CAPTURE_RULE_CONTAINS:
    case CAPTURE_RULE_MATCHES:
    case CAPTURE_RULE_FAILED:
        break; /* of lines */
    }
}

static bool has_failures(const CapturePattern *pattern)
{
    for (guint i = 0; i < pattern->rules->len; i++) {
        if (g_array_index(pattern->rules, CaptureRule, i).kind ==
            CAPTURE_RULE_FAILED) {
            return true;
        }
    }
    return false;
}

static void add_matcher(CaptureMilestones *p, const CapturePattern *pattern)
{
    Matcher m = {
        .pattern = pattern,
        .milestone = milestone_of(p->patterns, pattern->name),
        .after = milestones_of(p->patterns, pattern->after),
        .unless = milestones_of(p->patterns, pattern->unless),
        .failures = has_failures(pattern),
    };

    for (guint i = 0; i < pattern->rules->len; i++) {
        m.lines |= is_line_rule(&g_array_index(pattern->rules, CaptureRule, i));
        index_rule(p, &g_array_index(pattern->rules, CaptureRule, i));
    }
    g_array_append_val(p->matchers, m);
}

static void free_array(gpointer data)
{
    g_array_unref(data);
}

static void clear_matcher(gpointer data)
{
    Matcher *m = data;

    g_array_unref(m->after);
    g_array_unref(m->unless);
}

CaptureMilestones *capture_milestones_new_with(CapturePatterns *patterns)
{
    CaptureMilestones *p = g_new0(CaptureMilestones, 1);

    p->patterns = capture_patterns_ref(patterns);
    p->rows = g_array_new(FALSE, TRUE, sizeof(CaptureMilestone));
    p->stages = g_array_new(FALSE, TRUE, sizeof(CaptureMilestone));
    p->items = g_hash_table_new_full(NULL, NULL, NULL, g_free);
    p->by_number = g_hash_table_new_full(NULL, NULL, NULL, free_array);
    p->by_item = g_hash_table_new_full(g_str_hash, g_str_equal, NULL,
                                       free_array); /* a rule's text */
    p->matchers = g_array_new(FALSE, TRUE, sizeof(Matcher));
    g_array_set_clear_func(p->matchers, clear_matcher);
    for (guint i = 0; i < capture_patterns_count(patterns); i++) {
        add_matcher(p, capture_patterns_get(patterns, i));
    }
    return p;
}

CaptureMilestones *capture_milestones_new(void)
{
    return capture_milestones_new_with(capture_patterns_default(NULL));
}

/* What never changes is shared. */
CaptureMilestones *capture_milestones_copy(const CaptureMilestones *p)
{
    CaptureMilestones *copy = g_new(CaptureMilestones, 1);
    GHashTableIter iter;
    gpointer key, name;

    *copy = *p;
    capture_patterns_ref(p->patterns);
    g_array_ref(p->matchers);
    g_hash_table_ref(p->by_number);
    g_hash_table_ref(p->by_item);
    copy->rows = g_array_copy(p->rows);
    copy->stages = g_array_copy(p->stages);
    copy->items = g_hash_table_new_full(NULL, NULL, NULL, g_free);
    g_hash_table_iter_init(&iter, p->items);
    while (g_hash_table_iter_next(&iter, &key, &name)) {
        g_hash_table_insert(copy->items, key, g_strdup(name));
    }
    for (int i = 0; i < CAPTURE_STREAMS_MAX; i++) {
        copy->streams[i] = g_strdup(p->streams[i]);
    }
    return copy;
}

static void forget_streams(CaptureMilestones *p)
{
    for (int i = 0; i < CAPTURE_STREAMS_MAX; i++) {
        g_clear_pointer(&p->streams[i], g_free);
    }
}

void capture_milestones_free(CaptureMilestones *p)
{
    if (p) {
        forget_streams(p);
        g_array_unref(p->rows);
        g_array_unref(p->stages);
        g_array_unref(p->matchers);
        g_hash_table_unref(p->by_number);
        g_hash_table_unref(p->by_item);
        g_hash_table_unref(p->items);
        capture_patterns_unref(p->patterns);
        g_free(p);
    }
}

/* ------------------------------------------------------------------ */
/* Rows                                                                */

/* In this boot; a guest that resets for ever has very many others. */
static CaptureMilestone *find(CaptureMilestones *p, guint milestone)
{
    if (!p->found[milestone]) {
        return NULL;
    }
    for (guint i = p->rows->len; i > 0; i--) {
        CaptureMilestone *row =
            &g_array_index(p->rows, CaptureMilestone, i - 1);

        if (row->boot == p->boot && row->milestone == milestone) {
            return row;
        }
    }
    return NULL;
}

static const char *name_of(const CaptureMilestones *p, guint milestone)
{
    static const char *const multiboot[CAPTURE_MS_CUSTOM] = {
        [CAPTURE_MS_COPY_KERNEL] = "Multiboot copy kernel",
        [CAPTURE_MS_COPY_INITRD] = "Multiboot copy module list",
        [CAPTURE_MS_LINUX_BOOT_OS] = "Multiboot boot OS",
    };

    if (milestone >= CAPTURE_MS_CUSTOM) {
        milestone -= CAPTURE_MS_CUSTOM;
        return capture_patterns_get(p->patterns, milestone)->name;
    }
    return p->multiboot && multiboot[milestone]
               ? multiboot[milestone]
               : capture_milestone_name(milestone);
}

static CaptureGroup group_of(const CaptureMilestones *p, guint milestone)
{
    int i = (int)milestone - CAPTURE_MS_CUSTOM;
    CaptureGroup group = i < 0 ? capture_milestone_group(milestone)
                               : capture_patterns_get(p->patterns, i)->group;

    return group;
}

static CaptureMilestoneSource source_of(const CaptureRecord *rec)
{
    switch (rec->kind) {
    case CAPTURE_PROBE:
    case CAPTURE_NAMED:
        return CAPTURE_SOURCE_PROBE;
    case CAPTURE_POST:
        return CAPTURE_SOURCE_POST;
    case CAPTURE_BYTE:
        return CAPTURE_SOURCE_LOG;
    case CAPTURE_CLOCK:
    case CAPTURE_VCLOCK:
    case CAPTURE_SESSION:
    case CAPTURE_STREAM:
    case CAPTURE_MACHINE:
    case CAPTURE_VM:
    case CAPTURE_LOST:
    case CAPTURE_DROPPED:
    case CAPTURE_ITEM:
    case CAPTURE_SELECT:
    case CAPTURE_PIO:
    case CAPTURE_DMA:
    case CAPTURE_DMA_PART:
    case CAPTURE_DMA_END:
    case CAPTURE_VCPU:
    case CAPTURE_PROFILE:
    case CAPTURE_SAMPLE:
    case CAPTURE_DISK:
    case CAPTURE_DISK_IO:
    case CAPTURE_EXIT_KIND:
    case CAPTURE_EXITS:
        break;
    }
    return CAPTURE_SOURCE_EVENT;
}

/* Before it runs no time passes for the guest: start and run are exact. */
static bool is_outside(const CaptureRecord *rec)
{
    return rec->kind == CAPTURE_VM && !rec->u.vm.by_guest &&
           rec->u.vm.event != CAPTURE_VM_START &&
           rec->u.vm.event != CAPTURE_VM_RUN;
}

static CaptureMilestone new_row(const CaptureMilestones *p, guint milestone,
                                const CaptureRecord *rec)
{
    return (CaptureMilestone){
        .milestone = milestone,
        .source = source_of(rec),
        .name = name_of(p, milestone),
        .time = rec->time,
        .vtime = rec->vtime,
        .pos = rec->pos,
        .boot = p->boot,
        .group = group_of(p, milestone),
        .stream = rec->stream,
        .outside = is_outside(rec),
    };
}

static void insert(CaptureMilestones *p, guint milestone,
                   const CaptureRecord *rec, const char *detail)
{
    guint at = p->rows->len;
    CaptureMilestone row = new_row(p, milestone, rec);

    p->found[milestone] = true;
    p->by_line[milestone] = false;
    if (p->rows->len == CAPTURE_MILESTONES_MAX) {
        p->dropped++;
        return;
    }
    p->by_line[milestone] = row.source != CAPTURE_SOURCE_PROBE;
    g_strlcpy(row.detail, detail, sizeof(row.detail));
    while (at > 0 &&
           g_array_index(p->rows, CaptureMilestone, at - 1).time > rec->time) {
        at--;
    }
    g_array_insert_val(p->rows, at, row);
}

static void add_stage(CaptureMilestones *p, guint milestone,
                      const CaptureRecord *rec)
{
    CaptureMilestone row = new_row(p, milestone, rec);

    if (!p->found[milestone] && p->stages->len < CAPTURE_MILESTONES_MAX) {
        g_array_append_val(p->stages, row);
    }
    p->found[milestone] = true;
}

static void first_time(CaptureMilestones *p, guint milestone,
                       const CaptureRecord *rec, const char *detail)
{
    if (!p->found[milestone]) {
        insert(p, milestone, rec, detail);
    }
}

static void latest_time(CaptureMilestones *p, guint milestone,
                        const CaptureRecord *rec)
{
    CaptureMilestone *row = find(p, milestone);

    if (row) {
        if (row->source == CAPTURE_SOURCE_PROBE && rec->kind != CAPTURE_PROBE) {
            return;
        }
        g_array_remove_index(
            p->rows, row - &g_array_index(p->rows, CaptureMilestone, 0));
    } else if (p->found[milestone] && p->rows->len == CAPTURE_MILESTONES_MAX) {
        return; /* counted when it came first */
    }
    insert(p, milestone, rec, "");
}

/* ------------------------------------------------------------------ */
/* Patterns at work                                                    */

static bool all_found(const CaptureMilestones *p, const GArray *wanted)
{
    for (guint i = 0; i < wanted->len; i++) {
        guint number = g_array_index(wanted, guint, i);

        if (number >= MILESTONES_MAX || !p->found[number]) {
            return false;
        }
    }
    return true;
}

static bool any_found(const CaptureMilestones *p, const GArray *wanted)
{
    for (guint i = 0; i < wanted->len; i++) {
        guint number = g_array_index(wanted, guint, i);

        if (number < MILESTONES_MAX && p->found[number]) {
            return true;
        }
    }
    return false;
}

/* A probe takes the place of what was only seen in the log. */
static bool is_better(const CaptureMilestones *p, guint milestone,
                      const CaptureRecord *rec)
{
    return rec->kind == CAPTURE_PROBE && p->found[milestone] &&
           p->by_line[milestone];
}

/* The option ROM tells of an initrd that is not there as well: of 0 KiB. */
static bool is_of_nothing(const Matcher *m, const CaptureRecord *rec)
{
    return rec->kind == CAPTURE_PROBE && !rec->u.probe.arg &&
           m->milestone == CAPTURE_MS_COPY_INITRD;
}

/* Could an event now be this milestone? */
static bool is_awaited(CaptureMilestones *p, const Matcher *m,
                       const CaptureRecord *rec)
{
    return !is_of_nothing(m, rec) &&
           (m->pattern->last || m->pattern->again || m->pattern->attempts ||
            !p->found[m->milestone] || is_better(p, m->milestone, rec)) &&
           all_found(p, m->after) && !any_found(p, m->unless);
}

/* What was tried did not work: the row stays, under another name. */
static void fail_attempt(CaptureMilestones *p, const Matcher *m,
                         CaptureMilestone *row)
{
    row->milestone = CAPTURE_MS_ATTEMPT;
    row->name = m->pattern->attempts;
    row->group = CAPTURE_GROUP_FIRMWARE;
    g_strlcat(row->detail, row->detail[0] ? ": failed" : "failed",
              sizeof(row->detail));
    p->found[m->milestone] = false;
}

/*
 * One more attempt is one that the others failed before.  Firmware may say so
 * on two streams; a probe tells of the same attempt as its line.
 */
static void handle_attempt(CaptureMilestones *p, const Matcher *m,
                           const CaptureRecord *rec, const char *detail)
{
    CaptureMilestone *row = find(p, m->milestone);
    char kept[CAPTURE_NAME_MAX];

    if (row && is_better(p, m->milestone, rec)) {
        memcpy(kept, row->detail, sizeof(kept));
        latest_time(p, m->milestone, rec);
        row = find(p, m->milestone);
        if (row) {
            memcpy(row->detail, kept, sizeof(kept));
        }
        return;
    }
    if (row && (row->stream != rec->stream || row->pos == rec->pos)) {
        return;
    }
    if (row) {
        fail_attempt(p, m, row);
    }
    first_time(p, m->milestone, rec, detail);
}

/* A line and a probe of it, with nothing between, are one. */
static void another_time(CaptureMilestones *p, guint milestone,
                         const CaptureRecord *rec)
{
    guint n = p->rows->len;
    const CaptureMilestone *last =
        n ? &g_array_index(p->rows, CaptureMilestone, n - 1) : NULL;
    bool by_probe = source_of(rec) == CAPTURE_SOURCE_PROBE;

    if (last && last->milestone == milestone && last->boot == p->boot &&
        (last->source == CAPTURE_SOURCE_PROBE) != by_probe) {
        if (!by_probe) {
            return;
        }
        g_array_remove_index(p->rows, n - 1);
    }
    insert(p, milestone, rec, "");
}

static void reached(CaptureMilestones *p, const Matcher *m,
                    const CaptureRecord *rec, const char *detail)
{
    if (m->pattern->hidden) {
        p->found[m->milestone] = true;
    } else if (m->pattern->stage) {
        add_stage(p, m->milestone, rec);
    } else if (m->pattern->attempts) {
        handle_attempt(p, m, rec, detail);
    } else if (m->pattern->again) {
        another_time(p, m->milestone, rec);
    } else if (m->pattern->last || is_better(p, m->milestone, rec)) {
        latest_time(p, m->milestone, rec);
    } else {
        first_time(p, m->milestone, rec, "");
    }
}

/* The guest does something: what follows a reset is a boot. */
static void note_activity(CaptureMilestones *p)
{
    p->active = true;
    p->suspended = false;
}

/*
 * Milestones that have a rule for this event, by their numbers (NULL: none).
 * Returns whether one says that it is no sign of a boot.
 */
static bool handle_event(CaptureMilestones *p, const CaptureRecord *rec,
                         const GArray *matchers)
{
    bool idle = false;

    for (guint i = 0; matchers && i < matchers->len; i++) {
        const Matcher *m = &g_array_index(p->matchers, Matcher,
                                          g_array_index(matchers, guint, i));

        if (is_awaited(p, m, rec)) {
            idle |= m->pattern->idle;
            reached(p, m, rec, "");
        }
    }
    return idle;
}

static bool handle_number(CaptureMilestones *p, const CaptureRecord *rec,
                          CaptureRuleKind kind, uint16_t number)
{
    return handle_event(
        p, rec, g_hash_table_lookup(p->by_number, event_key(kind, number)));
}

/* Remembers the key of an item that some rule names. */
static void handle_item(CaptureMilestones *p, const CaptureRecord *rec)
{
    gpointer key = GUINT_TO_POINTER(rec->u.item.key);

    if (g_hash_table_contains(p->by_item, rec->u.item.name)) {
        g_hash_table_replace(p->items, key, g_strdup(rec->u.item.name));
    }
}

/*
 * Which of the @rules of @m a line is of, or NULL; *@end: where what matched
 * ends.
 */
static const CaptureRule *rule_of_line(const CaptureMilestones *p,
                                       const Matcher *m, uint64_t rules,
                                       const CaptureLine *line, size_t *end)
{
    const char *stream = p->streams[line->stream % CAPTURE_STREAMS_MAX];

    for (; rules; rules &= rules - 1) {
        const CaptureRule *rule = &g_array_index(m->pattern->rules, CaptureRule,
                                                 __builtin_ctzll(rules));

        if (capture_rule_matches(rule, line->text, line->len, stream, end)) {
            return rule;
        }
    }
    return NULL;
}

/* "Booting from Hard Disk..." has the device behind what matched. */
static void get_detail(const CaptureLine *line, size_t from, char *detail)
{
    size_t len = MIN(line->len, CAPTURE_PATTERN_LINE_MAX);

    while (from < len && line->text[from] == ' ') {
        from++;
    }
    while (len > from && strchr(". ", line->text[len - 1])) {
        len--;
    }
    g_snprintf(detail, CAPTURE_NAME_MAX - strlen(": failed"), "%.*s",
               (int)(len - from), line->text + from);
}

static void handle_line_of(CaptureMilestones *p, const Matcher *m,
                           uint64_t rules, const CaptureLine *line,
                           const CaptureRecord *rec, bool *idle)
{
    CaptureMilestone *row = m->failures ? find(p, m->milestone) : NULL;
    char detail[CAPTURE_NAME_MAX] = "";
    bool awaited = m->lines && is_awaited(p, m, rec);
    const CaptureRule *rule = NULL;
    size_t end = 0;

    if (awaited || row) {
        rule = rule_of_line(p, m, rules, line, &end);
    }
    if (!rule) {
        return;
    }
    if (rule->kind == CAPTURE_RULE_FAILED) {
        if (row && row->stream == line->stream && row->time <= line->time) {
            fail_attempt(p, m, row);
        }
    } else if (awaited) {
        *idle |= m->pattern->idle;
        if (m->pattern->attempts) {
            get_detail(line, end, detail);
        }
        reached(p, m, rec, detail);
    }
}

void capture_milestones_line(CaptureMilestones *p, const CaptureLine *line)
{
    CaptureRecord rec = {
        .kind = CAPTURE_BYTE,
        .time = line->time,
        .vtime = line->vtime,
        .pos = line->pos,
        .stream = line->stream,
    };
    bool idle = false;
    const GArray *candidates;

    if (line->continued || !line->len) {
        return;
    }
    candidates = capture_patterns_candidates(p->patterns, line->text[0]);
    for (guint i = 0; i < candidates->len; i++) {
        CaptureCandidate c = g_array_index(candidates, CaptureCandidate, i);

        handle_line_of(p, &g_array_index(p->matchers, Matcher, c.pattern),
                       c.rules, line, &rec, &idle);
    }
    if (!idle && line->time >= p->since) {
        note_activity(p);
    }
}

/* ------------------------------------------------------------------ */
/* Records                                                             */

/* QEMU starts once; all else is looked for anew in each boot. */
static void forget_boot(CaptureMilestones *p)
{
    bool start = p->found[CAPTURE_MS_START], run = p->found[CAPTURE_MS_RUN];

    memset(p->found, 0, sizeof(p->found));
    memset(p->by_line, 0, sizeof(p->by_line));
    p->found[CAPTURE_MS_START] = start;
    p->found[CAPTURE_MS_RUN] = run;
    p->active = p->setup = p->entry = p->copied = p->multiboot = false;
    memset(p->selected, 0, sizeof(p->selected));
}

static void handle_session(CaptureMilestones *p)
{
    g_array_set_size(p->rows, 0);
    g_array_set_size(p->stages, 0);
    g_hash_table_remove_all(p->items);
    forget_streams(p);
    memset(p->found, 0, sizeof(p->found));
    p->dropped = 0;
    p->boot = 0;
    p->since = 0;
    p->ran = p->active = p->suspended = p->setup = p->entry = p->copied =
        p->multiboot = false;
    memset(p->selected, 0, sizeof(p->selected));
}

/*
 * Machine creation resets too, before anything ran; so does a wakeup.  A
 * kernel that restarts may ask for several resets, and firmware for its own
 * before it begins: they are the same one until something comes after it.
 */
static void handle_reset(CaptureMilestones *p, const CaptureRecord *rec)
{
    p->since = rec->time;
    if (!p->ran || p->suspended || (!p->active && find(p, CAPTURE_MS_RESET))) {
        return;
    }
    p->boot++;
    forget_boot(p);
    first_time(p, CAPTURE_MS_RESET, rec, rec->u.vm.detail);
}

static void handle_vm(CaptureMilestones *p, const CaptureRecord *rec)
{
    switch (rec->u.vm.event) {
    case CAPTURE_VM_START:
        first_time(p, CAPTURE_MS_START, rec, "");
        break;
    case CAPTURE_VM_RUN:
        if (!p->ran) {
            p->ran = true;
            first_time(p, CAPTURE_MS_RUN, rec, "");
        }
        break;
    case CAPTURE_VM_RESET:
        handle_reset(p, rec);
        break;
    case CAPTURE_VM_SHUTDOWN:
        first_time(p, CAPTURE_MS_SHUTDOWN, rec, rec->u.vm.detail);
        break;
    case CAPTURE_VM_STOP:
        first_time(p, CAPTURE_MS_STOP, rec, rec->u.vm.detail);
        break;
    case CAPTURE_VM_SUSPEND:
        p->since = rec->time;
        p->suspended = true;
        insert(p, CAPTURE_MS_SUSPENDED, rec, rec->u.vm.detail);
        break;
    case CAPTURE_VM_WAKEUP:
        p->since = rec->time;
        p->suspended = true; /* up to what the guest does next */
        p->active = false;
        insert(p, CAPTURE_MS_WOKEN, rec, rec->u.vm.detail);
        break;
    case CAPTURE_VM_READY:
    case CAPTURE_VM_PAUSE:
    case CAPTURE_VM_POWERDOWN:
    case CAPTURE_VM_LOADED:
    case CAPTURE_VM_OPTIONS:
    case CAPTURE_VM_OPENED:
        break;
    }
}

static void handle_stream(CaptureMilestones *p, const CaptureRecord *rec)
{
    char **label = &p->streams[rec->u.stream.id % CAPTURE_STREAMS_MAX];

    g_free(*label);
    *label = g_strdup(rec->u.stream.label);
}

/* In CaptureMilestones.select */
static int select_of(uint16_t key)
{
    return key == FWCFG_KERNEL_DATA ? 0 : key == FWCFG_INITRD_DATA ? 1 : -1;
}

static void handle_select(CaptureMilestones *p, const CaptureRecord *rec)
{
    uint16_t key = rec->u.select.key;
    const char *name = g_hash_table_lookup(p->items, GUINT_TO_POINTER(key));
    int i = select_of(key);

    note_activity(p);
    if (i >= 0 && !p->selected[i]) {
        p->selected[i] = true;
        p->select[i] = *rec;
    }
    p->setup |= key == FWCFG_SETUP_DATA;
    handle_number(p, rec, CAPTURE_RULE_KEY, key);
    if (name) {
        handle_event(p, rec, g_hash_table_lookup(p->by_item, name));
    }
}

/*
 * A byte of an item for -kernel is copied, so its copy began with its select.
 * Without a byte there is none: the option ROM asks for an initrd that is not
 * there as well.
 */
static void handle_copy(CaptureMilestones *p, uint16_t key)
{
    int i = select_of(key);

    p->copied |= i >= 0;
    /* Without its select the copy began elsewhere: before a migration. */
    if (i >= 0 && p->selected[i]) {
        first_time(p, i ? CAPTURE_MS_COPY_INITRD : CAPTURE_MS_COPY_KERNEL,
                   &p->select[i], "");
    }
}

/*
 * The option ROM for multiboot kernels reads no setup, and the entry point
 * last.  Its "initrd" is the list of modules, which are with the kernel.
 */
static void begin_multiboot(CaptureMilestones *p)
{
    p->multiboot = true;
    for (guint i = p->rows->len; i > 0; i--) {
        CaptureMilestone *row =
            &g_array_index(p->rows, CaptureMilestone, i - 1);

        if (row->boot == p->boot && row->milestone != CAPTURE_MS_ATTEMPT) {
            row->name = name_of(p, row->milestone);
        }
    }
}

/*
 * The option ROM hands over when its last item is in place.  Other firmware
 * may read a command line, and boots something else.
 */
static void handle_copy_end(CaptureMilestones *p, const CaptureRecord *rec,
                            uint16_t key, uint32_t offset)
{
    if (offset) {
        handle_copy(p, key);
    }
    p->entry |= key == FWCFG_KERNEL_ENTRY && offset;
    if ((capture_copy_is_kernel_item(key) || key == FWCFG_KERNEL_ENTRY) &&
        (p->copied || p->entry)) {
        latest_time(p, CAPTURE_MS_LINUX_BOOT_OS, rec);
    }
    if (p->entry && p->found[CAPTURE_MS_COPY_KERNEL] && !p->setup &&
        !p->multiboot) {
        begin_multiboot(p);
    }
}

void capture_milestones_record(CaptureMilestones *p, const CaptureRecord *rec)
{
    switch (rec->kind) {
    case CAPTURE_SESSION:
        handle_session(p);
        break;
    case CAPTURE_STREAM:
        handle_stream(p, rec);
        break;
    case CAPTURE_VM:
        handle_vm(p, rec);
        break;
    case CAPTURE_ITEM:
        handle_item(p, rec);
        break;
    case CAPTURE_SELECT:
        handle_select(p, rec);
        break;
    case CAPTURE_PIO:
        if (!rec->u.pio.late) {
            handle_copy_end(p, rec, rec->u.pio.key, rec->u.pio.offset);
        }
        break;
    case CAPTURE_DMA_PART:
        handle_copy(p, rec->u.dma_part.key);
        break;
    case CAPTURE_DMA_END:
        handle_copy_end(p, rec, rec->u.dma_end.key, rec->u.dma_end.offset);
        break;
    case CAPTURE_PROBE:
        if (!handle_number(p, rec, CAPTURE_RULE_MARK, rec->u.probe.id & 0xff)) {
            note_activity(p);
        }
        break;
    case CAPTURE_POST:
        if (!handle_number(p, rec, CAPTURE_RULE_POST, rec->u.post.code)) {
            note_activity(p);
        }
        break;
    case CAPTURE_BYTE:
    case CAPTURE_CLOCK:
    case CAPTURE_VCLOCK:
    case CAPTURE_MACHINE:
    case CAPTURE_LOST:
    case CAPTURE_DROPPED:
    case CAPTURE_DMA:
    case CAPTURE_VCPU:
    case CAPTURE_PROFILE:
    case CAPTURE_SAMPLE:
    case CAPTURE_DISK:
    case CAPTURE_DISK_IO:
    case CAPTURE_NAMED:
    case CAPTURE_EXIT_KIND:
    case CAPTURE_EXITS:
        break;
    }
}

guint capture_milestones_count(const CaptureMilestones *p)
{
    return p->rows->len;
}

const CaptureMilestone *capture_milestones_get(const CaptureMilestones *p,
                                               guint i)
{
    return i < p->rows->len ? &g_array_index(p->rows, CaptureMilestone, i)
                            : NULL;
}

guint capture_milestones_boot(const CaptureMilestones *p)
{
    return p->boot;
}

guint capture_milestones_boots(const CaptureMilestones *p)
{
    return p->boot + (p->active || !p->boot);
}

guint capture_milestones_stages(const CaptureMilestones *p)
{
    return p->stages->len;
}

const CaptureMilestone *capture_milestones_stage(const CaptureMilestones *p,
                                                 guint i)
{
    return i < p->stages->len ? &g_array_index(p->stages, CaptureMilestone, i)
                              : NULL;
}

uint64_t capture_milestones_dropped(const CaptureMilestones *p)
{
    return p->dropped;
}
