/*
 * Samples by function and call path.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#include "profile.h"

#include <math.h>
#include <string.h>

#include "viewer/common/common.h"

/* Whatever a capture holds: a day at 1,000 samples a second, about. */
#define SAMPLES_MAX (64 * 1024 * 1024)

#define VCPUS_MAX 1024

/* Samples whose times are looked at together: BLOCKS of them are skipped. */
#define BLOCK_SAMPLES 1024

/* Different call paths; what is beyond has its function alone. */
#define NODES_MAX (1024 * 1024)

/* The last stack of a vCPU: samples may refer to it. */
typedef struct LastStack {
    bool is_there;
    uint64_t pc; /* of the path that it led to */
    guint generation; /* of the symbols then */
    guint node;
    PathEnd end;
    uint64_t sp;
    gsize len;
    uint8_t stack[CAPTURE_SAMPLE_STACK_MAX];
} LastStack;

typedef struct Kept {
    ProfileSample sample;
    PathEnd end;
} Kept;

/* Between which times the ticks of BLOCK_SAMPLES samples are. */
typedef struct Block {
    uint64_t first, last; /* times of samples, ns */
    guint ticks; /* the most that one has */
} Block;

struct Profile {
    Symbols *symbols;
    GArray *samples; /* Kept */
    GArray *blocks; /* Block: of samples */
    guint sessions; /* so often samples began anew */
    GArray *nodes; /* ProfileNode */
    GHashTable *node_of; /* parent and function -> node */
    GArray *functions; /* ProfileFunction */
    GHashTable *function_of; /* "name\nmodule" -> function */
    GHashTable *at; /* pc and width -> function, of this generation */
    guint generation;
    GHashTable *last; /* vcpu -> LastStack */
    guint hz;
    int only_vcpu; /* -1: all */
    bool keep_sessions;
    guint vcpus;
    GString *key;
};

static guint add_function(Profile *p, const char *name, const char *module,
                          bool is_symbol)
{
    ProfileFunction f = { name, module, is_symbol };
    gpointer found;

    g_string_assign(p->key, name);
    g_string_append_c(p->key, '\n');
    g_string_append(p->key, module);
    if (g_hash_table_lookup_extended(p->function_of, p->key->str, NULL,
                                     &found)) {
        return GPOINTER_TO_UINT(found);
    }
    g_array_append_val(p->functions, f);
    g_hash_table_insert(p->function_of, g_strdup(p->key->str),
                        GUINT_TO_POINTER(p->functions->len - 1));
    return p->functions->len - 1;
}

static guint add_node(Profile *p, guint parent, guint function)
{
    guint64 key = (guint64)parent << 32 | function;
    ProfileNode n = { parent, function };
    gpointer found = g_hash_table_lookup(p->node_of, &key);

    if (found) {
        return GPOINTER_TO_UINT(found);
    }
    if (p->nodes->len == NODES_MAX) {
        return parent;
    }
    g_array_append_val(p->nodes, n);
    g_hash_table_insert(p->node_of, g_memdup2(&key, sizeof(key)),
                        GUINT_TO_POINTER(p->nodes->len - 1));
    return p->nodes->len - 1;
}

Profile *profile_new(Symbols *symbols)
{
    static const ProfileNode none;
    Profile *p = g_new0(Profile, 1);

    p->symbols = symbols;
    p->only_vcpu = -1;
    p->samples = g_array_new(FALSE, FALSE, sizeof(Kept));
    p->blocks = g_array_new(FALSE, FALSE, sizeof(Block));
    p->nodes = g_array_new(FALSE, FALSE, sizeof(ProfileNode));
    p->node_of = g_hash_table_new_full(hash_u64, g_int64_equal, g_free, NULL);
    p->functions = g_array_new(FALSE, FALSE, sizeof(ProfileFunction));
    p->function_of =
        g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
    p->at = g_hash_table_new_full(hash_u64, g_int64_equal, g_free, NULL);
    p->last = g_hash_table_new_full(NULL, NULL, NULL, g_free);
    p->key = g_string_new(NULL);
    g_array_append_val(p->nodes, none);
    add_node(p, PROFILE_NO_NODE, add_function(p, "idle", "", false));
    return p;
}

void profile_only_vcpu(Profile *p, guint vcpu)
{
    p->only_vcpu = vcpu;
}

void profile_keep_sessions(Profile *p)
{
    p->keep_sessions = true;
}

guint profile_vcpus(const Profile *p)
{
    return p->vcpus;
}

