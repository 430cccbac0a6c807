/*
 * -device isa-bootprobe: firmware tells by a port write where it is.
 *
 *   -device isa-bootprobe,chardev=ID[,iobase=0x404][,lines=off]
 *
 * The guest's side of it is docs/probe-protocol.md and
 * capture/probe.h.  What is written goes into the capture of the
 * timestamp chardev ID, of which this device is not the front end: that is
 * mostly isa-debugcon.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#include "qemu-compat.h"
#include "qemu/bswap.h"
#include "qemu/module.h"
#include "qemu/rcu.h"
#include "hw/isa/isa.h"
#include "migration/vmstate.h"

#include "boot-capture.h"
#include "char-timestamp.h"
#include "capture/probe.h"

#define TYPE_ISA_BOOTPROBE "isa-bootprobe"

#define PORTS 8
#define LINE_OFFSET (BOOTPROBE_LINE_PORT - BOOTPROBE_PORT)

OBJECT_DECLARE_SIMPLE_TYPE(BootprobeState, ISA_BOOTPROBE)

struct BootprobeState {
    ISADevice parent;

    uint32_t iobase;
    char *chardev;
    bool lines; /* line DMA is offered */

    MemoryRegion io;
    TimestampChardev *back_end; /* NULL once chardev-remove took it away */
    bool mux; /* in front of it, for lines */
    Notifier closing;
    bool refused; /* the last line address */
};

/* ------------------------------------------------------------------ */
/* Lines                                                               */

/*
 * The machine's own memory, in one piece or one per NUMA node: no ROM, and
 * nothing of a device's, be it registers or a frame buffer.
 */
static bool is_guest_ram(const MemoryRegion *mr)
{
    const MemoryRegion *ram = current_machine->ram;

    return ram && (mr == ram || mr->container == ram);
}

/*
 * Copies guest memory, if all of it is RAM: a device's registers must not be
 * read because a guest gave us their address.
 */
static bool read_ram(hwaddr addr, void *to, hwaddr len)
{
    RCU_READ_LOCK_GUARD();
    while (len) {
        hwaddr piece = len, at;
        MemoryRegion *mr =
            address_space_translate(&address_space_memory, addr, &at, &piece,
                                    false, MEMTXATTRS_UNSPECIFIED);

        if (!piece || !is_guest_ram(mr) || !bootstamp_reads_directly(mr)) {
            return false;
        }
        memcpy(to, (uint8_t *)memory_region_get_ram_ptr(mr) + at, piece);
        addr += piece;
        to = (uint8_t *)to + piece;
        len -= piece;
    }
    return true;
}

/* The way that a front end's bytes go; a mux may be removed at any time. */
static void write_line(BootprobeState *s, const uint8_t *line, uint32_t len)
{
    Chardev *chr = s->mux ? qemu_chr_find(s->chardev) : NULL;

    qemu_chr_write(chr ? chr : CHARDEV(s->back_end), line, len, true);
}

static bool take_line(BootprobeState *s, uint32_t addr)
{
    const uint64_t end = UINT64_C(1) << 32;
    uint8_t line[BOOTPROBE_LINE_MAX];
    uint32_t len;

    if (addr > end - BOOTPROBE_LINE_HEADER ||
        !read_ram(addr, &len, BOOTPROBE_LINE_HEADER)) {
        return false;
    }
    len = le32_to_cpu(len);
    if (!len || len > sizeof(line) ||
        len > end - BOOTPROBE_LINE_HEADER - addr ||
        !read_ram(addr + BOOTPROBE_LINE_HEADER, line, len)) {
        return false;
    }
    if (s->back_end) {
        write_line(s, line, len);
    }
    return true;
}

/* ------------------------------------------------------------------ */
/* The ports                                                           */

static void take_probe(BootprobeState *s, uint32_t value, unsigned width)
{
    CaptureProbe probe = {
        .id = value & 0xff,
        .arg = value >> 8,
        .width = width,
    };

    if (s->back_end) {
        timestamp_chardev_event(s->back_end, CAPTURE_PROBE, &probe,
                                sizeof(probe));
    }
}

static uint64_t bootprobe_read(void *opaque, hwaddr addr, unsigned size)
{
    BootprobeState *s = opaque;

    if (addr < LINE_OFFSET && size != 2) {
        return BOOTPROBE_SIGNATURE >> (addr * 8);
    }
    if (addr == LINE_OFFSET && size == 4) {
        return (s->lines ? BOOTPROBE_LINE_DMA : 0) |
               (s->refused ? BOOTPROBE_LINE_ERROR : 0);
    }
    return UINT64_MAX; /* as where no device is */
}

