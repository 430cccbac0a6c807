/*
 * The capture file: its layout on disk, and nothing else.
 *
 * docs/capture-format.md says the same in prose; the two change together.
 * Everything is little-endian.  A file is one header page and then words of
 * 64 bits.  A word of zero is "not yet written".
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#ifndef CAPTURE_FORMAT_H
#define CAPTURE_FORMAT_H

#include <assert.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#if __BYTE_ORDER__ != __ORDER_LITTLE_ENDIAN__
#error "captures are little-endian and are mapped as they are"
#endif

#define CAPTURE_MAGIC "BOOTSTMP" /* 8 bytes, no NUL */
#define CAPTURE_VERSION 1 /* times are CLOCK_MONOTONIC's */
#define CAPTURE_VERSION_VIRTUAL 2 /* the same words on another clock */
#define CAPTURE_HEADER_SIZE 4096
#define CAPTURE_WORD_SIZE 8

/*
 * A word, from its lowest bit:
 *
 *   bits  0..47  time, nanoseconds since the capture's start, modulo 2^48
 *   bits 48..55  data: the guest's byte, or how many CONT words follow
 *   bits 56..63  kind
 *
 * A CONT word keeps its kind in the same place and carries 7 bytes of payload
 * in bits 0..55, so every word tells what it is and a reader that lands in
 * the middle of an event finds the next record by itself.
 */
#define CAPTURE_TIME_BITS 48
#define CAPTURE_TIME_MASK ((UINT64_C(1) << CAPTURE_TIME_BITS) - 1)
#define CAPTURE_DATA_SHIFT 48
#define CAPTURE_KIND_SHIFT 56
#define CAPTURE_CONT_BYTES 7
#define CAPTURE_PAYLOAD_MAX (255 * CAPTURE_CONT_BYTES)

/* Names and the like: bytes with the NUL; a reader cuts what is longer. */
#define CAPTURE_NAME_MAX 64

/* No record carries this time: "unknown". */
#define CAPTURE_NO_TIME UINT64_MAX

/*
 * Words that are no record: not yet written; the records go on at the word
 * whose index is in the place of the time; reserved and never used; payload
 * of the event before it.
 */
#define CAPTURE_NONE 0x00
#define CAPTURE_JUMP 0x7d
#define CAPTURE_PAD 0x7e
#define CAPTURE_CONT 0x7f

/* What a kind of record tells of, and so where it may stand. */
typedef enum CaptureClass {
    CAPTURE_CLASS_WRITER, /* the writer's own: nobody asked it to keep them */
    CAPTURE_CLASS_VM, /* seldom: may use the room kept for the VM's end */
    CAPTURE_CLASS_GUEST, /* as often as the guest likes: ends with its bytes */
    CAPTURE_CLASS_FW_CFG, /* likewise, and not written with fw-cfg=off */
    CAPTURE_CLASS_HOST, /* measured beside the guest: ends with its bytes */
} CaptureClass;

/*
 * The kinds of events: one row makes the enum, the class, the smallest
 * payload and the name that exports print.  docs/capture-format.md has the
 * same rows, and tests/cli/format-doc.t compares them with these.
 *
 *   K(number, NAME, name in exports, class, fixed part of the payload)
 */
/* clang-format off */
#define CAPTURE_KINDS(K)                                                       \
    K(0x01, CLOCK,    clock,          WRITER, CaptureClock)                    \
    K(0x02, VCLOCK,   vclock,         VM,     CaptureVclock)                   \
    K(0x03, SESSION,  session,        WRITER, CaptureSession)                  \
    K(0x04, STREAM,   stream,         VM,     CaptureStream)                   \
    K(0x05, MACHINE,  machine,        VM,     CaptureMachine)                  \
    K(0x06, VM,       vm,             VM,     CaptureVm)                       \
    K(0x07, LOST,     lost,           WRITER, CaptureLost)                     \
    K(0x08, ITEM,     fwcfg_item,     FW_CFG, CaptureItem)                     \
    K(0x09, SELECT,   fwcfg_select,   FW_CFG, CaptureSelect)                   \
    K(0x0a, PIO,      fwcfg_pio,      FW_CFG, CapturePio)                      \
    K(0x0b, DMA,      fwcfg_dma,      FW_CFG, CaptureDma)                      \
    K(0x0c, DMA_END,  fwcfg_dma_end,  FW_CFG, CaptureDmaEnd)                   \
    K(0x0d, PROBE,    probe,          GUEST,  CaptureProbe)                    \
    K(0x0e, DMA_PART, fwcfg_dma_part, FW_CFG, CaptureDmaPart)                  \
    K(0x0f, DISK,     disk,           VM,     CaptureDisk)                     \
    K(0x10, DISK_IO,  disk_io,        HOST,   CaptureDiskIo)                   \
    K(0x11, NAMED,    named_probe,    GUEST,  CaptureNamed)                    \
    K(0x12, VCPU,     vcpu_time,      HOST,   CaptureVcpu)                     \
    K(0x13, POST,     post_code,      GUEST,  CapturePost)                     \
    K(0x14, EXIT_KIND, exit_kind,     VM,     CaptureExitKind)                 \
    K(0x15, EXITS,    exits,          HOST,   CaptureExits)                    \
    K(0x16, PROFILE,  profile,        VM,     CaptureProfile)                  \
    K(0x17, SAMPLE,   sample,         HOST,   CaptureSample)                   \
    K(0x18, DROPPED,  dropped,        WRITER, CaptureDropped)
