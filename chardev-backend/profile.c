/*
 * Where the vCPUs are, many times a second: chardev option profile=HZ.
 *
 * A thread of ours asks each vCPU that is not halted, by async_run_on_cpu(),
 * at one random moment of each period; the vCPU's thread writes its registers
 * and the top of its stack into the captures before it goes on.  Periods that
 * pass until it comes to that (it emulates a device, or has no CPU) belong to
 * the place where it is then: the sample counts them as ticks.  A halted vCPU
 * is not woken; its ticks are counted here.
 *
 * With -icount a timer of the virtual clock takes the samples instead, so the
 * guest is sampled at the same instructions in each run.
 *
 * Without the option nothing of this runs.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#include "qemu-compat.h"
#include <sys/syscall.h>
#include "hw/core/cpu.h"
#include "qemu/lockable.h"
#include "qemu/thread.h"
#include "qemu/timer.h"

#include "boot-capture.h"
#include "profile-registers.h"

#define VCPUS_MAX 256

/*
 * A busy host may keep the thread from the CPU for seconds: its ticks are made up
 * for.  More than this is no load.
 */
#define LATE_NS_MAX UINT64_C(60000000000)

/* Idle ticks are written in records of this part of a second. */
#define IDLE_PARTS 10

typedef struct ProfiledVcpu {
    CPUState *cpu; /* a reference to it */
    int syscall_fd; /* KVM: what its thread does, -1: not known */
    unsigned idle; /* ticks while it was halted, not written yet */
    unsigned late; /* ticks since it was asked */
    bool asked;
    /* The last stack that was written, with the BQL held */
    uint64_t stack_sp;
    uint16_t stack_len;
    uint8_t stack[CAPTURE_SAMPLE_STACK_MAX];
} ProfiledVcpu;

static ProfiledVcpu vcpus[VCPUS_MAX];
static unsigned n_vcpus; /* grows by the main thread */

/* Captures that want samples; changed with the BQL and the lock held. */
static GPtrArray *wanting; /* BootCapture */
static QemuMutex lock;
static QemuThread thread;
static QEMUTimer *timer; /* -icount */
static unsigned hz; /* 0: no thread and no timer runs */
static uint64_t icount_next; /* ns of the virtual clock: the next period */
static uint64_t randomness;

/* ------------------------------------------------------------------ */
/* Records                                                             */

/* With the BQL held.  False: one of the captures lost it. */
static bool write_sample(const void *payload, size_t len, uint64_t mono_ns,
                         bool vclock)
{
    bool kept = true;

    for (guint i = 0; i < wanting->len; i++) {
        BootCapture *c = g_ptr_array_index(wanting, i);
        CaptureWriter *w = boot_capture_writer(c);
        uint64_t time = capture_writer_time(w, mono_ns);

        if (vclock) {
            boot_vclock(w, time);
        }
        kept &= capture_append_event(w, time, CAPTURE_SAMPLE, payload, len);
    }
    return kept;
}

static CaptureSample idle_sample(const ProfiledVcpu *v, unsigned ticks)
{
    return (CaptureSample){
        .vcpu = v->cpu->cpu_index,
        .ticks = MIN(ticks, UINT16_MAX),
        .flags = CAPTURE_SAMPLE_IDLE,
    };
}

/* With the BQL held; the record is of before the sample that follows. */
static void write_idle(ProfiledVcpu *v, uint64_t mono_ns)
{
    unsigned ticks = qatomic_xchg(&v->idle, 0);

    if (ticks) {
        CaptureSample s = idle_sample(v, ticks);

        write_sample(&s, sizeof(s), mono_ns, icount_enabled());
    }
}

/*
 * How many bytes at the end of a stack are as they were in the sample before;
 * both end at the same address, or it is none.
 */
static size_t unchanged(const ProfiledVcpu *v, uint64_t sp,
                        const uint8_t *stack, size_t len)
{
    size_t most = MIN(len, v->stack_len), n = 0;
    const uint8_t *a = stack + len, *b = v->stack + v->stack_len;

    if (sp + len != v->stack_sp + v->stack_len) {
        return 0;
    }
    while (n + 8 <= most && !memcmp(a - n - 8, b - n - 8, 8)) {
        n += 8;
    }
    return n;
}

/*
 * To a multiple of a third from the stack's top on: so the end is the same
 * while functions call and return.
 */
static size_t stack_window(uint64_t sp)
{
    const uint64_t third = CAPTURE_SAMPLE_STACK_MAX / 3;

    return 2 * third + (third - sp % third) % third;
}

