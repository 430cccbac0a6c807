/*
 * What the host gave each vCPU: the time that its thread was on a CPU, and the
 * time that it was ready and had none.  The capture's helper thread reads what
 * the kernel keeps for it; the guest's path is not touched.
 *
 * Linux: Documentation/scheduler/sched-stats.rst, /proc/PID/schedstat; and
 * proc(5) for the time that a hypervisor below took (steal in /proc/stat).
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#include "qemu-compat.h"
#include "hw/core/cpu.h"
#include "qemu/lockable.h"
#include "qemu/module.h"

#include "boot-capture.h"

#define THREADS_MAX 256

/*
 * Looks are LOOK_MIN_NS apart at first, and later a thousandth of the time
 * since the capture began: of an hour some thousand are kept.
 */
#define LOOK_MIN_NS UINT64_C(4500000)
#define LOOK_PART 1000

/* /proc/stat costs the kernel a look at every interrupt. */
#define STEAL_EVERY_NS UINT64_C(100000000)

typedef struct VcpuThread {
    int tid, fd;
    uint16_t vcpu;
    uint64_t since; /* ns, CLOCK_MONOTONIC */
    CaptureVcpu first; /* what it had then */
} VcpuThread;

/* Held for as long as a look takes; nobody on the guest's path wants it. */
static QemuMutex lock;
static VcpuThread threads[THREADS_MAX];
static unsigned n_threads;
static int stat_fd = -1;

/* A capture's own. */
typedef struct VcpuTimes {
    uint64_t began, last, stolen_at; /* ns, CLOCK_MONOTONIC */
    uint64_t steal_ns;
    CaptureVcpu reported[THREADS_MAX];
    bool met[THREADS_MAX]; /* it has a record */
    bool rested[THREADS_MAX]; /* nothing was new at the last look */
} VcpuTimes;

/* ------------------------------------------------------------------ */
/* What the kernel says                                                */

static ssize_t read_text(int fd, char *text, size_t size)
{
    ssize_t len = fd < 0 ? -1 : pread(fd, text, size - 1, 0);

    text[MAX(len, 0)] = '\0';
    return len;
}

/* "cpu_ns wait_ns timeslices"; false: the thread ended. */
static bool read_thread(const VcpuThread *t, CaptureVcpu *v)
{
    char text[96], *end;

    if (read_text(t->fd, text, sizeof(text)) <= 0) {
        return false;
    }
    v->vcpu = t->vcpu;
    v->cpu_ns = g_ascii_strtoull(text, &end, 10);
    v->wait_ns = g_ascii_strtoull(end, NULL, 10);
    return true;
}

/* "cpu user nice system idle iowait irq softirq steal ..." in ticks. */
static uint64_t read_steal(void)
{
    char text[256], *at = text + 3;
    uint64_t ticks = 0;

    if (read_text(stat_fd, text, sizeof(text)) <= 3) {
        return 0;
    }
    for (int i = 0; i < 8; i++) {
        ticks = g_ascii_strtoull(at, &at, 10);
    }
    return ticks * (1000000000 / MAX(sysconf(_SC_CLK_TCK), 1));
}

/* ------------------------------------------------------------------ */
/* The main thread: which there are                                    */

static bool is_watched(int tid)
{
    for (unsigned i = 0; i < n_threads; i++) {
        if (threads[i].tid == tid) {
            return true;
        }
    }
    return false;
}

/* One thread may run all vCPUs by turns (TCG, with -icount always). */
static void look_for_threads(void)
{
    CPUState *cpu;

    CPU_FOREACH(cpu)
    {
        g_autofree char *path = NULL;
        VcpuThread t = {
            .tid = cpu->thread_id,
            .vcpu = cpu->cpu_index,
            .since = capture_mono_ns(),
        };

        if (!t.tid || is_watched(t.tid) || n_threads == THREADS_MAX) {
            continue;
        }
        path = g_strdup_printf("/proc/self/task/%d/schedstat", t.tid);
        t.fd = open(path, O_RDONLY | O_CLOEXEC);
        if (t.fd >= 0 && read_thread(&t, &t.first)) {
            WITH_QEMU_LOCK_GUARD(&lock)
            {
                threads[n_threads++] = t;
            }
        }
    }
}

/* vCPUs may have been plugged in. */
static void on_run_state(void *opaque, bool running, RunState state)
{
    if (running) {
        look_for_threads();
    }
}

static void ready(void)
{
    look_for_threads();
    qemu_add_vm_change_state_handler(on_run_state, NULL);
}

/* ------------------------------------------------------------------ */
/* The helper thread: how much they got                                */

/* In the main thread: from here on the capture tells of them. */
static void *look_begin(void)
{
    VcpuTimes *v = g_new0(VcpuTimes, 1);

    if (stat_fd < 0) {
        stat_fd = open("/proc/stat", O_RDONLY | O_CLOEXEC);
    }
    v->began = v->last = v->stolen_at = capture_mono_ns();
    v->steal_ns = read_steal();
    QEMU_LOCK_GUARD(&lock);
    for (unsigned i = 0; i < n_threads; i++) {
        read_thread(&threads[i], &v->reported[i]);
    }
    return v;
}

static void write_times(VcpuTimes *v, CaptureWriter *w, unsigned i,
                        uint64_t mono_ns)
{
    v->reported[i].steal_ns = v->steal_ns;
    capture_append_event(w, capture_writer_time(w, mono_ns), CAPTURE_VCPU,
                         &v->reported[i], sizeof(v->reported[i]));
}

/* What it had when it came, or the capture did: without it the first is lost. */
static void meet(VcpuTimes *v, CaptureWriter *w, unsigned i)
{
    if (threads[i].since > v->began) {
        v->reported[i] = threads[i].first;
    }
    v->met[i] = true;
    write_times(v, w, i, MAX(threads[i].since, v->began));
}

/* @before: of the look before this one. */
static bool look_at_thread(VcpuTimes *v, CaptureWriter *w, unsigned i,
                           uint64_t before, uint64_t mono_ns)
{
    CaptureVcpu now = { 0 };

    if (!read_thread(&threads[i], &now)) {
        return false;
    }
    if (!v->met[i]) {
        meet(v, w, i);
    }
    if (now.cpu_ns == v->reported[i].cpu_ns &&
        now.wait_ns == v->reported[i].wait_ns) {
        v->rested[i] = true;
        return false;
    }
    if (v->rested[i]) {
        v->rested[i] = false;
        write_times(v, w, i, before); /* up to there it had no more */
    }
    v->reported[i] = now;
    write_times(v, w, i, mono_ns);
    return true;
}

static bool look(void *state, CaptureWriter *w, uint64_t mono_ns)
{
    VcpuTimes *v = state;
    uint64_t before = v->last;
    bool news = false;

    if (!capture_writer_is_closing(w) &&
        mono_ns - before < MAX(LOOK_MIN_NS, (mono_ns - v->began) / LOOK_PART)) {
        return false;
    }
    v->last = mono_ns;
    if (mono_ns - v->stolen_at > STEAL_EVERY_NS) {
        v->steal_ns = read_steal();
        v->stolen_at = mono_ns;
    }
    QEMU_LOCK_GUARD(&lock);
    for (unsigned i = 0; i < n_threads; i++) {
        news |= look_at_thread(v, w, i, before, mono_ns);
    }
    return news;
}

static BootSource vcpu_time = {
    .ready = ready,
    .look_begin = look_begin,
    .look = look,
    .look_end = g_free,
};

static void register_vcpu_time(void)
{
    qemu_mutex_init(&lock);
    boot_source_register(&vcpu_time);
}

type_init(register_vcpu_time);