void profile_free(Profile *p)
{
    if (p) {
        g_array_unref(p->samples);
        g_array_unref(p->blocks);
        g_array_unref(p->nodes);
        g_hash_table_unref(p->node_of);
        g_array_unref(p->functions);
        g_hash_table_unref(p->function_of);
        g_hash_table_unref(p->at);
        g_hash_table_unref(p->last);
        g_string_free(p->key, TRUE);
        g_free(p);
    }
}

/* ------------------------------------------------------------------ */
/* Records                                                             */

/* What was known of addresses may be something else now. */
static void check_generation(Profile *p)
{
    if (p->generation != symbols_generation(p->symbols)) {
        p->generation = symbols_generation(p->symbols);
        g_hash_table_remove_all(p->at);
    }
}

static guint function_at(Profile *p, uint64_t pc, CaptureWidth width)
{
    guint64 key = pc ^ (guint64)width << 62;
    gpointer found;
    SymbolPlace place;
    guint function;

    if (g_hash_table_lookup_extended(p->at, &key, NULL, &found)) {
        return GPOINTER_TO_UINT(found);
    }
    place = symbols_find(p->symbols, pc, width);
    function = add_function(p, place.function, place.module, place.is_symbol);
    g_hash_table_insert(p->at, g_memdup2(&key, sizeof(key)),
                        GUINT_TO_POINTER(function));
    return function;
}

static LastStack *last_of(Profile *p, guint vcpu)
{
    LastStack *last = g_hash_table_lookup(p->last, GUINT_TO_POINTER(vcpu));

    if (!last && vcpu < VCPUS_MAX) {
        last = g_new0(LastStack, 1);
        g_hash_table_insert(p->last, GUINT_TO_POINTER(vcpu), last);
    }
    return last;
}

static guint unwind(Profile *p, const CaptureSample *s, const uint8_t *stack,
                    size_t len, PathEnd *end)
{
    uint64_t path[PATH_MAX_DEPTH];
    guint depth, node = PROFILE_NO_NODE;

    *end = symbols_unwind(p->symbols, s, stack, len, path, &depth);
    while (depth-- > 0) {
        node = add_node(p, node, function_at(p, path[depth], s->mode & 3));
    }
    return node;
}

/* The stack of the sample, with what is as it was before. */
static void take_stack(LastStack *last, const CaptureRecord *rec)
{
    const CaptureSample *s = &rec->u.sample.head;
    gsize len = MIN(s->stack, sizeof(last->stack));
    uint64_t end = s->sp + len; /* of what is given */
    gsize skip, more = 0;

    if (s->flags & CAPTURE_SAMPLE_GOES_ON && end >= last->sp &&
        end - last->sp <= last->len) {
        skip = end - last->sp;
        more = MIN(last->len - skip, sizeof(last->stack) - len);
        memmove(last->stack + len, last->stack + skip, more);
    }
    memcpy(last->stack, rec->u.sample.stack, len);
    last->sp = s->sp;
    last->len = len + more;
}

/* The node of a sample that is not idle. */
static guint node_of(Profile *p, const CaptureRecord *rec, PathEnd *end)
{
    const CaptureSample *s = &rec->u.sample.head;
    LastStack *last = last_of(p, s->vcpu);
    bool same;

    if (!last) {
        return unwind(p, s, NULL, 0, end);
    }
    same = s->flags & CAPTURE_SAMPLE_GOES_ON && !s->stack &&
           s->sp == last->sp && s->pc == last->pc;
    if (same && last->is_there && last->generation == p->generation) {
        *end = last->end;
        return last->node;
    }
    take_stack(last, rec);
    last->is_there = true;
    last->pc = s->pc;
    last->generation = p->generation;
    last->node = unwind(p, s, last->stack, last->len, end);
    last->end = *end;
    return last->node;
}

/* Sample @i in the index. */
static void index_sample(Profile *p, guint i)
{
    const ProfileSample *s = profile_sample(p, i);
    Block *b;

    if (i % BLOCK_SAMPLES == 0) {
        g_array_set_size(p->blocks, i / BLOCK_SAMPLES + 1);
        g_array_index(p->blocks, Block, i / BLOCK_SAMPLES) =
            (Block){ s->time, s->time, s->ticks };
    }
    b = &g_array_index(p->blocks, Block, i / BLOCK_SAMPLES);
    b->first = MIN(b->first, s->time);
    b->last = MAX(b->last, s->time);
    b->ticks = MAX(b->ticks, s->ticks);
}

