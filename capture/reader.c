/*
 * The reader: windows over a file that may be growing, and trust in nothing.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "clock.h"
#include "reader.h"
#include "sigbus-handler.h"
#include "sigbus.h"

/* Mapped at a time, in bytes; a multiple of the page size. */
#define WINDOW_SIZE (UINT64_C(8) << 20)
#define WINDOW_WORDS (WINDOW_SIZE / CAPTURE_WORD_SIZE)

/*
 * A word that stays empty while later ones are written belongs to a thread
 * that was stopped between its reservation and its store.  Wait this long.
 */
#define HOLE_PATIENCE_NS (UINT64_C(1) << 30)

/* How far behind it to look for those later ones, while the writer lives. */
#define HOLE_WORDS 8192

/* Zeros of so many words are worth a system call that steps over them. */
#define HOLE_LONG 4096

/* Of the smallest page there is. */
#define PAGE_WORDS (4096 / CAPTURE_WORD_SIZE)

/* Where nobody wrote, we look this often whether somebody does. */
#define STATE_PATIENCE_NS UINT64_C(100000000)

/* Read at a time where a file system cannot map its files, in words. */
#define BUFFER_WORDS 8192

/* How long a file that somebody is making may be without a header. */
#define HEADER_PATIENCE_NS UINT64_C(1000000000)
#define HEADER_NEW_NS UINT64_C(50000000)

struct CaptureReader {
    int fd;
    uint64_t words; /* in the file at the last look */
    const uint64_t *map; /* window, or NULL */
    uint64_t map_first; /* index of its first word */
    uint64_t map_words; /* that can be read in it */
    size_t map_size; /* bytes mapped */
    uint64_t *buffer; /* instead of a mapping: words that were read */
    SigbusRegion *guard;
    CaptureCursor at;
    uint64_t hole_pos; /* empty word that we wait for */
    uint64_t hole_since; /* CLOCK_MONOTONIC, ns */
    uint64_t sized_at; /* where it stood when it looked at the size */
    uint64_t no_writer_at; /* nobody wrote it then; CLOCK_MONOTONIC, ns */
    uint64_t dropped_from, dropped_to; /* the header's, at the last look */
    uint64_t from_vtime; /* the virtual clock before the last JUMP */
    bool was_live; /* a writer was there, at some look */
    uint64_t jumped_to; /* dropped_to, when that was of use last */
    uint64_t skipped; /* words */
    uint64_t unknown; /* records */
    uint64_t base; /* first word's place in the file, in words */
    CaptureClockMode clock;
    uint64_t start_wall; /* the header's */
    uint8_t payload[CAPTURE_PAYLOAD_MAX + 1];
    char *path;
};

GQuark capture_reader_error_quark(void)
{
    return g_quark_from_static_string("capture-reader-error");
}

/* ------------------------------------------------------------------ */
/* Words                                                               */

static void unmap(CaptureReader *r)
{
    if (r->map && r->buffer) {
        r->map = NULL;
    }
    if (r->map) {
        sigbus_unguard(r->guard);
        munmap((void *)r->map, r->map_size);
        r->map = NULL;
    }
    r->map_words = 0;
}

static void look_at_size(CaptureReader *r)
{
    struct stat st;
    uint64_t words = 0;

    if (fstat(r->fd, &st) == 0) {
        words = (uint64_t)st.st_size / CAPTURE_WORD_SIZE;
    }
    r->words = words > r->base ? words - r->base : 0;
}

/*
 * Some file systems cannot map their files (9p, FUSE and others, by how they
 * are mounted): the words are read then.  What was not written yet is read
 * again, see pass_hole().
 */
static bool read_window(CaptureReader *r, uint64_t pos)
{
    uint64_t first = (pos + r->base) & ~(uint64_t)(BUFFER_WORDS - 1);
    ssize_t got;

    if (!r->buffer) {
        r->buffer = g_new(uint64_t, BUFFER_WORDS);
    }
    got = pread(r->fd, r->buffer, BUFFER_WORDS * CAPTURE_WORD_SIZE,
                first * CAPTURE_WORD_SIZE);
    r->map_first = first;
    r->map_words = got > 0 ? (uint64_t)got / CAPTURE_WORD_SIZE : 0;
    r->map = r->map_words > pos + r->base - first ? r->buffer : NULL;
    return r->map != NULL;
}

