/*
 * Dropping what is oldest.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>

#include "writer-drop.h"
#include "writer-map.h"
#include "writer-place.h"

/* Always kept, where not half of the size is, in bytes. */
#define HEAD_MIN (UINT64_C(64) << 10)

/* Words of a slot, and of the JUMP and both slots. */
#define SLOT_WORDS 2048
#define AREA_WORDS (1 + 2 * SLOT_WORDS)

/* Words that end a slot: a DROPPED record, and a JUMP. */
#define LAST_WORDS                                                             \
    (2 + (sizeof(CaptureDropped) + CAPTURE_CONT_BYTES - 1) / CAPTURE_CONT_BYTES)

/* Words of a CLOCK record. */
#define CLOCK_WORDS                                                            \
    (1 + (sizeof(CaptureClock) + CAPTURE_CONT_BYTES - 1) / CAPTURE_CONT_BYTES)

/* Words before the last one stored that are never dropped. */
#define MARGIN_WORDS 512

/* A record that others depend on: the last of its kind and number. */
typedef struct Basis {
    uint64_t pos, time;
    CaptureKind kind;
    size_t len;
    uint8_t payload[];
} Basis;

struct WriterDrop {
    uint64_t head; /* words of the session that are kept */
    uint64_t holes; /* bytes of the file that take no room on the disk */
    uint64_t from; /* word behind the first JUMP; 0: nothing was dropped */
    uint64_t to; /* what was dropped ends before this word */
    uint64_t freed; /* and was freed up to this byte of the file, or 0 */
    unsigned slot; /* that was filled last */
    uint64_t *area; /* the first JUMP, in a mapping of the area's own */
    char *map;
    size_t map_size;
    SigbusRegion *guard;
    bool failed; /* there is no memory for it */
    int error; /* of the last attempt to free */

    /* Of the records before @to. */
    uint64_t time; /* of the last, ns */
    uint64_t from_ns; /* of the last that stays at the begin */
    CaptureLost dropped; /* all of them, also those in the slot */
    GHashTable *basis; /* of those that were dropped: Basis by key */
};

/* ------------------------------------------------------------------ */
/* Set-up                                                              */

void writer_drop_init(CaptureWriter *w, const CaptureWriterOptions *o,
                      uint64_t end, uint64_t disk)
{
    uint64_t head = HEAD_MIN;

    if (o->keep == CAPTURE_KEEP_FIRST) {
        return;
    }
    if (o->keep == CAPTURE_KEEP_ENDS) {
        /* It grows by what comes until the helper looks: then it is half. */
        head = w->size_max / 8 * 3;
    }
    w->drop = g_new0(WriterDrop, 1);
    w->drop->head = head / CAPTURE_WORD_SIZE;
    w->drop->holes = end > disk ? (end - disk) & ~UINT64_C(4095) : 0;
    w->drop->basis =
        g_hash_table_new_full(g_direct_hash, g_direct_equal, NULL, g_free);
}

void writer_drop_free(CaptureWriter *w)
{
    WriterDrop *d = w->drop;

    if (!d) {
        return;
    }
    if (d->map) {
        sigbus_unguard(d->guard);
        munmap(d->map, d->map_size);
    }
    g_hash_table_unref(d->basis);
    g_free(d);
    w->drop = NULL;
}

static int punch(int fd, uint64_t from, uint64_t to)
{
    int ret;

    do {
        ret = fallocate(fd, FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE, from,
                        to - from)
                  ? errno
                  : 0;
    } while (ret == EINTR);
    return ret;
}

int writer_drop_probe(int fd, uint64_t end)
{
    uint64_t at = (end + 4095) & ~UINT64_C(4095);

    /* Behind the end: there is nothing, and it is asked for all the same. */
    return punch(fd, at, at + 4096);
}

/* ------------------------------------------------------------------ */
/* What is dropped                                                     */

/* Records that go on with it are read in its light; 0: there are none. */
static uint32_t basis_key(CaptureKind kind, const uint8_t *payload)
{
    uint32_t key = (uint32_t)kind << 16;

    switch (kind) {
    case CAPTURE_STREAM:
    case CAPTURE_DISK:
    case CAPTURE_DISK_IO:
    case CAPTURE_EXIT_KIND:
    case CAPTURE_EXITS:
        return key | payload[0];
    case CAPTURE_ITEM:
    case CAPTURE_VCPU:
        return key | payload[0] | (uint32_t)payload[1] << 8;
    case CAPTURE_VCLOCK:
    case CAPTURE_MACHINE:
    case CAPTURE_LOST:
    case CAPTURE_PROFILE:
        return key;
    case CAPTURE_CLOCK:
    case CAPTURE_SESSION:
    case CAPTURE_VM:
    case CAPTURE_SELECT:
    case CAPTURE_PIO:
    case CAPTURE_DMA:
    case CAPTURE_DMA_PART:
    case CAPTURE_DMA_END:
    case CAPTURE_PROBE:
    case CAPTURE_NAMED:
    case CAPTURE_POST:
    case CAPTURE_SAMPLE:
    case CAPTURE_DROPPED:
    case CAPTURE_BYTE:
        break;
    }
    return 0;
}

