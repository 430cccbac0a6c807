/*
 * The profile of a boot.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#include <stdlib.h>
#include <string.h>

#include "phase-times.h"
#include "profile-boot.h"
#include "viewer/common/common.h"
#include "capture/walk.h"

/* Different addresses by which code is placed. */
#define PCS_MAX 20000
#define PCS_USED 2000

void profile_boot_record(ProfileBoot *b, const CaptureRecord *rec)
{
    if (rec->kind == CAPTURE_SESSION) {
        b->sessions++;
        b->mark_times[0] = b->mark_times[1] = CAPTURE_NO_TIME;
    }
    if (b->own_milestones) {
        capture_milestones_record(b->milestones, rec);
    }
    profile_record(b->profile, rec);
    b->end = MAX(b->end, rec->time);
}

static bool matches(const GRegex *regex, const CaptureLine *line)
{
    return g_regex_match_full(regex, line->text, line->len, 0, 0, NULL, NULL);
}

void profile_boot_line(ProfileBoot *b, const CaptureLine *line)
{
    if (b->own_milestones) {
        capture_milestones_line(b->milestones, line);
    }
    profile_line(b->profile, line);
    if (b->marks[0] && b->mark_times[0] == CAPTURE_NO_TIME) {
        if (matches(b->marks[0], line)) {
            b->mark_times[0] = line->time;
        }
    } else if (b->marks[1] && b->mark_times[1] == CAPTURE_NO_TIME &&
               matches(b->marks[1], line)) {
        b->mark_times[1] = line->time;
    }
}

/* ------------------------------------------------------------------ */
/* Code that was moved                                                 */

typedef struct Addresses {
    GHashTable *kernel; /* the top half of the addresses */
    GHashTable *other;
} Addresses;

static CaptureWalkNext take_pc(void *data, const CaptureRecord *rec)
{
    const Addresses *a = data;
    uint64_t pc = rec->kind == CAPTURE_SAMPLE ? rec->u.sample.head.pc : 0;
    GHashTable *pcs = pc >> 63 ? a->kernel : a->other;

    if (pc && g_hash_table_size(pcs) < PCS_MAX) {
        g_hash_table_add(pcs, g_memdup2(&pc, sizeof(pc)));
    }
    return CAPTURE_WALK_SKIP;
}

static gint by_address(gconstpointer a, gconstpointer b)
{
    uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;

    return x < y ? -1 : x > y;
}

/* All of them, or as many as are enough, evenly. */
static GArray *list_of(GHashTable *pcs)
{
    GArray *list = g_array_new(FALSE, FALSE, sizeof(uint64_t));
    uint64_t *pc;
    GHashTableIter iter;
    gpointer key;
    guint n = 0;

    g_hash_table_iter_init(&iter, pcs);
    while (g_hash_table_iter_next(&iter, &key, NULL)) {
        g_array_append_vals(list, key, 1);
    }
    g_array_sort(list, by_address);
    pc = (uint64_t *)list->data;
    for (guint i = 0; i < list->len; i += 1 + list->len / PCS_USED) {
        pc[n++] = pc[i];
    }
    g_array_set_size(list, n);
    return list;
}

static GHashTable *new_addresses(void)
{
    return g_hash_table_new_full(hash_u64, g_int64_equal, g_free, NULL);
}

/* False: it cannot be told where a kernel is. */
static bool place_moved_code(Symbols *symbols, CaptureReader *r)
{
    static const CaptureWalkOps ops = { .record = take_pc };
    g_autoptr(GHashTable) kernel = new_addresses();
    g_autoptr(GHashTable) other = new_addresses();
    g_autoptr(GArray) kernel_pcs = NULL;
    g_autoptr(GArray) other_pcs = NULL;
    Addresses addresses = { kernel, other };

    if (!symbols_has_moved_code(symbols)) {
        return true;
    }
    capture_walk_all(r, false, &ops, &addresses);
    kernel_pcs = list_of(kernel);
    other_pcs = list_of(other);
    symbols_fit_u_boot(symbols, (uint64_t *)other_pcs->data, other_pcs->len);
    return symbols_fit_kernel(symbols, (uint64_t *)kernel_pcs->data,
                              kernel_pcs->len);
}

/* ------------------------------------------------------------------ */
/* Firmware that bootstamp has symbols of                              */

/* Firmware says early which one it is; but not before its first samples. */
#define FIRMWARE_LINES 2000

typedef struct FirstLines {
    Symbols *symbols;
    guint lines;
} FirstLines;

static CaptureWalkNext until_found(void *data, const CaptureRecord *rec)
{
    const FirstLines *l = data;

    return l->lines == FIRMWARE_LINES || !symbols_wants_own(l->symbols)
               ? CAPTURE_WALK_STOP
               : CAPTURE_WALK_ON;
}

static void take_first_line(void *data, const CaptureLine *line)
{
    FirstLines *l = data;

    if (l->lines < FIRMWARE_LINES) {
        symbols_line(l->symbols, line->text, line->len);
        l->lines++;
    }
}

bool profile_look_ahead(Symbols *symbols, CaptureReader *r)
{
    static const CaptureWalkOps ops = { .record = until_found,
                                        .line = take_first_line };
    FirstLines l = { symbols, 0 };
    CaptureCursor start;
    bool placed;

    capture_reader_tell(r, &start);
    if (symbols_wants_own(symbols)) {
        capture_walk_all(r, false, &ops, &l);
        symbols_reset(symbols); /* nothing was moved yet */
        capture_reader_seek(r, &start);
    }
    placed = place_moved_code(symbols, r);
    capture_reader_seek(r, &start);
    return placed;
}

