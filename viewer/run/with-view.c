/*
 * bootstamp run --view: QEMU in the background, the viewer in front.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "capture/run-environment.h"
#include "viewer/common/common.h"
#include "with-view.h"
#include "viewer/screen/view.h"

#define POLL_US 10000

typedef struct Child {
    pid_t pid;
    bool ended;
    int status; /* of waitpid() */
    char *log; /* what QEMU prints goes here */
    char *report; /* and here the name of its capture */
} Child;

static pid_t forward_to;
static volatile sig_atomic_t stop_signal;

static void on_signal(int sig)
{
    stop_signal = sig;
}

static void forward(int sig)
{
    kill(forward_to, sig);
}

/*
 * A process group of its own: keys typed at the viewer, Ctrl-C and Ctrl-Z
 * among them, are not QEMU's.
 */
static void become_qemu(const char *program, char **argv, int log_fd)
{
    int null_fd = open("/dev/null", O_RDONLY);

    setpgid(0, 0);
    dup2(null_fd, STDIN_FILENO);
    dup2(log_fd, STDOUT_FILENO);
    dup2(log_fd, STDERR_FILENO);
    execv(program, argv);
    fail(argv[0], "cannot run: %s", g_strerror(errno));
    _exit(EXIT_FAILURE);
}

static bool start(Child *child, const char *program, char **argv)
{
    g_autoptr(GError) error = NULL;
    int fd = g_file_open_tmp("bootstamp-qemu-XXXXXX.log", &child->log, &error);
    int report = fd < 0 ? -1
                        : g_file_open_tmp("bootstamp-run-XXXXXX",
                                          &child->report, &error);

    if (report < 0) {
        fail("run", "%s", error->message);
        return false;
    }
    close(report);
    g_setenv(RUN_REPORT_ENV, child->report, TRUE);
    fflush(NULL);
    child->pid = fork();
    if (child->pid == 0) {
        become_qemu(program, argv, fd);
    }
    close(fd);
    if (child->pid < 0) {
        fail("run", "cannot start a process: %s", g_strerror(errno));
        return false;
    }
    forward_to = child->pid;
    return true;
}

static void look(Child *child, int flags)
{
    if (!child->ended) {
        child->ended = waitpid(child->pid, &child->status, flags) == child->pid;
    }
}

/* The name that QEMU, at whatever depth of wrappers, has reported; or NULL. */
static char *find_capture(const Child *child)
{
    g_autofree char *text = NULL;
    char *end;

    if (!g_file_get_contents(child->report, &text, NULL, NULL)) {
        return NULL;
    }
    end = strchr(text, '\n');
    return end ? g_strndup(text, end - text) : NULL;
}

/* Waits for the capture; NULL where QEMU ended without one. */
static char *wait_for_capture(Child *child)
{
    char *found = find_capture(child);

    while (!found && !child->ended && !stop_signal) {
        g_usleep(POLL_US);
        look(child, WNOHANG);
        found = find_capture(child);
    }
    return found;
}

/* After the viewer: QEMU goes on in the foreground, as without --view. */
static void wait_for_qemu(Child *child)
{
    static const int signals[] = { SIGINT, SIGTERM, SIGHUP, SIGQUIT };
    struct sigaction action = { .sa_handler = forward };

    look(child, WNOHANG);
    if (child->ended) {
        return;
    }
    fprintf(stderr, "bootstamp: run: QEMU (pid %d) goes on; Ctrl-C ends it\n",
            (int)child->pid);
    for (size_t i = 0; i < G_N_ELEMENTS(signals); i++) {
        sigaction(signals[i], &action, NULL);
    }
    while (!child->ended) {
        look(child, 0);
    }
}

static void print_log(const Child *child)
{
    g_autofree char *text = NULL;
    g_autoptr(GString) shown = g_string_new(NULL);
    g_auto(GStrv) lines = NULL;
    gsize len;

    if (!g_file_get_contents(child->log, &text, &len, NULL) || !len) {
        return;
    }
    lines = g_strsplit(g_strchomp(text), "\n", -1);
    for (int i = 0; lines[i]; i++) {
        append_visible(shown, lines[i], strlen(lines[i]), true);
        g_string_append_c(shown, '\n');
    }
    fputs(shown->str, stderr);
}

static int exit_status(const Child *child)
{
    return WIFSIGNALED(child->status) ? 128 + WTERMSIG(child->status)
                                      : WEXITSTATUS(child->status);
}

/* Until the viewer has the keyboard, Ctrl-C is for us both. */
static void catch_signals(void)
{
    struct sigaction action = { .sa_handler = on_signal };

    sigaction(SIGINT, &action, NULL);
    sigaction(SIGTERM, &action, NULL);
    sigaction(SIGHUP, &action, NULL);
}

static void release_signals(void)
{
    signal(SIGINT, SIG_DFL);
    signal(SIGTERM, SIG_DFL);
    signal(SIGHUP, SIG_DFL);
}

/* The process group: a wrapper may not hand a signal on. */
static void end_qemu(const Child *child, int sig)
{
    if (kill(-child->pid, sig)) {
        kill(child->pid, sig);
    }
}

int run_with_view(const char *program, char **argv)
{
    g_autofree char *found = NULL;
    Child child = { 0 };
    int status = EXIT_FAILURE;

    if (!start(&child, program, argv)) {
        return status;
    }
    catch_signals();
    found = wait_for_capture(&child);
    release_signals();
    if (stop_signal) {
        end_qemu(&child, stop_signal);
    }
    if (found && !stop_signal) {
        status = view_run(&found, 1, &(ViewOptions){ 0 });
        /* Ctrl-C, a closed terminal: QEMU is told as well; q is for us. */
        if (status > 128) {
            end_qemu(&child, status - 128);
        }
    }
    wait_for_qemu(&child);
    print_log(&child);
    unlink(child.log);
    unlink(child.report);
    g_free(child.log);
    g_free(child.report);
    return exit_status(&child);
}
