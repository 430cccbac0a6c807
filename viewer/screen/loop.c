/*
 * The viewer's loop: a bit of indexing, a key, a picture; else it sleeps.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#include <curses.h>
#include <sched.h>
#include <stdlib.h>
#include <string.h>
#include <sys/inotify.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include "capture/paths.h"
#include "act.h"
#include "cursor.h"
#include "history.h"
#include "layout.h"
#include "pane-table.h"
#include "pane-timeline.h"
#include "prompt.h"
#include "search.h"
#include "view.h"
#include "write.h"

/* Times in us. */
#define FRAME 33334 /* between two pictures */
#define SLICE 8000 /* of work between two looks at the keyboard */
#define FIRST 2000 /* of work before the first picture */
#define LOOK 500000 /* at the writer's lock and the header, while it lives */
#define CLOCK 1000000 /* the elapsed time is shown in seconds */

#define POLL_MS 30 /* for the next word, while the writer lives */
#define WAIT_MS 200 /* for a capture to appear */

#define WHEEL_ROWS 3

typedef struct Loop {
    View v;
    int inotify;
    bool waiting; /* a file is gone from its name: another one may come */
    int64_t next_frame, next_look, next_clock; /* us */
    GArray *keys; /* int: that wait for what goes on */
    bool seen; /* a picture was drawn after the last key */
} Loop;

/* ------------------------------------------------------------------ */
/* Captures                                                            */

/* An ended capture needs no look, as long as nobody tells of a change. */
static void watch(Loop *l, const char *path)
{
    inotify_add_watch(l->inotify, path,
                      IN_MODIFY | IN_CLOSE_WRITE | IN_ATTRIB | IN_MOVE_SELF);
}

static bool add_source(Loop *l, const char *path, GError **error)
{
    Model *m = model_open(path, error);
    Source *s;

    if (!m) {
        return false;
    }
    s = g_new0(Source, 1);
    s->model = m;
    model_show_controls(m, l->v.controls, l->v.settings.guest_colours);
    source_begin(s);
    g_ptr_array_add(l->v.sources, s);
    watch(l, path);
    return true;
}

/* The newest capture, if it is being written or is of after @since (us). */
static char *find_new_capture(int64_t since)
{
    g_autoptr(GPtrArray) found = capture_list();
    const char *path = found->len ? g_ptr_array_index(found, 0) : NULL;
    CaptureReader *r = path ? capture_reader_open(path, NULL) : NULL;
    struct stat st;
    bool ok = r && (capture_reader_state(r) == CAPTURE_LIVE ||
                    (!stat(path, &st) && st.st_mtim.tv_sec * INT64_C(1000000) +
                                                 st.st_mtim.tv_nsec / 1000 >=
                                             since));

    capture_reader_close(r);
    return ok ? g_strdup(path) : NULL;
}

/* Waits for each of @paths to be a capture; false: the user had enough. */
static bool wait_for_captures(Loop *l, char *const *paths, int n_paths)
{
    int64_t since = g_get_real_time();
    int next = 0;
    int key;

    while (next < MAX(n_paths, 1)) {
        g_autofree char *path =
            n_paths ? g_strdup(paths[next]) : find_new_capture(since);
        g_autofree char *text =
            g_strdup_printf("waiting for %s%s   q quits",
                            n_paths ? "the capture "
                                    : "a boot "
                                      "that is captured (bootstamp run)",
                            n_paths ? paths[next] : "");

        if (path && add_source(l, path, NULL)) {
            next++;
            continue;
        }
        screen_draw_message(text);
        if (terminal_wait(WAIT_MS, -1) & TERMINAL_GONE) {
            return false;
        }
        while (terminal_key(&key)) {
            if (key_action(key) == ACTION_QUIT) {
                return false;
            }
        }
    }
    return true;
}

static bool open_captures(Loop *l, char *const *paths, int n_paths)
{
    g_autoptr(GPtrArray) found = n_paths ? NULL : capture_list();
    g_autofree GError **errors = NULL;
    char *newest[1];

    if (!n_paths) {
        if (!found->len) {
            g_autofree char *dir = capture_default_dir();
            g_autofree char *refused = capture_refused();

            if (refused) {
                fail_refused(refused);
            }
            fail(dir, "no capture is there, nor in the current folder; "
                      "start one with bootstamp run, or wait with --wait");
            return false;
        }
        newest[0] = g_ptr_array_index(found, 0);
        paths = newest;
        n_paths = 1;
    }
    errors = g_new0(GError *, n_paths);
    for (int i = 0; i < n_paths; i++) {
        if (!add_source(l, paths[i], &errors[i]) && !l->v.message) {
            view_complain(&l->v, "%s: %s", paths[i], errors[i]->message);
        }
    }
    /* Where one could be opened it is shown, and tells of the others. */
    for (int i = 0; i < n_paths; i++) {
        if (errors[i] && !l->v.sources->len) {
            fail(paths[i], "%s", errors[i]->message);
        }
        g_clear_error(&errors[i]);
    }
    return l->v.sources->len;
}

