/*
 * bootmark: a guest tells the probe port where it is.
 *
 *   bootmark kernel-start|user-start [ARGUMENT]
 *   bootmark [begin|end] NUMBER|NAME [ARGUMENT]
 *
 * For an initrd or a running system: build it static, run it as root.  Where
 * the port has no signature it writes nothing and exits with status 1.  The
 * argument of user-start is the kernel's clock in milliseconds, unless one is
 * given.  A name needs /proc: the device takes it by its physical address.
 * docs/guest-marks.md tells more.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/io.h>
#include <sys/mman.h>
#include <time.h>
#include <unistd.h>

#include "probe.h"

#define PORTS 8
#define PAGES 64 /* of which one is below 4 GiB, it is hoped */

/* What is to be written. */
typedef struct Mark {
    unsigned kind; /* BOOTPROBE_POINT, _BEGIN, _END */
    unsigned number; /* 0: by name */
    const char *name;
    unsigned argument;
    int has_argument;
} Mark;

static const struct {
    const char *name;
    unsigned number;
} known[] = {
    { "kernel-start", BOOTPROBE_KERNEL },
    { "user-start", BOOTPROBE_USERSPACE },
};

static int usage(void)
{
    fprintf(stderr,
            "usage: bootmark kernel-start|user-start [ARGUMENT]\n"
            "       bootmark [begin|end] NUMBER|NAME [ARGUMENT]\n"
            "NUMBER is 0x38 to 0x3f for marks of your own, NAME up to %d "
            "bytes that do not\nbegin with a digit, ARGUMENT up to 0xffffff\n",
            BOOTPROBE_NAME_MAX);
    return 2;
}

static int get_number(const char *text, unsigned long max, unsigned *number)
{
    char *end;
    unsigned long n;

    errno = 0;
    n = strtoul(text, &end, 0);
    *number = n;
    return text[0] >= '0' && text[0] <= '9' && !*end && !errno && n <= max;
}

/* What the words before the argument tell; how many they were, or 0. */
static int get_mark(char **words, Mark *mark)
{
    int n = 1;

    for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++) {
        if (!strcmp(words[0], known[i].name)) {
            mark->number = known[i].number;
            return 1;
        }
    }
    if (!strcmp(words[0], "begin") || !strcmp(words[0], "end")) {
        mark->kind = words[0][0] == 'b' ? BOOTPROBE_BEGIN : BOOTPROBE_END;
        n = 2;
    }
    mark->name = words[n - 1];
    if (!mark->name || !mark->name[0] ||
        strlen(mark->name) > BOOTPROBE_NAME_MAX) {
        return 0;
    }
    if (mark->name[0] < '0' || mark->name[0] > '9') {
        return n;
    }
    return get_number(mark->name, BOOTPROBE_NUMBER_MASK, &mark->number) &&
                   mark->number >= BOOTPROBE_USER
               ? n
               : 0;
}

/* Since the kernel started to count, which is soon after it started. */
static unsigned kernel_ms(void)
{
    struct timespec now;
    unsigned long long ms;

    clock_gettime(CLOCK_BOOTTIME, &now);
    ms = now.tv_sec * 1000ULL + now.tv_nsec / 1000000;
    return ms < BOOTPROBE_ARG_MAX ? ms : BOOTPROBE_ARG_MAX;
}

/* The physical address of a page that is in memory; 0: not to be had. */
static uint64_t physical(int pagemap, const unsigned char *page, long size)
{
    uint64_t entry;

    if (pread(pagemap, &entry, sizeof(entry),
              (uintptr_t)page / size * sizeof(entry)) != sizeof(entry) ||
        !(entry >> 63)) {
        return 0;
    }
    return (entry & ((UINT64_C(1) << 55) - 1)) * size;
}

/* A page below 4 GiB that stays where it is, and its address. */
static unsigned char *low_page(uint32_t *address)
{
    long size = sysconf(_SC_PAGESIZE);
    unsigned char *pages = mmap(NULL, PAGES * size, PROT_READ | PROT_WRITE,
                                MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    int pagemap = open("/proc/self/pagemap", O_RDONLY | O_CLOEXEC);

    if (pagemap < 0 || pages == MAP_FAILED || mlock(pages, PAGES * size)) {
        fprintf(stderr, "bootmark: /proc/self/pagemap: %s\n", strerror(errno));
        return NULL;
    }
    for (int i = 0; i < PAGES; i++) {
        uint64_t at = physical(pagemap, pages + i * size, size);

        if (at && at < UINT32_MAX - (uint64_t)size) {
            *address = at;
            return pages + i * size;
        }
    }
    fprintf(stderr, "bootmark: no page below 4 GiB; use a number\n");
    return NULL;
}

static int write_named(const Mark *mark)
{
    uint32_t address;
    unsigned char *page;

    if (!(bootprobe_features() & BOOTPROBE_NAMES)) {
        fprintf(stderr, "bootmark: this device takes no names\n");
        return 1;
    }
    page = low_page(&address);
    if (!page) {
        return 1;
    }
    bootprobe_name(page, mark->kind, 0,
                   mark->has_argument ? BOOTPROBE_UNIT_NUMBER
                                      : BOOTPROBE_UNIT_NONE,
                   mark->argument, 0, mark->name);
    if (!bootprobe_send(address)) {
        fprintf(stderr, "bootmark: the device refused the name\n");
        return 1;
    }
    return 0;
}

int main(int argc, char **argv)
{
    Mark mark = { 0 };
    int n = argc > 1 ? get_mark(argv + 1, &mark) : 0;

    mark.has_argument = n && argc == n + 2;
    if (!n || argc > n + 2 ||
        (mark.has_argument &&
         !get_number(argv[n + 1], BOOTPROBE_ARG_MAX, &mark.argument))) {
        return usage();
    }
    /* Refused without CAP_SYS_RAWIO, and where the kernel is locked down. */
    if (ioperm(BOOTPROBE_PORT, PORTS, 1)) {
        fprintf(stderr, "bootmark: ports 0x%x: %s\n", BOOTPROBE_PORT,
                strerror(errno));
        return 1;
    }
    if (!bootprobe_present()) {
        fprintf(stderr, "bootmark: no isa-bootprobe in this machine\n");
        return 1;
    }
    if (!mark.number) {
        return write_named(&mark);
    }
    if (mark.number == BOOTPROBE_USERSPACE && !mark.has_argument) {
        mark.argument = kernel_ms();
    }
    bootprobe_write(mark.kind | mark.number, mark.argument);
    return 0;
}
