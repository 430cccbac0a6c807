/*
 * Opening and closing a capture.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "sigbus-handler.h"
#include "writer-cut.h"
#include "writer-drop.h"
#include "writer-file.h"
#include "writer-grow.h"
#include "writer-header.h"
#include "writer-helper.h"
#include "writer-map.h"
#include "writer-place.h"

/*
 * How far a capture may grow, where it has no cap, how many can be open, and
 * how far below what is mapped last they are put.
 */
#define REGION_MAX (UINT64_C(256) << 30)
#define REGIONS 64
#define DISTANCE_MAX (REGIONS * REGION_MAX)
#define DISTANCE_MIN (UINT64_C(64) << 30)

CaptureClockMode capture_writer_clock(const CaptureWriter *w)
{
    return w->clock;
}

uint64_t capture_writer_words(const CaptureWriter *w)
{
    return __atomic_load_n(&w->reserved, __ATOMIC_RELAXED);
}

int capture_writer_reopen(const CaptureWriter *w)
{
    const int flags = O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NOCTTY | O_NONBLOCK;
    g_autofree char *self = g_strdup_printf("/proc/self/fd/%d", w->fd);
    struct stat ours, other;
    int fd = open(self, flags & ~O_NOFOLLOW);

    if (fd < 0) {
        /* No /proc: by the name, and a look whether it is still that. */
        fd = open(w->path, flags);
    }
    if (fd >= 0 &&
        (fstat(w->fd, &ours) || fstat(fd, &other) ||
         ours.st_dev != other.st_dev || ours.st_ino != other.st_ino)) {
        close(fd);
        fd = -1;
    }
    return fd;
}

const char *capture_writer_path(const CaptureWriter *w)
{
    return w->path;
}

void capture_writer_remove(const CaptureWriter *w)
{
    struct stat ours, named;

    if (!fstat(w->fd, &ours) && !lstat(w->path, &named) &&
        ours.st_dev == named.st_dev && ours.st_ino == named.st_ino) {
        unlink(w->path);
    }
}

