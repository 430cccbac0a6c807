/*
 * fw_cfg, seen from outside.
 *
 * An unmodified QEMU has no notifier for it, so the callbacks of fw_cfg's
 * memory regions are replaced, at machine-init-done, by wrappers that call
 * the originals.  A wrapper looks at the device's own state before and after
 * the call; the guest sees no difference.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#include "qemu-compat.h"
#include "qemu/bswap.h"
#include "qemu/error-report.h"
#include "qemu/module.h"
#include "qemu/rcu.h"

#include "fwcfg-progress.h"

typedef uint64_t ReadFn(void *opaque, hwaddr addr, unsigned size);
typedef void WriteFn(void *opaque, hwaddr addr, uint64_t data, unsigned size);

/* A region whose callbacks are ours now, and what they were. */
typedef struct Wrapped {
    MemoryRegionOps ops;
    ReadFn *read;
    WriteFn *write;
} Wrapped;

static Wrapped comb, ctl, data_port, dma_port;

/* Of the selected item, bytes; not looked up in each read. */
static uint32_t selected_len;

static const FWCfgEntryMirror *entry(const FWCfgState *s, uint16_t key)
{
    unsigned index = key & FW_CFG_ENTRY_MASK;

    if (key == FW_CFG_INVALID ||
        index >= FW_CFG_FILE_FIRST + (unsigned)s->file_slots) {
        return NULL;
    }
    return (const FWCfgEntryMirror *)s->entries[!!(key & FW_CFG_ARCH_LOCAL)] +
           index;
}

/* ------------------------------------------------------------------ */
/* Select and read                                                     */

static void note_selected(const FWCfgState *s)
{
    const FWCfgEntryMirror *e = entry(s, s->cur_entry);

    selected_len = e && e->data ? e->len : 0;
}

/*
 * The hottest hook of all: 50 million reads for a kernel and an initrd.
 * Two compares, and a record in one of FWCFG_SAMPLE_BYTES.
 */
static inline void after_read(const FWCfgState *s, uint32_t before)
{
    uint32_t after = s->cur_offset;

    if (unlikely((before ^ after) >= FWCFG_SAMPLE_BYTES ||
                 (after == selected_len && before != after))) {
        fwcfg_tell_pio(s->cur_entry, after, false);
    }
}

static inline uint64_t data_read(const Wrapped *port, void *opaque, hwaddr addr,
                                 unsigned size)
{
    FWCfgState *s = opaque;
    uint32_t before = s->cur_offset;
    uint64_t value = port->read(opaque, addr, size);

    after_read(s, before);
    return value;
}

static uint64_t comb_read(void *opaque, hwaddr addr, unsigned size)
{
    return data_read(&comb, opaque, addr, size);
}

static uint64_t data_port_read(void *opaque, hwaddr addr, unsigned size)
{
    return data_read(&data_port, opaque, addr, size);
}

static void select_write(const Wrapped *port, void *opaque, hwaddr addr,
                         uint64_t value, unsigned size)
{
    FWCfgState *s = opaque;
    uint64_t when = capture_mono_ns();

    fwcfg_tell_left(s->cur_entry, s->cur_offset);
    port->write(opaque, addr, value, size);
    note_selected(s);
    fwcfg_tell_select(s, s->cur_entry, selected_len, false, when);
}

static void comb_write(void *opaque, hwaddr addr, uint64_t value, unsigned size)
{
    if (size == 2) {
        select_write(&comb, opaque, addr, value, size);
    } else {
        comb.write(opaque, addr, value, size);
    }
}

static void ctl_write(void *opaque, hwaddr addr, uint64_t value, unsigned size)
{
    select_write(&ctl, opaque, addr, value, size);
}

/* ------------------------------------------------------------------ */
/* DMA                                                                 */

/*
 * The transfer that the device is about to do.  Only from RAM: a descriptor
 * in a device's registers must be read once, by fw_cfg itself.
 */
static bool peek_descriptor(FWCfgState *s, dma_addr_t addr, FWCfgDmaAccess *dma)
{
    hwaddr len = sizeof(*dma);
    hwaddr xlat;
    MemoryRegion *mr;

    RCU_READ_LOCK_GUARD();
    mr = address_space_translate(s->dma_as, addr, &xlat, &len, false,
                                 MEMTXATTRS_UNSPECIFIED);
    if (len < sizeof(*dma) || !bootstamp_reads_directly(mr) ||
        address_space_read(s->dma_as, addr, MEMTXATTRS_UNSPECIFIED, dma,
                           sizeof(*dma)) != MEMTX_OK) {
        return false;
    }
    dma->address = be64_to_cpu(dma->address);
    dma->length = be32_to_cpu(dma->length);
    dma->control = be32_to_cpu(dma->control);
    return true;
}

static uint32_t result_of(FWCfgState *s, dma_addr_t addr)
{
    FWCfgDmaAccess dma;

    return peek_descriptor(s, addr, &dma) ? dma.control : 0;
}