/* Maps the window that has word @pos; false where the file has no such. */
static bool map_window(CaptureReader *r, uint64_t pos)
{
    uint64_t page, first, last;
    void *map;

    unmap(r);
    if (pos >= r->words) {
        look_at_size(r);
        if (pos >= r->words) {
            return false;
        }
    }
    page = (pos + r->base) * CAPTURE_WORD_SIZE & ~(WINDOW_SIZE - 1);
    map = r->buffer
              ? MAP_FAILED
              : mmap(NULL, WINDOW_SIZE, PROT_READ, MAP_SHARED, r->fd, page);
    if (map == MAP_FAILED) {
        return read_window(r, pos);
    }
    first = page / CAPTURE_WORD_SIZE;
    last = MIN(first + WINDOW_WORDS, r->words + r->base);
    r->map = map;
    r->map_size = WINDOW_SIZE;
    r->map_first = first;
    r->map_words = last - first;
    sigbus_install();
    r->guard = sigbus_guard(map, WINDOW_SIZE, false);
    return true;
}

/* The word at @pos, 0 where there is none yet. */
static inline uint64_t word_at(CaptureReader *r, uint64_t pos)
{
    uint64_t at = pos + r->base - r->map_first;

    if (__builtin_expect(
            !r->map || pos + r->base < r->map_first || at >= r->map_words, 0)) {
        if (!map_window(r, pos)) {
            return 0;
        }
        at = pos + r->base - r->map_first;
    }
    return __atomic_load_n(&r->map[at], __ATOMIC_ACQUIRE);
}

/* Full time of a 48-bit one: the nearest to the last record's. */
static inline uint64_t full_time(const CaptureReader *r, uint64_t word)
{
    return capture_word_full_time(word, r->at.time);
}

/*
 * A capture of virtual times alone has the one VCLOCK that was always there:
 * 0 at 0, and running.
 */
uint64_t capture_cursor_vtime(const CaptureCursor *at, uint64_t time)
{
    if (at->vclock == CAPTURE_NO_TIME || at->icount || time < at->vclock_time) {
        return at->vclock;
    }
    return at->vclock + (time - at->vclock_time);
}

/* ------------------------------------------------------------------ */
/* Holes                                                               */

/* Steps over what takes no room in a sparse file. */
static uint64_t skip_unallocated(CaptureReader *r, uint64_t pos)
{
    off_t at = lseek(r->fd, (pos + r->base) * CAPTURE_WORD_SIZE, SEEK_DATA);

    if (at < 0) {
        return errno == ENXIO ? UINT64_MAX : pos;
    }
    return MAX(pos, (uint64_t)at / CAPTURE_WORD_SIZE - r->base);
}

/* The next word from @pos on, below @end, that is written, or UINT64_MAX. */
static uint64_t find_written(CaptureReader *r, uint64_t pos, uint64_t end)
{
    uint64_t look = 0;

    while (pos < MIN(end, r->words)) {
        if (word_at(r, pos)) {
            return pos;
        }
        if (!r->map) {
            break;
        }
        pos++;
        look++;
        /*
         * A system call is dear beside a look at a word.  It is made before a
         * page is touched: in a tmpfs the look at a hole allocates its page,
         * which is no hole from then on.
         */
        if (end == UINT64_MAX && look >= HOLE_LONG &&
            (pos + r->base) % PAGE_WORDS == 0) {
            pos = skip_unallocated(r, pos);
            look = 0;
        }
    }
    return UINT64_MAX;
}

static void look_at_dropped(CaptureReader *r)
{
    uint64_t range[2];
    const off_t at = offsetof(CaptureHeader, dropped_from);

    static_assert(offsetof(CaptureHeader, dropped_to) ==
                      offsetof(CaptureHeader, dropped_from) + 8,
                  "read at once");
    if (pread(r->fd, range, sizeof(range), at) == sizeof(range)) {
        r->dropped_from = range[0];
        r->dropped_to = range[1];
    }
}

/*
 * Whether a hole may still be filled.  A file of nothing but holes must not
 * cost a question to the kernel for each.
 */
