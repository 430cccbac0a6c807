/*
 * Somebody cuts the file, or copies another over it: between two system calls
 * of the helper thread, and while a thread is held on the guest's path.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <unistd.h>

#include "capture/writer-place.h"
#include "util.h"

/*
 * What the helper calls; the deed is done before it, or directly behind a look
 * at the size, or when all looks of a round are done: then it takes a lock.
 */
typedef enum Call { LOOK, LOOKED, RESERVE, APPEND } Call;

typedef struct Deed {
    Call call;
    unsigned number; /* of these calls, from 1 on */
    const char *path;
    bool copy; /* @with over it; else it is cut to @size */
    uint64_t size;
    bool put_back; /* and grown to what it was */
    const GByteArray *with;
} Deed;

static Deed deed;
static int go, done = 1; /* the helper waits for the first, sets the second */
static pthread_t test_thread;
static __thread bool looked; /* and took no lock since */

static void copy_over(void)
{
    int fd = open(deed.path, O_WRONLY | O_TRUNC);

    g_assert_cmpint(fd, >=, 0);
    g_assert_cmpint(write(fd, deed.with->data, deed.with->len), ==,
                    deed.with->len);
    close(fd);
}

static void cut(void)
{
    uint64_t was = test_size(deed.path);

    g_assert_cmpint(truncate(deed.path, deed.size), ==, 0);
    if (deed.put_back) {
        g_assert_cmpint(truncate(deed.path, was), ==, 0);
    }
}

/* In the helper alone, and once. */
static void meet(Call call)
{
    if (pthread_equal(pthread_self(), test_thread) || g_atomic_int_get(&done) ||
        call != deed.call) {
        return;
    }
    while (!g_atomic_int_get(&go)) {
        g_usleep(100);
    }
    if (--deed.number == 0) {
        if (deed.copy) {
            copy_over();
        } else {
            cut();
        }
        g_atomic_int_set(&done, 1);
    }
}

int fstat(int fd, struct stat *st)
{
    int ret = fstatat(fd, "", st, AT_EMPTY_PATH);

    meet(LOOK);
    looked = true;
    return ret;
}

int pthread_mutex_lock(pthread_mutex_t *mutex)
{
    static int (*lock)(pthread_mutex_t *);

    if (!lock) {
        *(void **)&lock = dlsym(RTLD_NEXT, "pthread_mutex_lock");
    }
    if (looked) {
        looked = false;
        meet(LOOKED);
    }
    return lock(mutex);
}

static __thread bool no_proc; /* for this thread there is no /proc */

int open(const char *path, int flags, ...)
{
    if (no_proc && g_str_has_prefix(path, "/proc/")) {
        errno = ENOENT;
        return -1;
    }
    return syscall(SYS_openat, AT_FDCWD, path, flags, 0600);
}

int fallocate(int fd, int mode, off_t at, off_t size)
{
    meet(RESERVE);
    return syscall(SYS_fallocate, fd, mode, at, size);
}

ssize_t writev(int fd, const struct iovec *part, int n)
{
    meet(APPEND);
    return syscall(SYS_writev, fd, part, n);
}

/* A capture in which @n bytes were written before the deed is done. */
static CaptureWriter *write_and_meet(const Deed *what, unsigned n)
{
    CaptureWriter *w;

    deed = *what;
    go = done = 0;
    w = test_open_new(what->path);
    test_bytes(w, 0, n);
    g_atomic_int_set(&go, 1);
    while (!g_atomic_int_get(&done)) {
        g_usleep(1000);
    }
    return w;
}

#define BEFORE 5000
#define AFTER 5000

static void account(Deed what)
{
    g_autofree char *path = test_path("capture");
    g_autoptr(TestCapture) c = NULL;
    CaptureWriter *w;

    what.path = path;
    w = write_and_meet(&what, BEFORE);
    g_usleep(60000);
    test_bytes(w, BEFORE, AFTER);
    capture_writer_close(w);
    c = test_read(path);
    g_test_message("call %d, cut to %d: kept %u, lost %u", what.call,
                   (int)what.size, (unsigned)c->bytes->len,
                   (unsigned)c->lost.bytes);
    g_assert_cmpuint(c->bytes->len + c->lost.bytes, ==, BEFORE + AFTER);
    g_assert_cmpuint(c->header.lost_bytes, ==, c->lost.bytes);
    g_assert_cmpint(c->state, ==, CAPTURE_ENDED);
}

