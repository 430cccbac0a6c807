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

struct Profile {
    Symbols *symbols;
    GArray *samples; /* Kept */
    GArray *nodes; /* ProfileNode */
    GHashTable *node_of; /* parent and function -> node */
    GArray *functions; /* ProfileFunction */
    GHashTable *function_of; /* "name\nmodule" -> function */
    GHashTable *at; /* pc and width -> function, of this generation */
    guint generation;
    GHashTable *last; /* vcpu -> LastStack */
    guint hz;
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
    p->samples = g_array_new(FALSE, FALSE, sizeof(Kept));
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

void profile_free(Profile *p)
{
    if (p) {
        g_array_unref(p->samples);
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

static void take_sample(Profile *p, const CaptureRecord *rec)
{
    const CaptureSample *s = &rec->u.sample.head;
    Kept k = { .sample = { .time = rec->time,
                           .ticks = s->ticks,
                           .vcpu = s->vcpu,
                           .node = PROFILE_IDLE } };

    if (p->samples->len == SAMPLES_MAX) {
        return;
    }
    check_generation(p);
    if (!(s->flags & CAPTURE_SAMPLE_IDLE)) {
        k.sample.node = node_of(p, rec, &k.end);
    }
    g_array_append_val(p->samples, k);
}

void profile_record(Profile *p, const CaptureRecord *rec)
{
    switch ((int)rec->kind) {
    case CAPTURE_SESSION:
        g_array_set_size(p->samples, 0);
        g_hash_table_remove_all(p->last);
        symbols_reset(p->symbols);
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

    if (s->time < range->from || (range->vcpu >= 0 && s->vcpu != range->vcpu)) {
        return 0;
    }
    first = s->time < range->to ? 0 : (s->time - range->to) / period + 1;
    last = MIN((s->time - range->from) / period, (uint64_t)s->ticks - 1);
    return last < first ? 0 : last - first + 1;
}

/* Each function of a path once: it may call itself. */
static void add_totals(const Profile *p, guint node, guint ticks,
                       ProfileRow *rows, guint *seen, guint stamp)
{
    while (node) {
        ProfileNode n = profile_node(p, node);

        if (seen[n.function] != stamp) {
            seen[n.function] = stamp;
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
    case PATH_NO_RULE:
        t->no_rule += ticks;
        break;
    case PATH_NO_STACK:
        t->no_stack += ticks;
        break;
    }
}

static void add_sample(ProfileTable *t, const Profile *p, const Kept *k,
                       guint ticks, ProfileRow *rows)
{
    guint function = profile_node(p, k->sample.node).function;

    t->ticks += ticks;
    if (k->sample.node == PROFILE_IDLE) {
        t->idle += ticks;
        return;
    }
    t->samples++;
    rows[function].self += ticks;
    rows[function].samples++;
    rows[function].squares += (double)ticks * ticks;
    add_end(t, k->end, ticks);
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

ProfileTable *profile_table(const Profile *p, const ProfileRange *range)
{
    ProfileTable *t = g_new0(ProfileTable, 1);
    guint n = p->functions->len;
    g_autofree ProfileRow *rows = g_new0(ProfileRow, n);
    g_autofree guint *seen = g_new0(guint, n);

    for (guint i = 0; i < p->samples->len; i++) {
        const Kept *k = &g_array_index(p->samples, Kept, i);
        guint ticks = profile_ticks_in(p, &k->sample, range);

        if (ticks) {
            add_sample(t, p, k, ticks, rows);
            add_totals(p, k->sample.node, ticks, rows, seen, i + 1);
        }
    }
    t->rows = g_array_new(FALSE, FALSE, sizeof(ProfileRow));
    for (guint i = 1; i < n; i++) {
        rows[i].function = i;
        if (rows[i].total) {
            g_array_append_val(t->rows, rows[i]);
        }
    }
    g_array_sort(t->rows, by_ticks);
    return t;
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
