/*
 * A capture of any size, as a guest that never stops printing would make it:
 * a microsecond a byte, the virtual clock at each line.  Lines are those of a
 * kernel, numbers of 8 digits, or nothing but control sequences.
 *
 *   big-capture FILE MEGABYTES [kernel|short|escapes]
 *
 * Prints how many guest bytes it wrote.
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

/* A line's bytes, with its end. */
typedef int Maker(char *line, size_t size, unsigned i, uint64_t time);

static int make_kernel(char *line, size_t size, unsigned i, uint64_t time)
{
    return snprintf(line, size, "[%5u.%06u] %s 0x%08x %u\n",
                    (unsigned)(time / 1000000000),
                    (unsigned)(time / 1000 % 1000000),
                    texts[i % G_N_ELEMENTS(texts)], i * 2654435761u, i);
}

static int make_short(char *line, size_t size, unsigned i, uint64_t time)
{
    return snprintf(line, size, "%08x\n", i);
}

/* Colours, cursor addresses, a cleared line, a title. */
static int make_escapes(char *line, size_t size, unsigned i, uint64_t time)
{
    return snprintf(line, size, "\033[%u;%um\033[%u;%uH\033[2K\033]0;%u\a",
                    i % 8, 30 + i % 8, i % 25 + 1, i % 80 + 1, i);
}

static Maker *maker_of(const char *kind)
{
    return !strcmp(kind, "kernel")    ? make_kernel
           : !strcmp(kind, "short")   ? make_short
           : !strcmp(kind, "escapes") ? make_escapes
                                      : NULL;
}

int main(int argc, char **argv)
{
    CaptureWriterOptions options = { .path = argc > 2 ? argv[1] : NULL };
    uint64_t words = argc > 2 ? strtoull(argv[2], NULL, 10) * 125000 : 0;
    g_autoptr(GError) error = NULL;
    CaptureWriter *w;
    uint64_t done = 0, time = 1000000, paced = 0;
    uint64_t bytes = 0, lost = 0, lost_before = 0, events;
    Maker *make = maker_of(argc > 3 ? argv[3] : "kernel");
    char line[256];

    if (!words || !make || !(w = capture_writer_open(&options, &error))) {
        fprintf(stderr, "usage: big-capture FILE MEGABYTES [KIND] (%s)\n",
                error ? error->message : "");
        return 1;
    }
    for (unsigned i = 0; done < words; i++) {
        int len = make(line, sizeof(line), i, time);

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