static void cut_before(Call call, unsigned number)
{
    static const uint64_t sizes[] = {
        0, 1, 100, CAPTURE_HEADER_SIZE, CAPTURE_HEADER_SIZE + 1001, 20000
    };

    for (size_t i = 0; i < G_N_ELEMENTS(sizes); i++) {
        account((Deed){ .call = call, .number = number, .size = sizes[i] });
    }
    for (size_t i = 0; i < G_N_ELEMENTS(sizes); i += 3) {
        account((Deed){ .call = call,
                        .number = number,
                        .size = sizes[i],
                        .put_back = true });
    }
}

static void cut_behind_the_look(void)
{
    cut_before(LOOK, 1);
}

static void cut_when_all_looks_are_done(void)
{
    cut_before(LOOKED, 1);
}

static void cut_before_room_is_reserved(void)
{
    cut_before(RESERVE, 1);
}

static void cut_before_the_file_grows(void)
{
    cut_before(APPEND, 1);
}

/* It grows in several appends. */
static void cut_while_the_file_grows(void)
{
    cut_before(APPEND, 3);
}

/* Until the writer has put the file right, and tells so many bytes as lost. */
static void wait_until_lost(const CaptureWriter *w, uint64_t wanted)
{
    uint64_t bytes = 0, events;

    for (int i = 0; i < 10000 && bytes < wanted; i++) {
        g_usleep(1000);
        capture_writer_lost(w, &bytes, &events);
    }
    g_assert_cmpuint(bytes, >=, wanted);
}

/* Whatever was copied over it, of @size bytes, is there at the end. */
static void copied(Call call, unsigned number, const GByteArray *with)
{
    g_autofree char *path = test_path("capture");
    Deed what = {
        .call = call, .number = number, .path = path, .copy = true, .with = with
    };
    CaptureWriter *w = write_and_meet(&what, BEFORE);
    g_autoptr(GByteArray) now = NULL;
    uint64_t bytes = 0, events;

    wait_until_lost(w, BEFORE);
    test_bytes(w, BEFORE, AFTER);
    capture_writer_lost(w, &bytes, &events);
    capture_writer_close(w);
    g_assert_cmpuint(bytes, ==, BEFORE + AFTER);
    now = test_load(path);
    g_assert_cmpmem(now->data, now->len, with->data, with->len);
}

/* A short file, one with zeros in front as a CD's image, a long one, a capture. */
static void copied_before(Call call, unsigned number)
{
    static const struct {
        guint len, zeros;
    } files[] = { { 1, 0 }, { 100, 0 }, { 40000, 32768 }, { 3 << 20, 0 } };
    g_autofree char *path = test_path("other");
    g_autoptr(GByteArray) capture = NULL;

    for (size_t i = 0; i < G_N_ELEMENTS(files); i++) {
        g_autoptr(GByteArray) file = g_byte_array_new();

        g_byte_array_set_size(file, files[i].len);
        memset(file->data, 'x', file->len);
        memset(file->data, 0, files[i].zeros);
        copied(call, number, file);
    }
    capture_writer_close(test_open_new(path));
    capture = test_load(path);
    copied(call, number, capture);
}

/* While the guest is silent: the first round is for what it wrote. */
static void copied_over_behind_the_look(void)
{
    copied_before(LOOK, 4);
}

static void copied_over_when_all_looks_are_done(void)
{
    copied_before(LOOKED, 4);
}

static void copied_over_before_room_is_reserved(void)
{
    copied_before(RESERVE, 1);
}

static void copied_over_before_the_file_grows(void)
{
    copied_before(APPEND, 1);
}

static void copied_over_while_the_file_grows(void)
{
    copied_before(APPEND, 3);
}

/* ------------------------------------------------------------------ */
/* A thread that is held between its place and its store               */

typedef struct Held {
    CaptureWriter *w;
    bool event;
    int is_held, let_go;
} Held;

static void be_held(Held *held)
{
    g_atomic_int_set(&held->is_held, 1);
    while (!g_atomic_int_get(&held->let_go)) {
        g_usleep(100);
    }
}

/* What capture_append() does, with a long rest in between. */
static void append_byte_held(Held *held)
{
    CaptureWriter *w = held->w;
    uint64_t time = capture_writer_now(w);
    uint64_t pos = writer_reserve(w, &w->limit, 1);

    g_assert_cmpuint(pos, !=, UINT64_MAX);
    be_held(held);
    writer_publish(w, pos, capture_word(CAPTURE_BYTE, 'h', time));
}

