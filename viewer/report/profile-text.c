/*
 * A profile in tables.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "phase-times.h"
#include "profile-boot.h"
#include "viewer/common/common.h"

/* Without --all: so many rows, and no share below this. */
#define ROWS_SHOWN 10
#define SHARE_SHOWN 0.005

/* Behind them as many whose share with what they called is at least this. */
#define CALLER_SHOWN 0.1

#define FUNCTION_CELLS 28

static double percent(double part, double all)
{
    return all > 0 ? 100 * part / all : 0;
}

static void append_function(GString *out, const Profile *p, guint function)
{
    ProfileFunction f = profile_function(p, function);
    g_autoptr(GString) name = g_string_new(NULL);

    append_visible(name, f.name, strlen(f.name), false);
    if (!f.is_symbol) {
        g_string_prepend_c(name, '[');
        g_string_append_c(name, ']');
    }
    if (*f.module) {
        append_padded(out, name->str, FUNCTION_CELLS);
        g_string_append_c(out, ' ');
        append_visible(out, f.module, strlen(f.module), false);
    } else {
        g_string_append(out, name->str);
    }
}

static void print_row(const Profile *p, const ProfileTable *t,
                      const ProfileRow *r)
{
    g_autoptr(GString) line = g_string_new(NULL);

    g_string_append_printf(
        line, "  %6.1f%% %5.1f%% %6.1f%% %8u  ", percent(r->self, t->ticks),
        100 * profile_error(t, r), percent(r->total, t->ticks), r->samples);
    append_function(line, p, r->function);
    puts(line->str);
}

static bool is_shown_by_self(const ProfileTable *t, const ProfileRow *r,
                             guint shown)
{
    return shown < ROWS_SHOWN && r->self >= t->ticks * SHARE_SHOWN;
}

static gint by_total(gconstpointer a, gconstpointer b)
{
    const ProfileRow *x = *(ProfileRow *const *)a, *y = *(ProfileRow *const *)b;

    return x->total != y->total        ? (x->total > y->total ? -1 : 1)
           : x->function < y->function ? -1
                                       : x->function > y->function;
}

/* Those that did little themselves, but called what did much. */
static guint print_callers(const Profile *p, const ProfileTable *t,
                           GPtrArray *rows, uint64_t *left)
{
    guint shown = 0;

    g_ptr_array_sort(rows, by_total);
    while (shown < MIN(rows->len, ROWS_SHOWN)) {
        const ProfileRow *r = g_ptr_array_index(rows, shown);

        if (r->total < t->ticks * CALLER_SHOWN) {
            break;
        }
        print_row(p, t, r);
        *left -= r->self;
        shown++;
    }
    return shown;
}

static void print_rows(const Profile *p, const ProfileTable *t, bool all)
{
    g_autoptr(GPtrArray) rest = g_ptr_array_new();
    guint shown = 0;
    uint64_t left = 0;

    printf("  %7s %6s %7s %8s  %s\n", "Self", "Error", "Total", "Samples",
           "Function");
    for (guint i = 0; i < t->rows->len; i++) {
        ProfileRow *r = &g_array_index(t->rows, ProfileRow, i);

        if (all || is_shown_by_self(t, r, shown)) {
            print_row(p, t, r);
            shown++;
        } else {
            left += r->self;
            g_ptr_array_add(rest, r);
        }
    }
    shown += print_callers(p, t, rest, &left);
    if (t->idle) {
        printf("  %6.1f%% %6s %7s %8s  [idle]\n", percent(t->idle, t->ticks),
               "", "", "");
    }
    if (left) {
        printf("  %6.1f%% %6s %7s %8s  %u more\n", percent(left, t->ticks), "",
               "", "", t->rows->len - shown);
    }
}

static void print_path_ends(const ProfileTable *t, uint64_t busy)
{
    printf("\ncall paths: %.1f%% of the busy time whole, %.1f%% up to "
           "assembly code, %.1f%% end at a\nfunction without call frame "
           "information, %.1f%% where the sampled stack ends\n",
           percent(t->whole, busy), percent(t->assembly, busy),
           percent(t->no_rule, busy), percent(t->no_stack, busy));
    if (t->gap) {
        printf("            %.1f%% whole over code without call frame "
               "information, by the stack\n",
               percent(t->gap, busy));
    }
}

