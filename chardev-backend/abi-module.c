/*
 * Does this module fit the QEMU that it was loaded into?
 *
 * A module is built with the headers of one QEMU and loaded into any of the
 * same minor version: a distribution's updates change no structure, as a rule.
 * The rule is not trusted: before anything of ours is registered, the sizes
 * that QEMU's own type system knows and the tables of its enumerations are
 * compared with those of our headers.  A symbol that is missing was already
 * found by dlopen() with RTLD_NOW; fwcfg-wrap.c looks at fw_cfg's entries
 * before it believes its mirror of them.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#include "qemu-compat.h"
#include "hw/core/cpu.h"
#include "hw/isa/isa.h"
#include "qapi/qapi-types-char.h"
#include "qapi/qapi-types-machine.h"
#include "qapi/qapi-types-run-state.h"
#include "qom/object.h"
#include "capture/run-environment.h"

/* How qom/object.c's TypeImpl begins, in all versions from 7.2 to 11. */
typedef struct TypeMirror {
    const char *name;
    size_t class_size;
    size_t instance_size;
} TypeMirror;

typedef struct TypeSize {
    const char *type;
    size_t class_size; /* 0: the class has no structure that we use */
    size_t instance_size;
} TypeSize;

/* Every structure of QEMU's that our code looks into, and their parents. */
static const TypeSize sizes[] = {
    { TYPE_CPU, sizeof(CPUClass), sizeof(CPUState) },
    { TYPE_CHARDEV, sizeof(ChardevClass), sizeof(Chardev) },
    { TYPE_DEVICE, sizeof(DeviceClass), sizeof(DeviceState) },
    { TYPE_FW_CFG, 0, sizeof(FWCfgState) },
    { TYPE_FW_CFG_IO, 0, sizeof(FWCfgIoState) },
    { TYPE_FW_CFG_MEM, 0, sizeof(FWCfgMemState) },
    { TYPE_ISA_DEVICE, 0, sizeof(ISADevice) },
    { TYPE_MACHINE, sizeof(MachineClass), sizeof(MachineState) },
    { TYPE_MEMORY_REGION, 0, sizeof(MemoryRegion) },
};

typedef struct EnumValue {
    const QEnumLookup *lookup;
    const char *name; /* of the enumeration */
    int size; /* how many values our headers have */
    int value;
    const char *word; /* and what QEMU's table must call this one */
} EnumValue;

/* Enumerations whose values are stored, shown or compared. */
static const EnumValue values[] = {
    { &ChardevBackendKind_lookup, "ChardevBackendKind",
      CHARDEV_BACKEND_KIND__MAX, CHARDEV_BACKEND_KIND_FILE, "file" },
    { &ChardevBackendKind_lookup, "ChardevBackendKind",
      CHARDEV_BACKEND_KIND__MAX, CHARDEV_BACKEND_KIND_NULL, "null" },
    { &RunState_lookup, "RunState", RUN_STATE__MAX, RUN_STATE_RUNNING,
      "running" },
    { &RunState_lookup, "RunState", RUN_STATE__MAX, RUN_STATE_FINISH_MIGRATE,
      "finish-migrate" },
    { &RunState_lookup, "RunState", RUN_STATE__MAX, RUN_STATE_SUSPENDED,
      "suspended" },
    { &ShutdownCause_lookup, "ShutdownCause", SHUTDOWN_CAUSE__MAX,
      SHUTDOWN_CAUSE_GUEST_SHUTDOWN, "guest-shutdown" },
    { &ShutdownCause_lookup, "ShutdownCause", SHUTDOWN_CAUSE__MAX,
      SHUTDOWN_CAUSE_SUBSYSTEM_RESET, "subsystem-reset" },
    { &SysEmuTarget_lookup, "SysEmuTarget", SYS_EMU_TARGET__MAX,
      SYS_EMU_TARGET_X86_64, "x86_64" },
};

/* What differs, or NULL.  The caller frees it. */
static char *differing_size(const TypeSize *want)
{
    ObjectClass *class = object_class_by_name(want->type);
    const TypeMirror *have;

    if (!class) {
        return NULL; /* not every machine has an ISA bus */
    }
    have = (const TypeMirror *)class->type;
    /* The words, not what they point to: in another layout it is no pointer. */
    if (have->name != object_class_get_name(class)) {
        return g_strdup("QOM's types are laid out in another way");
    }
    if (have->instance_size != want->instance_size) {
        return g_strdup_printf("a %s has %zu bytes there and %zu here",
                               want->type, have->instance_size,
                               want->instance_size);
    }
    if (want->class_size && have->class_size != want->class_size) {
        return g_strdup_printf("the class of %s has %zu bytes there and %zu "
                               "here",
                               want->type, have->class_size, want->class_size);
    }
    return NULL;
}

static char *differing_value(const EnumValue *want)
{
    if (want->lookup->size != want->size) {
        return g_strdup_printf("%s has %d values there and %d here", want->name,
                               want->lookup->size, want->size);
    }
    if (g_strcmp0(want->lookup->array[want->value], want->word)) {
        return g_strdup_printf("%s %d is '%s' there and '%s' here", want->name,
                               want->value, want->lookup->array[want->value],
                               want->word);
    }
    return NULL;
}

static char *what_differs(void)
{
    char *why = NULL;

    for (size_t i = 0; !why && i < G_N_ELEMENTS(sizes); i++) {
        why = differing_size(&sizes[i]);
    }
    for (size_t i = 0; !why && i < G_N_ELEMENTS(values); i++) {
        why = differing_value(&values[i]);
    }
    return why;
}

/* ------------------------------------------------------------------ */
/* Nothing is registered before                                        */

static struct {
    void (*init)(void);
    module_init_type type;
} inits[16];
static unsigned n_inits;

void bootstamp_register(void (*init)(void), module_init_type type)
{
    assert(n_inits < G_N_ELEMENTS(inits));
    inits[n_inits].init = init;
    inits[n_inits++].type = type;
}

/* As preload.c: no boot without a capture for who came by `bootstamp run`. */
static void refuse(void)
{
    const char *words = getenv(RUN_ENV);

    if (words && !strstr(words, "if-fits")) {
        _exit(EXIT_FAILURE);
    }
}

static void register_if_it_fits(void)
{
    g_autofree char *why = what_differs();

    if (why) {
        fprintf(stderr,
                "bootstamp: the module for QEMU %s does not fit this QEMU: %s; "
                "build one for it: ./configure && make && make install\n",
                BOOTSTAMP_QEMU_VERSION, why);
        refuse();
        return;
    }
    for (unsigned i = 0; i < n_inits; i++) {
        if (inits[i].type == MODULE_INIT_QOM) {
            inits[i].init();
        } else {
            register_module_init(inits[i].init, inits[i].type);
        }
    }
}

/* In the first call of QEMU's list; the last one knows all of its types. */
static void go_last(void)
{
    register_module_init(register_if_it_fits, MODULE_INIT_QOM);
}

static void __attribute__((constructor)) enter(void)
{
    register_module_init(go_last, MODULE_INIT_QOM);
}
