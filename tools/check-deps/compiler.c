/*
 * A C11 compiler whose 64-bit atomics need no lock: a capture's words are
 * published with single stores, also from a vCPU thread that must not wait.
 * And the kernel's headers, which not every libc brings.
 */
#include <linux/fs.h>
#include <stdatomic.h>
#include <stdint.h>

_Static_assert(ATOMIC_LLONG_LOCK_FREE == 2, "64-bit atomics take a lock");

int main(void)
{
    _Atomic uint64_t word = 0;

    atomic_store_explicit(&word, 1, memory_order_release);
    return atomic_fetch_add(&word, 1) == 1 ? 0 : 1;
}
