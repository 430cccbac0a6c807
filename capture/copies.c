/*
 * fw_cfg items and how they were copied.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#include <string.h>

#include "copies.h"

/* A hostile capture has 65536 of them: each knows its row. */
typedef struct Item {
    CaptureCopy copy; /* first */
    int row; /* or -1 */
} Item;

struct CaptureCopies {
    GArray *rows; /* CaptureCopy, in the order of the first byte */
    GHashTable *by_key; /* key -> Item*, also those without a byte */
    CaptureCopy *now; /* selected, or NULL */
    uint64_t mark; /* active time of the pass is counted up to here */
    bool dma_read; /* the transfer that runs copies, no skip or write */
    int current; /* row of @now, or -1 */
};

CaptureCopies *capture_copies_new(void)
{
    CaptureCopies *c = g_new0(CaptureCopies, 1);

    c->rows = g_array_new(FALSE, TRUE, sizeof(CaptureCopy *));
    c->by_key = g_hash_table_new_full(NULL, NULL, NULL, g_free);
    c->current = -1;
    return c;
}

void capture_copies_free(CaptureCopies *c)
{
    if (c) {
        g_array_unref(c->rows);
        g_hash_table_unref(c->by_key);
        g_free(c);
    }
}

static CaptureCopy *get_item(CaptureCopies *c, uint16_t key)
{
    Item *item = g_hash_table_lookup(c->by_key, GUINT_TO_POINTER(key));

    if (!item) {
        item = g_new0(Item, 1);
        item->copy.key = key;
        item->row = -1;
        g_snprintf(item->copy.name, sizeof(item->copy.name), "key 0x%04x", key);
        g_hash_table_insert(c->by_key, GUINT_TO_POINTER(key), item);
    }
    return &item->copy;
}

CaptureCopies *capture_copies_next_boot(const CaptureCopies *c)
{
    CaptureCopies *next = capture_copies_new();
    GHashTableIter iter;
    gpointer value;

    g_hash_table_iter_init(&iter, c->by_key);
    while (g_hash_table_iter_next(&iter, NULL, &value)) {
        const CaptureCopy *copy = value;
        CaptureCopy *item = get_item(next, copy->key);

        item->size = copy->size;
        memcpy(item->name, copy->name, sizeof(item->name));
    }
    return next;
}

static void start_over(CaptureCopies *c)
{
    g_array_set_size(c->rows, 0);
    g_hash_table_remove_all(c->by_key);
    c->now = NULL;
    c->dma_read = false;
    c->current = -1;
}

static int row_of(const CaptureCopy *copy)
{
    return ((const Item *)copy)->row;
}

/* Moves the selected item to @offset at @time. */
static void advance(CaptureCopies *c, uint32_t offset, uint64_t time,
                    bool count_time)
{
    CaptureCopy *copy = c->now;

    if (offset > copy->offset) {
        if (!copy->bytes) {
            ((Item *)copy)->row = c->rows->len;
            g_array_append_val(c->rows, copy);
        }
        if (c->current < 0) {
            c->current = row_of(copy);
        }
        copy->bytes += offset - copy->offset;
        copy->offset = offset;
    }
    if (count_time && time > c->mark) {
        copy->active_ns += time - c->mark;
        copy->last = time;
    }
    c->mark = time;
    copy->running = copy->offset < copy->size;
}

static void handle_select(CaptureCopies *c, const CaptureRecord *rec)
{
    if (c->now) {
        c->now->running = false;
    }
    c->now = get_item(c, rec->u.select.key);
    if (!c->now->selects++) {
        c->now->first = rec->time;
        c->now->last = rec->time;
    }
    c->now->offset = 0;
    c->mark = rec->time;
    c->current = row_of(c->now);
}

/*
 * A capture may begin, or lose a record, in the middle of a copy: false if it
 * does.
 */
static bool need_selected(CaptureCopies *c, uint16_t key, uint64_t time)
{
    CaptureRecord select = {
        .kind = CAPTURE_SELECT,
        .time = time,
        .u.select.key = key,
    };

    if (c->now && c->now->key == key) {
        return true;
    }
    handle_select(c, &select);
    return false;
}

