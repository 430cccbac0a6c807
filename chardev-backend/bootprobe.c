/*
 * The registers of the probe devices, and what a guest hands over by address.
 *
 * The guest's path: a write to a register ends here, in the vCPU's thread.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#include "qemu-compat.h"
#include "qemu/bswap.h"
#include "qemu/rcu.h"
#include "hw/nvram/fw_cfg.h"

#include "boot-capture.h"
#include "bootprobe.h"

/* ------------------------------------------------------------------ */
/* Guest memory                                                        */

#define PIECE_MAX 4096 /* of what is no RAM: the smallest page */

/*
 * Copies guest memory, if a load of the guest would read it as memory: a
 * device must not be called because a guest gave us its address.
 */
static bool read_memory(hwaddr addr, void *to, hwaddr len)
{
    RCU_READ_LOCK_GUARD();
    while (len) {
        hwaddr piece = len, at;
        MemoryRegion *mr =
            address_space_translate(&address_space_memory, addr, &at, &piece,
                                    false, MEMTXATTRS_UNSPECIFIED);

        if (!piece || !bootstamp_reads_directly(mr)) {
            return false;
        }
        /*
         * Only of RAM QEMU says where it ends.  Flash may be seen in part (the
         * BIOS below 1 MiB since QEMU 9.1), with something else behind it: a
         * page at a time, and none beyond its end.
         */
        if (!memory_region_is_ram(mr)) {
            piece = MIN(piece, PIECE_MAX - addr % PIECE_MAX);
            piece = MIN(piece, memory_region_size(mr) - at);
        }
        memcpy(to, (uint8_t *)memory_region_get_ram_ptr(mr) + at, piece);
        addr += piece;
        to = (uint8_t *)to + piece;
        len -= piece;
    }
    return true;
}

/* ------------------------------------------------------------------ */
/* Buffers                                                             */

/* The way that a front end's bytes go; a mux may be removed at any time. */
static void write_text(Bootprobe *s, const uint8_t *text, uint32_t len)
{
    Chardev *chr = s->mux ? qemu_chr_find(s->chardev) : NULL;

    qemu_chr_write(chr ? chr : CHARDEV(s->back_end), text, len, true);
}

static bool take_text(Bootprobe *s, hwaddr addr, uint32_t len)
{
    uint8_t text[BOOTPROBE_LINE_MAX];

    if (!s->lines || !len || len > sizeof(text) ||
        !read_memory(addr, text, len)) {
        return false;
    }
    if (s->back_end) {
        write_text(s, text, len);
    }
    return true;
}

/* Reserved bits are for later: who sets them learns that this is earlier. */
static bool is_named_probe(const CaptureNamed *n, const char *name, size_t len)
{
    return (n->kind == BOOTPROBE_POINT || n->kind == BOOTPROBE_BEGIN ||
            n->kind == BOOTPROBE_END) &&
           !(n->flags & ~BOOTPROBE_NAME_SIDE) &&
           n->unit <= BOOTPROBE_UNIT_PCI && !n->reserved &&
           !memchr(name, 0, len);
}

static bool handle_named(Bootprobe *s, hwaddr addr, uint32_t len)
{
    struct {
        CaptureNamed head; /* the record's payload is what the guest wrote */
        char name[BOOTPROBE_NAME_MAX];
    } named;

    QEMU_BUILD_BUG_ON(sizeof(named.head) != BOOTPROBE_NAME_HEADER);
    if (len <= sizeof(named.head) || len > sizeof(named) ||
        !read_memory(addr, &named, len) ||
        !is_named_probe(&named.head, named.name, len - sizeof(named.head))) {
        return false;
    }
    if (s->back_end) {
        timestamp_chardev_event(s->back_end, CAPTURE_NAMED, &named, len);
    }
    return true;
}

static bool take_buffer(Bootprobe *s, hwaddr addr)
{
    const hwaddr last = s->high ? UINT64_MAX : UINT32_MAX;
    uint32_t head, len;

    if (addr > last - BOOTPROBE_LINE_HEADER ||
        !read_memory(addr, &head, BOOTPROBE_LINE_HEADER)) {
        return false;
    }
    addr += BOOTPROBE_LINE_HEADER;
    head = le32_to_cpu(head);
    len = extract32(head, 0, BOOTPROBE_TYPE_SHIFT);
    if (!len || len - 1 > last - addr) {
        return false;
    }
    switch (head >> BOOTPROBE_TYPE_SHIFT) {
    case BOOTPROBE_TYPE_TEXT:
        return take_text(s, addr, len);
    case BOOTPROBE_TYPE_NAME:
        return handle_named(s, addr, len);
    default:
        return false;
    }
}