/* In the vCPU's thread, or with all of them stopped; with the BQL held. */
static void sample(ProfiledVcpu *v, unsigned ticks)
{
    uint64_t now = capture_mono_ns();
    struct CAPTURE_PACKED {
        CaptureSample head;
        uint8_t stack[CAPTURE_SAMPLE_STACK_MAX];
    } s = { .head.vcpu = v->cpu->cpu_index,
            .head.ticks = MIN(ticks, UINT16_MAX) };
    size_t len, old;

    write_idle(v, now);
    profile_registers_read(v->cpu, &s.head, s.stack, stack_window);
    len = s.head.stack;
    old = unchanged(v, s.head.sp, s.stack, len);
    if (old) {
        s.head.flags |= CAPTURE_SAMPLE_GOES_ON;
        s.head.stack -= old;
    }
    if (!write_sample(&s, sizeof(s.head) + s.head.stack, now,
                      icount_enabled())) {
        len = 0; /* what follows must not refer to it */
    }
    v->stack_sp = s.head.sp;
    v->stack_len = len;
    memcpy(v->stack, s.stack, len);
}

/* ------------------------------------------------------------------ */
/* The thread                                                          */

/* From 0 to 1, the same sequence in each run. */
static double next_random(void)
{
    randomness ^= randomness << 13;
    randomness ^= randomness >> 7;
    randomness ^= randomness << 17;
    return (randomness >> 11) / (double)(UINT64_C(1) << 53);
}

static void on_vcpu(CPUState *cpu, run_on_cpu_data data)
{
    ProfiledVcpu *v = data.host_ptr;
    unsigned ticks = 1 + qatomic_xchg(&v->late, 0);

    if (wanting->len) {
        sample(v, ticks);
    } else {
        profile_registers_unask(cpu);
    }
    qatomic_set(&v->asked, false);
}

/*
 * Under KVM a vCPU halts in the kernel: its thread sleeps in KVM_RUN, where
 * /proc/PID/task/TID/syscall shows the call's number and arguments.
 */
static bool sleeps_in_kvm(const ProfiledVcpu *v)
{
    static const char ioctl_number[] = G_STRINGIFY(__NR_ioctl) " ";
    char text[32];
    ssize_t n =
        v->syscall_fd < 0 ? 0 : pread(v->syscall_fd, text, sizeof(text), 0);

    return n > (ssize_t)strlen(ioctl_number) &&
           !memcmp(text, ioctl_number, strlen(ioctl_number));
}

static bool is_idle(const ProfiledVcpu *v)
{
    return qatomic_read(&v->cpu->halted) || sleeps_in_kvm(v);
}

/* Idle ticks of a vCPU that goes on sleeping are not kept for ever. */
static void tell_idle(ProfiledVcpu *v)
{
    unsigned ticks;
    CaptureSample s;

    if (qatomic_read(&v->idle) < MAX(hz / IDLE_PARTS, 1)) {
        return;
    }
    QEMU_LOCK_GUARD(&lock);
    for (guint i = 0; i < wanting->len; i++) {
        if (capture_writer_clock(boot_capture_writer(
                g_ptr_array_index(wanting, i))) == CAPTURE_CLOCK_MODE_VIRTUAL) {
            return; /* only QEMU's own threads write on that clock */
        }
    }
    ticks = qatomic_xchg(&v->idle, 0);
    if (ticks) {
        s = idle_sample(v, ticks);
        write_sample(&s, sizeof(s), capture_mono_ns(), false);
    }
}

static void tick(ProfiledVcpu *v)
{
    if (!qatomic_read(&v->cpu->created) || v->cpu->unplug) {
        return;
    }
    if (qatomic_read(&v->asked)) {
        qatomic_inc(&v->late);
    } else if (is_idle(v)) {
        qatomic_inc(&v->idle);
        tell_idle(v);
    } else {
        qatomic_set(&v->asked, true);
        profile_registers_ask(v->cpu);
        async_run_on_cpu(v->cpu, on_vcpu, RUN_ON_CPU_HOST_PTR(v));
    }
}

static void sleep_until(uint64_t mono_ns)
{
    const struct timespec at = { .tv_sec = mono_ns / 1000000000,
                                 .tv_nsec = mono_ns % 1000000000 };
    int ret;

    do {
        ret = clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &at, NULL);
    } while (ret == EINTR);
}

static void *run_thread(void *opaque)
{
    unsigned rate = hz;
    uint64_t period = UINT64_C(1000000000) / rate;
    uint64_t next = capture_mono_ns();

    while (qatomic_read(&hz)) {
        unsigned n = qatomic_load_acquire(&n_vcpus);

        sleep_until(next + period * next_random());
        for (unsigned i = 0; runstate_is_running() && i < n; i++) {
            tick(&vcpus[i]);
        }
        next += period;
        if (capture_mono_ns() > next + LATE_NS_MAX) {
            next = capture_mono_ns(); /* we were stopped */
        }
    }
    return NULL;
}

/* ------------------------------------------------------------------ */
/* -icount                                                             */

static bool any_runs(void)
{
    for (unsigned i = 0; i < n_vcpus; i++) {
        if (qatomic_read(&vcpus[i].cpu->running)) {
            return true;
        }
    }
    return false;
}

static void arm_timer(void)
{
    uint64_t period = UINT64_C(1000000000) / hz;

    timer_mod_ns(timer, icount_next + period * next_random());
    icount_next += period;
}