/* There may be thousands of these, and they are missed least. */
static bool is_many(CaptureKind kind)
{
    return kind == CAPTURE_ITEM || kind == CAPTURE_EXITS ||
           kind == CAPTURE_VCPU;
}

static void remember(WriterDrop *d, uint64_t pos, CaptureKind kind,
                     const uint8_t *payload, size_t len)
{
    uint32_t key = basis_key(kind, payload);
    Basis *b;

    if (!key) {
        return;
    }
    b = g_malloc(sizeof(*b) + len);
    b->pos = pos;
    b->time = d->time;
    b->kind = kind;
    b->len = len;
    memcpy(b->payload, payload, len);
    g_hash_table_insert(d->basis, GUINT_TO_POINTER(key), b);
}

/* Takes the event at @pos; returns the word behind it, @pos: not before @end. */
static uint64_t pass_event(CaptureWriter *w, uint64_t pos, uint64_t end,
                           bool dropped)
{
    WriterDrop *d = w->drop;
    uint64_t head = __atomic_load_n(writer_word(w, pos), __ATOMIC_ACQUIRE);
    uint8_t kind = capture_word_kind(head);
    size_t n = capture_word_data(head);
    uint8_t payload[CAPTURE_PAYLOAD_MAX];

    if (pos + 1 + n > end) {
        return pos;
    }
    for (size_t i = 0; i < n; i++) {
        uint64_t word =
            __atomic_load_n(writer_word(w, pos + 1 + i), __ATOMIC_ACQUIRE);

        if (capture_word_kind(word) != CAPTURE_CONT) {
            return pos + 1;
        }
        memcpy(payload + i * CAPTURE_CONT_BYTES, &word, CAPTURE_CONT_BYTES);
    }
    d->time = capture_word_full_time(head, d->time);
    if ((kind == CAPTURE_CLOCK || kind == CAPTURE_SESSION) && n >= 2) {
        memcpy(&d->time, payload, sizeof(d->time));
    }
    if (dropped) {
        d->dropped.events += capture_kind_class(kind) != CAPTURE_CLASS_WRITER;
        if (n * CAPTURE_CONT_BYTES >= capture_kind_payload(kind)) {
            remember(d, pos, kind, payload, n * CAPTURE_CONT_BYTES);
        }
    }
    return pos + 1 + n;
}

/*
 * Takes the records from @pos to @target, and the rest of the last, but
 * nothing behind @end; returns the word behind them.
 */
static uint64_t pass(CaptureWriter *w, uint64_t pos, uint64_t target,
                     uint64_t end, bool dropped)
{
    WriterDrop *d = w->drop;

    while (pos < target) {
        uint64_t word = __atomic_load_n(writer_word(w, pos), __ATOMIC_ACQUIRE);
        uint8_t kind = capture_word_kind(word);
        uint64_t next = pos + 1;

        if (kind >= CAPTURE_BYTE) {
            d->time = capture_word_full_time(word, d->time);
            d->dropped.bytes += dropped;
        } else if (kind != CAPTURE_NONE && kind != CAPTURE_PAD &&
                   kind != CAPTURE_CONT && kind != CAPTURE_JUMP) {
            next = pass_event(w, pos, end, dropped);
        }
        if (next == pos) {
            break;
        }
        pos = next;
    }
    return pos;
}

/* ------------------------------------------------------------------ */
/* What a reader must know behind it                                   */

/* For selecting: the few first, the latest before. */
static gint by_need(gconstpointer a, gconstpointer b)
{
    const Basis *x = *(Basis *const *)a;
    const Basis *y = *(Basis *const *)b;

    if (is_many(x->kind) != is_many(y->kind)) {
        return is_many(x->kind) - is_many(y->kind);
    }
    return x->pos < y->pos ? 1 : -1;
}

static gint by_pos(gconstpointer a, gconstpointer b)
{
    const Basis *x = *(Basis *const *)a;
    const Basis *y = *(Basis *const *)b;

    return x->pos < y->pos ? -1 : x->pos > y->pos;
}