/* How far the paths go: without them Total is the same as Self. */
static void print_paths(const ProfileBoot *b, const ProfileTable *t)
{
    uint64_t busy = t->ticks - t->idle;

    if (!symbols_files(b->symbols)) {
        printf("\nno symbols: add --symbols FILE of the firmware or kernel\n");
    } else if (!symbols_can_unwind(b->symbols)) {
        printf("\nno call paths: no symbol file has call frame information\n");
    } else if (busy) {
        print_path_ends(t, busy);
    }
}

static void print_range(const ProfileBoot *b, const char *name,
                        const ProfileRange *range,
                        const ProfileOptions *options)
{
    g_autoptr(ProfileTable) t = profile_table(b->profile, range);
    g_autoptr(GString) head = g_string_new(NULL);

    if (!t->ticks) {
        return;
    }
    g_string_append_c(head, '\n');
    append_visible(head, name, strlen(name), false);
    g_string_append(head, ": ");
    append_seconds(head, range->to - range->from, 6);
    g_string_append_printf(head, " s, %u sample%s", t->samples,
                           t->samples == 1 ? "" : "s");
    puts(head->str);
    print_rows(b->profile, t, options->all);
}

static void print_phases(const ProfileBoot *b, const ProfileOptions *options,
                         bool *found)
{
    g_autoptr(GArray) times = phase_times(b->milestones, b->end);

    for (guint i = 0; i < times->len; i++) {
        const PhaseTime *t = &g_array_index(times, PhaseTime, i);
        ProfileRange range = { t->start, t->end };
        g_autofree char *name =
            t->boot ? g_strdup_printf("%s (boot %u)", t->name, t->boot + 1)
                    : g_strdup(*t->name ? t->name : "before the first");

        if (options->phase && g_ascii_strcasecmp(options->phase, t->name)) {
            continue;
        }
        *found = true;
        print_range(b, name, &range, options);
    }
}

/* Those of a folder may be a hundred: the first ones, and how many more. */
static void print_files(const Symbols *symbols)
{
    guint n = symbols_files(symbols);
    guint shown = n > ROWS_SHOWN ? ROWS_SHOWN - 1 : n;

    for (guint i = 0; i < shown; i++) {
        g_autoptr(GString) name = g_string_new(NULL);
        const char *file = symbols_file(symbols, i);

        append_visible(name, file, strlen(file), false);
        printf("symbols  %s\n", name->str);
    }
    if (shown < n) {
        printf("symbols  %u more\n", n - shown);
    }
}

static void print_head(const ProfileBoot *b)
{
    ProfileRange all = { 0, UINT64_MAX };
    g_autoptr(ProfileTable) t = profile_table(b->profile, &all);

    printf("%u samples, %u a second, idle %.1f%%\n", t->samples,
           profile_hz(b->profile), percent(t->idle, t->ticks));
    print_files(b->symbols);
}

int print_profile(const ProfileBoot *b, const ProfileOptions *options)
{
    ProfileRange range = { 0, UINT64_MAX };
    g_autoptr(ProfileTable) all = NULL;
    bool found = false;

    if (!profile_boot_has_samples(b)) {
        return EXIT_FAILURE;
    }
    if (options->between[0] &&
        !profile_boot_between(b, options->between, &range)) {
        return EXIT_FAILURE;
    }
    print_head(b);
    if (options->between[0]) {
        g_autofree char *name = g_strdup_printf("%s to %s", options->between[0],
                                                options->between[1]);

        print_range(b, name, &range, options);
    } else {
        print_phases(b, options, &found);
        if (options->phase && !found) {
            return fail(b->path,
                        "has no phase '%s'; bootstamp phases lists "
                        "them",
                        options->phase);
        }
    }
    all = profile_table(b->profile, &range);
    print_paths(b, all);
    return EXIT_SUCCESS;
}

/* ------------------------------------------------------------------ */
/* Two of them                                                         */