static void take_sample(Profile *p, const CaptureRecord *rec)
{
    const CaptureSample *s = &rec->u.sample.head;
    Kept k = { .sample = { .time = rec->time,
                           .ticks = s->ticks,
                           .vcpu = s->vcpu,
                           .node = PROFILE_IDLE } };

    p->vcpus = MAX(p->vcpus, s->vcpu + 1u);
    if (p->samples->len == SAMPLES_MAX ||
        (p->only_vcpu >= 0 && s->vcpu != p->only_vcpu)) {
        return;
    }
    check_generation(p);
    if (!(s->flags & CAPTURE_SAMPLE_IDLE)) {
        k.sample.node = node_of(p, rec, &k.end);
    }
    g_array_append_val(p->samples, k);
    index_sample(p, p->samples->len - 1);
}

void profile_record(Profile *p, const CaptureRecord *rec)
{
    switch ((int)rec->kind) {
    case CAPTURE_SESSION:
        if (!p->keep_sessions) {
            g_array_set_size(p->samples, 0);
            g_array_set_size(p->blocks, 0);
            p->sessions++;
        }
        g_hash_table_remove_all(p->last);
        symbols_reset(p->symbols);
        break;
    case CAPTURE_DROPPED:
        g_hash_table_remove_all(p->last); /* stacks do not go on over it */
        break;
    case CAPTURE_MACHINE:
        symbols_set_arch(p->symbols, rec->u.machine.arch);
        break;
    case CAPTURE_PROFILE:
        p->hz = rec->u.profile.hz ? rec->u.profile.hz : p->hz;
        break;
    case CAPTURE_VM:
        if (rec->u.vm.event == CAPTURE_VM_RESET) {
            symbols_reset(p->symbols);
        }
        break;
    case CAPTURE_SAMPLE:
        take_sample(p, rec);
        break;
    }
}

void profile_line(Profile *p, const CaptureLine *line)
{
    symbols_line(p->symbols, line->text, line->len);
}

/* ------------------------------------------------------------------ */
/* What is there                                                       */

/* The file's order is not quite that of the times. */
static gint by_time(gconstpointer a, gconstpointer b)
{
    const Kept *x = a, *y = b;

    return x->sample.time < y->sample.time   ? -1
           : x->sample.time > y->sample.time ? 1
                                             : 0;
}

void profile_sort(Profile *p)
{
    g_array_sort(p->samples, by_time);
    for (guint i = 0; i < p->samples->len; i++) {
        index_sample(p, i);
    }
}

guint profile_samples(const Profile *p)
{
    return p->samples->len;
}

const ProfileSample *profile_sample(const Profile *p, guint i)
{
    return &g_array_index(p->samples, Kept, i).sample;
}

guint profile_nodes(const Profile *p)
{
    return p->nodes->len;
}

ProfileNode profile_node(const Profile *p, guint node)
{
    return g_array_index(p->nodes, ProfileNode, node);
}

guint profile_functions(const Profile *p)
{
    return p->functions->len;
}

ProfileFunction profile_function(const Profile *p, guint function)
{
    return g_array_index(p->functions, ProfileFunction, function);
}

guint profile_hz(const Profile *p)
{
    return p->hz;
}

/* ------------------------------------------------------------------ */
/* A part of it                                                        */

/* Its ticks are at its time and at each period before. */
guint profile_ticks_in(const Profile *p, const ProfileSample *s,
                       const ProfileRange *range)
{
    uint64_t period = 1000000000 / MAX(p->hz, 1);
    uint64_t first, last;

    if (s->time < range->from) {
        return 0;
    }
    first = s->time < range->to ? 0 : (s->time - range->to) / period + 1;
    last = MIN((s->time - range->from) / period, (uint64_t)s->ticks - 1);
    return last < first ? 0 : last - first + 1;
}

/* Its last tick is before @range, or its first one is behind it. */
static bool is_outside(const Profile *p, const Block *b,
                       const ProfileRange *range)
{
    uint64_t period = 1000000000 / MAX(p->hz, 1);
    uint64_t reach = period * b->ticks;

    return b->last < range->from ||
           (b->first > reach && b->first - reach >= range->to);
}

guint profile_next(const Profile *p, guint i, const ProfileRange *range)
{
    guint block = i / BLOCK_SAMPLES;

    if (i % BLOCK_SAMPLES) {
        return i;
    }
    while (block < p->blocks->len &&
           is_outside(p, &g_array_index(p->blocks, Block, block), range)) {
        block++;
    }
    return MIN(block * BLOCK_SAMPLES, p->samples->len);
}

struct ProfileTally {
    const Profile *profile;
    ProfileRange range;
    guint sessions; /* of the profile's samples */
    guint next; /* sample to look at */
    guint stamp; /* of the one that is looked at; in seen: this function was */
    ProfileTable sums; /* but for the rows */
    GArray *rows; /* ProfileRow, by function */
    GArray *seen; /* guint, by function */
};