void profile_boot_look_ahead(ProfileBoot *b, CaptureReader *r)
{
    if (!profile_look_ahead(b->symbols, r)) {
        fail(b->path, "cannot tell where the kernel was moved to; add its "
                      "address to --symbols FILE@ADDRESS, or boot with "
                      "nokaslr");
    }
}

/* ------------------------------------------------------------------ */
/* All of it                                                           */

static CaptureWalkNext take_record(void *data, const CaptureRecord *rec)
{
    ProfileBoot *b = data;

    if (rec->kind == CAPTURE_SESSION && b->wanted && b->sessions == b->wanted) {
        return CAPTURE_WALK_STOP;
    }
    profile_boot_record(b, rec);
    return CAPTURE_WALK_ON;
}

static void take_line(void *data, const CaptureLine *line)
{
    profile_boot_line(data, line);
}

ProfileBoot *profile_boot_new(Symbols *symbols, CaptureMilestones *milestones,
                              const char *path)
{
    ProfileBoot *b = g_new0(ProfileBoot, 1);

    b->own_symbols = !symbols;
    b->symbols = symbols ? symbols : symbols_new();
    b->profile = profile_new(b->symbols);
    b->own_milestones = !milestones;
    b->milestones = milestones ? milestones : capture_milestones_new();
    b->path = g_strdup(path);
    return b;
}

bool profile_boot_has_samples(const ProfileBoot *b)
{
    guint vcpus = profile_vcpus(b->profile);

    if (profile_samples(b->profile)) {
        return true;
    }
    if (!vcpus) {
        fail(b->path, "has no samples; capture with bootstamp run --profile");
    } else {
        fail(b->path,
             "has no samples of the vCPU that --vcpu names; the last "
             "of its vCPUs is %u",
             vcpus - 1);
    }
    return false;
}

ProfileBoot *profile_boot_read(CaptureReader *r, Symbols *symbols,
                               const ProfileReadOptions *options)
{
    static const CaptureWalkOps ops = { .record = take_record,
                                        .line = take_line };
    ProfileBoot *b = profile_boot_new(symbols, NULL, capture_reader_path(r));

    b->wanted = options->session;
    if (options->vcpu >= 0) {
        profile_only_vcpu(b->profile, options->vcpu);
    }
    for (int i = 0; i < 2; i++) {
        b->marks[i] = options->marks[i];
    }
    profile_boot_look_ahead(b, r);
    capture_walk_all(r, options->virtual_clock, &ops, b);
    profile_sort(b->profile);
    return b;
}

void profile_boot_free(ProfileBoot *b)
{
    if (!b) {
        return;
    }
    for (int i = 0; i < 2; i++) {
        if (b->marks[i]) {
            g_regex_unref(b->marks[i]);
        }
    }
    profile_free(b->profile);
    if (b->own_milestones) {
        capture_milestones_free(b->milestones);
    }
    if (b->own_symbols) {
        symbols_free(b->symbols);
    }
    g_free(b->path);
    g_free(b);
}

static bool find_milestone(const ProfileBoot *b, const char *name,
                           uint64_t from, uint64_t *time)
{
    for (guint i = 0; i < capture_milestones_count(b->milestones); i++) {
        const CaptureMilestone *p = capture_milestones_get(b->milestones, i);

        if (p->time >= from && !strcmp(p->name, name)) {
            *time = p->time;
            return true;
        }
    }
    return false;
}

bool profile_boot_between(const ProfileBoot *b, const char *const between[2],
                          ProfileRange *range)
{
    uint64_t times[2];

    for (int i = 0; i < 2; i++) {
        times[i] = b->mark_times[i];
        if (times[i] == CAPTURE_NO_TIME &&
            !find_milestone(b, between[i], i ? times[0] : 0, &times[i])) {
            fail(b->path,
                 "no milestone is called '%s', and no line%s matches "
                 "it",
                 between[i], i ? " after the first" : "");
            return false;
        }
    }
    range->from = times[0];
    range->to = MAX(times[1], times[0]);
    return true;
}

/* ------------------------------------------------------------------ */
/* Call paths                                                          */

static gint by_phase(gconstpointer a, gconstpointer b)
{
    const ProfilePath *x = a, *y = b;

    return x->phase != y->phase ? (x->phase < y->phase ? -1 : 1)
           : x->node != y->node ? (x->node < y->node ? -1 : 1)
                                : 0;
}

static void add_phase(const ProfileBoot *b, guint phase, const PhaseTime *time,
                      GArray *paths)
{
    const ProfileRange range = { time->start, time->end };

    for (guint i = profile_next(b->profile, 0, &range);
         i < profile_samples(b->profile);
         i = profile_next(b->profile, i + 1, &range)) {
        const ProfileSample *s = profile_sample(b->profile, i);
        ProfilePath path = {
            .phase = phase,
            .node = s->node,
            .ticks = profile_ticks_in(b->profile, s, &range),
        };

        if (path.ticks) {
            g_array_append_val(paths, path);
        }
    }
}

GArray *profile_boot_paths(const ProfileBoot *b)
{
    g_autoptr(GArray) times = phase_times(b->milestones, b->end + 1);
    GArray *paths = g_array_new(FALSE, FALSE, sizeof(ProfilePath));
    ProfilePath *path = NULL;
    guint n = 0;

    for (guint i = 0; i < times->len; i++) {
        add_phase(b, i, &g_array_index(times, PhaseTime, i), paths);
    }
    g_array_sort(paths, by_phase);
    path = (ProfilePath *)paths->data;
    for (guint i = 0; i < paths->len; i++) {
        if (n && !by_phase(&path[i], &path[n - 1])) {
            path[n - 1].ticks += path[i].ticks;
        } else {
            path[n++] = path[i];
        }
    }
    g_array_set_size(paths, n);
    return paths;
}
