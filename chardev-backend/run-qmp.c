/*
 * A QMP monitor for `bootstamp run --timeout` and --silence, which ask a guest
 * that hangs where it is.  Nothing on the command line tells of it: run waits
 * at a socket that the environment names, and QEMU connects to it.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#include "qemu-compat.h"
#include "qemu/error-report.h"
#include "qemu/module.h"
#include "monitor/monitor.h"

#include "capture/run-environment.h"

#define MONITOR_ID "bootstamp-qmp"

static char *socket_path;

static void on_machine_ready(Notifier *notifier, void *data)
{
    g_autofree char *address = g_strdup_printf("unix:%s", socket_path);
    Chardev *chr = qemu_chr_new(MONITOR_ID, address, NULL);
    Error *err = NULL;

    if (!chr) {
        return; /* it has said why; the boot goes on */
    }
    bootstamp_monitor_qmp(chr, &err);
    if (err) {
        warn_report_err(err);
    }
}

static void register_run_qmp(void)
{
    static Notifier ready = { .notify = on_machine_ready };

    socket_path = g_strdup(g_getenv(RUN_QMP_ENV));
    g_unsetenv(RUN_QMP_ENV);
    if (socket_path) {
        qemu_add_machine_init_done_notifier(&ready);
    }
}

type_init(register_run_qmp)
