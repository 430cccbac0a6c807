/*
 * The registers and the stack of a vCPU, as far as a profile needs them.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#ifndef BOOTSTAMP_PROFILE_REGISTERS_H
#define BOOTSTAMP_PROFILE_REGISTERS_H

#include "qemu-compat.h"
#include "hw/core/cpu.h"
#include "capture/format.h"

/* Once the machine is there, before the others. */
void profile_registers_start(void);

/* Whether vCPUs run in the kernel. */
bool profile_registers_by_kvm(void);

/*
 * A sample of @cpu is about to be taken: its registers are to be left where
 * profile_registers_read() finds them, if it is in KVM.  In any thread.  The
 * other: it is not taken after all.
 */
void profile_registers_ask(CPUState *cpu);
void profile_registers_unask(CPUState *cpu);

/* How many bytes of a stack are wanted. */
typedef size_t StackWindow(uint64_t sp);

/*
 * Fills in all of @s but vcpu and ticks, and as much of the stack as @window
 * wants of one that begins at @sp, or less: s->stack says.  In the vCPU's
 * thread, or while it does not run; with the BQL held.  No device of the
 * guest's is read.
 */
void profile_registers_read(CPUState *cpu, CaptureSample *s, uint8_t *stack,
                            StackWindow *window);

#endif
