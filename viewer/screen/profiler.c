/*
 * The samples of a capture, gathered in a thread of their own.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#include "profiler.h"

#include <string.h>

#include "capture/walk.h"

/* Between two looks at what is asked. */
#define RECORDS_PER_STEP 4096
#define SAMPLES_PER_STEP 65536

/* us: between two answers while there is more, and two looks at a live file. */
#define ANSWER_US 100000
#define LOOK_US 100000

/* Both sides hold it; the last one frees it. */
struct Profiler {
    gint refs;
    char *path;
    char **files;
    GMutex lock; /* of all below */
    GCond wake; /* the thread: something is asked, or it has to end */
    GCond news; /* the screen: there is an answer */
    bool quit;
    bool ended; /* the thread has */
    bool is_asked;
    ProfileRange asked;
    ProfilerAnswer *fresh; /* not taken yet, or NULL */
    ProfilerAnswer *shown; /* the screen's */
};

/* The thread's own. */
typedef struct Work {
    Profiler *p;
    CaptureReader *reader;
    CaptureWalk *walk;
    Symbols *symbols;
    Profile *profile;
    ProfileTally *tally; /* of @range, or NULL */
    ProfileRange range;
    char *problem;
    guint placed_at; /* samples by which a kernel was placed */
    bool live, caught_up;
    bool changed; /* since the last answer */
    uint64_t ticks; /* of that */
    bool was_final; /* that was */
    int64_t answered; /* us */
} Work;

static bool same_range(const ProfileRange *a, const ProfileRange *b)
{
    return a->from == b->from && a->to == b->to;
}

/* ------------------------------------------------------------------ */
/* Answers                                                             */

static void row_clear(gpointer data)
{
    g_free(((ProfilerRow *)data)->name);
}

static void answer_free(ProfilerAnswer *a)
{
    if (a) {
        g_array_unref(a->rows);
        g_free(a->problem);
        g_free(a);
    }
}

static void profiler_unref(Profiler *p)
{
    if (g_atomic_int_dec_and_test(&p->refs)) {
        answer_free(p->fresh);
        answer_free(p->shown);
        g_mutex_clear(&p->lock);
        g_cond_clear(&p->wake);
        g_cond_clear(&p->news);
        g_strfreev(p->files);
        g_free(p->path);
        g_free(p);
    }
}

static char *shown_name(const ProfileFunction *f)
{
    GString *name = g_string_new(f->is_symbol ? "" : "[");

    append_visible(name, f->name, strlen(f->name), false);
    g_string_append(name, f->is_symbol ? "" : "]");
    return g_string_free(name, FALSE);
}

static double progress(const Work *w)
{
    uint64_t words = w->reader ? capture_reader_words(w->reader) : 0;
    CaptureCursor at;

    if (!words || w->caught_up) {
        return w->reader ? 1 : 0;
    }
    capture_reader_tell(w->reader, &at);
    return MIN((double)at.pos / words, 1);
}

static void add_rows(const Work *w, const ProfileTable *t, ProfilerAnswer *a)
{
    for (guint i = 0; i < MIN(t->rows->len, PROFILER_ROWS_MAX); i++) {
        const ProfileRow *r = &g_array_index(t->rows, ProfileRow, i);
        ProfileFunction f = profile_function(w->profile, r->function);
        ProfilerRow row = {
            .name = shown_name(&f),
            .self = r->self,
            .total = r->total,
            .samples = r->samples,
            .error = profile_error(t, r),
        };

        g_array_append_val(a->rows, row);
    }
}

/* Nothing that would look different is given twice. */
static bool is_old(Work *w, const ProfileTable *t, bool final)
{
    bool old = w->answered && w->was_final && final && w->ticks == t->ticks;

    w->ticks = t->ticks;
    w->was_final = final;
    w->changed = false;
    w->answered = g_get_monotonic_time();
    return old;
}

