/*
 * Does an existing QEMU agree with these headers about the size of things?
 *
 * Built by tools/qemu-headers.sh with the generated headers and preloaded into
 * "qemu-system-x86_64 -version".  At exit all of QEMU's types are registered,
 * and QOM knows how large the executable believes their instances to be.
 * Prints one line per type; the last one, "sizes agree", is what the script
 * looks for.
 */
#include "qemu/osdep.h"
#include "chardev/char.h"
#include "exec/memory.h"
#include "hw/boards.h"
#include "hw/isa/isa.h"
#include "hw/nvram/fw_cfg.h"
#include "qom/object.h"

static void compare(const char *type, size_t ours, bool *agree)
{
    size_t theirs = object_type_get_instance_size(type);

    printf("%-16s %5zu %5zu%s\n", type, ours, theirs,
           ours == theirs ? "" : "  DIFFERENT");
    *agree = *agree && ours == theirs;
}

static void report(void)
{
    bool agree = true;

    compare(TYPE_CHARDEV, sizeof(Chardev), &agree);
    compare(TYPE_DEVICE, sizeof(DeviceState), &agree);
    compare(TYPE_FW_CFG, sizeof(FWCfgState), &agree);
    compare(TYPE_ISA_DEVICE, sizeof(ISADevice), &agree);
    compare(TYPE_MACHINE, sizeof(MachineState), &agree);
    compare(TYPE_MEMORY_REGION, sizeof(MemoryRegion), &agree);
    if (agree) {
        printf("sizes agree\n");
    }
    fflush(stdout);
}

static void __attribute__((constructor)) prepare(void)
{
    atexit(report);
}
