/*
 * fw_cfg activity: which item the guest selects, how far a copy by port I/O
 * has come, and each DMA transfer.
 *
 * QEMU has no notifier for it, so the callbacks of fw_cfg's memory regions
 * are replaced, at machine-init-done, by wrappers that call the originals.
 * A wrapper looks at the device's own state before and after the call; the
 * guest sees no difference.  Registers: QEMU's docs/specs/fw_cfg.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#include "qemu-compat.h"
#include "qemu/bswap.h"
#include "qemu/error-report.h"
#include "qemu/rcu.h"
#include "exec/address-spaces.h"
#include "sysemu/sysemu.h"

#include "boot-capture.h"

/* A PIO copy tells of itself once in this many bytes; a power of two. */
#define SAMPLE_BYTES 4096

/* Selectors we keep a size for: two banks of QEMU's default file slots. */
#define KEYS_MAX 0x200

typedef uint64_t ReadFn(void *opaque, hwaddr addr, unsigned size);
typedef void WriteFn(void *opaque, hwaddr addr, uint64_t data, unsigned size);

/* A region whose callbacks are ours now, and what they were. */
typedef struct Wrapped {
    MemoryRegionOps ops;
    ReadFn *read;
    WriteFn *write;
} Wrapped;

static Wrapped comb, ctl, data_port, dma_port;

static struct {
    uint32_t len;      /* of the selected item, bytes */
    uint32_t told;     /* offset that the capture knows, bytes */
    uint16_t key;
    /* Per key: the size told of, plus one; 0: not told yet. */
    uint32_t sizes[2][KEYS_MAX];
} state;

static inline bool arch_local(uint16_t key)
{
    return key & FW_CFG_ARCH_LOCAL;
}

static const FWCfgEntryMirror *entry(const FWCfgState *s, uint16_t key)
{
    unsigned index = key & FW_CFG_ENTRY_MASK;

    if (s->cur_entry == FW_CFG_INVALID ||
        index >= FW_CFG_FILE_FIRST + (unsigned)s->file_slots) {
        return NULL;
    }
    return (const FWCfgEntryMirror *)s->entries[arch_local(key)] + index;
}

/* ------------------------------------------------------------------ */
/* Names                                                               */

/* After fw_cfg's own key_name() in hw/nvram/fw_cfg.c. */
static const char *const wellknown[FW_CFG_FILE_FIRST] = {
    [FW_CFG_SIGNATURE] = "signature",
    [FW_CFG_ID] = "id",
    [FW_CFG_UUID] = "uuid",
    [FW_CFG_RAM_SIZE] = "ram_size",
    [FW_CFG_NOGRAPHIC] = "nographic",
    [FW_CFG_NB_CPUS] = "nb_cpus",
    [FW_CFG_MACHINE_ID] = "machine_id",
    [FW_CFG_KERNEL_ADDR] = "kernel_addr",
    [FW_CFG_KERNEL_SIZE] = "kernel_size",
    [FW_CFG_KERNEL_CMDLINE] = "kernel_cmdline",
    [FW_CFG_INITRD_ADDR] = "initrd_addr",
    [FW_CFG_INITRD_SIZE] = "initrd_size",
    [FW_CFG_BOOT_DEVICE] = "boot_device",
    [FW_CFG_NUMA] = "numa",
    [FW_CFG_BOOT_MENU] = "boot_menu",
    [FW_CFG_MAX_CPUS] = "max_cpus",
    [FW_CFG_KERNEL_ENTRY] = "kernel_entry",
    [FW_CFG_KERNEL_DATA] = "kernel",
    [FW_CFG_INITRD_DATA] = "initrd",
    [FW_CFG_CMDLINE_ADDR] = "cmdline_addr",
    [FW_CFG_CMDLINE_SIZE] = "cmdline_size",
    [FW_CFG_CMDLINE_DATA] = "cmdline",
    [FW_CFG_SETUP_ADDR] = "setup_addr",
    [FW_CFG_SETUP_SIZE] = "setup_size",
    [FW_CFG_SETUP_DATA] = "setup",
    [FW_CFG_FILE_DIR] = "file_dir",
};

