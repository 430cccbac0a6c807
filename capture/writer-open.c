/*
 * Opening and closing a capture.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#include <errno.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "sigbus-handler.h"
#include "writer-cut.h"
#include "writer-file.h"
#include "writer-grow.h"
#include "writer-header.h"
#include "writer-helper.h"
#include "writer-place.h"

/* Address space asked for; halved until the kernel agrees. */
#define REGION_MAX (UINT64_C(256) << 30)
#define REGION_MIN (UINT64_C(64) << 20)

CaptureClockMode capture_writer_clock(const CaptureWriter *w)
{
    return w->clock;
}

uint64_t capture_writer_words(const CaptureWriter *w)
{
    return __atomic_load_n(&w->reserved, __ATOMIC_RELAXED);
}

const char *capture_writer_path(const CaptureWriter *w)
{
    return w->path;
}

static bool map_region(CaptureWriter *w)
{
    uint64_t size = w->size_max ? w->size_max : REGION_MAX;

    for (;;) {
        w->region = mmap(NULL, size, PROT_NONE,
                         MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
        if (w->region != MAP_FAILED) {
            w->region_size = size;
            return true;
        }
        if (size <= REGION_MIN) {
            return false;
        }
        size /= 2;
    }
}

/*
 * Maps the file up to its first piece beyond @end, the bytes that an earlier
 * session wrote: those first, whole, then as much as there is room for.
 */
static bool map_first(CaptureWriter *w, uint64_t end, GError **error)
{
    uint64_t old = (end + 4095) & ~UINT64_C(4095);
    int ret;

    if (!map_region(w)) {
        writer_set_errno(error, "cannot reserve address space", errno);
        return false;
    }
    /* Before the first page is touched: somebody may cut the file now. */
    sigbus_admit();
    sigbus_install();
    sigbus_guard(&w->guard, w->region, w->region_size, true);
    ret = old < w->region_size ? writer_allocate(w->fd, 0, old) : ENOMEM;
    if (ret == 0) {
        ret = writer_map_piece(w, old);
    }
    if (ret == 0) {
        /* What lies between stays on the disk, all gigabytes of it. */
        writer_populate(w->region, CAPTURE_HEADER_SIZE);
        writer_populate(w->region + old - 4096, 4096);
    }
    if (ret == 0) {
        ret = writer_map_more(w, MIN(old + w->ahead, w->region_size));
    }
    if (ret) {
        writer_set_errno(error, "cannot reserve disk space", ret);
        sigbus_unguard(&w->guard);
        munmap(w->region, w->region_size);
        return false;
    }
    w->header = (CaptureHeader *)w->region;
    w->words = (uint64_t *)(w->region + CAPTURE_HEADER_SIZE);
    return true;
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
                         uint64_t size, uint64_t end, GError **error)
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
    if (w->size_max && end + CAPTURE_SIZE_MIN > w->size_max) {
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
    int ret =
        writer_allocate(fd, 0, ((end + 4095) & ~UINT64_C(4095)) + PIECE_MIN);

    if (ftruncate(fd, size) == 0 && ret == 0) {
        return true;
    }
    writer_set_errno(error, "cannot reserve disk space", ret ? ret : errno);
    return false;
}

static bool prepare(CaptureWriter *w, const CaptureWriterOptions *o,
                    bool created, GError **error)
{
    uint64_t start_ns = o->start_ns ? o->start_ns : capture_mono_ns();
    uint64_t end = CAPTURE_HEADER_SIZE;
    uint64_t size;
    CaptureHeader old;

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
        if (!check_append(w, &old, size, end, error)) {
            return false;
        }
    }
    if (!check_room(w->fd, size, end, error)) {
        return false;
    }
    if (ftruncate(w->fd, old.version ? end : 0)) {
        writer_set_errno(error, "cannot truncate the capture", errno);
        return false;
    }
    if (!old.version) {
        writer_file_forbid_copies(w->fd);
    }
    if (!map_first(w, end, error)) {
        return false;
    }
    w->start_ns = writer_time_zero(&old, start_ns);
    writer_fill_header(w, o, &old, start_ns, writer_words_in(end));
    /* What an earlier session wrote is none of ours to pad. */
    w->first = writer_words_in(end);
    w->mapped_words = w->reserved = w->last_reserved = w->first;
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
    w->ahead = AHEAD_MIN;
    w->size_max = o->size_max & ~UINT64_C(4095);
    signals = writer_hold_signal();
    ok = open_and_prepare(w, o, error);
    writer_drop_signal(signals);
    if (!ok) {
        free(w);
        return NULL;
    }
    w->path = g_strdup(o->path);
    ret = writer_start_helper(w);
    if (ret) {
        writer_set_errno(error, "cannot start the helper thread", ret);
        sigbus_unguard(&w->guard);
        munmap(w->region, w->region_size);
        free_writer(w);
        return NULL;
    }
    return w;
}

void capture_writer_set_machine(CaptureWriter *w, const char *machine,
                                uint64_t ram)
{
    sigbus_admit();
    g_strlcpy(w->header->machine, machine, sizeof(w->header->machine));
    w->header->guest_ram = ram;
    /* For the helper, who may be busy with it. */
    pthread_mutex_lock(&w->lock);
    memcpy(w->saved.machine, w->header->machine, sizeof(w->saved.machine));
    w->saved.guest_ram = ram;
    pthread_mutex_unlock(&w->lock);
}

/* The helper has ended: says what was lost, and that this is the end. */
static int end_session(CaptureWriter *w)
{
    writer_check_cut(w);
    if (w->dead) {
        writer_salvage(w);
        return salvage_is_ours(w->fd) ? salvage_end(w->fd, &w->saved) : 0;
    }
    writer_tell_losses(w, true);
    __atomic_fetch_or(&w->header->flags, CAPTURE_FLAG_ENDED, __ATOMIC_RELEASE);
    return 0;
}

void capture_writer_abandon(CaptureWriter *w)
{
    bool signals;

    sigbus_admit();
    if (!writer_stop_helper_soon(w)) {
        __atomic_fetch_or(&w->header->flags, CAPTURE_FLAG_ENDED,
                          __ATOMIC_RELEASE);
        return;
    }
    signals = writer_hold_signal();
    end_session(w);
    writer_drop_signal(signals);
}

/* Nobody else is there any more: the numbers are final. */
static int close_file(CaptureWriter *w)
{
    int ret = end_session(w);
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
    sigbus_admit();
    signals = writer_hold_signal();
    ret = close_file(w);
    writer_drop_signal(signals);
    sigbus_unguard(&w->guard);
    munmap(w->region, w->region_size);
    free_writer(w);
    return ret;
}