static void answer(Work *w, bool final)
{
    g_autoptr(ProfileTable) t = profile_tally_table(w->tally);
    ProfilerAnswer *a;

    if (is_old(w, t, final)) {
        return;
    }
    a = g_new0(ProfilerAnswer, 1);
    a->range = w->range;
    a->final = final;
    a->progress = progress(w);
    a->ticks = t->ticks;
    a->idle = t->idle;
    a->whole = t->whole;
    a->gap = t->gap + t->assembly;
    a->no_rule = t->no_rule;
    a->no_stack = t->no_stack;
    a->samples = t->samples;
    a->files = symbols_files(w->symbols);
    a->can_unwind = symbols_can_unwind(w->symbols);
    a->problem = g_strdup(w->problem);
    a->rows = g_array_new(FALSE, FALSE, sizeof(ProfilerRow));
    g_array_set_clear_func(a->rows, row_clear);
    add_rows(w, t, a);
    g_mutex_lock(&w->p->lock);
    answer_free(w->p->fresh);
    w->p->fresh = a;
    g_cond_signal(&w->p->news);
    g_mutex_unlock(&w->p->lock);
}

/* ------------------------------------------------------------------ */
/* The capture                                                         */

static CaptureWalkNext take_record(void *data, const CaptureRecord *rec)
{
    Work *w = data;

    profile_record(w->profile, rec);
    w->changed |= rec->kind == CAPTURE_SAMPLE || rec->kind == CAPTURE_SESSION;
    return CAPTURE_WALK_ON;
}

static void take_line(void *data, const CaptureLine *line)
{
    profile_line(((Work *)data)->profile, line);
}

static void open_symbols(Work *w)
{
    g_autofree char *error = NULL;
    const char *wrong = NULL;

    w->symbols = symbols_new_of(w->p->files, &wrong, &error);
    if (!w->symbols) {
        g_autoptr(GString) text = g_string_new(NULL);
        g_autofree char *what = g_strdup_printf("%s: %s", wrong, error);

        append_visible(text, what, strlen(what), false);
        w->problem = g_strdup(text->str);
        w->symbols = symbols_new_of(NULL, &wrong, &error);
    }
}

static bool open_work(Work *w)
{
    static const CaptureWalkOps ops = { .record = take_record,
                                        .line = take_line };

    w->reader = capture_reader_open(w->p->path, NULL);
    if (!w->reader) {
        return false;
    }
    open_symbols(w);
    w->live = capture_reader_state(w->reader) == CAPTURE_LIVE;
    if (!profile_look_ahead(w->symbols, w->reader) && !w->live) {
        w->problem = g_strdup("cannot tell where the kernel was moved to");
    }
    w->profile = profile_new(w->symbols);
    if (capture_reader_clock(w->reader) != CAPTURE_CLOCK_MODE_VIRTUAL) {
        profile_keep_sessions(w->profile); /* else each begins at 0 again */
    }
    w->walk = capture_walk_new(w->reader, false, &ops, w);
    w->caught_up = false;
    return true;
}

static void close_work(Work *w)
{
    g_clear_pointer(&w->tally, profile_tally_free);
    g_clear_pointer(&w->walk, capture_walk_end);
    g_clear_pointer(&w->profile, profile_free);
    g_clear_pointer(&w->symbols, symbols_free);
    g_clear_pointer(&w->reader, capture_reader_close);
    g_clear_pointer(&w->problem, g_free);
}

/*
 * A kernel, and U-Boot, are placed by samples of it.  While they still come, that is done
 * again each time when there are twice as many, and at the end.
 */
static bool has_to_place(const Work *w, bool ended)
{
    guint n = profile_samples(w->profile);

    return symbols_has_moved_code(w->symbols) && (w->live || ended) &&
           n > 2 * w->placed_at + (ended ? 0 : 1000);
}

/* True: there is more at the moment. */
static bool read_on(Work *w)
{
    bool was_live = w->live;
    bool more;

    /* Asked before: what is written until the end is read then. */
    w->live = w->live && capture_reader_state(w->reader) == CAPTURE_LIVE;
    more = capture_walk_some(w->walk, UINT64_MAX, RECORDS_PER_STEP);
    w->changed |= !more && !w->caught_up;
    w->caught_up |= !more;
    if (!more && has_to_place(w, was_live && !w->live)) {
        guint n = profile_samples(w->profile);

        close_work(w);
        w->placed_at = n;
        return open_work(w);
    }
    return more || (was_live && !w->live);
}

/* ------------------------------------------------------------------ */
/* The thread                                                          */

/* With the lock held. */
static bool is_new(const Work *w)
{
    return !w->tally || !same_range(&w->p->asked, &w->range);
}