/* ------------------------------------------------------------------ */
/* Keys                                                                */

/* Something goes on that the next keys are meant for the end of. */
static bool is_busy(const View *v)
{
    return v->search.running || v->writing || v->working ||
           view_source(v)->log.unsettled;
}

static void act(View *v, Action action)
{
    PaneId id = pane_with_keys(v);
    bool covered = v->open != PANE_LOG;

    if (action == ACTION_NONE) {
        view_say(v, "unknown key; h shows the keys");
    } else {
        int before = v->last_action;

        if (!pane_ops(id)->act || !pane_ops(id)->act(v, action)) {
            act_global(v, action);
        }
        if (v->last_action == before) {
            v->last_action = action;
        }
    }
    v->was_covered = covered;
    if (pane_with_keys(v) != id) {
        v->working = pane_ops(pane_with_keys(v))->work;
    }
}

static void handle_key(View *v, int key)
{
    PaneId id = pane_with_keys(v);
    bool covered = v->open != PANE_LOG;

    v->dirty = true;
    if (v->writing) {
        /* The file keeps what was written. */
        write_cancel(v);
        view_say(v, "stopped");
        return;
    }
    /* A search ends too, but the key is for what it is for. */
    v->search.running = false;
    g_clear_pointer(&v->message, g_free);
    if (v->prompt) {
        prompt_key(v, key);
        return;
    }
    /* A key before it may have opened or closed a pane. */
    screen_lay_out(v);
    if (!pane_ops(id)->key || !pane_ops(id)->key(v, key)) {
        act(v, key_action(key));
    } else {
        v->was_covered = covered;
    }
}

static bool is_in(const Box *box, int y, int x)
{
    return y >= box->y && y < box->y + box->height && x >= box->x &&
           x < box->x + box->width;
}

/* The line of hints is a row of buttons. */
static void click_hint(View *v, int x)
{
    for (int i = 0; i < v->n_hints; i++) {
        const HintArea *area = &v->hint_areas[i];

        if (x >= area->x && x < area->x + area->width) {
            v->dirty = true;
            g_clear_pointer(&v->message, g_free);
            act(v, area->action);
            return;
        }
    }
}

static void press_mouse(View *v, PaneId id, const MEVENT *event)
{
    const Box *box = &v->boxes[id];
    const PaneOps *ops = pane_ops(id);

    v->dirty = true;
    if (event->bstate & (BUTTON4_PRESSED | BUTTON5_PRESSED)) {
        if (ops->wheel) {
            ops->wheel(v, event->bstate & BUTTON4_PRESSED ? -WHEEL_ROWS
                                                          : WHEEL_ROWS);
        }
    } else if (event->bstate & BUTTON1_PRESSED) {
        if (v->open == PANE_LOG) {
            v->focus = id;
        }
        if (id == PANE_TIMELINE) {
            v->drag_from = event->x - box->x;
        }
        if (ops->click) {
            ops->click(v, box, event->y - box->y, event->x - box->x);
        }
    }
}

static void handle_mouse(View *v)
{
    MEVENT event;
    int from = v->drag_from;

    if (getmouse(&event) != OK || v->prompt || v->too_small) {
        return;
    }
    if (event.bstate & BUTTON1_RELEASED) {
        v->drag_from = -1;
        if (from >= 0 && abs(event.x - v->boxes[PANE_TIMELINE].x - from) > 1) {
            timeline_drag(v, from, event.x - v->boxes[PANE_TIMELINE].x);
        }
        return;
    }
    if (is_in(&v->hints, event.y, event.x) && event.bstate & BUTTON1_PRESSED) {
        click_hint(v, event.x);
        return;
    }
    for (PaneId id = 0; id < PANE_COUNT; id++) {
        if (is_in(&v->boxes[id], event.y, event.x)) {
            press_mouse(v, id, &event);
            return;
        }
    }
}

static void handle_any_key(View *v, int key)
{
    if (key == (KEY_CODE | KEY_MOUSE)) {
        handle_mouse(v);
    } else if (key == (KEY_CODE | KEY_RESIZE)) {
        v->dirty = true;
    } else if (v->too_small) {
        v->quit = key_action(key) == ACTION_QUIT;
    } else {
        handle_key(v, key);
    }
}

