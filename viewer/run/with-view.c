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

#include "capture/paths.h"
#include "viewer/common/common.h"
#include "with-view.h"
#include "viewer/screen/view.h"

#define POLL_US 10000

typedef struct Child {
    pid_t pid;
    bool ended;
    int status; /* of waitpid() */
    char *log; /* what QEMU prints goes here */
} Child;

static pid_t forward_to;

static void forward(int sig)
{
    kill(forward_to, sig);
}

/* The argument by which QEMU would use this terminal itself, or NULL. */
static const char *terminal_user(char **argv)
{
    for (int i = 1; argv[i]; i++) {
        const char *arg = argv[i];

        if (!strcmp(arg, "-nographic") || !strcmp(arg, "-curses") ||
            !strcmp(arg, "stdio") || !strcmp(arg, "mon:stdio") ||
            g_str_has_prefix(arg, "stdio,") ||
            g_str_has_prefix(arg, "curses")) {
            return arg;
        }
    }
    return NULL;
}

/*
 * A process group of its own: keys typed at the viewer, Ctrl-C and Ctrl-Z
 * among them, are not QEMU's.
 */
static void become_qemu(char **argv, int log_fd)
{
    int null_fd = open("/dev/null", O_RDONLY);

    setpgid(0, 0);
    dup2(null_fd, STDIN_FILENO);
    dup2(log_fd, STDOUT_FILENO);
    dup2(log_fd, STDERR_FILENO);
    execvp(argv[0], argv);
    fail(argv[0], "cannot run: %s", g_strerror(errno));
    _exit(EXIT_FAILURE);
}

static bool start(Child *child, char **argv)
{
    g_autoptr(GError) error = NULL;
    int fd = g_file_open_tmp("bootstamp-qemu-XXXXXX.log", &child->log, &error);

    if (fd < 0) {
        fail("run", "%s", error->message);
        return false;
    }
    fflush(NULL);
    child->pid = fork();
    if (child->pid == 0) {
        become_qemu(argv, fd);
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

/* Is @path the capture of our QEMU? */
static bool is_ours(const Child *child, const char *path)
{
    CaptureReader *r = capture_reader_open(path, NULL);
    CaptureHeader h;

    if (!r) {
        return false;
    }
    capture_reader_header(r, &h);
    capture_reader_close(r);
    return h.pid == (uint32_t)child->pid;
}

static char *find_capture(const Child *child, const char *path)
{
    g_autoptr(GPtrArray) found = NULL;

    if (path) {
        return is_ours(child, path) ? g_strdup(path) : NULL;
    }
    found = capture_list();
    for (guint i = 0; i < found->len; i++) {
        if (is_ours(child, g_ptr_array_index(found, i))) {
            return g_strdup(g_ptr_array_index(found, i));
        }
    }
    return NULL;
}

/* Waits for the capture; NULL where QEMU ended without one. */
static char *wait_for_capture(Child *child, const char *path)
{
    char *found = find_capture(child, path);

    while (!found && !child->ended) {
        g_usleep(POLL_US);
        look(child, WNOHANG);
        found = find_capture(child, path);
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

int run_with_view(char **argv, const char *path)
{
    const char *user = terminal_user(argv);
    g_autofree char *found = NULL;
    Child child = { 0 };
    int status = EXIT_FAILURE;

    if (user) {
        return usage_error("run",
                           "QEMU would use this terminal too (%s): "
                           "give it -display none and -serial chardev:ID, or "
                           "run bootstamp view in another terminal",
                           user);
    }
    if (!start(&child, argv)) {
        return status;
    }
    found = wait_for_capture(&child, path);
    if (found) {
        status = view_run(&found, 1, false, false);
        /* Ctrl-C, a closed terminal: QEMU is told as well; q is for us. */
        if (status > 128) {
            kill(child.pid, status - 128);
        }
        wait_for_qemu(&child);
    }
    print_log(&child);
    unlink(child.log);
    g_free(child.log);
    return exit_status(&child);
}