static bool may_be_live(CaptureReader *r)
{
    uint64_t now = capture_mono_ns();
    bool live;

    if (r->no_writer_at && now - r->no_writer_at < STATE_PATIENCE_NS) {
        return false;
    }
    live = capture_reader_state(r) == CAPTURE_LIVE;
    r->was_live |= live;
    r->no_writer_at = live ? 0 : now;
    look_at_dropped(r); /* where nobody writes any more, for the last time */
    return live;
}

/*
 * Whether what stood at r->at.pos was dropped while we read, or since; then
 * the reader stands at the JUMP that leads over it.  Once for each place that
 * it leads to, and right there after that: no file shall keep us going round.
 * Who came after the writer ended is never overtaken.  Behind may_be_live().
 */
static bool was_dropped(CaptureReader *r)
{
    if (!r->was_live || !r->dropped_from || r->at.pos < r->dropped_from ||
        r->at.pos >= r->dropped_to) {
        return false;
    }
    r->at.pos =
        r->jumped_to >= r->dropped_to ? r->dropped_to : r->dropped_from - 1;
    r->jumped_to = MAX(r->jumped_to, r->dropped_to);
    if (r->buffer) {
        unmap(r);
    }
    return true;
}

/*
 * The word at r->at.pos is empty.  Returns true where there is something to
 * read now: it was written meanwhile, or it is a hole, with written words
 * behind it, and its writer is gone or kept us waiting for too long.
 */
static bool pass_hole(CaptureReader *r)
{
    bool live = may_be_live(r);
    uint64_t end = live ? r->at.pos + HOLE_WORDS : UINT64_MAX;
    uint64_t next;

    if (was_dropped(r)) {
        return true;
    }
    if (live || r->at.pos - r->sized_at > HOLE_LONG) {
        look_at_size(r);
        r->sized_at = r->at.pos;
    }
    if (r->map && (r->buffer ? live : sigbus_damaged(r->guard))) {
        /*
         * Pages that the file had lost; it may have grown again.  Where it
         * did not, nobody must walk over what is gone, a fault for each page.
         */
        unmap(r);
        look_at_size(r);
    }
    next = find_written(r, r->at.pos, end);
    if (next == UINT64_MAX) {
        r->sized_at = r->at.pos + 1; /* it may grow: look at the next call */
        r->hole_pos = UINT64_MAX;
        return false;
    }
    if (live && next != r->at.pos) {
        if (r->hole_pos != r->at.pos) {
            r->hole_pos = r->at.pos;
            r->hole_since = capture_mono_ns();
        }
        if (capture_mono_ns() - r->hole_since < HOLE_PATIENCE_NS) {
            return false;
        }
    }
    r->skipped += next - r->at.pos;
    r->at.pos = next;
    return true;
}

/* ------------------------------------------------------------------ */
/* Records                                                             */

/* Copies the string at *@text, at most up to @end, and steps behind it. */
static void take_string(char *to, size_t size, const uint8_t **text,
                        const uint8_t *end)
{
    size_t len = *text < end ? strnlen((const char *)*text, end - *text) : 0;
    size_t copy = MIN(len, size - 1);

    if (copy) {
        memcpy(to, *text, copy);
    }
    to[copy] = '\0';
    *text += MIN(len + 1, (size_t)(end - *text));
}

static bool take_struct(void *to, size_t size, const uint8_t **from,
                        const uint8_t *end)
{
    if ((size_t)(end - *from) < size) {
        return false;
    }
    memcpy(to, *from, size);
    *from += size;
    return true;
}

#define TAKE(var) take_struct(&(var), sizeof(var), &p, end)

static bool decode_session(CaptureReader *r, CaptureRecord *rec,
                           const uint8_t *p, const uint8_t *end)
{
    CaptureSession s;

    if (!TAKE(s)) {
        return false;
    }
    rec->time = s.time_ns;
    rec->u.session.wall_ns = s.wall_ns;
    rec->u.session.mono_ns = s.mono_ns;
    rec->u.session.pid = s.pid;
    take_string(rec->u.session.version, sizeof(rec->u.session.version), &p,
                end);
    if (r->clock != CAPTURE_CLOCK_MODE_VIRTUAL) {
        r->at.vclock = CAPTURE_NO_TIME;
        r->at.icount = false;
        r->at.wall_zero = s.wall_ns - s.time_ns;
    }
    return true;
}