typedef struct DiffRow {
    const char *name;
    double seconds[2]; /* self */
    double error[2];
} DiffRow;

static gint by_change(gconstpointer a, gconstpointer b)
{
    const DiffRow *x = a, *y = b;
    double d = fabs(y->seconds[1] - y->seconds[0]) -
               fabs(x->seconds[1] - x->seconds[0]);

    return d > 0 ? 1 : d < 0 ? -1 : strcmp(x->name, y->name);
}

/* Functions are the same by their names: addresses moved. */
static void add_side(GHashTable *rows, const ProfileBoot *b,
                     const ProfileTable *t, int side)
{
    double hz = MAX(profile_hz(b->profile), 1);

    for (guint i = 0; i < t->rows->len; i++) {
        const ProfileRow *r = &g_array_index(t->rows, ProfileRow, i);
        const char *name = profile_function(b->profile, r->function).name;
        DiffRow *d = g_hash_table_lookup(rows, name);

        if (!d) {
            d = g_new0(DiffRow, 1);
            d->name = name;
            g_hash_table_insert(rows, (gpointer)name, d);
        }
        d->seconds[side] += r->self / hz;
        d->error[side] = hypot(d->error[side], sqrt(r->squares) / hz);
    }
}

static void print_diff_row(const DiffRow *d)
{
    double change = d->seconds[1] - d->seconds[0];
    double error = hypot(d->error[0], d->error[1]);
    g_autoptr(GString) line = g_string_new(NULL);

    g_string_append_printf(line, "%10.3f %10.3f %+10.3f %8.3f  %s  ",
                           d->seconds[0], d->seconds[1], change, error,
                           fabs(change) > 3 * error ? "yes" : "no ");
    append_visible(line, d->name, strlen(d->name), false);
    puts(line->str);
}

static bool diff_range(const ProfileBoot *b, const ProfileOptions *o,
                       ProfileRange *range)
{
    g_autoptr(GArray) times = phase_times(b->milestones, b->end);

    *range = (ProfileRange){ 0, UINT64_MAX };
    if (o->between[0]) {
        return profile_boot_between(b, o->between, range);
    }
    for (guint i = 0; o->phase && i < times->len; i++) {
        const PhaseTime *t = &g_array_index(times, PhaseTime, i);

        if (!g_ascii_strcasecmp(o->phase, t->name)) {
            range->from = t->start;
            range->to = t->end;
            return true;
        }
    }
    if (o->phase) {
        fail(b->path, "has no phase '%s'; bootstamp phases lists them",
             o->phase);
    }
    return !o->phase;
}

int print_profile_diff(const ProfileBoot *a, const ProfileBoot *b,
                       const ProfileOptions *options)
{
    const ProfileBoot *sides[2] = { a, b };
    g_autoptr(GHashTable) rows =
        g_hash_table_new_full(g_str_hash, g_str_equal, NULL, g_free);
    g_autoptr(GArray) sorted = g_array_new(FALSE, FALSE, sizeof(DiffRow));
    GHashTableIter iter;
    gpointer value;

    for (int i = 0; i < 2; i++) {
        g_autoptr(ProfileTable) t = NULL;
        ProfileRange range;

        if (!profile_boot_has_samples(sides[i]) ||
            !diff_range(sides[i], options, &range)) {
            return EXIT_FAILURE;
        }
        t = profile_table(sides[i]->profile, &range);
        add_side(rows, sides[i], t, i);
    }
    g_hash_table_iter_init(&iter, rows);
    while (g_hash_table_iter_next(&iter, NULL, &value)) {
        g_array_append_vals(sorted, value, 1);
    }
    g_array_sort(sorted, by_change);
    printf("%10s %10s %10s %8s  %s  %s\n", "A (s)", "B (s)", "Change", "Error",
           "Sure", "Function");
    for (guint i = 0; i < sorted->len; i++) {
        if (options->all || i < 2 * ROWS_SHOWN) {
            print_diff_row(&g_array_index(sorted, DiffRow, i));
        }
    }
    return EXIT_SUCCESS;
}
