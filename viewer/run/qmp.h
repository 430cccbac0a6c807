/*
 * Questions to a QEMU that hangs, by a QMP monitor that it was told to open.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#ifndef VIEWER_RUN_QMP_H
#define VIEWER_RUN_QMP_H

#include <glib.h>
#include <stdbool.h>

typedef struct Qmp Qmp;

/* Waits at a new socket; NULL: there can be none, and nothing is asked. */
Qmp *qmp_listen(void);
void qmp_free(Qmp *q);

/* The socket's path, for the environment of QEMU. */
const char *qmp_path(const Qmp *q);

/*
 * The state of the VM and the registers of all its vCPUs, which the caller
 * frees.  NULL where QEMU does not answer in two seconds.
 */
void qmp_ask(Qmp *q, char **state, char **registers);

#endif
