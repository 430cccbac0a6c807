/*
 * How QEMU came to its captures: the stages of its start.
 *
 * Most of them are over before there is a capture, so their times are kept
 * until then.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#include "qemu/osdep.h"
#include "qemu/cutils.h"

#include "boot-start.h"
#include "capture/paths.h"

#define NS_PER_S UINT64_C(1000000000)

/* A start that is told of and longer ago than this was another process's. */
#define START_MAX_NS (60 * NS_PER_S)

/* ns, CLOCK_MONOTONIC; 0: not yet */
static uint64_t process_start, loaded, options, machine, opened_late;

static uint64_t clock_ns(clockid_t id)
{
    struct timespec ts;

    clock_gettime(id, &ts);
    return ts.tv_sec * NS_PER_S + ts.tv_nsec;
}

/* Field 22 of /proc/self/stat, proc(5): ticks since the host booted; or 0. */
static uint64_t start_ticks(void)
{
    g_autofree char *stat = NULL;
    g_auto(GStrv) fields = NULL;
    const char *rest;

    /* The second field is the program's name, whatever is in it. */
    if (!g_file_get_contents("/proc/self/stat", &stat, NULL, NULL)) {
        return 0;
    }
    rest = strrchr(stat, ')');
    if (!rest) {
        return 0;
    }
    fields = g_strsplit(rest, " ", 22);
    return g_strv_length(fields) > 20 ? g_ascii_strtoull(fields[20], NULL, 10)
                                      : 0;
}

/*
 * When the process began, as the kernel tells; 0 where that is not QEMU's
 * start: a process that did something else before, such as a shell that
 * became QEMU, has waited, or has used more of a CPU than a start takes.
 */
static uint64_t start_by_kernel(uint64_t now)
{
    uint64_t tick = NS_PER_S / sysconf(_SC_CLK_TCK);
    uint64_t suspended = clock_ns(CLOCK_BOOTTIME) - clock_ns(CLOCK_MONOTONIC);
    uint64_t start = start_ticks() * tick;
    uint64_t cpu = clock_ns(CLOCK_PROCESS_CPUTIME_ID);

    if (start <= suspended) {
        return 0;
    }
    /* Rounded down by the kernel: the middle is nearest. */
    start = start - suspended + tick / 2;
    if (start > now) {
        return now;
    }
    return now - start < 2 * cpu + tick ? start : 0;
}

static void __attribute__((constructor)) note_load(void)
{
    const char *start = getenv(CAPTURE_START_ENV);

    loaded = capture_mono_ns();
    if (!start || qemu_strtou64(start, NULL, 10, &process_start) ||
        process_start > loaded || loaded - process_start > START_MAX_NS) {
        process_start = start_by_kernel(loaded);
    }
    if (!process_start) {
        process_start = loaded;
    }
    unsetenv(CAPTURE_START_ENV);
}

uint64_t boot_process_start(void)
{
    return process_start;
}

void boot_start_options(void)
{
    if (!options) {
        options = capture_mono_ns();
    }
}

void boot_start_machine(void)
{
    machine = capture_mono_ns();
}

uint64_t boot_start_machine_ready(void)
{
    return machine;
}

uint64_t boot_start_opened_late(void)
{
    return opened_late;
}

static void write_stage(CaptureWriter *w, CaptureVmEvent stage, uint64_t at)
{
    uint8_t event = stage;

    capture_append_event(w, capture_writer_time(w, at), CAPTURE_VM, &event, 1);
}

void boot_start_write(CaptureWriter *w, bool machine_ready)
{
    write_stage(w, CAPTURE_VM_START, process_start);
    if (machine_ready) {
        return;
    }
    write_stage(w, CAPTURE_VM_LOADED, loaded);
    if (machine) {
        /* By bootstamp run: READY is to stand before it. */
        opened_late = capture_mono_ns();
    } else {
        write_stage(w, CAPTURE_VM_OPTIONS, options);
        write_stage(w, CAPTURE_VM_OPENED, capture_mono_ns());
    }
}
