/*
 * Records that are no guest bytes, in words.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#include <string.h>

#include "capture/kinds.h"
#include "event.h"

#define BOOTPROBE_CONSTANTS_ONLY
#include "capture/probe.h"
#include "viewer/common/loss.h"

/* The kind and the name: "begin NAME", "end NAME", "NAME". */
static void append_named(GString *out, const CaptureRecord *rec)
{
    const char *name = rec->u.named.name;

    switch (rec->u.named.head.kind) {
    case BOOTPROBE_POINT:
        break;
    case BOOTPROBE_BEGIN:
        g_string_append(out, "begin ");
        break;
    case BOOTPROBE_END:
        g_string_append(out, "end ");
        break;
    default:
        append_values(out, "0x%2x ", rec->u.named.head.kind);
        break;
    }
    append_visible(out, name, strlen(name), false);
}

static void append_detail(GString *out, const char *text)
{
    if (text[0]) {
        g_string_append(out, ": ");
        append_visible(out, text, strlen(text), false);
    }
}

bool append_event(GString *out, const CaptureRecord *rec)
{
    switch (rec->kind) {
    case CAPTURE_VM:
        g_string_append(out, capture_vm_text(rec->u.vm.event));
        append_detail(out, rec->u.vm.detail);
        return true;
    case CAPTURE_ITEM:
        append_values(out, "fw_cfg 0x%4x is %u bytes", rec->u.item.key,
                      rec->u.item.size);
        append_detail(out, rec->u.item.name);
        return true;
    case CAPTURE_SELECT:
        append_values(out, "fw_cfg 0x%4x selected", rec->u.select.key);
        g_string_append(out, rec->u.select.dma ? " by DMA" : "");
        return true;
    case CAPTURE_PIO:
        append_values(out, "fw_cfg 0x%4x read up to %u by PIO", rec->u.pio.key,
                      rec->u.pio.offset);
        return true;
    case CAPTURE_DMA:
        append_values(out, "fw_cfg 0x%4x DMA of %u bytes at %u to 0x%x",
                      rec->u.dma.key, rec->u.dma.length, rec->u.dma.offset,
                      rec->u.dma.address);
        return true;
    case CAPTURE_DMA_PART:
        append_values(out, "fw_cfg 0x%4x DMA has come to %u",
                      rec->u.dma_part.key, rec->u.dma_part.offset);
        return true;
    case CAPTURE_DMA_END:
        append_values(out, "fw_cfg 0x%4x DMA done at %u", rec->u.dma_end.key,
                      rec->u.dma_end.offset);
        g_string_append(out, rec->u.dma_end.error ? ", error" : "");
        return true;
    case CAPTURE_LOST:
        append_values(out, "%u bytes and %u other records lost up to here",
                      rec->u.lost.bytes, rec->u.lost.events);
        return true;
    case CAPTURE_DROPPED:
        append_dropped(out, &rec->u.dropped.head);
        return true;
    case CAPTURE_PROBE:
        append_values(out, "probe 0x%x argument 0x%x", rec->u.probe.id,
                      rec->u.probe.arg);
        return true;
    case CAPTURE_DISK:
        append_values(out, "disk %u", rec->u.disk.id);
        append_detail(out, rec->u.disk.name);
        return true;
    case CAPTURE_DISK_IO:
        append_values(out, "disk %u read %u bytes so far, wrote %u",
                      rec->u.disk_io.id, rec->u.disk_io.read_bytes,
                      rec->u.disk_io.write_bytes);
        return true;
    case CAPTURE_NAMED:
        g_string_append(out, "probe ");
        append_named(out, rec);
        append_values(out, " argument 0x%x", rec->u.named.head.arg);
        return true;
    case CAPTURE_POST:
        append_post_code(out, rec->u.post.code);
        return true;
    case CAPTURE_EXITS:
        append_values(out, "KVM exits of kind %u: %u so far", rec->u.exits.id,
                      rec->u.exits.count);
        return true;
    case CAPTURE_EXIT_KIND:
        append_values(out, "KVM exits of kind %u", rec->u.exit_kind.id);
        append_detail(out, rec->u.exit_kind.name);
        return true;
    case CAPTURE_BYTE:
    case CAPTURE_CLOCK:
    case CAPTURE_VCLOCK:
    case CAPTURE_SESSION:
    case CAPTURE_STREAM:
    case CAPTURE_MACHINE:
    case CAPTURE_VCPU:
    case CAPTURE_PROFILE:
    case CAPTURE_SAMPLE:
        break;
    }
    return false;
}
