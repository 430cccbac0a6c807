/*
 * Starting QEMU with the back end in it.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#ifndef VIEWER_RUN_START_H
#define VIEWER_RUN_START_H

#include <stdbool.h>

typedef struct QemuStart {
    char **argv; /* QEMU, or what starts it, and its arguments */
    const char *capture; /* file, or NULL: a new one in the default folder */
    bool probes; /* firmware with probes */
    bool post_codes; /* capture what is written to port 0x80 */
    bool quiet; /* do not report what is captured */
    bool view; /* with the viewer in this terminal, if it is one */
    bool if_fits; /* start without a capture where the module does not fit */
    const char *mode, *group; /* of the capture, for others; or NULL */
    const char *size; /* of it, and what is kept, as --size has it; or NULL */
    const char *serial; /* consoles too: "all", or a chardev; NULL: none */
    const char *labels; /* lines, see capture/labels.h; NULL: none */
    const char *qmp; /* a socket that waits for a monitor; NULL: none */
    const char *report; /* a file that gets the capture's name; NULL: none */
    int profile; /* samples a second of the vCPUs; 0: none */
    bool only; /* @capture, and no other file; set by qemu_start_into() */
    char *module; /* to load, by qemu_start_prepare(); NULL: none is needed */
} QemuStart;

/* Finds the module that is loaded into QEMU.  False: it has said why not. */
bool qemu_start_prepare(QemuStart *s);
void qemu_start_clear(QemuStart *s);

/*
 * Becomes QEMU (with view: starts it).  Returns the exit status where that
 * cannot be, or when the viewer ended.
 */
int qemu_start(const QemuStart *s);

/* The same for one boot of many, quietly, with its capture at @capture. */
int qemu_start_into(const QemuStart *s, const char *capture);

#endif
