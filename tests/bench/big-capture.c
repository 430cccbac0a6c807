/*
 * A capture of any size, as a guest that never stops printing would make it:
 * kernel-like lines, a microsecond a byte, the virtual clock at each line.
 *
 *   big-capture FILE MEGABYTES     prints how many guest bytes it wrote
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "capture/writer.h"

#define BYTE_NS 1000

/* With two numbers behind them. */
static const char *const texts[] = {
    "pci 0000:00:02.0: BAR 0: assigned [mem 64bit]",
    "ACPI: Reserving FACP table memory at [mem]",
    "clocksource: refined-jiffies: mask: max_cycles:",
    "virtio_blk virtio: [vda] 512-byte logical blocks",
    "Freeing unused kernel image (initmem) memory:",
};

/* Words between two rests: the helper thread has to keep up with us. */
#define REST_WORDS 250000
#define REST_US 4000

int main(int argc, char **argv)
{
    CaptureWriterOptions options = { .path = argc > 2 ? argv[1] : NULL };
    uint64_t words = argc > 2 ? strtoull(argv[2], NULL, 10) * 125000 : 0;
    g_autoptr(GError) error = NULL;
    CaptureWriter *w;
    uint64_t done = 0, time = 1000000, paced = 0;
    uint64_t bytes = 0, lost = 0, lost_before = 0, events;
    char line[256];

    if (!words || !(w = capture_writer_open(&options, &error))) {
        fprintf(stderr, "usage: big-capture FILE MEGABYTES (%s)\n",
                error ? error->message : "");
        return 1;
    }
    for (unsigned i = 0; done < words; i++) {
        int stamp = snprintf(line, sizeof(line), "[%5u.%06u] ",
                             (unsigned)(time / 1000000000),
                             (unsigned)(time / 1000 % 1000000));
        int len = stamp +
                  snprintf(line + stamp, sizeof(line) - stamp, "%s 0x%08x %u",
                           texts[i % G_N_ELEMENTS(texts)], i * 2654435761u, i);

        line[len++] = '\n';
        capture_append_vclock(w, time, time);
        for (int j = 0; j < len; j++) {
            capture_append_bytes(w, time, 0, (uint8_t *)line + j, 1);
            time += BYTE_NS;
        }
        bytes += len;
        done += len + 2;
        if (done - paced > REST_WORDS) {
            capture_writer_lost(w, &lost, &events);
            done -= lost - lost_before;
            lost_before = lost;
            paced = done;
            usleep(REST_US);
        }
    }
    capture_writer_close(w);
    printf("%" G_GUINT64_FORMAT "\n", bytes);
    return 0;
}
