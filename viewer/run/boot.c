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
#include "qmp.h"
#include "watch.h"
#include "viewer/common/common.h"
#include "viewer/report/report.h"

#define POLL_US 5000
#define KILL_AFTER_US (5 * G_USEC_PER_SEC)

/* How a boot ended. */
typedef enum End {
    END_ITSELF,
    END_UNTIL,
    END_TIMEOUT,
    END_SILENCE,
    END_SIGNAL, /* somebody stops us */
} End;

static volatile sig_atomic_t stop_signal;

static void on_signal(int number)
{
    stop_signal = number;
}

int boot_stop_signal(void)
{
    return stop_signal;
}

/* What was ignored, as nohup has SIGHUP, stays ignored. */
static void set_signals(void (*handler)(int))
{
    static const int numbers[] = { SIGINT, SIGTERM, SIGHUP };
    struct sigaction action = { .sa_handler = handler }, now;

    for (size_t i = 0; i < G_N_ELEMENTS(numbers); i++) {
        sigaction(numbers[i], NULL, &now);
        if (now.sa_handler != SIG_IGN) {
            sigaction(numbers[i], &action, NULL);
        }
    }
}

void boot_catch_signals(void)
{
    set_signals(on_signal);
}

bool boot_rules_init(BootRules *rules, const char *until, double timeout,
                     double silence, char **error)
{
    g_autoptr(GError) e = NULL;
    const char *similar;

    *rules =
        (BootRules){ .timeout = timeout, .silence = silence, .until = until };
    if (until && !is_milestone(until)) {
        similar = similar_milestone(until);
        if (similar) {
            *error = g_strdup_printf("--until '%s' is not a milestone; did you "
                                     "mean '%s'? A pattern for a line with "
                                     "that text is '%s.*'",
                                     until, similar, until);
            return false;
        }
        rules->regex =
            g_regex_new(until, G_REGEX_RAW | G_REGEX_OPTIMIZE, 0, &e);
        if (!rules->regex) {
            *error =
                g_strdup_printf("--until is neither a milestone nor a valid "
                                "pattern: %s",
                                e->message);
            return false;
        }
    }
    rules->failed =
        g_ptr_array_new_with_free_func((GDestroyNotify)failed_boot_free);
    return true;
}

