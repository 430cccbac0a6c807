/*
 * The captures that this QEMU writes: char-timestamp.c opens and closes them,
 * sources of events (boot-source.h) write records into them.
 *
 * All but boot_*event*() are for the main thread.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#ifndef BOOTSTAMP_BOOT_CAPTURE_H
#define BOOTSTAMP_BOOT_CAPTURE_H

#include "boot-source.h"
#include "boot-stream.h"
#include "capture/writer.h"

/* What -chardev timestamp was given; strings are the caller's. */
typedef struct BootCaptureOptions {
    const char *path; /* NULL: a new file in the default folder */
    bool has_append, append;
    bool has_size;
    uint64_t size; /* bytes */
    bool has_keep;
    CaptureKeep keep;
    bool has_clock;
    CaptureClockMode clock;
    bool has_fw_cfg, fw_cfg; /* without it: on */
    const char *mode, *group; /* as they were given, or NULL */
    bool has_profile;
    unsigned profile; /* samples a second */
} BootCaptureOptions;

/* What a capture has whose options do not say; strings are the caller's. */
typedef struct BootCaptureDefaults {
    const char *path; /* NULL: a new file in the default folder */
    bool only; /* a capture that names another file is refused */
    const char *mode, *group;
    const char *labels; /* see capture/labels.h; NULL: none */
    uint64_t size; /* 0: none, or as the default folder has */
    CaptureKeep keep;
    unsigned profile; /* samples a second */
} BootCaptureDefaults;

/*
 * Opens a capture, or takes another reference where a back end of this QEMU
 * has the same file open: their streams stand on one clock in one file.
 */
BootCapture *boot_capture_get(const BootCaptureOptions *options,
                              const char *chardev_id, Error **errp);

/* Another reference to it. */
BootCapture *boot_capture_ref(BootCapture *capture);

/* The last one out writes the end and closes. */
void boot_capture_put(BootCapture *capture);

CaptureWriter *boot_capture_writer(BootCapture *capture);

/* All captures that are open (BootCapture); the caller unrefs the array. */
GPtrArray *boot_capture_list(void);

/* The chardev that is stream @i, or NULL: there is no such stream. */
const char *boot_capture_stream_label(const BootCapture *capture, unsigned i);

/*
 * The file, open for reading since before QEMU gave up any right or moved
 * elsewhere (-runas, -chroot, -daemonize); -1 where that failed.
 */
int boot_capture_read_fd(const BootCapture *capture);

/* Something of boot-query.c's that goes when @capture is closed. */
void *boot_capture_query(const BootCapture *capture);
void boot_capture_set_query(BootCapture *capture, void *query,
                            GDestroyNotify destroy);

/*
 * Gives the chardev @label its stream and tells of it; it lives as long as
 * the capture (boot-stream.h).  NULL when all CAPTURE_STREAMS_MAX are taken.
 */
BootStream *boot_capture_add_stream(BootCapture *capture, const char *label);

/*
 * What is kept of it on how many bytes of disk where nobody said that: a
 * capture in the default folder, which is in memory.  0: no such.
 */
uint64_t boot_capture_default_size(const BootCapture *capture);
CaptureKeep boot_capture_default_keep(const BootCapture *capture);

/* Whether the guest wrote any byte into it. */
bool boot_capture_has_bytes(const BootCapture *capture);

/* For captures that are opened from now on; the strings stay. */
void boot_capture_set_defaults(const BootCaptureDefaults *d);

/* Samples a second of the vCPUs that it wants; 0: none. */
unsigned boot_capture_profile(const BootCapture *capture);

#define BOOT_PROFILE_MIN 10
#define BOOT_PROFILE_MAX 10000

/*
 * Tells what stands in front of the stream of chardev @label: "isa-debugcon
 * 0x402".  Nothing where that is no stream, or its front end is known.
 */
void boot_capture_set_frontend(const char *label, const char *frontend);

/* The vCPUs of a machine run: from now on a capture is worth keeping. */
void boot_capture_guest_runs(void);

/* The machine is there: calls the sources of events. */
void boot_capture_machine_ready(void);

/* Only a system emulator knows these, and tells them before the first capture. */
typedef struct BootEmulator {
    const char *arch; /* "x86_64": QEMU's name of what it emulates */
    bool (*ends)(void); /* whether QEMU is going */
} BootEmulator;

void boot_capture_set_emulator(const BootEmulator *emulator);

/* "" where there is no emulator. */
const char *boot_capture_arch(void);

/*
 * An event into every open capture.  On the guest's path: no system call,
 * no lock, no allocation.  With the BQL held, as all of QEMU's callbacks
 * that lead here are.
 */
void boot_event(CaptureKind kind, const void *payload, size_t len);

/* The same into one of them. */
void boot_capture_event(BootCapture *capture, CaptureKind kind,
                        const void *payload, size_t len);

/*
 * The same at a time taken before: capture_mono_ns().  A capture of the
 * virtual clock alone has the time of the call.
 */
void boot_event_at(uint64_t mono_ns, CaptureKind kind, const void *payload,
                   size_t len);

/* A life-cycle event; @detail may be NULL. */
void boot_vm_event(CaptureVmEvent event, const char *detail);

/* The same at a time taken before; see boot_event_at(). */
void boot_vm_event_at(uint64_t mono_ns, CaptureVmEvent event);

/* The same from the vCPU's access that caused it. */
void boot_vm_event_by_guest(CaptureVmEvent event, const char *detail);

#endif
