/*
 * Reading a capture, live or ended.
 *
 * The file is mapped read-only, a window at a time, so memory does not grow
 * with it.  Nothing in it is trusted: a length, count or string comes back
 * only after it was checked against the words that are there.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#ifndef CAPTURE_READER_H
#define CAPTURE_READER_H

#include <glib.h>
#include <stdbool.h>
#include <stdint.h>

#include "format.h"

typedef struct CaptureReader CaptureReader;

#define CAPTURE_READER_ERROR (capture_reader_error_quark())
GQuark capture_reader_error_quark(void);

typedef enum CaptureReaderError {
    CAPTURE_READER_ERROR_IO, /* the system refused; errno is in the text */
    CAPTURE_READER_ERROR_FORMAT, /* not a capture, or too short to be one */
    CAPTURE_READER_ERROR_VERSION, /* a version or clock that is not known */
} CaptureReaderError;

/* Who holds the file. */
typedef enum CaptureState {
    CAPTURE_LIVE, /* a QEMU is writing it */
    CAPTURE_ENDED, /* closed in good order */
    CAPTURE_KILLED, /* QEMU ended without closing the capture */
} CaptureState;

/*
 * One record.  @kind is CAPTURE_BYTE for every stream (the number is in
 * @stream) and a CaptureKind otherwise; the member of @u that belongs to it
 * is set.  Strings are NUL-terminated guest or host bytes: escape them.
 */
typedef struct CaptureRecord {
    uint64_t pos; /* index of its first word */
    uint64_t time; /* ns since the capture's start; or virtual */
    uint64_t vtime; /* virtual clock, ns; CAPTURE_NO_TIME where unknown */
    CaptureKind kind;
    uint8_t stream; /* CAPTURE_BYTE only */
    uint8_t byte; /* CAPTURE_BYTE only */
    union {
        struct {
            uint64_t wall_ns, mono_ns;
            uint32_t pid;
            char version[128];
        } session;
        struct {
            uint8_t id;
            char label[CAPTURE_NAME_MAX];
            char frontend[CAPTURE_NAME_MAX]; /* empty: not known */
        } stream;
        struct {
            uint64_t ram; /* bytes */
            uint32_t cpus;
            bool icount;
            char type[CAPTURE_NAME_MAX];
            char arch[CAPTURE_NAME_MAX];
            char accel[CAPTURE_NAME_MAX];
        } machine;
        struct {
            CaptureVmEvent event;
            bool by_guest; /* stamped in the guest's own access */
            char detail[CAPTURE_NAME_MAX];
        } vm;
        CaptureLost lost;
        struct {
            CaptureDropped head;
            uint64_t from_vtime; /* of .from_ns; CAPTURE_NO_TIME: unknown */
        } dropped;
        struct {
            uint16_t key;
            uint32_t size; /* bytes */
            char name[CAPTURE_NAME_MAX];
        } item;
        CaptureSelect select;
        CapturePio pio;
        CaptureDma dma;
        CaptureDmaPart dma_part;
        CaptureDmaEnd dma_end;
        CaptureProbe probe;
        CaptureVcpu vcpu;
        CapturePost post;
        struct {
            uint8_t id;
            char name[CAPTURE_NAME_MAX];
        } exit_kind;
        CaptureExits exits;
        struct {
            uint8_t id;
            char name[CAPTURE_NAME_MAX];
            char type[CAPTURE_NAME_MAX];
        } disk;
        CaptureDiskIo disk_io;
        struct {
            CaptureNamed head;
            char name[CAPTURE_NAME_MAX + 1]; /* 64 bytes and a NUL */
        } named;
        CaptureProfile profile;
        struct {
            CaptureSample head; /* .stack: bytes at @stack */
            const uint8_t *stack; /* good until the next record is read */
        } sample;
    } u;
} CaptureRecord;

/*
 * Where a reader stands; to come back to a place, take it with
 * capture_reader_tell() and give it to capture_reader_seek().
 */