/*
 * The device selects and copies in one call.  The start must be in the
 * capture before the copy, for whoever watches: so tell of the select as
 * well, by the key in the descriptor, and repeat nothing afterwards.
 */
static void report_dma(FWCfgState *s, const FWCfgDmaAccess *dma, uint64_t when)
{
    uint16_t key = s->cur_entry;
    uint32_t offset = s->cur_offset;
    const FWCfgEntryMirror *e;

    if (dma->control & FW_CFG_DMA_CTL_SELECT) {
        fwcfg_tell_left(key, offset);
        key = dma->control >> 16;
        offset = 0;
        e = entry(s, key);
        fwcfg_tell_select(s, key, e ? e->len : 0, true, when);
    }
    fwcfg_tell_dma(key, offset, dma, when);
}

static void report_dma_end(FWCfgState *s, dma_addr_t addr)
{
    note_selected(s);
    fwcfg_tell_dma_end(s, s->cur_entry, s->cur_offset, selected_len,
                       result_of(s, addr) & 1);
}

static void dma_port_write(void *opaque, hwaddr addr, uint64_t value,
                           unsigned size)
{
    FWCfgState *s = opaque;
    bool starts = (size == 4 && addr == 4) || (size == 8 && addr == 0);
    dma_addr_t desc = size == 8 ? value : s->dma_addr | value;
    uint64_t when = capture_mono_ns();
    FWCfgDmaAccess dma;

    if (!starts || !peek_descriptor(s, desc, &dma)) {
        dma_port.write(opaque, addr, value, size);
        return;
    }
    report_dma(s, &dma, when);
    dma_port.write(opaque, addr, value, size);
    report_dma_end(s, desc);
}

/* ------------------------------------------------------------------ */
/* Hooking in                                                          */

/* Our callbacks for a region; NULL leaves one as it is. */
static void wrap(MemoryRegion *mr, Wrapped *w, ReadFn *read, WriteFn *write)
{
    if (!mr->ops || w->ops.read) {
        return;
    }
    w->ops = *mr->ops;
    w->read = w->ops.read;
    w->write = w->ops.write;
    if (read && w->read) {
        w->ops.read = read;
    }
    if (write && w->write) {
        w->ops.write = write;
    }
    mr->ops = &w->ops;
}

/*
 * FWCfgEntry is private to QEMU.  Before its mirror is believed, entries that
 * every machine has, from the first to the directory of files, must look as
 * they should: the distance between them shows the size of one.  The directory
 * comes first, since what a mirror that is wrong calls a pointer may be none.
 */
static bool layout_is_known(FWCfgState *s)
{
    const FWCfgEntryMirror *e = (const FWCfgEntryMirror *)s->entries[0];
    const FWCfgEntryMirror *signature = &e[FW_CFG_SIGNATURE];
    const FWCfgEntryMirror *id = &e[FW_CFG_ID];
    const FWCfgEntryMirror *dir = &e[FW_CFG_FILE_DIR];
    uint32_t dir_len =
        sizeof(uint32_t) + sizeof(FWCfgFile) * (unsigned)s->file_slots;

    return (!s->files ||
            (dir->data == (uint8_t *)s->files && dir->len == dir_len)) &&
           signature->len == 4 && signature->data &&
           !memcmp(signature->data, "QEMU", 4) && id->len == 4 && id->data &&
           (ldl_le_p(id->data) & FW_CFG_VERSION);
}

static void on_loaded(const FWCfgState *s)
{
    note_selected(s);
    if (s->cur_offset) {
        fwcfg_tell_item(s, s->cur_entry, selected_len, capture_mono_ns());
    }
}

static void ready(void)
{
    FWCfgState *s = fw_cfg_find();

    if (!s) {
        return; /* there are machines without */
    }
    if (!layout_is_known(s)) {
        warn_report("timestamp: this QEMU's fw_cfg is not the one that the "
                    "module was built for; its copies are not captured");
        return;
    }
    if (object_dynamic_cast(OBJECT(s), TYPE_FW_CFG_IO)) {
        wrap(&FW_CFG_IO(s)->comb_iomem, &comb, comb_read, comb_write);
    } else if (object_dynamic_cast(OBJECT(s), TYPE_FW_CFG_MEM)) {
        wrap(&FW_CFG_MEM(s)->ctl_iomem, &ctl, NULL, ctl_write);
        wrap(&FW_CFG_MEM(s)->data_iomem, &data_port, data_port_read, NULL);
    }
    if (s->dma_enabled) {
        wrap(&s->dma_iomem, &dma_port, NULL, dma_port_write);
    }
    fwcfg_watch_loads(s, on_loaded);
}

static BootSource fw_cfg = { .fw_cfg = true, .ready = ready };

static void register_fw_cfg(void)
{
    boot_source_register(&fw_cfg);
}

type_init(register_fw_cfg)