/* Where a page at @at would be mapped; NULL: nowhere. */
static char *try_page(char *at)
{
    char *page = mmap(at, CAPTURE_HEADER_SIZE, PROT_NONE,
                      MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

    if (page == MAP_FAILED) {
        return NULL;
    }
    munmap(page, CAPTURE_HEADER_SIZE);
    return page;
}

/*
 * Places for files to grow in without being moved: far below where the kernel
 * puts what is mapped next, so nobody comes there.  They are not kept by a
 * mapping: -overcommit mem-lock=on would count all of it as locked, and a
 * limit on that would keep QEMU from starting.  Should somebody come there all
 * the same, the next piece cannot be mapped, and that is told as a full disk.
 * They stay where they are: the kernel's next place moves, and one capture
 * would come to lie in the middle of another.
 */
static char *regions; /* the highest, NULL: there is no address space */
static uint64_t region_step;
static uint64_t regions_taken; /* a bit for each */

static void place_regions(void)
{
    static gsize once;
    uint64_t distance = DISTANCE_MAX;
    char *near;

    if (!g_once_init_enter(&once)) {
        return;
    }
    near = try_page(NULL);
#ifdef __SANITIZE_THREAD__
    /* It knows what it calls memory of the program by its address. */
    distance = DISTANCE_MIN;
#endif
    while (distance > DISTANCE_MIN && (uintptr_t)near / 4 < distance) {
        distance /= 2;
    }
    regions = near ? near - distance : NULL;
    region_step = distance / REGIONS;
    g_once_init_leave(&once, 1);
}

static void leave_region(const CaptureWriter *w)
{
    uint64_t n = (regions - w->region) / region_step;

    __atomic_fetch_and(&regions_taken, ~(UINT64_C(1) << n), __ATOMIC_RELEASE);
}

static bool find_region(CaptureWriter *w, uint64_t size)
{
    static unsigned next;

    place_regions();
    if (size > region_step) {
        size = w->drop ? 0 : region_step;
    }
    for (int i = 0; regions && size && i < REGIONS; i++) {
        unsigned n = __atomic_fetch_add(&next, 1, __ATOMIC_RELAXED) % REGIONS;
        uint64_t bit = UINT64_C(1) << n;

        if (__atomic_fetch_or(&regions_taken, bit, __ATOMIC_ACQUIRE) & bit) {
            continue;
        }
        w->region = regions - n * region_step;
        w->region_size = size;
        if (try_page(w->region) == w->region) {
            return true;
        }
        leave_region(w);
    }
    return false;
}

static void unmap_file(CaptureWriter *w)
{
    sigbus_unguard(w->guard);
    writer_unmap_all(w, false);
    leave_region(w);
}

/* What is ready when the writer is opened, bytes of the file. */
static uint64_t first_size(const CaptureWriter *w, uint64_t old)
{
    uint64_t half = w->size_max / 2 & ~UINT64_C(4095);

    /* A boot begins with a burst; what is kept ahead later is less. */
    return w->drop ? old + MIN(AHEAD_MIN, half)
                   : MIN(old + w->ahead, w->region_size);
}

/*
 * How many bytes of addresses are taken, in turn where records are dropped:
 * then twice as many as are mapped at a time.
 */
static uint64_t addresses(CaptureWriter *w)
{
    uint64_t size = CAPTURE_SIZE_MIN;

    w->mask = UINT64_MAX;
    if (!w->drop) {
        return w->size_max ? w->size_max : REGION_MAX;
    }
    while (size < 2 * w->size_max) {
        size *= 2;
    }
    w->mask = size / CAPTURE_WORD_SIZE - 1;
    return CAPTURE_HEADER_SIZE + size;
}

/*
 * Makes the file as long as @old, and maps that, or, where records are
 * dropped, the page where the session begins; an errno, or 0.
 */
static int map_old(CaptureWriter *w, uint64_t end, uint64_t old)
{
    int ret = 0;

    if (w->size < old) {
        ret = writer_grow_file(w, old - w->size);
    }
    if (ret == 0 && w->size < old) {
        ret = ENOSPC;
    }
    if (ret == 0 && w->drop) {
        w->window = w->mapped = end & ~UINT64_C(4095);
        ret = writer_map_header(w);
    }
    if (ret == 0) {
        ret = writer_map_piece(w, old - w->mapped);
    }
    if (ret == 0) {
        /* What lies between stays on the disk, all gigabytes of it. */
        writer_populate(w, 0, CAPTURE_HEADER_SIZE);
        if (w->mapped > MAX(w->window, CAPTURE_HEADER_SIZE)) {
            writer_populate(w, old - 4096, 4096);
        }
    }
    return ret;
}

/*
 * Maps the file up to its first piece beyond @end, the bytes that an earlier
 * session wrote: those first, whole, then as much as there is room for.
 */
static bool map_first(CaptureWriter *w, uint64_t end, GError **error)
{
    uint64_t old = (end + 4095) & ~UINT64_C(4095);
    int ret;

    if (!find_region(w, addresses(w))) {
        writer_set_errno(error, "cannot find address space", ENOMEM);
        return false;
    }
    w->header = (CaptureHeader *)w->region;
    w->words = (uint64_t *)(w->region + CAPTURE_HEADER_SIZE);
    sigbus_install();
    w->guard = sigbus_guard(w->region, 0, true);
    ret = map_old(w, end, old);
    if (ret == 0) {
        ret = writer_map_more(w, first_size(w, old));
    }
    if (ret == ESTALE) {
        g_set_error(error, CAPTURE_WRITER_ERROR, CAPTURE_WRITER_ERROR_IN_USE,
                    "was changed by somebody else while it was opened; "
                    "try again, or name another file");
    } else if (ret == ENODEV) {
        g_set_error(error, CAPTURE_WRITER_ERROR, CAPTURE_WRITER_ERROR_IO,
                    "is on a file system that cannot map files into memory; "
                    "name a file on another one");
    } else if (ret) {
        writer_set_errno(error, "cannot reserve disk space", ret);
    }
    if (ret) {
        unmap_file(w);
    }
    return ret == 0;
}

static void begin_session(CaptureWriter *w, const CaptureWriterOptions *o,
                          uint64_t start_ns)
{
    uint64_t time = capture_writer_time(w, start_ns);
    uint64_t age = capture_mono_ns() - start_ns;
    const char *version = o->qemu_version ? o->qemu_version : "";
    CaptureSession session = {
        .time_ns = time,
        .wall_ns = clock_ns(CLOCK_REALTIME) - age,
        .mono_ns = start_ns,
        .pid = getpid(),
    };
    uint64_t pos;

    w->session = g_byte_array_new();
    g_byte_array_append(w->session, (guint8 *)&session, sizeof(session));
    g_byte_array_append(w->session, (guint8 *)version, strlen(version) + 1);
    w->epoch = time >> EPOCH_SHIFT;
    pos =
        writer_reserve(w, &w->event_limit, writer_event_words(w->session->len));
    writer_store_event(w, pos, time, CAPTURE_SESSION, w->session->data,
                       w->session->len);
}

static bool check_keep(const CaptureWriterOptions *o, GError **error)
{
    if (o->keep == CAPTURE_KEEP_FIRST ||
        (o->size_max >= CAPTURE_KEEP_SIZE_MIN &&
         o->size_max <= CAPTURE_KEEP_SIZE_MAX)) {
        return true;
    }
    g_set_error(error, CAPTURE_WRITER_ERROR, CAPTURE_WRITER_ERROR_INVALID,
                "keep=last and keep=ends need size= from 1M to 64G");
    return false;
}

static bool check_options(const CaptureWriterOptions *o, GError **error)
{
    if (!o->path || !o->path[0]) {
        g_set_error(error, CAPTURE_WRITER_ERROR, CAPTURE_WRITER_ERROR_INVALID,
                    "the capture's path is empty");
        return false;
    }
    if (o->size_max && o->size_max < CAPTURE_SIZE_MIN) {
        g_set_error(error, CAPTURE_WRITER_ERROR, CAPTURE_WRITER_ERROR_INVALID,
                    "size=%" G_GUINT64_FORMAT " is too small; "
                    "give at least %d bytes",
                    o->size_max, CAPTURE_SIZE_MIN);
        return false;
    }
    if (!check_keep(o, error)) {
        return false;
    }
    if (o->clock == CAPTURE_CLOCK_MODE_VIRTUAL && !o->virtual_now) {
        g_set_error(error, CAPTURE_WRITER_ERROR, CAPTURE_WRITER_ERROR_INVALID,
                    "there is no virtual clock to stamp with");
        return false;
    }
    return true;
}

static bool refuse_clock(const CaptureHeader *old, GError **error)
{
    bool is_virtual = old->version == CAPTURE_VERSION_VIRTUAL;

    g_set_error(error, CAPTURE_WRITER_ERROR, CAPTURE_WRITER_ERROR_INVALID,
                "cannot append: its times are of %s clock; "
                "%s clock=virtual or name another file",
                is_virtual ? "QEMU's virtual" : "the host's",
                is_virtual ? "give" : "leave out");
    return false;
}

/* Refuses what cannot be appended to before anything is changed. */
static bool check_append(const CaptureWriter *w, const CaptureHeader *old,
                         CaptureKeep keep, uint64_t size, uint64_t end,
                         GError **error)
{
    bool known = old->version == CAPTURE_VERSION ||
                 (old->version == CAPTURE_VERSION_VIRTUAL &&
                  old->clock == CAPTURE_CLOCK_VIRTUAL);

    if (size < CAPTURE_HEADER_SIZE || !known ||
        old->header_size != CAPTURE_HEADER_SIZE) {
        g_set_error(error, CAPTURE_WRITER_ERROR, CAPTURE_WRITER_ERROR_FOREIGN,
                    "cannot append: written in another format (version %u)",
                    old->version);
        return false;
    }
    if (old->version != writer_version_of(w->clock)) {
        return refuse_clock(old, error);
    }
    if (w->size_max && keep == CAPTURE_KEEP_FIRST &&
        end + CAPTURE_SIZE_MIN > w->size_max) {
        g_set_error(error, CAPTURE_WRITER_ERROR, CAPTURE_WRITER_ERROR_INVALID,
                    "cannot append: %" G_GUINT64_FORMAT " bytes are there and "
                    "size= allows %" G_GUINT64_FORMAT,
                    end, w->size_max);
        return false;
    }
    return true;
}

/*
 * On a full disk the old capture must survive the attempt to replace it, so
 * try the reservation before anything is cut.
 */
static bool check_room(int fd, uint64_t size, uint64_t end, GError **error)
{
    uint64_t wanted = ((end + 4095) & ~UINT64_C(4095)) + PIECE_MIN;
    /* What an earlier session dropped is to stay free. */
    uint64_t from = end > CAPTURE_HEADER_SIZE ? end & ~UINT64_C(4095) : 0;
    int ret = writer_allocate(fd, from, wanted - from);

    if (ret == EOPNOTSUPP || ret == ENOSYS) {
        ret = posix_fallocate(fd, from, wanted - from);
    }
    if (ftruncate(fd, size) == 0 && ret == 0) {
        return true;
    }
    writer_set_errno(error, "cannot reserve disk space", ret ? ret : errno);
    return false;
}

/* Whether dropping is possible, before anything is changed. */
static bool check_drop(CaptureWriter *w, const CaptureWriterOptions *o,
                       uint64_t end, GError **error)
{
    uint64_t disk = end;
    struct stat st;
    int ret;

    if (o->keep == CAPTURE_KEEP_FIRST) {
        return true;
    }
    ret = writer_drop_probe(w->fd, end);
    if (ret) {
        g_set_error(error, CAPTURE_WRITER_ERROR, CAPTURE_WRITER_ERROR_NO_HOLES,
                    "cannot drop what is oldest, its file system frees no "
                    "parts of files (%s); leave keep= out, or name a file on "
                    "another one",
                    g_strerror(ret));
        return false;
    }
    if (fstat(w->fd, &st) == 0) {
        disk = MIN(end, (uint64_t)st.st_blocks * 512);
    }
    if (disk + CAPTURE_KEEP_SIZE_MIN > w->size_max &&
        end > CAPTURE_HEADER_SIZE) {
        g_set_error(error, CAPTURE_WRITER_ERROR, CAPTURE_WRITER_ERROR_INVALID,
                    "cannot append: %" G_GUINT64_FORMAT " bytes are there and "
                    "size= allows %" G_GUINT64_FORMAT,
                    disk, w->size_max);
        return false;
    }
    writer_drop_init(w, o, end, disk);
    return true;
}

static bool prepare(CaptureWriter *w, const CaptureWriterOptions *o,
                    bool created, GError **error)
{
    uint64_t start_ns = o->start_ns ? o->start_ns : capture_mono_ns();
    uint64_t end = CAPTURE_HEADER_SIZE;
    uint64_t size;
    CaptureHeader old;
    int ret;

    if (!writer_file_check(w->fd, created, &old, &size, error)) {
        return false;
    }
    if (!o->append) {
        memset(&old, 0, sizeof(old));
    }
    if (old.version) {
        end = size < CAPTURE_HEADER_SIZE ? size : writer_file_end(w->fd, size);
        if (!end) {
            writer_set_errno(error, "cannot read the capture", errno);
            return false;
        }
        if (!check_append(w, &old, o->keep, size, end, error)) {
            return false;
        }
    }
    if (!check_drop(w, o, end, error) || !check_room(w->fd, size, end, error) ||
        !writer_file_share(w->fd, o, error)) {
        return false;
    }
    if (ftruncate(w->fd, old.version ? end : 0)) {
        writer_set_errno(error, "cannot truncate the capture", errno);
        return false;
    }
    if (!old.version) {
        writer_file_forbid_copies(w->fd);
    }
    w->start_ns = writer_time_zero(&old, start_ns);
    /* Before the rest, which takes its time: who looks now sees a capture. */
    writer_fill_header(&w->saved, o, &old, start_ns, writer_words_in(end));
    ret = writer_write_header(w->fd, &w->saved);
    if (ret) {
        writer_set_errno(error, "cannot write the capture", ret);
        return false;
    }
    w->size = end;
    if (!map_first(w, end, error)) {
        return false;
    }
    /* What an earlier session wrote is none of ours to pad. */
    w->first = writer_words_in(end);
    w->mapped_words = w->reserved = w->last_reserved = w->whole = w->first;
    writer_raise_limits(w);
    begin_session(w, o, start_ns);
    return true;
}

/*
 * Opens, locks and maps the file.  What it created it removes on failure,
 * unless somebody else was quicker to lock it.
 */
static bool open_and_prepare(CaptureWriter *w, const CaptureWriterOptions *o,
                             GError **error)
{
    bool created, locked;

    w->fd = writer_file_open(o, &created, error);
    if (w->fd < 0) {
        return false;
    }
    locked = writer_file_lock(w->fd, error);
    if (locked && prepare(w, o, created, error)) {
        return true;
    }
    if (created && locked) {
        writer_file_remove(o);
    }
    close(w->fd);
    return false;
}

static void free_writer(CaptureWriter *w)
{
    unmap_file(w);
    writer_drop_free(w);
    pthread_cond_destroy(&w->wake);
    pthread_mutex_destroy(&w->lock);
    close(w->fd);
    g_byte_array_unref(w->session);
    g_free(w->path);
    free(w);
}

CaptureWriter *capture_writer_open(const CaptureWriterOptions *o,
                                   GError **error)
{
    CaptureWriter *w;
    bool signals, ok;
    int ret;

    if (!check_options(o, error)) {
        return NULL;
    }
    capture_clock_init();
    w = aligned_alloc(64, (sizeof(*w) + 63) & ~(size_t)63);
    memset(w, 0, sizeof(*w));
    w->clock = o->clock;
    w->virtual_now =
        o->clock == CAPTURE_CLOCK_MODE_VIRTUAL ? o->virtual_now : NULL;
    w->look = w->virtual_now ? NULL : o->look;
    w->look_data = o->look_data;
    w->size_max = o->size_max & ~UINT64_C(4095);
    w->ahead_max = AHEAD_MAX;
    if (o->keep != CAPTURE_KEEP_FIRST) {
        w->ahead_max = MIN(AHEAD_MAX, (w->size_max / 16) & ~UINT64_C(4095));
    }
    w->ahead = MIN(AHEAD_MIN, w->ahead_max);
    signals = writer_hold_signal();
    /* Before the first page is touched: somebody may cut the file now. */
    sigbus_enter();
    ok = open_and_prepare(w, o, error);
    sigbus_leave();
    writer_drop_signal(signals);
    if (!ok) {
        writer_drop_free(w);
        free(w);
        return NULL;
    }
    w->path = g_strdup(o->path);
    ret = writer_start_helper(w);
    if (ret) {
        writer_set_errno(error, "cannot start the helper thread", ret);
        free_writer(w);
        return NULL;
    }
    return w;
}

void capture_writer_set_machine(CaptureWriter *w, const char *machine,
                                uint64_t ram)
{
    /* The helper puts it into the file, which it has looked at just before. */
    pthread_mutex_lock(&w->lock);
    g_strlcpy(w->saved.machine, machine, sizeof(w->saved.machine));
    w->saved.guest_ram = ram;
    w->machine_due = true;
    pthread_cond_broadcast(&w->wake);
    pthread_mutex_unlock(&w->lock);
}

/* The helper has ended: says what was lost, and that this is the end. */
static int end_session(CaptureWriter *w, bool last)
{
    if (!w->dead) {
        writer_take_pads(w);
    }
    writer_check_cut(w, last);
    if (w->dead) {
        return writer_end_dead(w);
    }
    writer_put_machine(w);
    writer_tell_losses(w, true);
    __atomic_fetch_or(&w->header->flags, CAPTURE_FLAG_ENDED, __ATOMIC_RELEASE);
    return 0;
}

/*
 * What was ready ahead of the guest is nobody's any more, and may be memory.
 * Threads that still write have the last words of the piece that stays, and
 * one that was given a place before has it below that.
 */
static void give_back(CaptureWriter *w)
{
    uint64_t used = writer_used_bytes(w);
    uint64_t keep = ((used + 4095) & ~UINT64_C(4095)) + PIECE_MIN;
    uint64_t words;

    if (keep >= w->mapped) {
        return;
    }
    words = writer_words_in(keep);
    __atomic_store_n(&w->limit, words - EVENT_WORDS, __ATOMIC_RELEASE);
    __atomic_store_n(&w->event_limit, words - EVENT_WORDS / 2,
                     __ATOMIC_RELEASE);
    /* Should one come beyond it all the same, a page of zeros is there. */
    if (ftruncate(w->fd, keep)) {
        /* It stays as it is. */
    }
}

void capture_writer_abandon(CaptureWriter *w)
{
    bool signals;

    sigbus_enter();
    if (!writer_stop_helper_soon(w)) {
        __atomic_fetch_or(&w->header->flags, CAPTURE_FLAG_ENDED,
                          __ATOMIC_RELEASE);
        sigbus_leave();
        return;
    }
    signals = writer_hold_signal();
    end_session(w, false);
    if (!w->dead) {
        give_back(w);
    }
    writer_drop_signal(signals);
    sigbus_leave();
}

/* Nobody else is there any more: the numbers are final. */
static int close_file(CaptureWriter *w)
{
    int ret = end_session(w, true);
    uint64_t used;

    if (w->dead) {
        return ret;
    }
    used = writer_used_bytes(w);
    w->header->reserved_words = writer_words_in(used);
    /* Trailing zeros would be "not yet written": still a whole capture. */
    return ftruncate(w->fd, used) ? errno : 0;
}

int capture_writer_close(CaptureWriter *w)
{
    bool signals;
    int ret;

    writer_stop_helper(w);
    sigbus_enter();
    signals = writer_hold_signal();
    ret = close_file(w);
    writer_drop_signal(signals);
    sigbus_leave();
    free_writer(w);
    return ret;
}