static void handle_pio(CaptureCopies *c, const CaptureRecord *rec)
{
    if (!need_selected(c, rec->u.pio.key, rec->time) && rec->u.pio.late) {
        /* Read before, by another QEMU: where this one goes on. */
        c->now->offset = rec->u.pio.offset;
        c->now->running = c->now->offset < c->now->size;
        return;
    }
    c->now->pio = true;
    if (rec->u.pio.late && rec->time > c->mark &&
        rec->u.pio.offset > c->now->offset) {
        c->now->bound_ns += rec->time - c->mark; /* it was left since */
    }
    advance(c, rec->u.pio.offset, rec->time, !rec->u.pio.late);
}

static void handle_dma(CaptureCopies *c, const CaptureRecord *rec)
{
    need_selected(c, rec->u.dma.key, rec->time);
    c->mark = rec->time;
    c->dma_read = rec->u.dma.op == CAPTURE_DMA_READ;
    if (c->dma_read) {
        c->now->dma = true;
        c->now->offset = rec->u.dma.offset;
        c->now->running = true;
    }
}

static void handle_dma_part(CaptureCopies *c, const CaptureRecord *rec)
{
    need_selected(c, rec->u.dma_part.key, rec->time);
    if (c->dma_read) {
        advance(c, rec->u.dma_part.offset, rec->time, true);
    }
}

static void handle_dma_end(CaptureCopies *c, const CaptureRecord *rec)
{
    need_selected(c, rec->u.dma_end.key, rec->time);
    if (c->dma_read) {
        advance(c, rec->u.dma_end.offset, rec->time, true);
    }
    c->dma_read = false;
}

void capture_copies_feed(CaptureCopies *c, const CaptureRecord *rec)
{
    CaptureCopy *item;

    switch (rec->kind) {
    case CAPTURE_SESSION:
        start_over(c);
        break;
    case CAPTURE_ITEM:
        item = get_item(c, rec->u.item.key);
        item->size = rec->u.item.size;
        g_strlcpy(item->name, rec->u.item.name, sizeof(item->name));
        break;
    case CAPTURE_SELECT:
        handle_select(c, rec);
        break;
    case CAPTURE_PIO:
        handle_pio(c, rec);
        break;
    case CAPTURE_DMA:
        handle_dma(c, rec);
        break;
    case CAPTURE_DMA_PART:
        handle_dma_part(c, rec);
        break;
    case CAPTURE_DMA_END:
        handle_dma_end(c, rec);
        break;
    case CAPTURE_VM:
        if (rec->u.vm.event == CAPTURE_VM_STOP ||
            rec->u.vm.event == CAPTURE_VM_RESET) {
            c->current = -1; /* nobody copies any more */
        }
        break;
    case CAPTURE_DROPPED:
        c->current = -1; /* what was copied meanwhile is not known */
        break;
    case CAPTURE_VCPU:
    case CAPTURE_PROFILE:
    case CAPTURE_SAMPLE:
    case CAPTURE_BYTE:
    case CAPTURE_CLOCK:
    case CAPTURE_VCLOCK:
    case CAPTURE_STREAM:
    case CAPTURE_MACHINE:
    case CAPTURE_LOST:
    case CAPTURE_PROBE:
    case CAPTURE_DISK:
    case CAPTURE_DISK_IO:
    case CAPTURE_NAMED:
    case CAPTURE_POST:
    case CAPTURE_EXIT_KIND:
    case CAPTURE_EXITS:
        break;
    }
}

guint capture_copies_count(const CaptureCopies *c)
{
    return c->rows->len;
}

const CaptureCopy *capture_copies_get(const CaptureCopies *c, guint i)
{
    return i < c->rows->len ? g_array_index(c->rows, CaptureCopy *, i) : NULL;
}

int capture_copies_current(const CaptureCopies *c)
{
    return c->current >= 0 && c->now && c->now->running ? c->current : -1;
}

bool capture_copy_is_small(const CaptureCopy *copy)
{
    return copy->size < CAPTURE_COPY_SMALL && copy->bytes < CAPTURE_COPY_SMALL;
}

bool capture_copy_is_kernel_item(uint16_t key)
{
    return key == FWCFG_KERNEL_DATA || key == FWCFG_INITRD_DATA ||
           key == FWCFG_CMDLINE_DATA || key == FWCFG_SETUP_DATA;
}

double capture_copy_rate(const CaptureCopy *copy)
{
    return copy->active_ns ? copy->bytes * 1e3 / copy->active_ns : 0;
}

const char *capture_copy_method(const CaptureCopy *copy)
{
    return copy->pio && copy->dma ? "both" : copy->dma ? "DMA" : "PIO";
}