/* As many as fit, in the order of the file. */
static GPtrArray *select_basis(const WriterDrop *d)
{
    GPtrArray *all = g_ptr_array_new();
    uint64_t room = SLOT_WORDS - LAST_WORDS;
    GHashTableIter iter;
    gpointer value;
    guint n = 0;

    g_hash_table_iter_init(&iter, d->basis);
    while (g_hash_table_iter_next(&iter, NULL, &value)) {
        g_ptr_array_add(all, value);
    }
    g_ptr_array_sort(all, by_need);
    for (; n < all->len; n++) {
        const Basis *b = all->pdata[n];
        uint64_t words = CLOCK_WORDS + writer_event_words(b->len);

        if (words > room) {
            break;
        }
        room -= words;
    }
    g_ptr_array_set_size(all, n);
    g_ptr_array_sort(all, by_pos);
    return all;
}

/* Its words into @slot; returns how many of the events dropped are in it. */
static uint64_t write_basis(const WriterDrop *d, uint64_t *slot)
{
    g_autoptr(GPtrArray) all = select_basis(d);
    uint64_t events = 0;

    for (guint i = 0; i < all->len; i++) {
        const Basis *b = all->pdata[i];
        CaptureClock clock = { .time_ns = b->time };

        slot +=
            salvage_words(slot, b->time, CAPTURE_CLOCK, &clock, sizeof(clock));
        slot += salvage_words(slot, b->time, b->kind, b->payload, b->len);
        events += capture_kind_class(b->kind) != CAPTURE_CLASS_WRITER;
    }
    return events;
}

/*
 * Fills the other slot.  A reader may have stood in it since it was the one
 * that counts: it meets no head of an old record with words of a new one.
 */
static void fill_slot(WriterDrop *d)
{
    unsigned n = 1 - d->slot;
    uint64_t *slot = d->area + 1 + n * SLOT_WORDS;
    uint64_t *last, words[SLOT_WORDS];
    CaptureDropped dropped = {
        .time_ns = d->time,
        .from_ns = d->from_ns,
        .bytes = d->dropped.bytes,
    };

    for (int i = 0; i < SLOT_WORDS; i++) {
        words[i] = capture_word(CAPTURE_PAD, 0, 0);
        __atomic_store_n(&slot[i], words[i], __ATOMIC_RELEASE);
    }
    dropped.events = d->dropped.events - write_basis(d, words);
    last = words + SLOT_WORDS - LAST_WORDS;
    last += salvage_words(last, d->time, CAPTURE_DROPPED, &dropped,
                          sizeof(dropped));
    *last = capture_word(CAPTURE_JUMP, 0, d->to);
    for (int i = SLOT_WORDS; i-- > 0;) {
        __atomic_store_n(&slot[i], words[i], __ATOMIC_RELEASE);
    }
    d->slot = n;
}

/* Who comes to a word that is freed now looks into the header for the way. */
static void publish(CaptureWriter *w)
{
    WriterDrop *d = w->drop;
    uint64_t slot = d->from + d->slot * SLOT_WORDS;

    pthread_mutex_lock(&w->lock);
    w->saved.dropped_from = d->from;
    w->saved.dropped_to = d->to;
    pthread_mutex_unlock(&w->lock);
    __atomic_store_n(&w->header->dropped_to, d->to, __ATOMIC_RELEASE);
    __atomic_store_n(&w->header->dropped_from, d->from, __ATOMIC_RELEASE);
    __atomic_store_n(d->area, capture_word(CAPTURE_JUMP, 0, slot),
                     __ATOMIC_RELEASE);
}

/* ------------------------------------------------------------------ */
/* The area                                                            */

static bool map_area(CaptureWriter *w, uint64_t pos)
{
    WriterDrop *d = w->drop;
    uint64_t page = writer_offset(pos) & ~UINT64_C(4095);
    uint64_t end = (writer_offset(pos + AREA_WORDS) + 4095) & ~UINT64_C(4095);
    char *map =
        mmap(NULL, end - page, PROT_READ | PROT_WRITE, MAP_SHARED, w->fd, page);

    if (map == MAP_FAILED) {
        return false;
    }
    madvise(map, end - page, MADV_DONTFORK);
    d->map = map;
    d->map_size = end - page;
    d->guard = sigbus_guard(map, d->map_size, true);
    d->area = (uint64_t *)(map + (writer_offset(pos) - page));
    return true;
}

void writer_drop_prepare(CaptureWriter *w)
{
    WriterDrop *d = w->drop;
    uint64_t used = __atomic_load_n(&w->reserved, __ATOMIC_RELAXED);
    uint64_t pos;

    if (!d || d->area || d->failed || used < w->first + d->head ||
        used + AREA_WORDS + EVENT_WORDS > w->mapped_words) {
        return;
    }
    pos = __atomic_fetch_add(&w->reserved, AREA_WORDS, __ATOMIC_ACQ_REL);
    if (pos + AREA_WORDS > w->mapped_words) {
        writer_pad(w, pos, AREA_WORDS);
        return;
    }
    __atomic_fetch_add(&w->other_words, AREA_WORDS, __ATOMIC_RELAXED);
    for (uint64_t i = 1; i < AREA_WORDS; i++) {
        writer_publish(w, pos + i, capture_word(CAPTURE_PAD, 0, 0));
    }
    writer_publish(w, pos, capture_word(CAPTURE_JUMP, 0, pos + AREA_WORDS));
    d->to = pos + AREA_WORDS;
    d->failed = !map_area(w, pos);
}