/*
 * In the thread of the vCPUs, as a rule, between two instructions.  The main
 * loop may be quicker while the last instruction before is being emulated:
 * then the timer expires again at once.
 */
static void on_timer(void *opaque)
{
    if (any_runs()) {
        timer_mod_ns(timer, qemu_clock_get_ns(QEMU_CLOCK_VIRTUAL));
        return;
    }
    for (unsigned i = 0; i < n_vcpus; i++) {
        ProfiledVcpu *v = &vcpus[i];

        if (v->cpu->halted) {
            v->idle++;
            if (v->idle >= MAX(hz / IDLE_PARTS, 1)) {
                write_idle(v, capture_mono_ns());
            }
        } else {
            sample(v, 1);
        }
    }
    arm_timer();
}

/* ------------------------------------------------------------------ */
/* The main thread                                                     */

static bool is_known(const CPUState *cpu)
{
    for (unsigned i = 0; i < n_vcpus; i++) {
        if (vcpus[i].cpu == cpu) {
            return true;
        }
    }
    return false;
}

/* vCPUs may be plugged in. */
static void look_for_vcpus(void)
{
    CPUState *cpu;

    CPU_FOREACH(cpu)
    {
        ProfiledVcpu *v = &vcpus[n_vcpus];
        g_autofree char *path = NULL;

        if (is_known(cpu) || !cpu->created || n_vcpus == VCPUS_MAX) {
            continue;
        }
        object_ref(OBJECT(cpu));
        v->cpu = cpu;
        v->syscall_fd = -1;
        if (profile_registers_by_kvm()) {
            path =
                g_strdup_printf("/proc/self/task/%d/syscall", cpu->thread_id);
            v->syscall_fd = open(path, O_RDONLY | O_CLOEXEC);
        }
        qatomic_store_release(&n_vcpus, n_vcpus + 1);
    }
}

static void on_run_state(void *opaque, bool running, RunState state)
{
    if (running) {
        look_for_vcpus();
    }
}

static void on_realize(DeviceListener *listener, DeviceState *dev)
{
    if (object_dynamic_cast(OBJECT(dev), TYPE_CPU)) {
        look_for_vcpus();
    }
}

static DeviceListener listener = { .realize = on_realize };
static VMChangeStateEntry *run_state;

static void start_sampling(unsigned rate)
{
    randomness = UINT64_C(0x9e3779b97f4a7c15);
    hz = rate;
    profile_registers_start();
    look_for_vcpus();
    device_listener_register(&listener);
    run_state = qemu_add_vm_change_state_handler(on_run_state, NULL);
    if (icount_enabled()) {
        icount_next = qemu_clock_get_ns(QEMU_CLOCK_VIRTUAL);
        timer = timer_new_ns(QEMU_CLOCK_VIRTUAL, on_timer, NULL);
        arm_timer();
    } else {
        qemu_thread_create(&thread, "bootstamp/prof", run_thread, NULL,
                           QEMU_THREAD_JOINABLE);
    }
}

static void stop_sampling(void)
{
    qatomic_set(&hz, 0);
    device_listener_unregister(&listener);
    qemu_del_vm_change_state_handler(run_state);
    if (timer) {
        timer_free(timer);
        timer = NULL;
    } else {
        qemu_thread_join(&thread);
    }
}

static void tell_profile(BootCapture *c)
{
    CaptureWriter *w = boot_capture_writer(c);
    const CaptureProfile p = {
        .hz = hz,
        .stack = CAPTURE_SAMPLE_STACK_MAX,
        .flags = icount_enabled() ? CAPTURE_PROFILE_VIRTUAL : 0,
    };

    capture_append_event(w, capture_writer_now(w), CAPTURE_PROFILE, &p,
                         sizeof(p));
}

/* Once for each capture; the first one's rate is that of all. */
static void add(BootCapture *c)
{
    unsigned rate = boot_capture_profile(c);

    if (!rate || g_ptr_array_find(wanting, c, NULL)) {
        return;
    }
    WITH_QEMU_LOCK_GUARD(&lock)
    {
        g_ptr_array_add(wanting, c);
    }
    for (unsigned i = 0; i < n_vcpus; i++) {
        vcpus[i].stack_len = 0;
    }
    if (!hz) {
        start_sampling(rate);
    }
    tell_profile(c);
}

static void ready(void)
{
    g_autoptr(GPtrArray) open = boot_capture_list();

    for (guint i = 0; i < open->len; i++) {
        add(open->pdata[i]);
    }
}

static void closing(BootCapture *c)
{
    bool was_there;

    WITH_QEMU_LOCK_GUARD(&lock)
    {
        was_there = g_ptr_array_remove(wanting, c);
    }
    if (was_there && !wanting->len) {
        stop_sampling();
    }
}

static BootSource profile = {
    .ready = ready,
    .describe = add,
    .closing = closing,
};

static void register_profile(void)
{
    qemu_mutex_init(&lock);
    wanting = g_ptr_array_new();
    boot_source_register(&profile);
}

type_init(register_profile);
