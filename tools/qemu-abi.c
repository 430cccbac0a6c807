/*
 * Does an existing QEMU agree with these headers about the size of things?
 *
 * Built by tools/qemu-headers.sh with the generated headers and preloaded into
 * "qemu-system-x86_64 -version".  At exit all of QEMU's types are registered,
 * and QOM knows how large the executable believes their instances to be.
 * Prints one line per type; the last one, "sizes agree", is what the script
 * looks for.
 */
#include "chardev-backend/qemu-compat.h"
#include "hw/core/cpu.h"
#include "hw/isa/isa.h"
#include "qom/object.h"

/*
 * How qom/object.c's TypeImpl begins.  object_type_get_instance_size() would
 * tell without it, but QEMU 10 no longer has that.
 */
typedef struct TypeMirror {
    const char *name;
    size_t class_size;
    size_t instance_size;
} TypeMirror;

/* The size of an instance as QEMU has it, or 0 if that cannot be told. */
static size_t instance_size(const char *type)
{
    ObjectClass *class = object_class_by_name(type);
    const TypeMirror *mirror = class ? (const TypeMirror *)class->type : NULL;

    return mirror && mirror->name == object_class_get_name(class)
               ? mirror->instance_size
               : 0;
}

static void compare(const char *type, size_t ours, bool *agree)
{
    size_t theirs = instance_size(type);

    printf("%-16s %5zu %5zu%s\n", type, ours, theirs,
           ours == theirs ? "" : "  DIFFERENT");
    *agree = *agree && ours == theirs;
}

static void report(void)
{
    bool agree = true;

    compare(TYPE_CPU, sizeof(CPUState), &agree);
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