static bool decode_stream(CaptureRecord *rec, const uint8_t *p,
                          const uint8_t *end)
{
    if (!TAKE(rec->u.stream.id) || rec->u.stream.id >= CAPTURE_STREAMS_MAX) {
        return false;
    }
    take_string(rec->u.stream.label, CAPTURE_NAME_MAX, &p, end);
    take_string(rec->u.stream.frontend, CAPTURE_NAME_MAX, &p, end);
    return true;
}

static bool decode_machine(CaptureReader *r, CaptureRecord *rec,
                           const uint8_t *p, const uint8_t *end)
{
    CaptureMachine m;

    if (!TAKE(m)) {
        return false;
    }
    rec->u.machine.ram = m.ram;
    rec->u.machine.cpus = m.cpus;
    rec->u.machine.icount = m.flags & CAPTURE_MACHINE_ICOUNT;
    r->at.icount =
        rec->u.machine.icount && r->clock != CAPTURE_CLOCK_MODE_VIRTUAL;
    take_string(rec->u.machine.type, CAPTURE_NAME_MAX, &p, end);
    take_string(rec->u.machine.arch, CAPTURE_NAME_MAX, &p, end);
    take_string(rec->u.machine.accel, CAPTURE_NAME_MAX, &p, end);
    return true;
}

static bool decode_vm(CaptureRecord *rec, const uint8_t *p, const uint8_t *end)
{
    uint8_t event;

    if (!TAKE(event) || !capture_vm_event_is_known(event)) {
        return false;
    }
    rec->u.vm.event = event;
    take_string(rec->u.vm.detail, CAPTURE_NAME_MAX, &p, end);
    rec->u.vm.by_guest = p < end && *p & CAPTURE_VM_BY_GUEST;
    return true;
}

static bool decode_named(CaptureRecord *rec, const uint8_t *p,
                         const uint8_t *end)
{
    if (!TAKE(rec->u.named.head)) {
        return false;
    }
    take_string(rec->u.named.name, sizeof(rec->u.named.name), &p, end);
    return true;
}

static bool decode_item(CaptureRecord *rec, const uint8_t *p,
                        const uint8_t *end)
{
    CaptureItem item;

    if (!TAKE(item)) {
        return false;
    }
    rec->u.item.key = item.key;
    rec->u.item.size = item.size;
    take_string(rec->u.item.name, CAPTURE_NAME_MAX, &p, end);
    return true;
}

static bool decode_clock(CaptureReader *r, CaptureRecord *rec, const uint8_t *p,
                         const uint8_t *end)
{
    CaptureClock clock;

    if (!TAKE(clock)) {
        return false;
    }
    rec->time = clock.time_ns;
    r->at.time = clock.time_ns;
    return true;
}

static bool decode_dropped(CaptureReader *r, CaptureRecord *rec,
                           const uint8_t *p, const uint8_t *end)
{
    if (!TAKE(rec->u.dropped.head)) {
        return false;
    }
    rec->u.dropped.from_vtime = r->from_vtime;
    rec->time = rec->u.dropped.head.time_ns;
    r->at.time = rec->time;
    return true;
}

static bool decode_disk(CaptureRecord *rec, const uint8_t *p,
                        const uint8_t *end)
{
    if (!TAKE(rec->u.disk.id)) {
        return false;
    }
    take_string(rec->u.disk.name, CAPTURE_NAME_MAX, &p, end);
    take_string(rec->u.disk.type, CAPTURE_NAME_MAX, &p, end);
    return true;
}

static bool decode_exit_kind(CaptureRecord *rec, const uint8_t *p,
                             const uint8_t *end)
{
    if (!TAKE(rec->u.exit_kind.id)) {
        return false;
    }
    take_string(rec->u.exit_kind.name, CAPTURE_NAME_MAX, &p, end);
    return true;
}

static bool decode_sample(CaptureRecord *rec, const uint8_t *p,
                          const uint8_t *end)
{
    CaptureSample *head = &rec->u.sample.head;

    if (!TAKE(*head) || head->stack > end - p || !head->ticks) {
        return false;
    }
    rec->u.sample.stack = p;
    return true;
}

static bool decode_vclock(CaptureReader *r, CaptureRecord *rec,
                          const uint8_t *p, const uint8_t *end)
{
    uint64_t vclock = 0;

    if ((size_t)(end - p) < sizeof(CaptureVclock) ||
        r->clock == CAPTURE_CLOCK_MODE_VIRTUAL) {
        return false;
    }
    memcpy(&vclock, p, sizeof(CaptureVclock));
    r->at.vclock = vclock;
    r->at.vclock_time = rec->time;
    rec->vtime = vclock;
    return true;
}