/* clang-format on */

/* The kinds of records.  A switch over them has no default: it names all. */
typedef enum CaptureKind {
#define CAPTURE_KIND_ENUM(number, NAME, name, class, payload)                  \
    CAPTURE_##NAME = (number),
    CAPTURE_KINDS(CAPTURE_KIND_ENUM)
#undef CAPTURE_KIND_ENUM
        CAPTURE_BYTE = 0x80, /* + stream number, 0 to 127: one guest byte */
} CaptureKind;

#define CAPTURE_STREAMS_MAX 128

/*
 * What happened to the VM; the detail is QEMU's own name for the cause.  One
 * row makes the enum, the word of machine-readable exports and the text for
 * people.
 *
 *   E(number, NAME, word, text)
 */
/* clang-format off */
#define CAPTURE_VM_EVENTS(E)                                                   \
    /* QEMU's process began */                                                 \
    E(1, START, "start", "QEMU started")                                       \
    /* machine init done */                                                    \
    E(2, READY, "ready", "machine ready")                                      \
    /* vCPUs run */                                                            \
    E(3, RUN, "run", "VM runs")                                                \
    /* vCPUs stopped; detail: run state */                                     \
    E(4, PAUSE, "pause", "VM stopped")                                         \
    /* detail: shutdown cause, where known */                                  \
    E(5, RESET, "reset", "reset")                                              \
    /* the power button was pressed */                                         \
    E(6, POWERDOWN, "powerdown", "power button")                               \
    /* detail: shutdown cause */                                               \
    E(7, SHUTDOWN, "shutdown", "shutdown request")                             \
    E(8, SUSPEND, "suspend", "suspended")                                      \
    E(9, WAKEUP, "wakeup", "woken up")                                         \
    /* QEMU ends, or the last back end was removed */                          \
    E(10, STOP, "stop", "QEMU stopped")                                        \
    /* bootstamp was loaded into QEMU */                                       \
    E(11, LOADED, "loaded", "module loaded")                                   \
    /* QEMU has read its options, and comes to our chardev */                  \
    E(12, OPTIONS, "options", "options read")                                  \
    /* the first capture is open */                                            \
    E(13, OPENED, "opened", "capture opened")
/* clang-format on */

typedef enum CaptureVmEvent {
#define CAPTURE_VM_ENUM(number, NAME, word, text) CAPTURE_VM_##NAME = (number),
    CAPTURE_VM_EVENTS(CAPTURE_VM_ENUM)
#undef CAPTURE_VM_ENUM
} CaptureVmEvent;

/* Whether this version knows @event of a VM record. */
static inline bool capture_vm_event_is_known(uint8_t event)
{
    switch (event) {
#define CAPTURE_VM_CASE(number, NAME, word, text) case (number):
        CAPTURE_VM_EVENTS(CAPTURE_VM_CASE)
#undef CAPTURE_VM_CASE
        return true;
    default:
        return false;
    }
}

/*
 * Stamped in the vCPU's own access that caused it.  All other events of the
 * VM are stamped when QEMU's main loop comes to them, beside the guest.
 */
#define CAPTURE_VM_BY_GUEST 0x1

/* Clock numbers of the header. */
#define CAPTURE_CLOCK_MONOTONIC 1
#define CAPTURE_CLOCK_VIRTUAL 2 /* QEMU's, ns since each session's QEMU began */

