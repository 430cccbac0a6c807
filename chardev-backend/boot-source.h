/*
 * Sources of events: files that watch something in QEMU and write records
 * about it into the captures.
 *
 * A source registers itself (type_init) and is called here; nothing calls
 * it by name.  A new one is one new file.
 *
 * All of it but boot_looks_look() is for the main thread, with the BQL held.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#ifndef BOOTSTAMP_BOOT_SOURCE_H
#define BOOTSTAMP_BOOT_SOURCE_H

#include "capture/writer.h"

typedef struct BootCapture BootCapture;
typedef struct BootSource BootSource;

/* Functions that are NULL are not called. */
struct BootSource {
    /* Only for captures that have fw-cfg=on. */
    bool fw_cfg;
    /* The first capture opens. */
    void (*start)(void);
    /* The machine is there, or was when the source was started. */
    void (*ready)(void);
    /* @capture is closed in a moment. */
    void (*closing)(BootCapture *capture);
    /* The last capture closed: undoes both, which are called again for the
     * next one.  Without it a source is started once and stays. */
    void (*stop)(void);
    /* The machine is there and @capture open: records of what does not change. */
    void (*describe)(BootCapture *capture);
    /*
     * What is looked at now and then, beside the guest: a capture that opens
     * gets a state of the source's own, its helper thread looks and writes
     * records until it closes (CaptureLookFunc), then the state goes.  All
     * three or none.
     */
    void *(*look_begin)(void);
    bool (*look)(void *state, CaptureWriter *w, uint64_t mono_ns);
    void (*look_end)(void *state);

    /* boot-source.c's own */
    bool started, is_ready;
    BootSource *next;
};

/* @source stays the caller's, and must live as long as QEMU. */
void boot_source_register(BootSource *source);

/* A capture opens: starts the sources that it has records of. */
void boot_sources_start(bool fw_cfg);

/* The machine is there. */
void boot_sources_ready(void);

/* No capture is open any more. */
void boot_sources_stop(void);

void boot_sources_describe(BootCapture *capture);
void boot_sources_closing(BootCapture *capture);

/* The states of all sources for one capture. */
typedef struct BootLooks BootLooks;

BootLooks *boot_looks_begin(void);
void boot_looks_end(BootLooks *looks);

/* A CaptureLookFunc, for the helper thread; @looks: BootLooks *. */
bool boot_looks_look(CaptureWriter *w, uint64_t mono_ns, void *looks);

#endif