typedef struct CaptureCursor {
    uint64_t pos; /* index of the next word */
    uint64_t time; /* of the last record, ns */
    uint64_t vclock; /* last VCLOCK, ns, or CAPTURE_NO_TIME */
    uint64_t vclock_time; /* host time of it, ns */
    /* CLOCK_REALTIME at time 0, as of this session; CAPTURE_NO_TIME: the
     * times are of the virtual clock and have no time of day */
    uint64_t wall_zero;
    bool icount; /* the virtual clock stands still between VCLOCKs */
} CaptureCursor;

/*
 * Opens a capture at its first record.  Returns NULL and sets @error
 * (CAPTURE_READER_ERROR, text without the file name).
 */
CaptureReader *capture_reader_open(const char *path, GError **error);

/*
 * Makes an ordinary file of a compressed one: its descriptor, or -1 with
 * @error set.  @fd stays open, at its begin.
 */
typedef int CaptureUnpackFunc(int fd, GError **error);

/*
 * Readers that are opened from now on take files that begin as Zstandard's do
 * by @unpack.  The library itself unpacks nothing, for it is in QEMU, too.
 */
void capture_reader_set_unpack(CaptureUnpackFunc *unpack);

/* The same for a file that is open; @fd is the reader's, also on failure. */
CaptureReader *capture_reader_open_fd(int fd, const char *path, GError **error);
void capture_reader_close(CaptureReader *r);

/*
 * The next record.  Returns false when there is none at the moment: ask
 * capture_reader_state() whether more can come.  Records that were torn by
 * a killed QEMU, and kinds of a later version, are skipped and counted.
 */
bool capture_reader_next(CaptureReader *r, CaptureRecord *record);

/*
 * A run of guest bytes of one stream: up to @max records that stand next to
 * each other at the reader's place.  Fills @times (ns; may be NULL) and
 * @bytes and returns how many; 0 where the next record is no guest byte (or
 * none is there): capture_reader_next() tells.  For bulk work.
 */
size_t capture_reader_next_bytes(CaptureReader *r, uint8_t *stream,
                                 uint64_t *times, uint8_t *bytes, size_t max);

/*
 * True where a word stands at the reader's place: a look into memory, cheap
 * enough to ask many times a second.  A hole that only time closes is left to
 * capture_reader_next().
 */
bool capture_reader_ready(CaptureReader *r);

void capture_reader_tell(const CaptureReader *r, CaptureCursor *cursor);
void capture_reader_seek(CaptureReader *r, const CaptureCursor *cursor);

/* The virtual clock at @time (ns) for a reader that stands at @cursor. */
uint64_t capture_cursor_vtime(const CaptureCursor *cursor, uint64_t time);

/* Asks the file's lock and header; a system call or two. */
CaptureState capture_reader_state(CaptureReader *r);

/*
 * Which clocks the capture has.  Where it is the virtual one alone, @time is
 * the same as @vtime in all records: QEMU's clock since its session began.
 */
CaptureClockMode capture_reader_clock(const CaptureReader *r);

/* A copy of the header page, strings terminated; counters as of now. */
void capture_reader_header(CaptureReader *r, CaptureHeader *header);

/* Words the file has room for now; the last ones may not be written yet. */
uint64_t capture_reader_words(CaptureReader *r);

/* Bytes of the file now; of one that records were dropped from, on disk. */
uint64_t capture_reader_size(CaptureReader *r);

/* Words skipped so far because they are torn or damaged. */
uint64_t capture_reader_skipped(const CaptureReader *r);

/*
 * Records skipped so far whose kind, or VM event, this version does not know.
 * They are no damage: a later writer may add kinds.
 */
uint64_t capture_reader_unknown(const CaptureReader *r);

/*
 * CLOCK_REALTIME of a time in this capture (ns since the epoch).  Where the
 * virtual clock is all it has, that of the capture's start.
 */
uint64_t capture_reader_wall(const CaptureReader *r, uint64_t time);

const char *capture_reader_path(const CaptureReader *r);

#endif