/*
 * Keys that came in one burst with one that began something wait for its end:
 * they were meant for what is there then.  What is typed after a picture of it
 * was seen is for what is shown; Esc, Ctrl-G and q drop those that wait.
 */
static void handle_waiting(Loop *l)
{
    while (l->keys->len && !l->v.quit && !is_busy(&l->v)) {
        int key = g_array_index(l->keys, int, 0);

        g_array_remove_index(l->keys, 0);
        handle_any_key(&l->v, key);
    }
}

static void drop_waiting(Loop *l, int key)
{
    Action action = l->v.prompt ? ACTION_NONE : key_action(key);

    if (action == ACTION_CANCEL || action == ACTION_QUIT) {
        g_array_set_size(l->keys, 0);
    }
}

static void handle_keys(Loop *l)
{
    bool burst = !l->seen || l->keys->len > 0;
    int key;

    while (!l->v.quit && terminal_key(&key)) {
        if (l->seen) {
            drop_waiting(l, key);
            burst &= l->keys->len > 0;
        }
        if (key == (KEY_CODE | KEY_MOUSE)) {
            /* Where it was is asked for now, or never. */
            handle_mouse(&l->v);
        } else if (burst && is_busy(&l->v)) {
            g_array_append_val(l->keys, key);
        } else {
            handle_any_key(&l->v, key);
            burst = true;
            l->seen = false;
        }
    }
}

/* ------------------------------------------------------------------ */
/* The loop                                                            */

static void look_at_files(Loop *l)
{
    bool waiting = false;

    for (guint i = 0; i < l->v.sources->len; i++) {
        Source *s = g_ptr_array_index(l->v.sources, i);
        bool restarted;

        if (model_look(s->model, &restarted)) {
            l->v.dirty = true;
        }
        waiting |= !model_is_named(s->model);
        if (restarted) {
            watch(l, model_path(s->model));
            source_begin(s);
            view_say(&l->v, "the capture was restarted");
        }
    }
    l->waiting = waiting;
    l->next_look = g_get_monotonic_time() + LOOK;
}

/* What can wait: the numbers of lines and of matches. */
static bool work_behind(View *v, int64_t deadline)
{
    Model *m = view_source(v)->model;

    if (model_progress(m) < 1 || v->search.running || v->writing ||
        v->working) {
        return false;
    }
    return search_count(v, deadline) || model_count(m, deadline);
}

/* There is nothing left to follow once the boot has ended. */
static void leave_follow(View *v)
{
    Source *s = view_source(v);

    if (s->log.follow && model_state(s->model) != CAPTURE_LIVE &&
        model_progress(s->model) >= 1) {
        s->log.follow = false;
        s->log.cursor = MODEL_END;
        s->log.want = -1;
        v->dirty = true;
    }
}

/* What panes show that comes about elsewhere; true: they expect more. */
static bool look_at_panes(View *v)
{
    bool more = false;

    for (PaneId id = 0; id < PANE_COUNT; id++) {
        if (view_has_pane(v, id) && pane_ops(id)->look) {
            more |= pane_ops(id)->look(v);
        }
    }
    return more;
}

/* A slice of everything that is to be done; true: there is more. */
static bool work(Loop *l)
{
    View *v = &l->v;
    int64_t deadline = g_get_monotonic_time() + (l->next_frame ? SLICE : FIRST);
    bool more = false;

    for (guint i = 0; i < v->sources->len; i++) {
        Source *s = g_ptr_array_index(v->sources, i);

        if (model_ready(s->model)) {
            v->dirty |= model_step(s->model, deadline);
            v->dirty |= model_progress(s->model) < 1;
        }
        more |= model_progress(s->model) < 1;
    }
    if (v->search.running) {
        search_work(v, deadline);
    }
    if (v->writing) {
        write_work(v, deadline);
    }
    if (pane_ops(pane_with_keys(v))->work) {
        v->working = pane_ops(pane_with_keys(v))->work(v, deadline);
        more |= v->working;
    } else {
        v->working = false;
    }
    more |= work_behind(v, deadline);
    leave_follow(v);
    if (view_source(v)->log.unsettled) {
        v->dirty = true;
    }
    return more || v->search.running || v->writing;
}

static bool any_live(const View *v)
{
    for (guint i = 0; i < v->sources->len; i++) {
        const Source *s = g_ptr_array_index(v->sources, i);

        if (model_state(s->model) == CAPTURE_LIVE) {
            return true;
        }
    }
    return false;
}

static void draw_if_due(Loop *l)
{
    int64_t now = g_get_monotonic_time();

    if (l->v.dirty && now >= l->next_frame) {
        l->v.dirty = false;
        screen_draw(&l->v);
        l->seen = true;
        l->next_frame = now + FRAME;
        l->next_clock = now + CLOCK;
    }
}

