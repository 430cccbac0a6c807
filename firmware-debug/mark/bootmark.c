/*
 * bootmark: a guest tells the probe port where it is.
 *
 *   bootmark kernel-start|user-start [ARGUMENT]
 *   bootmark [begin|end] NUMBER [ARGUMENT]
 *
 * For an initrd or a running system: build it static, run it as root.  Where
 * the port has no signature it writes nothing and exits with status 1.  The
 * argument of user-start is the kernel's clock in milliseconds, unless one is
 * given.  docs/guest-marks.md tells more.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/io.h>
#include <time.h>

#include "probe.h"

#define PORTS 8

static const struct {
    const char *name;
    unsigned char id;
} names[] = {
    { "kernel-start", BOOTPROBE_POINT | BOOTPROBE_KERNEL },
    { "user-start", BOOTPROBE_POINT | BOOTPROBE_USERSPACE },
};

static int usage(void)
{
    fprintf(stderr,
            "usage: bootmark kernel-start|user-start [ARGUMENT]\n"
            "       bootmark [begin|end] NUMBER [ARGUMENT]\n"
            "NUMBER is 0x38 to 0x3f for marks of your own, ARGUMENT up to "
            "0xffffff\n");
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

/* The id that the words before the argument tell; how many they were, or 0. */
static int get_id(char **words, unsigned *id)
{
    unsigned kind = BOOTPROBE_POINT;
    int n = 1;

    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
        if (!strcmp(words[0], names[i].name)) {
            *id = names[i].id;
            return 1;
        }
    }
    if (!strcmp(words[0], "begin") || !strcmp(words[0], "end")) {
        kind = words[0][0] == 'b' ? BOOTPROBE_BEGIN : BOOTPROBE_END;
        n = 2;
    }
    if (!words[n - 1] || !get_number(words[n - 1], BOOTPROBE_NUMBER_MASK, id) ||
        !*id) {
        return 0;
    }
    *id |= kind;
    return n;
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

int main(int argc, char **argv)
{
    unsigned id, argument = 0;
    int n = argc > 1 ? get_id(argv + 1, &id) : 0;

    if (!n || argc > n + 2 ||
        (argc == n + 2 &&
         !get_number(argv[n + 1], BOOTPROBE_ARG_MAX, &argument))) {
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
    if (id == BOOTPROBE_USERSPACE && argc == n + 1) {
        argument = kernel_ms();
    }
    bootprobe_write(id, argument);
    return 0;
}