ProfileTally *profile_tally_new(const Profile *p, const ProfileRange *range)
{
    ProfileTally *t = g_new0(ProfileTally, 1);

    t->profile = p;
    t->range = *range;
    t->sessions = p->sessions;
    t->rows = g_array_new(FALSE, TRUE, sizeof(ProfileRow));
    t->seen = g_array_new(FALSE, TRUE, sizeof(guint));
    return t;
}

void profile_tally_free(ProfileTally *t)
{
    if (t) {
        g_array_unref(t->rows);
        g_array_unref(t->seen);
        g_free(t);
    }
}

/* Each function of a path once: it may call itself. */
static void add_totals(ProfileTally *t, guint node, guint ticks)
{
    ProfileRow *rows = (ProfileRow *)t->rows->data;
    guint *seen = (guint *)t->seen->data;

    t->stamp++;
    while (node) {
        ProfileNode n = profile_node(t->profile, node);

        if (seen[n.function] != t->stamp) {
            seen[n.function] = t->stamp;
            rows[n.function].total += ticks;
        }
        node = n.parent;
    }
}

static void add_end(ProfileTable *t, PathEnd end, guint ticks)
{
    switch (end) {
    case PATH_WHOLE:
        t->whole += ticks;
        break;
    case PATH_ASSEMBLY:
        t->assembly += ticks;
        break;
    case PATH_GAP:
        t->gap += ticks;
        break;
    case PATH_NO_RULE:
        t->no_rule += ticks;
        break;
    case PATH_NO_STACK:
        t->no_stack += ticks;
        break;
    }
}

static void add_sample(ProfileTally *t, const Kept *k, guint ticks)
{
    guint function = profile_node(t->profile, k->sample.node).function;
    ProfileRow *row = &g_array_index(t->rows, ProfileRow, function);

    t->sums.ticks += ticks;
    if (k->sample.node == PROFILE_IDLE) {
        t->sums.idle += ticks;
        return;
    }
    t->sums.samples++;
    row->self += ticks;
    row->samples++;
    row->squares += (double)ticks * ticks;
    add_end(&t->sums, k->end, ticks);
    add_totals(t, k->sample.node, ticks);
}

/* Another session: what was added up is of samples that are gone. */
static void begin_again(ProfileTally *t)
{
    t->sessions = t->profile->sessions;
    t->next = 0;
    t->sums = (ProfileTable){ 0 };
    g_array_set_size(t->rows, 0);
}

bool profile_tally_on(ProfileTally *t, guint n)
{
    const Profile *p = t->profile;

    if (t->sessions != p->sessions) {
        begin_again(t);
    }
    g_array_set_size(t->rows, p->functions->len);
    g_array_set_size(t->seen, p->functions->len);
    for (; n > 0; n--) {
        const Kept *k;
        guint ticks;

        t->next = profile_next(p, t->next, &t->range);
        if (t->next >= p->samples->len) {
            return false;
        }
        k = &g_array_index(p->samples, Kept, t->next++);
        ticks = profile_ticks_in(p, &k->sample, &t->range);
        if (ticks) {
            add_sample(t, k, ticks);
        }
    }
    return t->next < p->samples->len;
}

static gint by_ticks(gconstpointer a, gconstpointer b)
{
    const ProfileRow *x = a, *y = b;

    if (x->self != y->self) {
        return x->self > y->self ? -1 : 1;
    }
    if (x->total != y->total) {
        return x->total > y->total ? -1 : 1;
    }
    return x->function < y->function ? -1 : 1;
}

ProfileTable *profile_tally_table(const ProfileTally *t)
{
    ProfileTable *table = g_memdup2(&t->sums, sizeof(t->sums));

    table->rows = g_array_new(FALSE, FALSE, sizeof(ProfileRow));
    for (guint i = 1; i < t->rows->len; i++) {
        ProfileRow row = g_array_index(t->rows, ProfileRow, i);

        row.function = i;
        if (row.total) {
            g_array_append_val(table->rows, row);
        }
    }
    g_array_sort(table->rows, by_ticks);
    return table;
}

ProfileTable *profile_table(const Profile *p, const ProfileRange *range)
{
    g_autoptr(ProfileTally) t = profile_tally_new(p, range);

    profile_tally_on(t, UINT_MAX);
    return profile_tally_table(t);
}

void profile_table_free(ProfileTable *t)
{
    if (t) {
        g_array_unref(t->rows);
        g_free(t);
    }
}

double profile_error(const ProfileTable *t, const ProfileRow *row)
{
    return t->ticks ? sqrt(row->squares) / t->ticks : 0;
}
