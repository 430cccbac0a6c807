/*
 * One boot, watched from outside.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <glib/gstdio.h>

#include "boot.h"
#include "capture/paths.h"
#include "progress.h"
#include "viewer/common/common.h"
#include "viewer/report/report.h"

#define POLL_US 5000
/* A milestone is there when it has not moved for this long: see look(). */
#define SETTLED_US 250000
#define KILL_AFTER_US (5 * G_USEC_PER_SEC)

/* How a boot ended. */
typedef enum End {
    END_ITSELF,
    END_UNTIL,
    END_TIMEOUT,
    END_SIGNAL, /* somebody stops us */
} End;

typedef struct Watch {
    const BootRules *rules;
    CaptureReader *reader; /* NULL: no capture yet */
    CaptureLines *lines;
    BootData *boot;
    uint64_t at; /* time of the milestone, ns; or CAPTURE_NO_TIME */
    gint64 since; /* when it was first seen there, us */
    bool reached;
} Watch;

static volatile sig_atomic_t stop_signal;

static void on_signal(int number)
{
    stop_signal = number;
}

int boot_stop_signal(void)
{
    return stop_signal;
}

void boot_catch_signals(void)
{
    struct sigaction action = { .sa_handler = on_signal };

    sigaction(SIGINT, &action, NULL);
    sigaction(SIGTERM, &action, NULL);
    sigaction(SIGHUP, &action, NULL);
}

bool boot_rules_init(BootRules *rules, const char *until, double timeout,
                     char **error)
{
    g_autoptr(GError) e = NULL;

    *rules = (BootRules){ timeout, until, NULL };
    if (until && !is_milestone(until)) {
        rules->regex =
            g_regex_new(until, G_REGEX_RAW | G_REGEX_OPTIMIZE, 0, &e);
        if (!rules->regex) {
            *error = g_strdup_printf("--until is no milestone and no pattern: "
                                     "%s",
                                     e->message);
            return false;
        }
    }
    return true;
}

void boot_rules_clear(BootRules *rules)
{
    g_clear_pointer(&rules->regex, g_regex_unref);
}

/* ------------------------------------------------------------------ */
/* Watching                                                            */

static void look_at_line(Watch *w, const CaptureLine *line)
{
    if (w->rules->regex && g_regex_match_full(w->rules->regex, line->text,
                                              line->len, 0, 0, NULL, NULL)) {
        w->reached = true;
    }
}

/* The last item for -kernel has to be the last: the kernel must have come. */
static bool is_early(const Watch *w, const CapturePhase *p)
{
    bool kernel = p->milestone != CAPTURE_MS_LINUX_BOOT_OS;

    for (guint i = 0; i < capture_phases_count(w->boot->phases); i++) {
        kernel |= capture_phases_get(w->boot->phases, i)->milestone ==
                  CAPTURE_MS_COPY_KERNEL;
    }
    return !kernel || capture_copies_current(w->boot->copies) >= 0;
}

