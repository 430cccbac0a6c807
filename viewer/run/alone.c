/*
 * One boot, watched from outside.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <glib/gstdio.h>

#include "alone.h"
#include "boot.h"
#include "qmp.h"
#include "viewer/common/common.h"
#include "viewer/report/report.h"
#include "watch.h"

#define POLL_US 5000
#define KILL_AFTER_US (5 * G_USEC_PER_SEC)

typedef struct Alone {
    const RunMany *options;
    QemuStart qemu;
    Qmp *qmp; /* NULL: there can be none */
    char *report; /* a file: the capture's name, as soon as there is one */
    Watch *watch; /* NULL: no capture yet */
    char *capture; /* NULL: the same */
    pid_t pid;
    int status; /* of waitpid() */
    gint64 began, killed; /* us; 0: it was not */
    Hang hang;
    char *why;
} Alone;

static bool start(Alone *a)
{
    pid_t parent = getpid();

    fflush(NULL);
    a->pid = fork();
    if (a->pid == 0) {
        prctl(PR_SET_PDEATHSIG, SIGTERM);
        if (getppid() != parent) {
            _exit(EXIT_FAILURE);
        }
        _exit(qemu_start(&a->qemu));
    }
    if (a->pid < 0) {
        fail("run", "cannot start a process: %s", g_strerror(errno));
    }
    return a->pid > 0;
}

/* QEMU, at whatever depth of wrappers, reports the name. */
static void find_capture(Alone *a)
{
    g_autofree char *text = NULL;
    char *end;

    if (a->watch || !g_file_get_contents(a->report, &text, NULL, NULL)) {
        return;
    }
    end = strchr(text, '\n');
    if (end) {
        a->capture = g_strndup(text, end - text);
        a->watch = watch_new(a->capture, NULL, NULL);
    }
}

/* What struck the boot; NULL: nothing so far. */
static char *find_strike(const Alone *a)
{
    gint64 now = g_get_monotonic_time();
    gint64 active = a->watch ? watch_active(a->watch) : 0;
    double limit = a->options->timeout, silence = a->options->silence;

    if (limit > 0 && (now - a->began) / 1e6 > limit) {
        return g_strdup_printf("took longer than %g s", limit);
    }
    if (silence > 0 && (now - MAX(a->began, active)) / 1e6 > silence) {
        return g_strdup_printf("no byte, copy or disk read for %g s", silence);
    }
    return NULL;
}

static void strike(Alone *a)
{
    /* Without a capture there is nothing to read, and QEMU to ask. */
    Watch *none = a->watch ? NULL : watch_new("/dev/null", NULL, NULL);

    hang_look(&a->hang, a->watch ? a->watch : none, a->qmp);
    if (none) {
        watch_free(none);
    }
    kill(a->pid, SIGTERM);
    a->killed = g_get_monotonic_time();
}

static void wait_for_end(Alone *a)
{
    bool told = false;

    while (waitpid(a->pid, &a->status, WNOHANG) == 0) {
        find_capture(a);
        if (a->watch) {
            watch_look(a->watch);
        }
        if (boot_stop_signal() && !told) {
            kill(a->pid, boot_stop_signal());
            told = true;
        }
        if (!a->killed && !told) {
            a->why = find_strike(a);
            if (a->why) {
                strike(a);
            }
        } else if (a->killed &&
                   g_get_monotonic_time() - a->killed > KILL_AFTER_US) {
            kill(a->pid, SIGKILL);
        }
        g_usleep(POLL_US);
    }
    find_capture(a);
}

static int exit_status(const Alone *a)
{
    if (a->why) {
        return hang_exit_status(a->hang.kind);
    }
    return WIFSIGNALED(a->status) ? 128 + WTERMSIG(a->status)
                                  : WEXITSTATUS(a->status);
}

/* The formats of stats: a boot that is good, or one that failed. */
static void print_report(const Alone *a, GPtrArray *failed)
{
    char *paths[] = { failed->len ? NULL : a->capture, NULL };
    StatsOptions options = { .lines = 10, .failed = failed };

    parse_stats_format(a->options->format, &options.format);
    print_stats(paths, paths[0] ? 1 : 0, &options);
}

static int report(Alone *a)
{
    g_autoptr(GPtrArray) failed =
        g_ptr_array_new_with_free_func((GDestroyNotify)failed_boot_free);
    int status = exit_status(a);
    const char *name = a->capture ? a->capture : a->qemu.argv[0];

    if (a->why) {
        g_autofree char *message =
            g_strdup_printf("%s: %s", a->why, hang_kind_name(a->hang.kind));
        FailedBoot *f =
            failed_boot_new(name, hang_kind_name(a->hang.kind), message,
                            g_steal_pointer(&a->hang.evidence));
        g_autofree char *details = failed_boot_details(f);

        g_ptr_array_add(failed, f);
        fail(name, "%s", message);
        fputs(details, stderr);
    } else if (status) {
        g_autofree char *message =
            g_strdup_printf("QEMU ended with status %d", status);

        g_ptr_array_add(failed, failed_boot_new(name, "ended", message, NULL));
    }
    if (a->options->format) {
        print_report(a, failed);
    }
    return status;
}

static void alone_clear(Alone *a)
{
    if (a->watch) {
        watch_free(a->watch);
    }
    if (a->report) {
        g_unlink(a->report);
    }
    hang_evidence_free(a->hang.evidence);
    qmp_free(a->qmp);
    g_free(a->report);
    g_free(a->capture);
    g_free(a->why);
}

int run_alone(const RunMany *options, const QemuStart *qemu)
{
    g_autoptr(GError) error = NULL;
    Alone a = { .options = options, .qemu = *qemu };
    int status = EXIT_FAILURE;
    int fd = g_file_open_tmp("bootstamp-run-XXXXXX", &a.report, &error);

    if (fd < 0) {
        return fail("run", "%s", error->message);
    }
    close(fd);
    a.qmp = qmp_listen();
    a.qemu.qmp = a.qmp ? qmp_path(a.qmp) : NULL;
    a.qemu.report = a.report;
    a.began = g_get_monotonic_time();
    if (start(&a)) {
        boot_catch_signals();
        wait_for_end(&a);
        status = report(&a);
    }
    alone_clear(&a);
    return status;
}
