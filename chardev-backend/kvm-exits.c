/*
 * How often the guest leaves KVM, and why: the counters of each vCPU's
 * statistics, looked at by the capture's helper thread now and then.  The
 * guest's path is not touched.
 *
 * Linux: Documentation/virt/kvm/api.rst, KVM_GET_STATS_FD (5.14 and later).
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#include "qemu-compat.h"
#include <linux/kvm.h>
#include <sys/ioctl.h>
#include "hw/core/cpu.h"
#include "qemu/lockable.h"
#include "qemu/module.h"

#include "boot-capture.h"

#define VCPUS_MAX 256
#define KINDS_MAX 64 /* of exits; a reader keeps as many */

/* As often as vcpu-time.c looks, which says why. */
#define LOOK_MIN_NS UINT64_C(4500000)
#define LOOK_PART 1000

/* A counter, the same for all vCPUs. */
typedef struct ExitKind {
    char *name;
    off_t offset; /* in the statistics' file */
} ExitKind;

/* Held for as long as a look takes; nobody on the guest's path wants it. */
static QemuMutex lock;
static ExitKind kinds[KINDS_MAX];
static unsigned n_kinds;
static struct {
    int vcpu_fd, stats_fd;
} vcpus[VCPUS_MAX];
static unsigned n_vcpus;

/* A capture's own. */
typedef struct KvmExits {
    uint64_t began, last; /* ns, CLOCK_MONOTONIC */
    unsigned named; /* kinds that it was told of */
    uint64_t reported[KINDS_MAX];
} KvmExits;

/* ------------------------------------------------------------------ */
/* The main thread: what there is                                      */

/* Counts that only rise, by the words that KVM has for exits. */
static bool is_exit_kind(const struct kvm_stats_desc *d, const char *name)
{
    return (d->flags & KVM_STATS_TYPE_MASK) == KVM_STATS_TYPE_CUMULATIVE &&
           (d->flags & KVM_STATS_UNIT_MASK) == KVM_STATS_UNIT_NONE &&
           d->size == 1 &&
           (strstr(name, "exit") || !strcmp(name, "pf_taken") ||
            !strcmp(name, "hypercalls") || !strcmp(name, "insn_emulation"));
}

static void learn_kind(int fd, const struct kvm_stats_header *h, unsigned i)
{
    size_t size = sizeof(struct kvm_stats_desc) + h->name_size;
    g_autofree char *room = g_malloc0(size + 1);
    const struct kvm_stats_desc *d = (void *)room;
    const char *name = room + sizeof(*d);

    if (pread(fd, room, size, h->desc_offset + i * size) == (ssize_t)size &&
        is_exit_kind(d, name) && n_kinds < KINDS_MAX) {
        kinds[n_kinds].name = g_strdup(name);
        kinds[n_kinds].offset = h->data_offset + d->offset;
        n_kinds++;
    }
}

static bool learn_kinds(int fd)
{
    struct kvm_stats_header h;

    if (pread(fd, &h, sizeof(h), 0) != sizeof(h) || h.name_size > 256) {
        return false;
    }
    for (unsigned i = 0; !n_vcpus && i < MIN(h.num_desc, 1024); i++) {
        learn_kind(fd, &h, i);
    }
    return n_kinds;
}

static bool is_watched(int vcpu_fd)
{
    for (unsigned i = 0; i < n_vcpus; i++) {
        if (vcpus[i].vcpu_fd == vcpu_fd) {
            return true;
        }
    }
    return false;
}

