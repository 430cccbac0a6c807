/*
 * Threads that fault in mapped files which somebody cut, while others come
 * and go with files of theirs.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "capture/sigbus-handler.h"
#include "capture/sigbus.h"
#include "util.h"

#define SIZE 65536
#define PAGE 4096
#define COMERS 3
#define ROUNDS 3000

/* A mapping of a file that is empty by now: each first access faults. */
static char *map_what_is_gone(const char *path)
{
    int fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    char *map;

    g_assert_cmpint(fd, >=, 0);
    g_assert_cmpint(ftruncate(fd, SIZE), ==, 0);
    map = mmap(NULL, SIZE, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
    g_assert_true(map != MAP_FAILED);
    g_assert_cmpint(ftruncate(fd, 0), ==, 0);
    close(fd);
    return map;
}

static void fault_everywhere(volatile char *map)
{
    for (int at = 0; at < SIZE; at += PAGE) {
        g_assert_cmpint(map[at], ==, 0);
    }
}

static int running;

/* As a reader does that opens one capture after the other. */
static gpointer come_and_go(gpointer opaque)
{
    g_autofree char *path = test_path(opaque);

    while (g_atomic_int_get(&running)) {
        char *map = map_what_is_gone(path);
        SigbusRegion *region = sigbus_guard(map, SIZE, true);

        fault_everywhere(map);
        g_assert_true(sigbus_damaged(region));
        sigbus_unguard(region);
        munmap(map, SIZE);
    }
    return NULL;
}

/*
 * The handler walks the list in one thread while others take their entries
 * out of it and put them in again.
 */
static void a_fault_meets_readers_that_come_and_go(void)
{
    static const char *const names[COMERS] = { "a", "b", "c" };
    g_autofree char *path = test_path("file");
    GThread *threads[COMERS];

    sigbus_install();
    g_atomic_int_set(&running, 1);
    for (int i = 0; i < COMERS; i++) {
        threads[i] = g_thread_new("reader", come_and_go, (gpointer)names[i]);
    }
    for (int i = 0; i < ROUNDS; i++) {
        char *map = map_what_is_gone(path);
        SigbusRegion *region = sigbus_guard(map, SIZE, false);

        fault_everywhere(map);
        sigbus_unguard(region);
        munmap(map, SIZE);
    }
    g_atomic_int_set(&running, 0);
    for (int i = 0; i < COMERS; i++) {
        g_thread_join(threads[i]);
    }
}

/* An entry is used again: a thousand readers, one after the other, take one. */
static void an_entry_is_used_again(void)
{
    static char page[PAGE];
    SigbusRegion *first = sigbus_guard(page, PAGE, false);

    sigbus_unguard(first);
    for (int i = 0; i < 1000; i++) {
        SigbusRegion *next = sigbus_guard(page, PAGE, false);

        g_assert_true(next == first);
        g_assert_false(sigbus_damaged(next));
        sigbus_unguard(next);
    }
}

static bool is_blocked(void)
{
    sigset_t now;

    g_assert_cmpint(pthread_sigmask(SIG_SETMASK, NULL, &now), ==, 0);
    return sigismember(&now, SIGBUS);
}

static void block(void)
{
    sigset_t set;

    sigemptyset(&set);
    sigaddset(&set, SIGBUS);
    g_assert_cmpint(pthread_sigmask(SIG_BLOCK, &set, NULL), ==, 0);
}

static gpointer fault_with_the_signal_blocked(gpointer opaque)
{
    g_autofree char *path = test_path("file");
    char *map = map_what_is_gone(path);
    SigbusRegion *region = sigbus_guard(map, SIZE, true);

    block();
    sigbus_enter();
    sigbus_enter();
    fault_everywhere(map);
    sigbus_leave();
    map[0] = 1;
    sigbus_leave();
    sigbus_unguard(region);
    munmap(map, SIZE);
    return GINT_TO_POINTER(is_blocked());
}

/* QEMU's main loop has memory errors from its signalfd: what it blocks stays. */
static void the_main_threads_mask_is_put_back(void)
{
    sigset_t before;

    sigbus_install();
    pthread_sigmask(SIG_SETMASK, NULL, &before);
    g_assert_cmpint(getpid(), ==, gettid());
    for (int i = 0; i < 2; i++) {
        g_assert_true(fault_with_the_signal_blocked(NULL));
    }
    /* Another thread is the guest's: one system call, not two for each byte. */
    g_assert_null(g_thread_join(
        g_thread_new("vcpu", fault_with_the_signal_blocked, NULL)));
    pthread_sigmask(SIG_SETMASK, &before, NULL);
}

#define ADD(name) g_test_add_func("/sigbus/" #name, name)

int main(int argc, char **argv)
{
    test_begin(&argc, &argv);
    ADD(a_fault_meets_readers_that_come_and_go);
    ADD(an_entry_is_used_again);
    ADD(the_main_threads_mask_is_put_back);
    return g_test_run();
}