void boot_rules_clear(BootRules *rules)
{
    g_clear_pointer(&rules->failed, g_ptr_array_unref);
    g_clear_pointer(&rules->regex, g_regex_unref);
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
    set_signals(SIG_DFL);
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

/* Whether, and why, a boot is to be ended now. */
static End look_at_end(const BootRules *rules, Watch *w, gint64 began)
{
    gint64 now = g_get_monotonic_time();
    double took = (now - began) / 1e6;
    double silent = (now - MAX(began, watch_active(w))) / 1e6;

    if (stop_signal) {
        return END_SIGNAL;
    }
    if (watch_reached(w)) {
        return END_UNTIL;
    }
    if (rules->timeout > 0 && took > rules->timeout) {
        return END_TIMEOUT;
    }
    return rules->silence > 0 && silent > rules->silence ? END_SILENCE
                                                         : END_ITSELF;
}

/* Waits for @pid to end and ends it where it must; how it came to that. */
static End wait_for(const BootRules *rules, pid_t pid, const char *path,
                    Qmp *qmp, int *status, Hang *hang)
{
    gint64 began = g_get_monotonic_time(), killed = 0;
    bool watched = rules->until || rules->timeout > 0 || rules->silence > 0;
    Watch *w = watch_new(path, rules->until, rules->regex);
    End end = END_ITSELF;

    while (waitpid(pid, status, WNOHANG) == 0) {
        if (watched) {
            watch_look(w);
        }
        if (end == END_ITSELF) {
            end = look_at_end(rules, w, began);
            if (end == END_TIMEOUT || end == END_SILENCE) {
                hang_look(hang, w, qmp);
            }
        }
        if (end != END_ITSELF && !killed) {
            kill(pid, SIGTERM);
            killed = g_get_monotonic_time();
        } else if (killed && g_get_monotonic_time() - killed > KILL_AFTER_US) {
            kill(pid, SIGKILL);
        }
        g_usleep(POLL_US);
    }
    watch_look(w);
    if (end == END_ITSELF && (watch_came(w) || stop_signal)) {
        end = watch_came(w) ? END_UNTIL : END_SIGNAL;
    }
    watch_free(w);
    return end;
}

/* The milestone that was reached before we ended it, or NULL. */
static char *last_milestone(const char *path)
{
    CaptureReader *reader = capture_reader_open(path, NULL);
    BootData *boot = boot_data_new(false);
    char *name = NULL;

    if (reader) {
        boot_data_read(boot, reader);
    }
    for (guint i = 0; i < capture_milestones_count(boot->phases); i++) {
        const CaptureMilestone *p = capture_milestones_get(boot->phases, i);

        if (p->milestone != CAPTURE_MS_SHUTDOWN &&
            p->milestone != CAPTURE_MS_STOP) {
            g_free(name);
            name = g_strdup(p->name);
        }
    }
    capture_reader_close(reader);
    boot_data_free(boot);
    return name;
}

/* The log's line that says what was wrong, behind ": "; "" where there is none. */
static char *last_words(const char *path)
{
    g_autofree char *log = log_path(path);
    g_autofree char *text = NULL;
    g_auto(GStrv) lines = NULL;
    const char *words = "";

    if (!g_file_get_contents(log, &text, NULL, NULL)) {
        return g_strdup("");
    }
    lines = g_strsplit(g_strchomp(text), "\n", -1);
    for (int i = 0; lines[i]; i++) {
        words = lines[i];
        /* Also "qemu-system-x86_64: bootstamp: ...", with a hint after it. */
        if (strstr(words, "bootstamp: ")) {
            break; /* ours comes first, and QEMU's follow from it */
        }
    }
    return words[0] ? g_strdup_printf(": %s", words) : g_strdup("");
}

/* Where a boot was that we ended: "; the last milestone was Run". */
static char *how_far(const BootRules *rules, const char *path)
{
    g_autofree char *last = last_milestone(path);
    GString *text = g_string_new(NULL);

    if (last) {
        g_string_append_printf(text, "; the last milestone was %s", last);
    }
    if (rules->until) {
        g_string_append_printf(text, "; '%s' never came", rules->until);
    }
    return g_string_free(text, FALSE);
}

/* What struck a boot that hangs, and what it is. */
static char *describe_hang(const BootRules *rules, End end, const Hang *hang)
{
    return end == END_SILENCE
               ? g_strdup_printf("no byte, copy or disk read for %g s: %s",
                                 rules->silence, hang_kind_name(hang->kind))
               : g_strdup_printf("took longer than %g s: %s", rules->timeout,
                                 hang_kind_name(hang->kind));
}

/* Why a boot does not count, or NULL. */
static char *objection(const BootRules *rules, End end, int status,
                       const char *path, const Hang *hang)
{
    g_autofree char *struck = describe_hang(rules, end, hang);
    g_autofree char *far = NULL;
    g_autofree char *words = NULL;

    if (end == END_UNTIL) {
        return NULL;
    }
    if (end == END_TIMEOUT || end == END_SILENCE || end == END_SIGNAL) {
        far = how_far(rules, path);
        return end == END_SIGNAL ? g_strdup_printf("stopped by %s%s",
                                                   strsignal(stop_signal), far)
                                 : g_strdup_printf("%s%s", struck, far);
    }
    words = last_words(path);
    if (WIFSIGNALED(status)) {
        return g_strdup_printf("QEMU ended by signal %d%s", WTERMSIG(status),
                               words);
    }
    if (WEXITSTATUS(status)) {
        return g_strdup_printf("QEMU ended with status %d%s",
                               WEXITSTATUS(status), words);
    }
    if (!g_file_test(path, G_FILE_TEST_EXISTS)) {
        return g_strdup_printf("QEMU wrote no capture%s", words);
    }
    if (rules->until) {
        far = how_far(rules, path);
        return g_strdup_printf("ended%s", far);
    }
    return NULL;
}

/* Remembers a boot that failed, and puts what is known behind QEMU's output. */
static void note_failure(const BootRules *rules, End end, const char *where,
                         const char *log, const char *why, Hang *hang)
{
    const char *kind = hang->evidence      ? hang_kind_name(hang->kind)
                       : end == END_SIGNAL ? "interrupted"
                                           : "ended";
    FailedBoot *f =
        failed_boot_new(where, kind, why, g_steal_pointer(&hang->evidence));
    g_autofree char *details = failed_boot_details(f);
    FILE *to = details[0] ? fopen(log, "ae") : NULL;

    if (to) {
        fputs(details, to);
        fclose(to);
    }
    g_ptr_array_add(rules->failed, f);
}

static char *aside_path(const char *path)
{
    return g_strdup_printf("%s.failed", path);
}

void boot_put_aside(const char *path)
{
    g_autofree char *aside = aside_path(path);

    g_rename(path, aside);
}

/* The boot is over: does it count? */
static BootResult judge(const BootRules *rules, End end, int status,
                        const char *path, Hang *hang)
{
    g_autofree char *log = log_path(path);
    g_autofree char *aside = aside_path(path);
    g_autofree char *why = objection(rules, end, status, path, hang);
    const char *where;

    if (!why) {
        g_unlink(log);
        return BOOT_GOOD;
    }
    progress_clear();
    boot_put_aside(path);
    /* It is the evidence: the name that it has now. */
    where = g_file_test(aside, G_FILE_TEST_EXISTS) ? aside : path;
    fail(where, "%s", why);
    note_failure(rules, end, where, log, why, hang);
    return end == END_SIGNAL ? BOOT_INTERRUPTED : BOOT_FAILED;
}

BootResult boot_once(const QemuStart *qemu, const BootRules *rules,
                     const char *path)
{
    bool asks = rules->timeout > 0 || rules->silence > 0;
    Qmp *qmp = asks ? qmp_listen() : NULL;
    QemuStart one = *qemu;
    Hang hang = { 0 };
    BootResult result = BOOT_FAILED;
    int status = 0;
    pid_t pid;
    End end;

    one.qmp = qmp ? qmp_path(qmp) : NULL;
    pid = start(&one, path);
    if (pid < 0) {
        fail("run", "cannot start a process: %s", g_strerror(errno));
    } else {
        end = wait_for(rules, pid, path, qmp, &status, &hang);
        result = judge(rules, end, status, path, &hang);
    }
    hang_evidence_free(hang.evidence);
    qmp_free(qmp);
    return result;
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
        fail("run", "%s; name a folder with --capture", error->message);
        return NULL;
    }
    dir = g_build_filename(top, "boots-XXXXXX", NULL);
    if (!g_mkdtemp(dir)) {
        fail(top, "cannot make a folder in it: %s", g_strerror(errno));
        g_clear_pointer(&dir, g_free);
    }
    return dir;
}