/* ------------------------------------------------------------------ */
/* Dropping                                                            */

/* The first time: whatever stands before the area stays. */
static void begin(CaptureWriter *w)
{
    WriterDrop *d = w->drop;
    uint64_t pos = d->to - AREA_WORDS;

    pass(w, w->first, pos, pos, false);
    d->from_ns = d->time;
    d->from = pos + 1;
}

/* Bytes of the file that are free, or can be. */
static uint64_t free_from(const WriterDrop *d)
{
    uint64_t area_end = d->from - 1 + AREA_WORDS;

    return (writer_offset(area_end) + 4095) & ~UINT64_C(4095);
}

static uint64_t free_to(const WriterDrop *d)
{
    return writer_offset(d->to) & ~UINT64_C(4095);
}

/*
 * Whether it is the file that we look into and write: another one that is
 * copied over it must not have a hole made into it.
 */
static bool is_ours(CaptureWriter *w)
{
    struct stat st;
    bool ours;

    pthread_mutex_lock(&w->lock);
    ours = fstat(w->fd, &st) == 0 && (uint64_t)st.st_size == w->size &&
           salvage_has_header(w->fd, &w->saved);
    pthread_mutex_unlock(&w->lock);
    return ours;
}

/*
 * Frees what was dropped, from its begin: who looked into the hole since may
 * have filled it with pages.
 */
static void release(CaptureWriter *w)
{
    WriterDrop *d = w->drop;
    uint64_t from = free_from(d);
    uint64_t to = free_to(d);
    int ret;

    if (to <= from || to <= d->freed || !is_ours(w)) {
        return;
    }
    ret = punch(w->fd, from, to);
    if (ret == 0) {
        d->freed = to;
        writer_unmap_before(w, to);
    } else if (ret != d->error) {
        g_printerr("bootstamp: %s: cannot free what was dropped: %s\n", w->path,
                   g_strerror(ret));
    }
    d->error = ret;
}

/* Drops at least @words where that many are stored and behind all writers. */
static void drop(CaptureWriter *w, uint64_t words)
{
    WriterDrop *d = w->drop;
    uint64_t end = w->whole > MARGIN_WORDS ? w->whole - MARGIN_WORDS : 0;
    CaptureLost before = d->dropped;
    uint64_t to;

    if (d->to + 2 * MARGIN_WORDS > end) {
        return;
    }
    if (!d->from) {
        begin(w);
    }
    to = pass(w, d->to, MIN(d->to + words, end), end, true);
    if (to > d->to && is_ours(w)) {
        d->to = to;
        fill_slot(d);
        publish(w);
    } else {
        d->dropped = before;
    }
}

uint64_t writer_drop_make_room(CaptureWriter *w, uint64_t size)
{
    WriterDrop *d = w->drop;
    uint64_t most = w->size_max + d->holes;

    if (d->from && d->freed) {
        most += d->freed - free_from(d);
    }
    if (size > most && d->area) {
        drop(w, (size - most) / CAPTURE_WORD_SIZE + MARGIN_WORDS);
        if (d->from) {
            release(w);
            most = w->size_max + d->holes +
                   (d->freed ? d->freed - free_from(d) : 0);
        }
    }
    return most;
}

/* ------------------------------------------------------------------ */
/* Faults of the file                                                  */

bool writer_drop_damaged(const CaptureWriter *w)
{
    return w->drop && w->drop->map && sigbus_damaged(w->drop->guard);
}

void writer_drop_let_go(CaptureWriter *w)
{
    if (w->drop && w->drop->map) {
        mmap(w->drop->map, w->drop->map_size, PROT_READ | PROT_WRITE,
             MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0);
    }
}

CaptureLost writer_drop_count(CaptureWriter *w, uint64_t *end)
{
    const WriterDrop *d = w->drop;
    uint64_t before = MIN(*end, d && d->from ? d->from - 1 : UINT64_MAX);
    CaptureLost kept, behind = { 0 };

    kept = salvage_count(w->fd, w->first, &before);
    if (!d || !d->from || *end < d->from - 1 + AREA_WORDS) {
        *end = before; /* nor is the way there any more, where there was one */
        return kept;
    }
    if (*end > d->to) {
        behind = salvage_count(w->fd, d->to, end);
    } else {
        *end = d->to;
    }
    return (CaptureLost){
        .bytes = kept.bytes + d->dropped.bytes + behind.bytes,
        .events = kept.events + d->dropped.events + behind.events,
    };
}
