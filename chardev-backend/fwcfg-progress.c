/*
 * fw_cfg activity: which item the guest selects, how far a copy by port I/O
 * has come, and each DMA transfer.
 *
 * Who sees it differs: fwcfg-wrap.c in an unmodified QEMU, fwcfg-notify.c in
 * one with our patches.  Both tell it here.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#include "qemu-compat.h"
#include "qemu/bswap.h"

#include "fwcfg-progress.h"

/* Selectors we keep a size for: two banks of QEMU's default file slots. */
#define KEYS_MAX 0x200

static struct {
    uint32_t reported; /* offset that the capture knows, bytes */
    uint16_t key;
    /* Per key: the size told of, plus one; 0: not told yet. */
    uint32_t sizes[2][KEYS_MAX];
} state = { .key = FW_CFG_INVALID };

static inline bool arch_local(uint16_t key)
{
    return key & FW_CFG_ARCH_LOCAL;
}

/* ------------------------------------------------------------------ */
/* Items                                                               */

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
    } else if (s->files &&
               index - FW_CFG_FILE_FIRST < be32_to_cpu(s->files->count)) {
        name = s->files->f[index - FW_CFG_FILE_FIRST].name;
    }
    return name ? name : "";
}

void fwcfg_tell_item(const FWCfgState *s, uint16_t key, uint32_t len,
                     uint64_t when)
{
    unsigned index = key & FW_CFG_ENTRY_MASK;
    const char *name;
    struct {
        CaptureItem item;
        char name[FW_CFG_MAX_FILE_PATH];
    } QEMU_PACKED payload = { .item = { .key = key, .size = len } };
    size_t n;

    if (index >= KEYS_MAX || state.sizes[arch_local(key)][index] == len + 1) {
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

void fwcfg_tell_pio(uint16_t key, uint32_t offset, bool late)
{
    CapturePio pio = { .key = key, .offset = offset, .late = late };

    state.reported = offset;
    boot_event(CAPTURE_PIO, &pio, sizeof(pio));
}

void fwcfg_tell_left(uint16_t key, uint32_t offset)
{
    if (offset > state.reported && key == state.key) {
        fwcfg_tell_pio(key, offset, true);
    }
}

void fwcfg_tell_select(const FWCfgState *s, uint16_t key, uint32_t len,
                       bool dma, uint64_t when)
{
    CaptureSelect select = { .key = key, .dma = dma };

    state.key = key;
    state.reported = 0;
    if (key == FW_CFG_INVALID) {
        return;
    }
    fwcfg_tell_item(s, key, len, when);
    boot_event_at(when, CAPTURE_SELECT, &select, sizeof(select));
}

/* ------------------------------------------------------------------ */
/* A loaded state                                                      */

static void (*loaded_hook)(const FWCfgState *s);

/* When the VM stopped: it is a loaded state that moves them then. */
static uint16_t stopped_key = FW_CFG_INVALID;
static uint32_t stopped_offset;

static void report_loaded(const FWCfgState *s)
{
    if (loaded_hook) {
        loaded_hook(s);
    }
    state.key = s->cur_entry;
    state.reported = s->cur_offset;
    if (s->cur_offset) {
        fwcfg_tell_pio(s->cur_entry, s->cur_offset, true);
    }
}

static void on_run_state(void *opaque, bool running, RunState run_state)
{
    const FWCfgState *s = opaque;

    if (!running) {
        /* Should it go on elsewhere: this much was read here. */
        fwcfg_tell_left(s->cur_entry, s->cur_offset);
        stopped_key = s->cur_entry;
        stopped_offset = s->cur_offset;
    } else if (s->cur_entry != stopped_key || s->cur_offset != stopped_offset) {
        report_loaded(s);
    }
}

static VMChangeStateEntry *run_state_entry;

void fwcfg_watch_loads(FWCfgState *s, void (*loaded)(const FWCfgState *s))
{
    loaded_hook = loaded;
    run_state_entry = qemu_add_vm_change_state_handler(on_run_state, s);
    report_loaded(s);
    stopped_key = s->cur_entry;
    stopped_offset = s->cur_offset;
}

void fwcfg_unwatch_loads(void)
{
    qemu_del_vm_change_state_handler(run_state_entry);
    run_state_entry = NULL;
    memset(&state.sizes, 0,
           sizeof(state.sizes)); /* the next capture knows none */
}

/* ------------------------------------------------------------------ */
/* DMA                                                                 */

static CaptureDmaOp dma_op(uint32_t control)
{
    if (control & FW_CFG_DMA_CTL_READ) {
        return CAPTURE_DMA_READ;
    }
    return control & FW_CFG_DMA_CTL_WRITE ? CAPTURE_DMA_WRITE
                                          : CAPTURE_DMA_SKIP;
}

void fwcfg_tell_dma(uint16_t key, uint32_t offset, const FWCfgDmaAccess *dma,
                    uint64_t when)
{
    CaptureDma record = {
        .key = key,
        .op = dma_op(dma->control),
        .offset = offset,
        .length = dma->length,
        .address = dma->address,
    };

    boot_event_at(when, CAPTURE_DMA, &record, sizeof(record));
}

void fwcfg_tell_dma_part(uint16_t key, uint32_t offset)
{
    CaptureDmaPart part = { .key = key, .offset = offset };

    boot_event(CAPTURE_DMA_PART, &part, sizeof(part));
}

void fwcfg_tell_dma_end(const FWCfgState *s, uint16_t key, uint32_t offset,
                        uint32_t len, bool error)
{
    uint64_t when = capture_mono_ns();
    CaptureDmaEnd end = { .key = key, .offset = offset, .error = error };

    boot_event_at(when, CAPTURE_DMA_END, &end, sizeof(end));
    state.key = key;
    state.reported = offset;
    /* A select callback (ACPI tables) may have given it another size. */
    fwcfg_tell_item(s, key, len, when);
}