/* Header flags. */
#define CAPTURE_FLAG_ENDED 0x1 /* closed in good order; append clears it */
#define CAPTURE_FLAG_NO_VCLOCK 0x2 /* VCLOCK records were not asked for */

/*
 * The header page.  The writer stores the first part once; the counters
 * change while it runs and are hints for the reader, which believes the
 * words alone.  Strings are NUL-padded.
 */
typedef struct CaptureHeader {
    char magic[8];
    uint32_t version;
    uint32_t header_size; /* bytes; the first word follows */
    uint32_t clock; /* CAPTURE_CLOCK_* */
    uint32_t flags; /* CAPTURE_FLAG_* */
    uint64_t start_mono_ns; /* CLOCK_MONOTONIC at time 0 */
    uint64_t start_wall_ns; /* CLOCK_REALTIME at time 0 */
    uint64_t size_max; /* cap on the file's size in bytes, 0: none */
    uint64_t guest_ram; /* bytes, 0: not yet known */
    uint32_t pid; /* of the QEMU that writes, or wrote last */
    uint32_t keep; /* CaptureKeep */
    uint8_t pad0[64];

    uint64_t reserved_words; /* words handed out, some milliseconds ago */
    uint64_t dropped_from; /* word behind the session's JUMP, 0: none */
    uint64_t dropped_to; /* first word that was not dropped */
    uint8_t pad1[40];

    uint64_t lost_bytes; /* guest bytes not kept, this session */
    uint64_t lost_events; /* other records not kept, this session */
    uint8_t pad2[48];

    char qemu_version[128];
    char chardev_id[64];
    char machine[64];
    char arch[32];
    char boot_id[40]; /* the host's, tells whether start_mono_ns is of now */
    char labels[1024]; /* "NAME=VALUE", a line each */
    uint8_t pad3[CAPTURE_HEADER_SIZE - 584 - 1024];
} CaptureHeader;

/* Which clocks a capture has. */
typedef enum CaptureClockMode {
    CAPTURE_CLOCK_MODE_BOTH, /* host's stamps, VCLOCK records beside them */
    CAPTURE_CLOCK_MODE_HOST, /* host's stamps alone */
    CAPTURE_CLOCK_MODE_VIRTUAL, /* stamps of QEMU's virtual clock alone */
} CaptureClockMode;

/* What is kept of a capture whose size is limited. */
typedef enum CaptureKeep {
    CAPTURE_KEEP_FIRST, /* what comes first; what does not fit is lost */
    CAPTURE_KEEP_LAST, /* the first 64 KiB and what came last */
    CAPTURE_KEEP_ENDS, /* some of both: the begin, and what came last */
} CaptureKeep;

static_assert(sizeof(CaptureHeader) == CAPTURE_HEADER_SIZE, "one page");
static_assert(offsetof(CaptureHeader, reserved_words) == 128, "cache line");
static_assert(offsetof(CaptureHeader, lost_bytes) == 192, "cache line");
static_assert(offsetof(CaptureHeader, qemu_version) == 256, "strings");

/* Payloads: packed, little-endian; strings follow where the kind has them. */
#define CAPTURE_PACKED __attribute__((packed))

typedef struct CAPTURE_PACKED CaptureClock {
    uint64_t time_ns; /* since the start, all 64 bits */
} CaptureClock;

typedef struct CAPTURE_PACKED CaptureVclock {
    uint8_t virtual_ns[CAPTURE_CONT_BYTES]; /* QEMU's virtual clock, u56 */
} CaptureVclock;

typedef struct CAPTURE_PACKED CaptureSession {
    uint64_t time_ns; /* since the start, all 64 bits */
    uint64_t wall_ns; /* CLOCK_REALTIME */
    uint64_t mono_ns; /* CLOCK_MONOTONIC */
    uint32_t pid;
    /* QEMU's version */
} CaptureSession;

typedef struct CAPTURE_PACKED CaptureStream {
    uint8_t id; /* below CAPTURE_STREAMS_MAX */
    /* label, front end */
} CaptureStream;

#define CAPTURE_MACHINE_ICOUNT 0x1 /* virtual clock counts instructions */

typedef struct CAPTURE_PACKED CaptureMachine {
    uint64_t ram; /* bytes */
    uint32_t cpus;
    uint8_t flags; /* CAPTURE_MACHINE_* */
    /* machine type, architecture, accelerator */
} CaptureMachine;

typedef struct CAPTURE_PACKED CaptureVm {
    uint8_t event; /* CaptureVmEvent */
    /* detail; then, where not 0, u8 flags */
} CaptureVm;

