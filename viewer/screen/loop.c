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
#include "jobs.h"
#include "layout.h"
#include "prompt.h"
#include "slowest.h"
#include "view.h"

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
    bool controls; /* lines show their control sequences */
    int64_t next_frame, next_look, next_clock; /* us */
} Loop;

/* ------------------------------------------------------------------ */
/* Captures                                                            */

static void free_source(gpointer data)
{
    Source *s = data;

    if (s->slow.rows) {
        g_array_unref(s->slow.rows);
    }
    model_close(s->model);
    g_free(s);
}

static void begin_log(Source *s)
{
    bool follow = model_state(s->model) == CAPTURE_LIVE;

    s->log = (LogState){ .want = 1, .follow = follow };
    s->copy = -1;
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
    model_show_controls(m, l->controls);
    begin_log(s);
    g_ptr_array_add(l->v.sources, s);
    /* Only a capture that nobody writes needs to be watched. */
    inotify_add_watch(l->inotify, path, IN_MODIFY | IN_CLOSE_WRITE);
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
    char *newest[1];

    if (!n_paths) {
        if (!found->len) {
            g_autofree char *dir = capture_default_dir();

            fail(dir, "no capture is there, nor in the current folder; "
                      "start one with bootstamp run, or wait with --wait");
            return false;
        }
        newest[0] = g_ptr_array_index(found, 0);
        paths = newest;
        n_paths = 1;
    }
    for (int i = 0; i < n_paths; i++) {
        g_autoptr(GError) error = NULL;

        if (!add_source(l, paths[i], &error)) {
            fail(paths[i], "%s", error->message);
            return false;
        }
    }
    return true;
}

/* ------------------------------------------------------------------ */
/* Keys                                                                */

static void take_key(View *v, int key)
{
    Action action;
    PaneId id = v->open != PANE_LOG ? v->open : v->focus;

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
    action = key_action(key);
    if (action == ACTION_NONE) {
        view_say(v, "that key does nothing; h helps");
    } else if (!pane_ops(id)->act(v, action)) {
        act_global(v, action);
    }
}

static bool is_in(const Box *box, int y, int x)
{
    return y >= box->y && y < box->y + box->height && x >= box->x &&
           x < box->x + box->width;
}

static void take_mouse(View *v)
{
    MEVENT event;

    if (getmouse(&event) != OK || v->prompt || v->too_small) {
        return;
    }
    for (PaneId id = 0; id < PANE_COUNT; id++) {
        const Box *box = &v->boxes[id];

        if (!is_in(box, event.y, event.x)) {
            continue;
        }
        v->dirty = true;
        if (event.bstate & BUTTON4_PRESSED) {
            pane_ops(id)->wheel(v, -WHEEL_ROWS);
        } else if (event.bstate & BUTTON5_PRESSED) {
            pane_ops(id)->wheel(v, WHEEL_ROWS);
        } else if (event.bstate & BUTTON1_PRESSED) {
            if (v->open == PANE_LOG) {
                v->focus = id;
            }
            pane_ops(id)->click(v, box, event.y - box->y, event.x - box->x);
        }
    }
}

static void take_keys(View *v)
{
    int key;

    while (!v->quit && terminal_key(&key)) {
        if (key == (KEY_CODE | KEY_MOUSE)) {
            take_mouse(v);
        } else if (key == (KEY_CODE | KEY_RESIZE)) {
            v->dirty = true;
        } else if (v->too_small) {
            v->quit = key_action(key) == ACTION_QUIT;
        } else {
            take_key(v, key);
        }
    }
}

/* ------------------------------------------------------------------ */
/* The loop                                                            */

static void look_at_files(Loop *l)
{
    for (guint i = 0; i < l->v.sources->len; i++) {
        Source *s = g_ptr_array_index(l->v.sources, i);
        bool restarted;

        if (model_look(s->model, &restarted)) {
            l->v.dirty = true;
        }
        if (restarted) {
            begin_log(s);
            view_say(&l->v, "the capture began anew");
        }
    }
    l->next_look = g_get_monotonic_time() + LOOK;
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
    if (v->open == PANE_SLOWEST) {
        more |= slowest_work(v, deadline);
    }
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
        l->next_frame = now + FRAME;
        l->next_clock = now + CLOCK;
    }
}

static int choose_timeout(Loop *l, bool more)
{
    int64_t now = g_get_monotonic_time();

    if (more) {
        return 0;
    }
    if (l->v.dirty) {
        return MAX((int)((l->next_frame - now + 999) / 1000), 0);
    }
    return any_live(&l->v) ? POLL_MS : -1;
}

static void drain(int fd)
{
    char buf[4096];

    while (read(fd, buf, sizeof(buf)) > 0) {
    }
}

static void take_events(Loop *l, unsigned events)
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
        (any_live(&l->v) && now >= l->next_look)) {
        look_at_files(l);
    }
    if (events & (TERMINAL_KEYS | TERMINAL_RESIZE)) {
        take_keys(&l->v);
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

        draw_if_due(l);
        events = terminal_wait(choose_timeout(l, more), l->inotify);
        if (events & TERMINAL_GONE) {
            break;
        }
        take_events(l, events);
    }
}

static void begin(Loop *l)
{
    l->v.sources = g_ptr_array_new_with_free_func(free_source);
    l->v.input = g_string_new(NULL);
    l->v.search.step = 1;
    l->inotify = inotify_init1(IN_NONBLOCK | IN_CLOEXEC);
}

static void end(Loop *l)
{
    write_cancel(&l->v);
    g_clear_pointer(&l->v.search.regex, g_regex_unref);
    g_ptr_array_unref(l->v.sources);
    g_string_free(l->v.input, TRUE);
    g_free(l->v.last_pattern);
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

int view_run(char *const *paths, int n_paths, bool wait_for_capture,
             bool controls)
{
    Loop l = { .controls = controls };
    int status;

    stand_back();
    begin(&l);
    status = view(&l, paths, n_paths, wait_for_capture);
    end(&l);
    return status;
}