/* The same for an event: held before any of its words is stored. */
static void append_event_held(Held *held)
{
    CaptureWriter *w = held->w;
    CaptureProbe probe = { .id = 0x42 };
    uint64_t time = capture_writer_now(w);
    uint64_t pos = writer_reserve(w, &w->limit, writer_event_words(7));

    g_assert_cmpuint(pos, !=, UINT64_MAX);
    __atomic_fetch_add(&w->events, 1, __ATOMIC_RELAXED);
    be_held(held);
    writer_store_event(w, pos, time, CAPTURE_PROBE, (uint8_t *)&probe, 7);
}

static gpointer append_held(gpointer opaque)
{
    Held *held = opaque;

    sigbus_enter();
    if (held->event) {
        append_event_held(held);
    } else {
        append_byte_held(held);
    }
    sigbus_leave();
    return NULL;
}

static GThread *hold_thread(Held *held)
{
    GThread *thread = g_thread_new("held", append_held, held);

    while (!g_atomic_int_get(&held->is_held)) {
        g_usleep(100);
    }
    return thread;
}

static void let_it_go(Held *held, GThread *thread)
{
    g_atomic_int_set(&held->let_go, 1);
    g_thread_join(thread);
}

/* Who empties a file and writes it within a round of the helper is not met. */
#define COPY_US 4000

/*
 * Cut to @size while it is held: longer than the writer takes to put it right.
 * False: the copy took too long to be judged.
 */
static bool hold_and_cut(uint64_t size, bool event, bool copy)
{
    g_autofree char *path = test_path("capture");
    g_autoptr(GByteArray) other = g_byte_array_new(), now = NULL;
    g_autoptr(TestCapture) c = NULL;
    Held held = { .w = test_open_new(path), .event = event };
    CaptureWriter *w = held.w;
    GThread *thread;
    gint64 began, took;

    test_bytes(w, 0, BEFORE);
    thread = hold_thread(&held);
    deed = (Deed){ .path = path, .size = size, .with = other };
    g_byte_array_set_size(other, 100000);
    memset(other->data, 'x', other->len);
    began = g_get_monotonic_time();
    (copy ? copy_over : cut)();
    took = g_get_monotonic_time() - began;
    wait_until_lost(w, 1);
    let_it_go(&held, thread);
    test_bytes(w, BEFORE, AFTER);
    if (copy) {
        wait_until_lost(w, BEFORE + AFTER + !event);
    }
    capture_writer_close(w);
    if (copy && took > COPY_US) {
        return false;
    }
    if (copy) {
        now = test_load(path);
        g_assert_cmpmem(now->data, now->len, other->data, other->len);
        return true;
    }
    c = test_read(path);
    g_assert_cmpuint(c->bytes->len + c->lost.bytes, ==,
                     BEFORE + AFTER + !event);
    g_assert_cmpuint(test_count(c, CAPTURE_PROBE) + c->lost.events, ==, event);
    return true;
}

static void a_thread_that_is_held_meets_a_cut(void)
{
    for (int event = 0; event < 2; event++) {
        hold_and_cut(0, event, false);
        hold_and_cut(20000, event, false);
        /* Behind its place, and where the mapping ends. */
        hold_and_cut(1 << 20, event, false);
    }
}

static void a_thread_that_is_held_meets_another_file(void)
{
    for (int event = 0; event < 2; event++) {
        for (int i = 0; !hold_and_cut(0, event, true); i++) {
            g_assert_cmpint(i, <, 100);
        }
    }
}

/* Nothing was done to the file: a long hold alone loses nothing. */
static void a_thread_that_is_held_loses_nothing(void)
{
    g_autofree char *path = test_path("capture");
    g_autoptr(TestCapture) c = NULL;
    Held held = { .w = test_open_new(path) };
    CaptureWriter *w = held.w;
    GThread *thread;

    test_bytes(w, 0, BEFORE);
    thread = hold_thread(&held);
    g_usleep(100000);
    test_bytes(w, BEFORE, AFTER);
    let_it_go(&held, thread);
    capture_writer_close(w);
    c = test_read(path);
    g_assert_cmpuint(c->bytes->len, ==, BEFORE + AFTER + 1);
    g_assert_cmpuint(c->lost.bytes, ==, 0);
}