/* Totals since the session began. */
typedef struct CAPTURE_PACKED CaptureLost {
    uint64_t bytes;
    uint64_t events;
} CaptureLost;

/* Removed from the capture on purpose, totals since the session began. */
typedef struct CAPTURE_PACKED CaptureDropped {
    uint64_t time_ns; /* of the last record dropped, all 64 bits */
    uint64_t from_ns; /* of the last record before the first dropped */
    uint64_t bytes;
    uint64_t events;
} CaptureDropped;

typedef struct CAPTURE_PACKED CaptureItem {
    uint16_t key; /* fw_cfg selector, QEMU docs/specs/fw_cfg */
    uint32_t size; /* bytes */
    /* name */
} CaptureItem;

typedef struct CAPTURE_PACKED CaptureSelect {
    uint16_t key;
    uint8_t dma; /* 1: by the DMA interface */
} CaptureSelect;

typedef struct CAPTURE_PACKED CapturePio {
    uint16_t key;
    uint32_t offset; /* bytes read since the select */
    uint8_t late; /* 1: told at the next select, read some time before */
} CapturePio;

typedef enum CaptureDmaOp {
    CAPTURE_DMA_READ = 0,
    CAPTURE_DMA_WRITE = 1,
    CAPTURE_DMA_SKIP = 2,
} CaptureDmaOp;

typedef struct CAPTURE_PACKED CaptureDma {
    uint16_t key;
    uint8_t op; /* CaptureDmaOp */
    uint32_t offset; /* in the item, bytes */
    uint32_t length; /* asked for, bytes */
    uint64_t address; /* guest-physical */
} CaptureDma;

typedef struct CAPTURE_PACKED CaptureDmaPart {
    uint16_t key;
    uint32_t offset; /* in the item, reached so far, bytes */
} CaptureDmaPart;

typedef struct CAPTURE_PACKED CaptureDmaEnd {
    uint16_t key;
    uint32_t offset; /* in the item, after the transfer */
    uint8_t error; /* 1: the device reported an error */
} CaptureDmaEnd;

/* As the guest hands it over: docs/probe-protocol.md, capture/probe.h. */
typedef struct CAPTURE_PACKED CaptureNamed {
    uint8_t kind; /* BOOTPROBE_POINT, _BEGIN, _END */
    uint8_t flags; /* BOOTPROBE_NAME_* */
    uint8_t unit; /* BOOTPROBE_UNIT_* */
    uint8_t reserved;
    uint64_t arg;
    /* name */
} CaptureNamed;

typedef struct CAPTURE_PACKED CaptureProbe {
    uint32_t id;
    uint32_t arg;
    uint8_t width; /* bytes of the guest's access */
} CaptureProbe;

typedef struct CAPTURE_PACKED CaptureDisk {
    uint8_t id; /* numbered from 0 in each session */
    /* name, type of the device */
} CaptureDisk;

/* QEMU's counters of a disk, totals since it was plugged in. */
typedef struct CAPTURE_PACKED CaptureDiskIo {
    uint8_t id;
    uint32_t window_us; /* news came within that time before; 0: no news */
    uint64_t read_bytes;
    uint64_t reads; /* requests */
    uint64_t read_ns; /* from a request's start to its end, summed up */
    uint64_t write_bytes;
    uint64_t writes;
    uint64_t write_ns;
} CaptureDiskIo;

/* What the host gave a thread that runs vCPUs: totals since it began. */
typedef struct CAPTURE_PACKED CaptureVcpu {
    uint16_t vcpu; /* the first that the thread runs */
    uint64_t cpu_ns; /* on a CPU */
    uint64_t wait_ns; /* ready to run, without a CPU */
    uint64_t steal_ns; /* of all of the host's CPUs, since it booted */
} CaptureVcpu;

/* A write to port 0x80, where firmware shows how far it is. */
typedef struct CAPTURE_PACKED CapturePost {
    uint8_t code;
} CapturePost;

/* Why a guest leaves KVM. */
typedef struct CAPTURE_PACKED CaptureExitKind {
    uint8_t id; /* numbered from 0 in each session */
    /* KVM's name: "io_exits" */
} CaptureExitKind;