/* A record that is whole, but of a kind or an event of a later version. */
static bool is_unknown(const CaptureReader *r, uint8_t kind, size_t len)
{
    return !capture_kind_is_known(kind) ||
           (kind == CAPTURE_VM && len > 0 && r->payload[0] &&
            !capture_vm_event_is_known(r->payload[0]));
}

/* False: the record makes no sense.  Its kind is one that we know. */
static bool decode(CaptureReader *r, CaptureRecord *rec, size_t len)
{
    const uint8_t *p = r->payload;
    const uint8_t *end = p + len;

    switch (rec->kind) {
    case CAPTURE_CLOCK:
        return decode_clock(r, rec, p, end);
    case CAPTURE_VCLOCK:
        return decode_vclock(r, rec, p, end);
    case CAPTURE_SESSION:
        return decode_session(r, rec, p, end);
    case CAPTURE_STREAM:
        return decode_stream(rec, p, end);
    case CAPTURE_MACHINE:
        return decode_machine(r, rec, p, end);
    case CAPTURE_VM:
        return decode_vm(rec, p, end);
    case CAPTURE_LOST:
        return TAKE(rec->u.lost);
    case CAPTURE_ITEM:
        return decode_item(rec, p, end);
    case CAPTURE_SELECT:
        return TAKE(rec->u.select);
    case CAPTURE_PIO:
        return TAKE(rec->u.pio);
    case CAPTURE_DMA:
        return TAKE(rec->u.dma);
    case CAPTURE_DMA_PART:
        return TAKE(rec->u.dma_part);
    case CAPTURE_DMA_END:
        return TAKE(rec->u.dma_end);
    case CAPTURE_VCPU:
        return TAKE(rec->u.vcpu);
    case CAPTURE_PROBE:
        return TAKE(rec->u.probe);
    case CAPTURE_POST:
        return TAKE(rec->u.post);
    case CAPTURE_EXIT_KIND:
        return decode_exit_kind(rec, p, end);
    case CAPTURE_EXITS:
        return TAKE(rec->u.exits);
    case CAPTURE_DISK:
        return decode_disk(rec, p, end);
    case CAPTURE_DISK_IO:
        return TAKE(rec->u.disk_io);
    case CAPTURE_NAMED:
        return decode_named(rec, p, end);
    case CAPTURE_PROFILE:
        return TAKE(rec->u.profile);
    case CAPTURE_SAMPLE:
        return decode_sample(rec, p, end);
    case CAPTURE_DROPPED:
        return decode_dropped(r, rec, p, end);
    case CAPTURE_BYTE: /* no event */
        break;
    }
    return false;
}

/*
 * Gathers the payload of the event at @pos; the head is stored last, so a
 * missing CONT word means a broken file and not one that is on its way.  Where
 * the head is another one afterwards, the writer used the place again.
 */
static bool handle_payload(CaptureReader *r, uint64_t pos, uint64_t head)
{
    size_t n = capture_word_data(head);

    for (size_t i = 0; i < n; i++) {
        uint64_t word = word_at(r, pos + 1 + i);

        if (capture_word_kind(word) != CAPTURE_CONT) {
            return false;
        }
        memcpy(r->payload + i * CAPTURE_CONT_BYTES, &word, CAPTURE_CONT_BYTES);
    }
    return word_at(r, pos) == head;
}

/* Goes on where the JUMP at r->at.pos leads to; false: that is nowhere. */
static bool jump(CaptureReader *r, uint64_t word)
{
    uint64_t to = capture_word_time(word);

    if (to > r->words) {
        look_at_size(r);
    }
    if (to <= r->at.pos || to > r->words) {
        return false;
    }
    r->from_vtime = capture_cursor_vtime(&r->at, r->at.time);
    r->at.pos = to;
    return true;
}