/* Wherever the thread is: by a signal, whose handler takes its time. */
static void hold(int sig)
{
    const struct timespec rest = { .tv_nsec = 100000000 };

    nanosleep(&rest, NULL);
}

static gpointer append_until_told(gpointer opaque)
{
    Held *held = opaque;
    uintptr_t n = 0;

    for (; !g_atomic_int_get(&held->is_held); n++) {
        capture_append(held->w, 0, n);
        if (n % 2000 == 0) {
            g_usleep(100);
        }
    }
    return (gpointer)n;
}

static void a_thread_is_held_at_any_instant(void)
{
    struct sigaction now = { .sa_handler = hold }, before;

    sigaction(SIGUSR1, &now, &before);
    for (int i = 0; i < 12; i++) {
        g_autofree char *path = test_path("capture");
        g_autoptr(TestCapture) c = NULL;
        Held held = { .w = test_open_new(path) };
        pthread_t thread;
        void *wrote;

        pthread_create(&thread, NULL, append_until_told, &held);
        g_usleep(g_test_rand_int_range(0, 20000));
        pthread_kill(thread, SIGUSR1);
        g_usleep(g_test_rand_int_range(0, 20000));
        g_assert_cmpint(truncate(path, 4096 * (i % 4)), ==, 0);
        g_usleep(90000);
        g_atomic_int_set(&held.is_held, 1);
        pthread_join(thread, &wrote);
        capture_writer_close(held.w);
        c = test_read(path);
        g_assert_cmpuint(c->bytes->len + c->lost.bytes, ==, (uintptr_t)wrote);
    }
    sigaction(SIGUSR1, &before, NULL);
}

/* ------------------------------------------------------------------ */
/* A second descriptor of the file                                     */

static bool is_same_file(int fd, const CaptureHeader *header)
{
    CaptureHeader got;

    return fd >= 0 && pread(fd, &got, sizeof(got), 0) == sizeof(got) &&
           got.start_mono_ns == header->start_mono_ns;
}

/* By the descriptor: the name may be another file's, or nobody's. */
static void a_second_descriptor_is_of_the_same_file(void)
{
    g_autofree char *path = test_path("capture");
    g_autofree char *aside = test_path("aside");
    CaptureWriter *w = test_open_new(path);
    int fds[6];

    for (int i = 0; i < 2; i++) {
        no_proc = i;
        fds[3 * i] = capture_writer_reopen(w);
        g_assert_cmpint(rename(path, aside), ==, 0);
        fds[3 * i + 1] = capture_writer_reopen(w);
        g_assert_cmpint(symlink("/dev/null", path), ==, 0);
        fds[3 * i + 2] = capture_writer_reopen(w);
        unlink(path);
        if (!i) {
            g_assert_cmpint(rename(aside, path), ==, 0);
        }
    }
    no_proc = false;
    for (int i = 0; i < 6; i++) {
        /* Without /proc by the name alone, if that is the file's. */
        g_assert_cmpint(is_same_file(fds[i], w->header), ==, i < 4);
        if (fds[i] >= 0) {
            close(fds[i]);
        }
    }
    test_store(path, "another", 7);
    no_proc = true;
    g_assert_cmpint(capture_writer_reopen(w), ==, -1);
    no_proc = false;
    capture_writer_close(w);
}

#define ADD(name) g_test_add_func("/writer-cut/" #name, name)

int main(int argc, char **argv)
{
    test_thread = pthread_self();
    test_begin(&argc, &argv);
    ADD(cut_behind_the_look);
    ADD(cut_when_all_looks_are_done);
    ADD(cut_before_room_is_reserved);
    ADD(cut_before_the_file_grows);
    ADD(cut_while_the_file_grows);
    ADD(copied_over_behind_the_look);
    ADD(copied_over_when_all_looks_are_done);
    ADD(copied_over_before_room_is_reserved);
    ADD(copied_over_before_the_file_grows);
    ADD(copied_over_while_the_file_grows);
    ADD(a_thread_that_is_held_meets_a_cut);
    ADD(a_thread_that_is_held_meets_another_file);
    ADD(a_thread_that_is_held_loses_nothing);
    ADD(a_thread_is_held_at_any_instant);
    ADD(a_second_descriptor_is_of_the_same_file);
    return g_test_run();
}
