/*
 * The registers and the stack of a vCPU.
 *
 * CPUState's target is not known here, so that one module fits all of QEMU's
 * programs: registers are read by the numbers that gdb has for them, which
 * each target implements (gdb_read_register).  Under KVM on x86 the kernel
 * leaves what is needed when the vCPU comes out of it, or two ioctls bring it;
 * cpu_synchronize_state(), which other hosts take, reads all registers and has
 * them all written back.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#include "qemu-compat.h"
#include "qemu/bswap.h"
#include "exec/cpu-common.h"

#ifdef __x86_64__
#include <linux/kvm.h>
#endif

#include "boot-capture.h"
#include "profile-registers.h"

/* Stacks are read in such pieces: no target with an MMU has smaller pages. */
#define PIECE 4096

#define CR0_PE 0x1
#define CR0_PG 0x80000000
#define EFLAGS_VM 0x20000
#define EFER_LMA 0x400
#define VECTORS_END 0x400 /* of real mode, from address 0 on */

/* gdb's number of each register; -1: there is none. */
typedef struct GdbNumbers {
    const char *arch; /* as boot_capture_arch() */
    uint8_t size; /* bytes of a register */
    CaptureWidth width; /* unknown: x86, which tells */
    int sp, fp, link;
    int flags, cs, ss, cr0, efer; /* x86 */
    int status; /* ARM: CPSR */
} GdbNumbers;

static const GdbNumbers targets[] = {
    { "x86_64", 8, 0, 7, 6, 1, 17, 18, 19, 27, 32, -1 },
    { "i386", 4, 0, 4, 5, 3, 9, 10, 11, 19, -1, -1 },
    { "aarch64", 8, CAPTURE_WIDTH_64, 31, 29, 30, -1, -1, -1, -1, -1, 33 },
    { "arm", 4, CAPTURE_WIDTH_32, 13, 11, 14, -1, -1, -1, -1, -1, 25 },
    { "riscv64", 8, CAPTURE_WIDTH_64, 2, 8, 1, -1, -1, -1, -1, -1, -1 },
    { "riscv32", 4, CAPTURE_WIDTH_32, 2, 8, 1, -1, -1, -1, -1, -1, -1 },
};

static const GdbNumbers *target;
static bool kvm;
static void start_kvm(void);
static GByteArray *buffer; /* with the BQL held */

void profile_registers_start(void)
{
    const char *accel =
        object_get_typename(OBJECT(current_machine->accelerator));

    kvm = g_str_has_prefix(accel, "kvm");
    target = NULL;
    for (size_t i = 0; i < G_N_ELEMENTS(targets); i++) {
        if (!strcmp(targets[i].arch, boot_capture_arch())) {
            target = &targets[i];
        }
    }
    start_kvm();
    if (!buffer) {
        buffer = g_byte_array_sized_new(64);
    }
}

bool profile_registers_by_kvm(void)
{
    return kvm;
}

/* ------------------------------------------------------------------ */
/* The stack                                                           */

/* The physical address of a linear one; false: there is none. */
typedef bool TranslateFunc(CPUState *cpu, uint64_t addr, hwaddr *phys,
                           MemTxAttrs *attrs);

static bool translate_by_qemu(CPUState *cpu, uint64_t addr, hwaddr *phys,
                              MemTxAttrs *attrs)
{
#if BOOTSTAMP_QEMU_SINCE(11, 1)
    TranslateForDebugResult result;

    if (!cpu_translate_for_debug(cpu, addr, &result)) {
        return false;
    }
    *phys = result.physaddr;
    *attrs = result.attrs;
#else
    hwaddr page =
        cpu_get_phys_page_attrs_debug(cpu, addr & -(uint64_t)PIECE, attrs);

    if (page == (hwaddr)-1) {
        return false;
    }
    *phys = page + (addr & (PIECE - 1));
#endif
    return true;
}

/* Reads no device: a stack pointer may point anywhere. */
static size_t read_ram(AddressSpace *as, hwaddr phys, MemTxAttrs attrs,
                       uint8_t *out, size_t size)
{
    hwaddr at, len = size;
    MemoryRegion *mr =
        address_space_translate(as, phys, &at, &len, false, attrs);

    if (!bootstamp_reads_directly(mr)) {
        return 0;
    }
    memcpy(out, (uint8_t *)memory_region_get_ram_ptr(mr) + at, len);
    return len;
}