/* Reads the event whose head is @head at r->at.pos and steps behind it. */
static bool next_event(CaptureReader *r, CaptureRecord *rec, uint64_t head)
{
    uint8_t kind = capture_word_kind(head);
    size_t n = capture_word_data(head);
    CaptureCursor before = r->at;

    if (kind == CAPTURE_PAD) {
        r->at.pos++;
        return false;
    }
    if (kind == CAPTURE_JUMP && jump(r, head)) {
        return false;
    }
    if (kind == CAPTURE_NONE || kind == CAPTURE_CONT || kind == CAPTURE_JUMP ||
        !handle_payload(r, r->at.pos, head)) {
        may_be_live(r);
        if (was_dropped(r)) {
            return false;
        }
        r->at.pos++;
        r->skipped++;
        return false;
    }
    if (is_unknown(r, kind, n * CAPTURE_CONT_BYTES)) {
        r->at.pos += 1 + n;
        r->unknown++;
        return false;
    }
    rec->kind = kind;
    rec->pos = r->at.pos;
    rec->time = full_time(r, head);
    if (n * CAPTURE_CONT_BYTES < capture_kind_payload(kind) ||
        !decode(r, rec, n * CAPTURE_CONT_BYTES)) {
        r->at = before;
        r->at.pos += 1 + n;
        r->skipped += 1 + n;
        return false;
    }
    r->at.pos += 1 + n;
    r->at.time = rec->time;
    rec->vtime = capture_cursor_vtime(&r->at, rec->time);
    return true;
}

bool capture_reader_next(CaptureReader *r, CaptureRecord *rec)
{
    for (;;) {
        uint64_t word = word_at(r, r->at.pos);

        if (word == 0) {
            if (!pass_hole(r)) {
                return false;
            }
            continue;
        }
        if (word >> 63) {
            rec->kind = CAPTURE_BYTE;
            rec->pos = r->at.pos++;
            rec->time = r->at.time = full_time(r, word);
            rec->vtime = capture_cursor_vtime(&r->at, rec->time);
            rec->stream = capture_word_kind(word) - CAPTURE_BYTE;
            rec->byte = capture_word_data(word);
            return true;
        }
        if (next_event(r, rec, word)) {
            return true;
        }
    }
}

size_t capture_reader_next_bytes(CaptureReader *r, uint8_t *stream,
                                 uint64_t *times, uint8_t *bytes, size_t max)
{
    uint64_t word = word_at(r, r->at.pos);
    uint8_t kind = capture_word_kind(word);
    size_t n;

    if (!(word >> 63)) {
        return 0;
    }
    *stream = kind - CAPTURE_BYTE;
    for (n = 0; n < max && capture_word_kind(word) == kind; n++) {
        r->at.time = full_time(r, word);
        if (times) {
            times[n] = r->at.time;
        }
        bytes[n] = capture_word_data(word);
        word = word_at(r, ++r->at.pos);
    }
    return n;
}

bool capture_reader_ready(CaptureReader *r)
{
    if (r->buffer) {
        unmap(r);
    }
    return word_at(r, r->at.pos) != 0;
}

void capture_reader_tell(const CaptureReader *r, CaptureCursor *cursor)
{
    *cursor = r->at;
}

void capture_reader_seek(CaptureReader *r, const CaptureCursor *cursor)
{
    r->at = *cursor;
}

/* ------------------------------------------------------------------ */
/* The file as a whole                                                 */

CaptureClockMode capture_reader_clock(const CaptureReader *r)
{
    return r->clock;
}

void capture_reader_header(CaptureReader *r, CaptureHeader *h)
{
    memset(h, 0, sizeof(*h));
    if (pread(r->fd, h, sizeof(*h), 0) < 0) {
        memset(h, 0, sizeof(*h));
    }
    h->qemu_version[sizeof(h->qemu_version) - 1] = '\0';
    h->chardev_id[sizeof(h->chardev_id) - 1] = '\0';
    h->machine[sizeof(h->machine) - 1] = '\0';
    h->arch[sizeof(h->arch) - 1] = '\0';
    h->boot_id[sizeof(h->boot_id) - 1] = '\0';
    h->labels[sizeof(h->labels) - 1] = '\0';
}

CaptureState capture_reader_state(CaptureReader *r)
{
    struct flock lock = { .l_type = F_RDLCK, .l_whence = SEEK_SET };
    uint32_t flags = 0;

    if (fcntl(r->fd, F_OFD_GETLK, &lock) == 0 && lock.l_type == F_WRLCK) {
        return CAPTURE_LIVE;
    }
    if (pread(r->fd, &flags, sizeof(flags), offsetof(CaptureHeader, flags)) !=
        sizeof(flags)) {
        return CAPTURE_KILLED;
    }
    return flags & CAPTURE_FLAG_ENDED ? CAPTURE_ENDED : CAPTURE_KILLED;
}