static void bootprobe_io_write(void *opaque, hwaddr addr, uint64_t value,
                               unsigned size)
{
    BootprobeState *s = opaque;

    if (addr == 0) {
        take_probe(s, value, size);
    } else if (addr == LINE_OFFSET && size == 4) {
        s->refused = !s->lines || !take_line(s, value);
    }
}

static const MemoryRegionOps bootprobe_ops = {
    .read = bootprobe_read,
    .write = bootprobe_io_write,
    .valid.min_access_size = 1,
    .valid.max_access_size = 4,
    .impl.min_access_size = 1,
    .impl.max_access_size = 4,
    .endianness = DEVICE_LITTLE_ENDIAN,
};

/* ------------------------------------------------------------------ */
/* Set-up                                                              */

static void on_closing(Notifier *notifier, void *data)
{
    BootprobeState *s = container_of(notifier, BootprobeState, closing);

    notifier_remove(notifier);
    s->back_end = NULL;
}

static void bootprobe_realize(DeviceState *dev, Error **errp)
{
    BootprobeState *s = ISA_BOOTPROBE(dev);
    ERRP_GUARD();

    if (!s->chardev) {
        error_setg(errp, "isa-bootprobe: chardev= is missing");
        error_append_hint(errp, "Name the timestamp chardev whose capture "
                                "the probes go to.\n");
        return;
    }
    if (s->iobase > 0x10000 - PORTS || s->iobase % 4) {
        error_setg(errp,
                   "isa-bootprobe: iobase=0x%x is no multiple of 4 up "
                   "to 0x%x",
                   s->iobase, 0x10000 - PORTS);
        return;
    }
    s->closing.notify = on_closing;
    s->back_end = timestamp_chardev_find(s->chardev, &s->closing, errp);
    if (!s->back_end) {
        error_prepend(errp, "isa-bootprobe: ");
        return;
    }
    s->mux = qemu_chr_find(s->chardev) != CHARDEV(s->back_end);
    memory_region_init_io(&s->io, OBJECT(dev), &bootprobe_ops, s,
                          TYPE_ISA_BOOTPROBE, PORTS);
    isa_register_ioport(ISA_DEVICE(dev), &s->io, s->iobase);
}

static void bootprobe_unrealize(DeviceState *dev)
{
    BootprobeState *s = ISA_BOOTPROBE(dev);

    if (s->back_end) {
        on_closing(&s->closing, NULL);
    }
}

static const VMStateDescription bootprobe_vmstate = {
    .name = TYPE_ISA_BOOTPROBE,
    .version_id = 1,
    .minimum_version_id = 1,
    .fields = (const VMStateField[]){ VMSTATE_BOOL(refused, BootprobeState),
                                      VMSTATE_END_OF_LIST() },
};

static BootstampProperty bootprobe_properties[] = {
    DEFINE_PROP_UINT32("iobase", BootprobeState, iobase, BOOTPROBE_PORT),
    DEFINE_PROP_STRING("chardev", BootprobeState, chardev),
    DEFINE_PROP_BOOL("lines", BootprobeState, lines, true),
#ifdef DEFINE_PROP_END_OF_LIST
    DEFINE_PROP_END_OF_LIST(), /* until QEMU 10.0 */
#endif
};

static void bootprobe_class_init(ObjectClass *oc, BootstampClassData *data)
{
    DeviceClass *dc = DEVICE_CLASS(oc);

    dc->desc = "Boot probes and debug lines into a timestamp chardev";
    dc->realize = bootprobe_realize;
    dc->unrealize = bootprobe_unrealize;
    dc->vmsd = &bootprobe_vmstate;
    dc->hotpluggable = false;
    device_class_set_props(dc, bootprobe_properties);
    set_bit(DEVICE_CATEGORY_MISC, dc->categories);
}

static const TypeInfo bootprobe_info = {
    .name = TYPE_ISA_BOOTPROBE,
    .parent = TYPE_ISA_DEVICE,
    .instance_size = sizeof(BootprobeState),
    .class_init = bootprobe_class_init,
};

static void bootprobe_register_types(void)
{
    if (BOOTSTAMP_HAVE_ISA) {
        type_register_static(&bootprobe_info);
    }
}

type_init(bootprobe_register_types)