/* KVM's counter of a kind, all vCPUs together, totals since they began. */
typedef struct CAPTURE_PACKED CaptureExits {
    uint8_t id;
    uint32_t window_us; /* news came within that time before; 0: no news */
    uint64_t count;
} CaptureExits;
/* Samples of the vCPUs are taken from here on. */
typedef struct CAPTURE_PACKED CaptureProfile {
    uint32_t hz; /* ticks a second; 0: no more */
    uint16_t stack; /* bytes of a stack that a sample has at most */
    uint8_t flags; /* CAPTURE_PROFILE_* */
} CaptureProfile;

#define CAPTURE_PROFILE_VIRTUAL 0x1 /* seconds of the virtual clock */

/* How wide the code is that a vCPU runs; 0: not known. */
typedef enum CaptureWidth {
    CAPTURE_WIDTH_UNKNOWN,
    CAPTURE_WIDTH_16,
    CAPTURE_WIDTH_32,
    CAPTURE_WIDTH_64,
} CaptureWidth;

#define CAPTURE_SAMPLE_IDLE 0x1 /* the vCPU was halted; no address is given */
#define CAPTURE_SAMPLE_GOES_ON 0x2 /* the stack, as in the sample before */
#define CAPTURE_SAMPLE_STACK_MAX 1536 /* bytes */

/* Where a vCPU was. */
typedef struct CAPTURE_PACKED CaptureSample {
    uint16_t vcpu;
    uint16_t ticks; /* those up to its time that it stands for */
    uint8_t flags; /* CAPTURE_SAMPLE_* */
    uint8_t mode; /* bits 0..1: CaptureWidth; 2..3: privilege level */
    uint64_t pc; /* linear address of the instruction */
    uint64_t sp; /* linear address of the stack's top; 0: not known */
    uint64_t fp; /* frame pointer: bp, x29, s0 */
    uint64_t link; /* link register: x30, ra; x86: bx */
    /*
     * Bytes from sp on that follow.  Where the stack goes on, what was behind
     * them in this vCPU's sample before is still there.
     */
    uint16_t stack;
} CaptureSample;

/* Whether a word's @kind is an event that this version knows. */
static inline bool capture_kind_is_known(uint8_t kind)
{
    switch (kind) {
#define CAPTURE_KIND_CASE(number, NAME, name, class, payload) case (number):
        CAPTURE_KINDS(CAPTURE_KIND_CASE)
#undef CAPTURE_KIND_CASE
        return true;
    default:
        return false;
    }
}

/* Bytes of the fixed part of @kind's payload: less is damage. */
static inline size_t capture_kind_payload(uint8_t kind)
{
    switch (kind) {
#define CAPTURE_KIND_CASE(number, NAME, name, class, payload)                  \
    case (number):                                                             \
        return sizeof(payload);
        CAPTURE_KINDS(CAPTURE_KIND_CASE)
#undef CAPTURE_KIND_CASE
    default:
        return 0;
    }
}

/* The class of @kind.  Guest bytes, and kinds not known, are the guest's. */
static inline CaptureClass capture_kind_class(uint8_t kind)
{
    switch (kind) {
#define CAPTURE_KIND_CASE(number, NAME, name, class, payload)                  \
    case (number):                                                             \
        return CAPTURE_CLASS_##class;
        CAPTURE_KINDS(CAPTURE_KIND_CASE)
#undef CAPTURE_KIND_CASE
    default:
        return CAPTURE_CLASS_GUEST;
    }
}

static inline uint64_t capture_word(uint8_t kind, uint8_t data, uint64_t time)
{
    return (uint64_t)kind << CAPTURE_KIND_SHIFT |
           (uint64_t)data << CAPTURE_DATA_SHIFT | (time & CAPTURE_TIME_MASK);
}

static inline uint8_t capture_word_kind(uint64_t word)
{
    return word >> CAPTURE_KIND_SHIFT;
}

static inline uint8_t capture_word_data(uint64_t word)
{
    return word >> CAPTURE_DATA_SHIFT;
}

static inline uint64_t capture_word_time(uint64_t word)
{
    return word & CAPTURE_TIME_MASK;
}

/* The full time of @word: of all with its bits, the nearest to @last. */
static inline uint64_t capture_word_full_time(uint64_t word, uint64_t last)
{
    uint64_t half = UINT64_C(1) << (CAPTURE_TIME_BITS - 1);
    uint64_t wrap = UINT64_C(1) << CAPTURE_TIME_BITS;
    uint64_t time = (last & ~CAPTURE_TIME_MASK) | capture_word_time(word);

    if (time + half < last) {
        return time + wrap;
    }
    if (time > last + half && time >= wrap) {
        return time - wrap;
    }
    return time;
}

#endif