uint64_t capture_reader_words(CaptureReader *r)
{
    look_at_size(r);
    return r->words;
}

uint64_t capture_reader_size(CaptureReader *r)
{
    struct stat st;

    if (fstat(r->fd, &st)) {
        return 0;
    }
    look_at_dropped(r);
    return r->dropped_from
               ? MIN((uint64_t)st.st_size, (uint64_t)st.st_blocks * 512)
               : (uint64_t)st.st_size;
}

uint64_t capture_reader_skipped(const CaptureReader *r)
{
    return r->skipped;
}

uint64_t capture_reader_unknown(const CaptureReader *r)
{
    return r->unknown;
}

uint64_t capture_reader_wall(const CaptureReader *r, uint64_t time)
{
    return r->clock == CAPTURE_CLOCK_MODE_VIRTUAL ? r->start_wall
                                                  : r->at.wall_zero + time;
}

const char *capture_reader_path(const CaptureReader *r)
{
    return r->path;
}

static bool fail(GError **error, CaptureReaderError code, const char *text)
{
    g_set_error_literal(error, CAPTURE_READER_ERROR, code, text);
    return false;
}

/* Readers of version 1 do not look at the clock, and it has one alone. */
static bool check_version(const CaptureHeader *h, GError **error)
{
    if (h->version != CAPTURE_VERSION &&
        h->version != CAPTURE_VERSION_VIRTUAL) {
        g_set_error(error, CAPTURE_READER_ERROR, CAPTURE_READER_ERROR_VERSION,
                    "has capture format %u and this program reads %d and %d; "
                    "use the bootstamp that wrote it",
                    h->version, CAPTURE_VERSION, CAPTURE_VERSION_VIRTUAL);
        return false;
    }
    if (h->version == CAPTURE_VERSION_VIRTUAL &&
        h->clock != CAPTURE_CLOCK_VIRTUAL) {
        g_set_error(error, CAPTURE_READER_ERROR, CAPTURE_READER_ERROR_VERSION,
                    "has times of clock %u, which this program does not "
                    "know; use the bootstamp that wrote it",
                    h->clock);
        return false;
    }
    return true;
}

static CaptureClockMode clock_of(const CaptureHeader *h)
{
    if (h->version == CAPTURE_VERSION_VIRTUAL) {
        return CAPTURE_CLOCK_MODE_VIRTUAL;
    }
    return h->flags & CAPTURE_FLAG_NO_VCLOCK ? CAPTURE_CLOCK_MODE_HOST
                                             : CAPTURE_CLOCK_MODE_BOTH;
}

static bool is_locked(int fd)
{
    struct flock lock = { .l_type = F_RDLCK, .l_whence = SEEK_SET };

    return fcntl(fd, F_OFD_GETLK, &lock) == 0 && lock.l_type == F_WRLCK;
}

/* Made a moment ago, and not even locked yet. */
static bool is_brand_new(int fd)
{
    struct timespec now;
    struct stat st;
    int64_t age;

    clock_gettime(CLOCK_REALTIME, &now);
    if (fstat(fd, &st) || st.st_size) {
        return false;
    }
    age = (int64_t)(now.tv_sec - st.st_ctim.tv_sec) * 1000000000 + now.tv_nsec -
          st.st_ctim.tv_nsec;
    return age >= 0 && (uint64_t)age < HEADER_NEW_NS;
}

/*
 * Reads the header.  Where a QEMU holds the file and has not written it yet,
 * that is a matter of moments.  Returns how much is there, or -1.
 */
static ssize_t read_header(int fd, CaptureHeader *h)
{
    uint64_t begin = capture_mono_ns();
    ssize_t got;

    for (;;) {
        memset(h, 0, sizeof(*h));
        got = pread(fd, h, sizeof(*h), 0);
        if (got < 0 || h->magic[0] || (!is_locked(fd) && !is_brand_new(fd)) ||
            capture_mono_ns() - begin > HEADER_PATIENCE_NS) {
            return got;
        }
        g_usleep(1000);
    }
}