static size_t read_stack(CPUState *cpu, TranslateFunc *translate, uint64_t sp,
                         uint8_t *out, size_t size)
{
    size_t done = 0;

    while (done < size) {
        size_t want = MIN(size - done, PIECE - ((sp + done) & (PIECE - 1)));
        MemTxAttrs attrs = MEMTXATTRS_UNSPECIFIED;
        hwaddr phys;
        size_t n;

        if (!translate(cpu, sp + done, &phys, &attrs)) {
            break;
        }
        n = read_ram(
            cpu_get_address_space(cpu, cpu_asidx_from_attrs(cpu, attrs)), phys,
            attrs, out + done, want);
        done += n;
        if (n < want) {
            break;
        }
    }
    return done;
}

/* ------------------------------------------------------------------ */
/* Registers by their numbers                                          */

/*
 * False: the CPU has no such register.
 * cpu->cc: a checked cast would take longer than the rest.
 */
static bool find_register(CPUState *cpu, int number, uint64_t *value)
{
    int n;

    buffer->len = 0;
    n = cpu->cc->gdb_read_register(cpu, buffer, number);
    *value = n == 8   ? ldq_le_p(buffer->data)
             : n == 4 ? (uint32_t)ldl_le_p(buffer->data)
                      : 0;
    return n > 0;
}

static uint64_t read_register(CPUState *cpu, int number)
{
    uint64_t value = 0;

    if (number >= 0) {
        find_register(cpu, number, &value);
    }
    return value;
}

/*
 * In real mode.  Code that has just left protected mode has that one's selector
 * still, whose segment is flat, mostly; as a segment of real mode it would have
 * the stack among the interrupt vectors.
 */
static uint64_t stack_base(uint64_t ss)
{
    return ss < VECTORS_END >> 4 ? 0 : ss << 4;
}

/*
 * The mode, and what segments make of the stack pointer; flat ones, mostly.
 * Each register takes time, the flags most: only those that decide are read.
 */
static void read_x86_mode(CPUState *cpu, const GdbNumbers *t, CaptureSample *s)
{
    bool protected = read_register(cpu, t->cr0) & CR0_PE;
    bool longer = protected && read_register(cpu, t->efer) & EFER_LMA;
    bool real =
        !protected || (!longer && read_register(cpu, t->flags) & EFLAGS_VM);

    if (real) {
        s->sp = stack_base(read_register(cpu, t->ss)) + (s->sp & 0xffff);
        s->mode = CAPTURE_WIDTH_16;
        return;
    }
    s->mode = (longer ? CAPTURE_WIDTH_64 : CAPTURE_WIDTH_32) |
              (read_register(cpu, t->cs) & 3) << 2;
}

static void read_by_numbers(CPUState *cpu, CaptureSample *s)
{
    const GdbNumbers *t = target;
    uint64_t status = 0;

    if (!t || !cpu->cc->gdb_read_register) {
        return;
    }
    if (t->status == 33 && !find_register(cpu, t->status, &status)) {
        t = &targets[3]; /* a 32-bit CPU in qemu-system-aarch64 */
    }
    s->sp = read_register(cpu, t->sp);
    s->fp = read_register(cpu, t->fp);
    s->link = read_register(cpu, t->link);
    if (t->cs >= 0) {
        read_x86_mode(cpu, t, s);
        return;
    }
    s->mode = t->width;
    if (t->status == 33) {
        s->mode |= (status >> 2 & 3) << 2; /* EL */
    }
}

/* ------------------------------------------------------------------ */
/* KVM on x86                                                          */

#ifdef __x86_64__

/* Not every program of QEMU's has KVM. */
struct KVMState;
int kvm_vcpu_ioctl(CPUState *cpu, int type, ...) __attribute__((weak));
int kvm_vm_check_extension(struct KVMState *s, unsigned int extension)
    __attribute__((weak));

#define SYNC_REGS (KVM_SYNC_X86_REGS | KVM_SYNC_X86_SREGS)
#define RFLAGS_ALWAYS 0x2