static const char *item_name(const FWCfgState *s, uint16_t key)
{
    unsigned index = key & FW_CFG_ENTRY_MASK;
    const char *name = NULL;

    if (arch_local(key)) {
        name = fw_cfg_arch_key_name(key);
    } else if (index < FW_CFG_FILE_FIRST) {
        name = wellknown[index];
    } else if (s->files && index - FW_CFG_FILE_FIRST <
                               be32_to_cpu(s->files->count)) {
        name = s->files->f[index - FW_CFG_FILE_FIRST].name;
    }
    return name ? name : "";
}

/*
 * Name and size, before the first copy and after each change of size.
 * @when: of the access that brought it up, capture_mono_ns().
 */
static void tell_item(const FWCfgState *s, uint16_t key, uint32_t len,
                      uint64_t when)
{
    unsigned index = key & FW_CFG_ENTRY_MASK;
    const char *name;
    struct {
        CaptureItem item;
        char name[FW_CFG_MAX_FILE_PATH];
    } QEMU_PACKED payload = { .item = { .key = key, .size = len } };
    size_t n;

    if (index >= KEYS_MAX ||
        state.sizes[arch_local(key)][index] == len + 1) {
        return;
    }
    state.sizes[arch_local(key)][index] = len + 1;
    name = item_name(s, key);
    n = strnlen(name, sizeof(payload.name));
    if (!n) {
        return;
    }
    memcpy(payload.name, name, n);
    boot_event_at(when, CAPTURE_ITEM, &payload, sizeof(payload.item) + n);
}

/* ------------------------------------------------------------------ */
/* Select and read                                                     */

static void tell_pio(uint32_t offset, bool late)
{
    CapturePio pio = { .key = state.key, .offset = offset, .late = late };

    state.told = offset;
    boot_event(CAPTURE_PIO, &pio, sizeof(pio));
}

/*
 * Before the device selects another item: an item read in part has no
 * sample for its last bytes.  When they were read nobody knows by now.
 */
static void before_select(const FWCfgState *s)
{
    if (s->cur_offset > state.told && s->cur_entry == state.key) {
        tell_pio(s->cur_offset, true);
    }
}

static void after_select(const FWCfgState *s, uint64_t when, bool dma)
{
    const FWCfgEntryMirror *e = entry(s, s->cur_entry);
    CaptureSelect select = { .key = s->cur_entry, .dma = dma };

    state.key = s->cur_entry;
    state.told = 0;
    state.len = e && e->data ? e->len : 0;
    if (s->cur_entry == FW_CFG_INVALID) {
        return;
    }
    tell_item(s, s->cur_entry, state.len, when);
    boot_event_at(when, CAPTURE_SELECT, &select, sizeof(select));
}

/*
 * The hottest hook of all: 50 million reads for a kernel and an initrd.
 * Two compares, and a record in one of SAMPLE_BYTES.
 */
static inline void after_read(const FWCfgState *s, uint32_t before)
{
    uint32_t after = s->cur_offset;

    if (unlikely((before ^ after) >= SAMPLE_BYTES ||
                 (after == state.len && before != after))) {
        tell_pio(after, false);
    }
}

static uint64_t comb_read(void *opaque, hwaddr addr, unsigned size)
{
    FWCfgState *s = opaque;
    uint32_t before = s->cur_offset;
    uint64_t value = comb.read(opaque, addr, size);

    after_read(s, before);
    return value;
}

static uint64_t data_port_read(void *opaque, hwaddr addr, unsigned size)
{
    FWCfgState *s = opaque;
    uint32_t before = s->cur_offset;
    uint64_t value = data_port.read(opaque, addr, size);

    after_read(s, before);
    return value;
}

static void select_write(const Wrapped *port, void *opaque, hwaddr addr,
                         uint64_t value, unsigned size)
{
    uint64_t when = capture_mono_ns();

    before_select(opaque);
    port->write(opaque, addr, value, size);
    after_select(opaque, when, false);
}

static void comb_write(void *opaque, hwaddr addr, uint64_t value,
                       unsigned size)
{
    if (size == 2) {
        select_write(&comb, opaque, addr, value, size);
    } else {
        comb.write(opaque, addr, value, size);
    }
}