static bool check_header(CaptureReader *r, GError **error)
{
    CaptureHeader h;
    ssize_t got = read_header(r->fd, &h);

    if (got < 0) {
        g_set_error(error, CAPTURE_READER_ERROR, CAPTURE_READER_ERROR_IO,
                    "cannot read: %s", g_strerror(errno));
        return false;
    }
    if (got < (ssize_t)sizeof(h.magic) ||
        memcmp(h.magic, CAPTURE_MAGIC, sizeof(h.magic))) {
        if (!h.magic[0] && is_locked(r->fd)) {
            return fail(error, CAPTURE_READER_ERROR_FORMAT,
                        "is being made by a QEMU and has no header yet; "
                        "try again");
        }
        return fail(error, CAPTURE_READER_ERROR_FORMAT,
                    "is not a capture; name a file that "
                    "-chardev timestamp wrote");
    }
    if (got < (ssize_t)sizeof(h)) {
        return fail(error, CAPTURE_READER_ERROR_FORMAT,
                    "is cut off inside its header; nothing is left to read");
    }
    if (!check_version(&h, error)) {
        return false;
    }
    if (h.header_size < CAPTURE_HEADER_SIZE ||
        h.header_size % CAPTURE_WORD_SIZE || h.header_size > 1 << 20) {
        return fail(error, CAPTURE_READER_ERROR_FORMAT,
                    "has a header of an impossible size; it is damaged");
    }
    r->base = h.header_size / CAPTURE_WORD_SIZE;
    r->clock = clock_of(&h);
    r->start_wall = h.start_wall_ns;
    if (r->clock == CAPTURE_CLOCK_MODE_VIRTUAL) {
        r->at.vclock = 0;
        r->at.wall_zero = CAPTURE_NO_TIME;
    } else {
        r->at.vclock = CAPTURE_NO_TIME;
        r->at.wall_zero = h.start_wall_ns;
    }
    return true;
}

/* RFC 8878, 3.1: a frame, or one to skip, which pzstd begins with. */
#define ZSTD_MAGIC UINT32_C(0xfd2fb528)
#define ZSTD_MAGIC_SKIP UINT32_C(0x184d2a50) /* to ...5f */

static CaptureUnpackFunc *unpack;

void capture_reader_set_unpack(CaptureUnpackFunc *func)
{
    unpack = func;
}

static bool is_compressed(int fd)
{
    uint32_t magic;

    return pread(fd, &magic, sizeof(magic), 0) == sizeof(magic) &&
           (magic == ZSTD_MAGIC || (magic & ~UINT32_C(15)) == ZSTD_MAGIC_SKIP);
}

/* Puts what is in a compressed file in its place; false: it cannot be. */
static bool unpack_file(CaptureReader *r, GError **error)
{
    int fd;

    if (!unpack || !is_compressed(r->fd)) {
        return true;
    }
    fd = unpack(r->fd, error);
    if (fd >= 0) {
        close(r->fd);
        r->fd = fd;
    }
    return fd >= 0;
}

CaptureReader *capture_reader_open(const char *path, GError **error)
{
    /* O_NONBLOCK: a FIFO is refused below, not waited for here. */
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);

    if (fd < 0) {
        g_set_error(error, CAPTURE_READER_ERROR, CAPTURE_READER_ERROR_IO,
                    "cannot open: %s", g_strerror(errno));
        return NULL;
    }
    return capture_reader_open_fd(fd, path, error);
}

CaptureReader *capture_reader_open_fd(int fd, const char *path, GError **error)
{
    CaptureReader *r = g_new0(CaptureReader, 1);
    struct stat st;

    r->fd = fd;
    r->path = g_strdup(path);
    r->hole_pos = UINT64_MAX;
    if (fstat(fd, &st) || !S_ISREG(st.st_mode)) {
        fail(error, CAPTURE_READER_ERROR_FORMAT,
             "is not a regular file; a capture is mapped into memory");
        capture_reader_close(r);
        return NULL;
    }
    if (!unpack_file(r, error) || !check_header(r, error)) {
        capture_reader_close(r);
        return NULL;
    }
    look_at_size(r);
    r->was_live = is_locked(r->fd);
    return r;
}

void capture_reader_close(CaptureReader *r)
{
    if (r) {
        unmap(r);
        close(r->fd);
        g_free(r->buffer);
        g_free(r->path);
        g_free(r);
    }
}
