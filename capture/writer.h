/*
 * Writing a capture.
 *
 * capture_append*() may be called by any number of threads at once, in the
 * guest's path: one clock read, one atomic reservation and one store per
 * word; no system call, no lock, no allocation, no waiting.  The pages they
 * write to were reserved, mapped and faulted in before, by a helper thread.
 * When it could not keep up, or the disk or the cap is full, bytes are
 * counted as lost and the capture says so.
 *
 * Everything else here may block and is for set-up and tear-down.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#ifndef CAPTURE_WRITER_H
#define CAPTURE_WRITER_H

#include <glib.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "clock.h"
#include "format.h"

typedef struct CaptureWriter CaptureWriter;

/*
 * Reads QEMU's virtual clock, ns.  Called by any thread, the helper's too,
 * and before there is a machine.  It may stand still, and jump both ways.
 */
typedef int64_t CaptureClockFunc(void);

/*
 * Called by the helper thread in each of its rounds, which are 5 ms apart
 * while bytes come or there was news less than a second ago, and 40 ms
 * otherwise.  It may append events; @mono_ns is CLOCK_MONOTONIC's now.
 * Returns true where it had news.  Never called where stamps are of the
 * virtual clock, on which nobody but QEMU's own threads may write.
 */
typedef bool CaptureLookFunc(CaptureWriter *w, uint64_t mono_ns, void *data);

typedef struct CaptureWriterOptions {
    const char *path;
    int dir_fd; /* folder that path's last part is in; 0: by path */
    bool append; /* go on in an existing capture */
    bool exclusive; /* fail where the file exists */
    uint64_t size_max; /* cap on the file in bytes; 0: none */
    CaptureKeep keep; /* other than the first: of @size_max bytes on disk */
    mode_t mode; /* permissions of the file; 0: 0600, or what it has */
    bool has_group;
    gid_t group; /* of the file */
    uint64_t start_ns; /* CLOCK_MONOTONIC at time 0; 0: now */
    CaptureClockMode clock;
    CaptureClockFunc *virtual_now; /* CAPTURE_CLOCK_MODE_VIRTUAL needs it */
    CaptureLookFunc *look; /* or NULL */
    void *look_data;
    const char *qemu_version;
    const char *chardev_id;
    const char *arch;
    const char
        *labels; /* see labels.h; NULL: those of the file that is there */
} CaptureWriterOptions;

/* The smallest size_max that is taken, in bytes. */
#define CAPTURE_SIZE_MIN 65536

/* The smallest and the largest for a CaptureKeep other than the first. */
#define CAPTURE_KEEP_SIZE_MIN (UINT64_C(1) << 20)
#define CAPTURE_KEEP_SIZE_MAX (UINT64_C(64) << 30)

#define CAPTURE_WRITER_ERROR (capture_writer_error_quark())
GQuark capture_writer_error_quark(void);

typedef enum CaptureWriterError {
    CAPTURE_WRITER_ERROR_IO, /* the system refused; errno is in the text */
    CAPTURE_WRITER_ERROR_IN_USE, /* another process is writing it */
    CAPTURE_WRITER_ERROR_FOREIGN, /* exists and is no capture of ours */
    CAPTURE_WRITER_ERROR_EXISTS, /* and was to be new */
    CAPTURE_WRITER_ERROR_INVALID, /* the options make no sense */
    CAPTURE_WRITER_ERROR_NO_HOLES, /* @keep needs what this disk cannot do */
} CaptureWriterError;

/*
 * Creates the file (mode 0600, or @mode), or empties it if it is a capture of ours that
 * nobody is writing, or goes on in it with @append.  Another user's file, or
 * one with several names, is refused.  The first piece is ready to be
 * written to when this returns, and a SESSION record is in it.
 *
 * Returns NULL and sets @error (CAPTURE_WRITER_ERROR, text without the file
 * name) on failure; the file is untouched then.
 */
CaptureWriter *capture_writer_open(const CaptureWriterOptions *options,
                                   GError **error);

/*
 * Ends the helper thread, cuts the file to what was written, marks it as
 * ended and frees @w.  No other thread may append any more.
 *
 * Returns 0, or the errno with which the file system refused that: what the
 * file says of its end and its loss may then not be there to be read.
 */
int capture_writer_close(CaptureWriter *w);

/*
 * For exit() while other threads may still be in capture_append(): tells of
 * the loss so far, marks the capture as ended and leaves the rest to the
 * kernel.  Waits for the helper thread, but half a second at most: then the
 * header alone tells of the loss.  @w stays valid; what does not fit in the
 * memory that is ready is lost from now on.
 */
void capture_writer_abandon(CaptureWriter *w);

CaptureClockMode capture_writer_clock(const CaptureWriter *w);

/*
 * The stamp of now: nanoseconds since the start of @w, or QEMU's virtual clock;
 * one clock read.  Threads that append to one stream one after the other, by
 * a lock, have stamps in the order of their records.
 */
uint64_t capture_writer_now(CaptureWriter *w);

/*
 * The same for a CLOCK_MONOTONIC reading taken elsewhere.  It cannot be told
 * on the virtual clock: 0 up to the start, and now after it.
 */
uint64_t capture_writer_time(const CaptureWriter *w, uint64_t mono_ns);

/* In a CaptureLookFunc: it is called for the last time. */
bool capture_writer_is_closing(const CaptureWriter *w);

/* One guest byte of @stream (below CAPTURE_STREAMS_MAX), stamped now. */
void capture_append(CaptureWriter *w, uint8_t stream, uint8_t byte);

/* @len guest bytes that came in one access, all stamped @time (ns). */
void capture_append_bytes(CaptureWriter *w, uint64_t time, uint8_t stream,
                          const uint8_t *buf, size_t len);

/*
 * An event with @len bytes of payload (at most CAPTURE_PAYLOAD_MAX, the rest
 * is cut) at @time.  Returns false when it was counted as lost.
 */
bool capture_append_event(CaptureWriter *w, uint64_t time, CaptureKind kind,
                          const void *payload, size_t len);

/*
 * A VCLOCK event for bytes and fw_cfg records: QEMU's virtual clock showed
 * @virtual_ns at @time.  At the cap it is lost where a byte would be.  Only
 * for CAPTURE_CLOCK_MODE_BOTH.
 */
void capture_append_vclock(CaptureWriter *w, uint64_t time,
                           uint64_t virtual_ns);

/* Fills in what the header can only say once the machine is there. */
void capture_writer_set_machine(CaptureWriter *w, const char *machine,
                                uint64_t ram);

/* Guest bytes and other records lost so far. */
void capture_writer_lost(const CaptureWriter *w, uint64_t *bytes,
                         uint64_t *events);

/* Words handed out so far; the last may not be stored yet. */
uint64_t capture_writer_words(const CaptureWriter *w);

/*
 * A descriptor of its own to read the very file by, whatever its name is by
 * now; the caller closes it.  -1: there is none.
 */
int capture_writer_reopen(const CaptureWriter *w);

const char *capture_writer_path(const CaptureWriter *w);

/* Removes the file's name, if it is still this file's. */
void capture_writer_remove(const CaptureWriter *w);

#endif