/* Some milestones move on: each end of a copy may have been the last. */
static void look_at_phases(Watch *w)
{
    const char *until = w->rules->until;
    gint64 now = g_get_monotonic_time();
    uint64_t at = CAPTURE_NO_TIME;

    for (guint i = 0; i < capture_phases_count(w->boot->phases); i++) {
        const CapturePhase *p = capture_phases_get(w->boot->phases, i);

        if (!strcmp(p->name, until) && !is_early(w, p)) {
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

/* Reads on, and looks whether --until has come. */
static void look(Watch *w, const char *path)
{
    CaptureRecord rec;
    CaptureLine line;

    if (!w->rules->until || w->reached) {
        return;
    }
    if (!w->reader) {
        w->reader = capture_reader_open(path, NULL);
    }
    while (w->reader && capture_reader_next(w->reader, &rec)) {
        boot_data_record(w->boot, &rec);
        if (capture_lines_feed(w->lines, &rec, &line)) {
            boot_data_line(w->boot, &line);
            look_at_line(w, &line);
        }
    }
    /* A prompt has no newline. */
    for (int i = 0; i < w->boot->names.count && w->rules->regex; i++) {
        if (capture_lines_peek(w->lines, i, &line)) {
            look_at_line(w, &line);
        }
    }
    if (!w->rules->regex) {
        look_at_phases(w);
    }
}

static void watch_clear(Watch *w)
{
    capture_reader_close(w->reader);
    capture_lines_free(w->lines);
    boot_data_free(w->boot);
}

/* ------------------------------------------------------------------ */
/* A boot                                                              */

/* What QEMU prints; kept where the boot fails. */
static char *log_path(const char *path)
{
    return g_strdup_printf("%s.log", path);
}

static pid_t start(const QemuStart *qemu, const char *path)
{
    pid_t parent = getpid();
    pid_t pid;
    g_autofree char *log = log_path(path);
    int null, out;

    fflush(NULL);
    pid = fork();
    if (pid) {
        return pid;
    }
    signal(SIGINT, SIG_DFL);
    signal(SIGTERM, SIG_DFL);
    signal(SIGHUP, SIG_DFL);
    prctl(PR_SET_PDEATHSIG, SIGTERM);
    if (getppid() != parent) {
        _exit(EXIT_FAILURE);
    }
    /* Ours are for the statistics and the progress. */
    null = open("/dev/null", O_RDONLY | O_CLOEXEC);
    out = open(log, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    if (null >= 0 && out >= 0) {
        dup2(null, STDIN_FILENO);
        dup2(out, STDOUT_FILENO);
        dup2(out, STDERR_FILENO);
    }
    _exit(qemu_start_into(qemu, path));
}

/* Waits for @pid to end and ends it where it must; how it came to that. */
static End wait_for(const BootRules *rules, pid_t pid, const char *path,
                    int *status)
{
    gint64 began = g_get_monotonic_time(), killed = 0;
    double limit = rules->timeout * G_USEC_PER_SEC;
    Watch w = {
        .rules = rules,
        .lines = capture_lines_new(),
        .boot = boot_data_new(false),
        .at = CAPTURE_NO_TIME,
    };
    End end = END_ITSELF;

    while (waitpid(pid, status, WNOHANG) == 0) {
        gint64 now = g_get_monotonic_time();

        look(&w, path);
        if (!killed &&
            (w.reached || stop_signal || (limit > 0 && now - began > limit))) {
            end = stop_signal ? END_SIGNAL
                  : w.reached ? END_UNTIL
                              : END_TIMEOUT;
            kill(pid, SIGTERM);
            killed = now;
        } else if (killed && now - killed > KILL_AFTER_US) {
            kill(pid, SIGKILL);
        }
        g_usleep(POLL_US);
    }
    look(&w, path);
    w.reached |= w.at != CAPTURE_NO_TIME; /* no more will come */
    if (end == END_ITSELF && (w.reached || stop_signal)) {
        end = w.reached ? END_UNTIL : END_SIGNAL;
    }
    watch_clear(&w);
    return end;
}

/* Why a boot does not count, or NULL. */
static char *objection(const BootRules *rules, End end, int status)
{
    if (end == END_TIMEOUT) {
        return g_strdup_printf("took longer than %g s", rules->timeout);
    }
    if (end == END_UNTIL || end == END_SIGNAL) {
        return NULL;
    }
    if (WIFSIGNALED(status)) {
        return g_strdup_printf("QEMU ended by signal %d", WTERMSIG(status));
    }
    if (WEXITSTATUS(status)) {
        return g_strdup_printf("QEMU ended with status %d",
                               WEXITSTATUS(status));
    }
    if (rules->until) {
        return g_strdup_printf("ended before '%s'", rules->until);
    }
    return NULL;
}

/* The last line of the log, behind ": "; "" where there is none. */
static char *last_words(const char *path)
{
    g_autofree char *log = log_path(path);
    g_autofree char *text = NULL;
    const char *line;

    if (!g_file_get_contents(log, &text, NULL, NULL)) {
        return g_strdup("");
    }
    g_strchomp(text);
    line = strrchr(text, '\n');
    line = line ? line + 1 : text;
    return line[0] ? g_strdup_printf(": %s", line) : g_strdup("");
}

void boot_put_aside(const char *path)
{
    g_autofree char *aside = g_strdup_printf("%s.failed", path);

    g_rename(path, aside);
}

BootResult boot_once(const QemuStart *qemu, const BootRules *rules,
                     const char *path)
{
    g_autofree char *log = log_path(path);
    g_autofree char *why = NULL, *words = NULL;
    pid_t pid = start(qemu, path);
    int status = 0;
    End end;

    if (pid < 0) {
        fail("run", "cannot start a process: %s", g_strerror(errno));
        return BOOT_FAILED;
    }
    end = wait_for(rules, pid, path, &status);
    why = objection(rules, end, status);
    if (!why && end != END_SIGNAL && !g_file_test(path, G_FILE_TEST_EXISTS)) {
        why = g_strdup("QEMU wrote no capture");
    }
    if (why) {
        words = last_words(path);
        progress_clear();
        fail(path, "%s%s", why, words);
        boot_put_aside(path);
        return BOOT_FAILED;
    }
    g_unlink(log);
    if (end == END_SIGNAL) {
        g_unlink(path);
        return BOOT_INTERRUPTED;
    }
    return BOOT_GOOD;
}

/* ------------------------------------------------------------------ */
/* Where captures go                                                   */

static bool holds_captures(const char *path)
{
    g_autoptr(GDir) dir = g_dir_open(path, 0, NULL);
    const char *name;

    while (dir && (name = g_dir_read_name(dir))) {
        if (g_str_has_suffix(name, CAPTURE_SUFFIX)) {
            return true;
        }
    }
    return false;
}

char *boot_folder(const char *wanted)
{
    g_autoptr(GError) error = NULL;
    g_autofree char *top = NULL;
    char *dir;

    if (wanted) {
        if (g_mkdir(wanted, 0700) && errno != EEXIST) {
            fail(wanted, "cannot make the folder: %s", g_strerror(errno));
            return NULL;
        }
        if (holds_captures(wanted)) {
            fail(wanted, "holds captures already; name a new folder");
            return NULL;
        }
        return g_strdup(wanted);
    }
    top = capture_make_default_dir(&error);
    if (!top) {
        fail("run", "%s", error->message);
        return NULL;
    }
    dir = g_build_filename(top, "boots-XXXXXX", NULL);
    if (!g_mkdtemp(dir)) {
        fail(top, "cannot make a folder in it: %s", g_strerror(errno));
        g_clear_pointer(&dir, g_free);
    }
    return dir;
}