/* Waits until there is something to do; false: the screen has gone. */
static bool take_question(Work *w, bool wait)
{
    Profiler *p = w->p;
    int64_t until = g_get_monotonic_time() + LOOK_US;
    bool go_on;

    g_mutex_lock(&p->lock);
    while (wait && !p->quit && !(p->is_asked && is_new(w))) {
        if (!w->live) {
            g_cond_wait(&p->wake, &p->lock);
        } else if (!g_cond_wait_until(&p->wake, &p->lock, until)) {
            break;
        }
    }
    if (p->is_asked && is_new(w)) {
        g_clear_pointer(&w->tally, profile_tally_free);
        w->range = p->asked;
        w->tally = profile_tally_new(w->profile, &w->range);
        w->changed = true;
        w->was_final = false;
        w->answered = 0;
    }
    go_on = !p->quit;
    g_mutex_unlock(&p->lock);
    return go_on;
}

static bool is_due(const Work *w)
{
    return g_get_monotonic_time() >= w->answered + ANSWER_US;
}

static void work(Work *w)
{
    bool more = true, to_add = true, whole;

    while (w->reader && take_question(w, !more && !to_add)) {
        more = read_on(w);
        to_add = w->tally && profile_tally_on(w->tally, SAMPLES_PER_STEP);
        whole = !more && !to_add;
        if (w->tally &&
            (whole ? w->changed || !w->was_final : w->changed && is_due(w))) {
            answer(w, whole);
        }
    }
}

static gpointer run(gpointer data)
{
    Work w = { .p = data };

    if (open_work(&w)) {
        work(&w);
    }
    close_work(&w);
    g_mutex_lock(&w.p->lock);
    w.p->ended = true;
    g_mutex_unlock(&w.p->lock);
    profiler_unref(w.p);
    return NULL;
}

/* ------------------------------------------------------------------ */
/* The screen's side                                                   */

Profiler *profiler_start(const char *path, char *const *files)
{
    Profiler *p = g_new0(Profiler, 1);

    p->refs = 2;
    p->path = g_strdup(path);
    p->files = g_strdupv((char **)files);
    g_mutex_init(&p->lock);
    g_cond_init(&p->wake);
    g_cond_init(&p->news);
    g_thread_unref(g_thread_new("profiler", run, p));
    return p;
}

void profiler_stop(Profiler *p)
{
    if (p) {
        g_mutex_lock(&p->lock);
        p->quit = true;
        g_cond_signal(&p->wake);
        g_mutex_unlock(&p->lock);
        profiler_unref(p);
    }
}

void profiler_ask(Profiler *p, const ProfileRange *range)
{
    g_mutex_lock(&p->lock);
    if (!p->is_asked || !same_range(&p->asked, range)) {
        p->is_asked = true;
        p->asked = *range;
        g_cond_signal(&p->wake);
    }
    g_mutex_unlock(&p->lock);
}

/* With the lock held. */
static bool is_of_question(const Profiler *p, const ProfilerAnswer *a)
{
    return a && same_range(&a->range, &p->asked);
}

const ProfilerAnswer *profiler_answer(Profiler *p, int64_t wait_us)
{
    int64_t until = g_get_monotonic_time() + wait_us;

    g_mutex_lock(&p->lock);
    while (wait_us && !is_of_question(p, p->fresh) &&
           !is_of_question(p, p->shown) &&
           g_cond_wait_until(&p->news, &p->lock, until)) {
        /* once more */
    }
    if (p->fresh) {
        answer_free(p->shown);
        p->shown = g_steal_pointer(&p->fresh);
    }
    g_mutex_unlock(&p->lock);
    return p->shown;
}

bool profiler_has_news(Profiler *p)
{
    bool news;

    g_mutex_lock(&p->lock);
    news = p->fresh;
    g_mutex_unlock(&p->lock);
    return news;
}

bool profiler_is_busy(Profiler *p)
{
    const ProfilerAnswer *a;
    bool busy;

    g_mutex_lock(&p->lock);
    a = p->fresh ? p->fresh : p->shown;
    busy = !p->ended && p->is_asked && !(is_of_question(p, a) && a->final);
    g_mutex_unlock(&p->lock);
    return busy;
}