static void ctl_write(void *opaque, hwaddr addr, uint64_t value,
                      unsigned size)
{
    select_write(&ctl, opaque, addr, value, size);
}

/* ------------------------------------------------------------------ */
/* DMA                                                                 */

/*
 * The transfer that the device is about to do.  Only from RAM: a descriptor
 * in a device's registers must be read once, by fw_cfg itself.
 */
static bool peek_descriptor(FWCfgState *s, dma_addr_t addr,
                            FWCfgDmaAccess *dma)
{
    hwaddr len = sizeof(*dma);
    hwaddr xlat;
    MemoryRegion *mr;

    RCU_READ_LOCK_GUARD();
    mr = address_space_translate(s->dma_as, addr, &xlat, &len, false,
                                 MEMTXATTRS_UNSPECIFIED);
    if (len < sizeof(*dma) || !memory_access_is_direct(mr, false) ||
        address_space_read(s->dma_as, addr, MEMTXATTRS_UNSPECIFIED, dma,
                           sizeof(*dma)) != MEMTX_OK) {
        return false;
    }
    dma->address = be64_to_cpu(dma->address);
    dma->length = be32_to_cpu(dma->length);
    dma->control = be32_to_cpu(dma->control);
    return true;
}

static CaptureDmaOp dma_op(uint32_t control)
{
    if (control & BOOTSTAMP_DMA_CTL_READ) {
        return CAPTURE_DMA_READ;
    }
    return control & BOOTSTAMP_DMA_CTL_WRITE ? CAPTURE_DMA_WRITE
                                             : CAPTURE_DMA_SKIP;
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
static void tell_dma(FWCfgState *s, const FWCfgDmaAccess *dma, uint64_t when)
{
    uint16_t key = s->cur_entry;
    uint32_t offset = s->cur_offset;
    CaptureDma record;

    if (dma->control & BOOTSTAMP_DMA_CTL_SELECT) {
        CaptureSelect select = { .key = dma->control >> 16, .dma = 1 };

        before_select(s);
        key = select.key;
        offset = 0;
        if (entry(s, key)) {
            tell_item(s, key, entry(s, key)->len, when);
        }
        boot_event_at(when, CAPTURE_SELECT, &select, sizeof(select));
    }
    record = (CaptureDma){
        .key = key,
        .op = dma_op(dma->control),
        .offset = offset,
        .length = dma->length,
        .address = dma->address,
    };
    boot_event_at(when, CAPTURE_DMA, &record, sizeof(record));
}

static void tell_dma_end(FWCfgState *s, dma_addr_t addr)
{
    uint64_t when = capture_mono_ns();
    const FWCfgEntryMirror *e = entry(s, s->cur_entry);
    CaptureDmaEnd end = {
        .key = s->cur_entry,
        .offset = s->cur_offset,
        .error = result_of(s, addr) & 1,
    };

    boot_event_at(when, CAPTURE_DMA_END, &end, sizeof(end));
    state.key = s->cur_entry;
    state.told = s->cur_offset;
    state.len = e && e->data ? e->len : 0;
    /* A select callback (ACPI tables) may have given it another size. */
    tell_item(s, s->cur_entry, state.len, when);
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
    tell_dma(s, &dma, when);
    dma_port.write(opaque, addr, value, size);
    tell_dma_end(s, desc);
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
 * FWCfgEntry is private to QEMU.  Before its mirror is believed, an entry
 * that every machine has must look as it should.
 */
static bool layout_is_known(FWCfgState *s)
{
    const FWCfgEntryMirror *e = (const FWCfgEntryMirror *)s->entries[0] +
                                FW_CFG_SIGNATURE;

    return e->len == 4 && e->data && !memcmp(e->data, "QEMU", 4);
}

static void on_ready(Notifier *notifier, void *data)
{
    FWCfgState *s = fw_cfg_find();

    if (!s) {
        return; /* a machine without fw_cfg */
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
    state.key = FW_CFG_INVALID;
}

static Notifier ready_notifier = { .notify = on_ready };

void fwcfg_progress_start(void)
{
    static bool started;

    if (!started) {
        started = true;
        qemu_add_machine_init_done_notifier(&ready_notifier);
    }
}