/* ------------------------------------------------------------------ */
/* The registers                                                       */

static void handle_probe(Bootprobe *s, uint32_t value, unsigned width)
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

static void take_address(Bootprobe *s, uint32_t low)
{
    hwaddr addr = (uint64_t)s->address_high << 32 | low;

    s->address_high = 0;
    s->refused = !take_buffer(s, addr);
}

static uint32_t features(const Bootprobe *s)
{
    return (s->lines ? BOOTPROBE_LINE_DMA : 0) |
           (s->refused ? BOOTPROBE_LINE_ERROR : 0) | BOOTPROBE_NAMES |
           (s->high ? BOOTPROBE_HIGH : 0) |
           BOOTPROBE_VERSION << BOOTPROBE_VERSION_SHIFT;
}

static uint64_t read_register(void *opaque, hwaddr addr, unsigned size)
{
    const Bootprobe *s = opaque;

    if (addr < BOOTPROBE_REG_LINE && (size == 1 || (size == 4 && !addr))) {
        return BOOTPROBE_SIGNATURE >> (addr * 8);
    }
    if (addr == BOOTPROBE_REG_LINE && size == 4) {
        return features(s);
    }
    return UINT64_MAX; /* as where no device is */
}

static void write_register(void *opaque, hwaddr addr, uint64_t value,
                           unsigned size)
{
    Bootprobe *s = opaque;

    if (addr == BOOTPROBE_REG_PROBE) {
        handle_probe(s, value, size);
    } else if (addr == BOOTPROBE_REG_LINE && size == 4) {
        take_address(s, value);
    } else if (addr == BOOTPROBE_REG_HIGH && size == 4) {
        s->address_high = value;
    }
}

/* Unaligned accesses come here whole, and are none of the above. */
static const MemoryRegionOps register_ops = {
    .read = read_register,
    .write = write_register,
    .valid.min_access_size = 1,
    .valid.max_access_size = 4,
    .valid.unaligned = true,
    .impl.min_access_size = 1,
    .impl.max_access_size = 4,
    .impl.unaligned = true,
    .endianness = DEVICE_LITTLE_ENDIAN,
};

/* ------------------------------------------------------------------ */
/* Set-up                                                              */

static void on_closing(Notifier *notifier, void *data)
{
    Bootprobe *s = container_of(notifier, Bootprobe, closing);

    notifier_remove(notifier);
    s->back_end = NULL;
}

static void fill_location(Bootprobe *s, uint8_t space, uint64_t address)
{
    memset(s->location, 0, sizeof(s->location));
    stl_le_p(s->location, BOOTPROBE_SIGNATURE);
    s->location[4] = BOOTPROBE_VERSION;
    s->location[5] = space;
    stq_le_p(s->location + 8, address);
}

bool bootprobe_realize(Bootprobe *s, DeviceState *dev, uint8_t space,
                       uint64_t address, Error **errp)
{
    const char *type = object_get_typename(OBJECT(dev));
    ERRP_GUARD();

    if (!s->chardev) {
        error_setg(errp, "%s: chardev= is missing", type);
        error_append_hint(errp, "Name the timestamp chardev whose capture "
                                "the probes go to.\n");
        return false;
    }
    s->closing.notify = on_closing;
    s->back_end = timestamp_chardev_find(s->chardev, &s->closing, errp);
    if (!s->back_end) {
        error_prepend(errp, "%s: ", type);
        return false;
    }
    s->mux = qemu_chr_find(s->chardev) != CHARDEV(s->back_end);
    s->high = space == BOOTPROBE_SPACE_MEMORY;
    fill_location(s, space, address);
    memory_region_init_io(&s->io, OBJECT(dev), &register_ops, s, type,
                          s->high ? 16 : 8);
    return true;
}

void bootprobe_unrealize(Bootprobe *s)
{
    if (s->back_end) {
        on_closing(&s->closing, NULL);
    }
}

void bootprobe_publish(Bootprobe *s)
{
    static bool published;
    FWCfgState *fw_cfg = fw_cfg_find();

    if (fw_cfg && !published) {
        published = true;
        fw_cfg_add_file(fw_cfg, BOOTPROBE_FW_CFG_FILE, s->location,
                        sizeof(s->location));
    }
}