static int choose_timeout(Loop *l, bool more)
{
    bool expecting = look_at_panes(&l->v);
    int64_t now = g_get_monotonic_time();

    if (more || l->keys->len) {
        return 0;
    }
    if (l->v.dirty) {
        return MAX((int)((l->next_frame - now + 999) / 1000), 0);
    }
    if (l->waiting) {
        return LOOK / 1000;
    }
    return expecting || any_live(&l->v) ? POLL_MS : -1;
}

static void drain(int fd)
{
    char buf[4096];

    while (read(fd, buf, sizeof(buf)) > 0) {
    }
}

static void handle_events(Loop *l, unsigned events)
{
    int64_t now = g_get_monotonic_time();

    if (events & TERMINAL_AGAIN) {
        clearok(curscr, TRUE);
    }
    if (events & (TERMINAL_RESIZE | TERMINAL_AGAIN)) {
        l->v.dirty = true;
        l->next_frame = 0;
    }
    if (events & TERMINAL_FILE) {
        drain(l->inotify);
    }
    if (events & (TERMINAL_FILE | TERMINAL_AGAIN) ||
        ((l->waiting || any_live(&l->v)) && now >= l->next_look)) {
        look_at_files(l);
    }
    if (events & (TERMINAL_KEYS | TERMINAL_RESIZE)) {
        handle_keys(l);
    }
    if (any_live(&l->v) && now >= l->next_clock) {
        l->v.dirty = true;
    }
}

static void run(Loop *l)
{
    l->v.dirty = true;
    look_at_files(l);
    while (!l->v.quit) {
        bool more = work(l);
        unsigned events;

        handle_waiting(l);
        draw_if_due(l);
        events = terminal_wait(choose_timeout(l, more), l->inotify);
        if (events & TERMINAL_GONE) {
            break;
        }
        handle_events(l, events);
    }
}

static void begin(Loop *l)
{
    l->v.sources = g_ptr_array_new_with_free_func(source_free);
    l->v.input = g_string_new(NULL);
    l->v.search.step = 1;
    l->v.drag_from = -1;
    l->v.history = history_new();
    l->keys = g_array_new(FALSE, FALSE, sizeof(int));
    l->inotify = inotify_init1(IN_NONBLOCK | IN_CLOEXEC);
}

static void end(Loop *l)
{
    write_cancel(&l->v);
    search_clear(&l->v);
    settings_clear(&l->v.settings);
    history_free(l->v.history);
    g_array_unref(l->keys);
    g_ptr_array_unref(l->v.sources);
    g_string_free(l->v.input, TRUE);
    g_free(l->v.typed);
    g_free(l->v.write_path);
    g_free(l->v.message);
    if (l->inotify >= 0) {
        close(l->inotify);
    }
}

static int view(Loop *l, char *const *paths, int n_paths, bool wait)
{
    g_autofree char *path = settings_path();
    g_autoptr(GError) error = NULL;

    if (!settings_read(&l->v.settings, path, &error)) {
        return fail(path, "%s", error->message);
    }
    history_keep(l->v.history);
    if (!wait && !open_captures(l, paths, n_paths)) {
        return EXIT_FAILURE;
    }
    if (!terminal_start(l->v.settings.mouse, &error)) {
        return fail("view", "%s", error->message);
    }
    if (!wait || wait_for_captures(l, paths, n_paths)) {
        run(l);
    }
    terminal_stop();
    return terminal_signal() ? 128 + terminal_signal() : EXIT_SUCCESS;
}

/*
 * A guest that is being watched goes first: on a machine with few CPUs the
 * index of a burst would take its time.  Nothing is lost where it fails.
 */
static void stand_back(void)
{
    struct sched_param param = { 0 };

    sched_setscheduler(0, SCHED_BATCH, &param);
    setpriority(PRIO_PROCESS, 0, 10);
}

bool view_is_possible(void)
{
    const char *term = getenv("TERM");

    return isatty(STDOUT_FILENO) && term && *term && strcmp(term, "dumb") != 0;
}

int view_run(char *const *paths, int n_paths, const ViewOptions *options)
{
    Loop l = { .v.controls = options->controls, .v.symbols = options->symbols };
    int status;

    stand_back();
    begin(&l);
    status = view(&l, paths, n_paths, options->wait);
    end(&l);
    return status;
}

int view_print_keys(void)
{
    g_autofree char *path = settings_path();
    g_autoptr(GError) error = NULL;
    Settings settings;

    if (!settings_read(&settings, path, &error)) {
        return fail(path, "%s", error->message);
    }
    keys_print();
    settings_clear(&settings);
    return EXIT_SUCCESS;
}