/* While it runs a vCPU answers no call, so this is for when it does not. */
static void look_for_vcpus(void)
{
    CPUState *cpu;

    if (!object_dynamic_cast(OBJECT(current_machine->accelerator),
                             "kvm-accel")) {
        return;
    }
    QEMU_LOCK_GUARD(&lock);
    CPU_FOREACH(cpu)
    {
        int fd = n_vcpus < VCPUS_MAX && !is_watched(cpu->kvm_fd)
                     ? ioctl(cpu->kvm_fd, KVM_GET_STATS_FD, NULL)
                     : -1;

        if (fd >= 0 && learn_kinds(fd)) {
            vcpus[n_vcpus].vcpu_fd = cpu->kvm_fd;
            vcpus[n_vcpus++].stats_fd = fd;
        } else if (fd >= 0) {
            close(fd);
        }
    }
}

/* vCPUs may have been plugged in. */
static void on_run_state(void *opaque, bool running, RunState state)
{
    if (running) {
        look_for_vcpus();
    }
}

static void ready(void)
{
    look_for_vcpus();
    qemu_add_vm_change_state_handler(on_run_state, NULL);
}

/* ------------------------------------------------------------------ */
/* The helper thread: how often                                        */

/* Of all vCPUs, with the lock held.  One that was unplugged keeps its own. */
static uint64_t read_count(const ExitKind *kind)
{
    uint64_t sum = 0, count;

    for (unsigned i = 0; i < n_vcpus; i++) {
        if (pread(vcpus[i].stats_fd, &count, sizeof(count), kind->offset) ==
            sizeof(count)) {
            sum += count;
        }
    }
    return sum;
}

/* In the main thread: what was counted before is no news of this capture. */
static void *look_begin(void)
{
    KvmExits *e = g_new0(KvmExits, 1);

    e->began = e->last = capture_mono_ns();
    QEMU_LOCK_GUARD(&lock);
    for (unsigned i = 0; i < n_kinds; i++) {
        e->reported[i] = read_count(&kinds[i]);
    }
    return e;
}

static void write_count(CaptureWriter *w, uint8_t id, uint64_t count,
                        uint64_t window, uint64_t mono_ns)
{
    CaptureExits exits = {
        .id = id,
        .window_us = window ? CLAMP(window / 1000, 1, UINT32_MAX) : 0,
        .count = count,
    };

    capture_append_event(w, capture_writer_time(w, mono_ns), CAPTURE_EXITS,
                         &exits, sizeof(exits));
}

/* Its name, and where its counter stood when the capture was opened. */
static void meet(KvmExits *e, CaptureWriter *w, unsigned i, uint64_t mono_ns)
{
    g_autoptr(GByteArray) payload = g_byte_array_new();
    uint8_t id = i;

    g_byte_array_append(payload, &id, 1);
    g_byte_array_append(payload, (uint8_t *)kinds[i].name,
                        strlen(kinds[i].name) + 1);
    capture_append_event(w, capture_writer_time(w, mono_ns), CAPTURE_EXIT_KIND,
                         payload->data, payload->len);
    if (e->reported[i]) {
        write_count(w, id, e->reported[i], 0, mono_ns);
    }
    e->named = i + 1;
}

static bool look(void *state, CaptureWriter *w, uint64_t mono_ns)
{
    KvmExits *e = state;
    uint64_t window = mono_ns - e->last;
    bool news = false;

    QEMU_LOCK_GUARD(&lock);
    if (!capture_writer_is_closing(w) &&
        window < MAX(LOOK_MIN_NS, (mono_ns - e->began) / LOOK_PART)) {
        return false;
    }
    e->last = mono_ns;
    for (unsigned i = 0; i < n_kinds; i++) {
        uint64_t count = read_count(&kinds[i]);

        if (i >= e->named) {
            meet(e, w, i, mono_ns);
        }
        if (count > e->reported[i]) {
            write_count(w, i, count, window, mono_ns);
            e->reported[i] = count;
            news = true;
        }
    }
    return news;
}

static BootSource kvm_exits = {
    .ready = ready,
    .look_begin = look_begin,
    .look = look,
    .look_end = g_free,
};

static void register_kvm_exits(void)
{
    qemu_mutex_init(&lock);
    boot_source_register(&kvm_exits);
}

type_init(register_kvm_exits)