/* KVM can leave the registers in the page that it shares, without an ioctl. */
static bool sync_regs;

static void start_kvm(void)
{
    struct KVMState *s = (struct KVMState *)current_machine->accelerator;

    /* Guests that hide their registers have none of these. */
    sync_regs =
        kvm && kvm_vm_check_extension &&
        (kvm_vm_check_extension(s, KVM_CAP_SYNC_REGS) & SYNC_REGS) == SYNC_REGS;
}

void profile_registers_ask(CPUState *cpu)
{
    if (sync_regs && cpu->kvm_run) {
        cpu->kvm_run->s.regs.regs.rflags = 0;
        qatomic_store_release(&cpu->kvm_run->kvm_valid_regs, SYNC_REGS);
    }
}

void profile_registers_unask(CPUState *cpu)
{
    if (sync_regs && cpu->kvm_run) {
        qatomic_set(&cpu->kvm_run->kvm_valid_regs, 0);
    }
}

/* False: it has not been in KVM since it was asked. */
static bool read_left(CPUState *cpu, struct kvm_regs *r, struct kvm_sregs *g)
{
    const struct kvm_run *run = cpu->kvm_run;

    if (!sync_regs || !run || !(run->s.regs.regs.rflags & RFLAGS_ALWAYS)) {
        return false;
    }
    *r = run->s.regs.regs;
    *g = run->s.regs.sregs;
    return true;
}

static bool translate_by_kvm(CPUState *cpu, uint64_t addr, hwaddr *phys,
                             MemTxAttrs *attrs)
{
    struct kvm_translation t = { .linear_address = addr };

    if (kvm_vcpu_ioctl(cpu, KVM_TRANSLATE, &t) < 0 || !t.valid) {
        return false;
    }
    *phys = t.physical_address;
    return true;
}

static bool translate_flat(CPUState *cpu, uint64_t addr, hwaddr *phys,
                           MemTxAttrs *attrs)
{
    *phys = addr;
    return true;
}

static bool read_by_kvm(CPUState *cpu, CaptureSample *s, uint8_t *stack,
                        StackWindow *window)
{
    struct kvm_regs r;
    struct kvm_sregs g;

    profile_registers_unask(cpu);
    /* QEMU has newer ones than the kernel while vcpu_dirty is set. */
    if (!kvm || !kvm_vcpu_ioctl || cpu->vcpu_dirty ||
        (!read_left(cpu, &r, &g) &&
         (kvm_vcpu_ioctl(cpu, KVM_GET_REGS, &r) < 0 ||
          kvm_vcpu_ioctl(cpu, KVM_GET_SREGS, &g) < 0))) {
        return false;
    }
    s->pc = g.cs.base + r.rip;
    s->sp = g.ss.base + (g.ss.db || g.cs.l ? r.rsp : r.rsp & 0xffff);
    s->fp = r.rbp;
    s->link = r.rbx;
    s->mode = (g.cs.l    ? CAPTURE_WIDTH_64
               : g.cs.db ? CAPTURE_WIDTH_32
                         : CAPTURE_WIDTH_16) |
              (g.cr0 & CR0_PE ? g.cs.dpl & 3 : 0) << 2;
    s->stack =
        read_stack(cpu, g.cr0 & CR0_PG ? translate_by_kvm : translate_flat,
                   s->sp, stack, window(s->sp));
    return true;
}

#else

static void start_kvm(void)
{
}

void profile_registers_ask(CPUState *cpu)
{
}

void profile_registers_unask(CPUState *cpu)
{
}

static bool read_by_kvm(CPUState *cpu, CaptureSample *s, uint8_t *stack,
                        StackWindow *window)
{
    return false;
}

#endif

void profile_registers_read(CPUState *cpu, CaptureSample *s, uint8_t *stack,
                            StackWindow *window)
{
    if (read_by_kvm(cpu, s, stack, window)) {
        return;
    }
    if (kvm) {
        cpu_synchronize_state(cpu);
    }
    s->pc = cpu->cc->get_pc ? cpu->cc->get_pc(cpu) : 0;
    read_by_numbers(cpu, s);
    if (s->sp) {
        s->stack =
            read_stack(cpu, translate_by_qemu, s->sp, stack, window(s->sp));
    }
}
