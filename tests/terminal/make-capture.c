/*
 * Captures for the tests of the viewer, made by the writer itself.
 *
 *   make-capture FILE big LINES      of two streams, 1 ms apart, 80 bytes each
 *   make-capture FILE hostile        everything a guest can do to a terminal
 *   make-capture FILE endless BYTES  a stream without a newline
 *   make-capture FILE flood SECONDS  100,000 lines a second, live
 *   make-capture FILE drip SECONDS   a line with its time every 200 ms, live
 *   make-capture FILE still SECONDS  a line, and then nothing, live
 *   make-capture FILE streams        128 streams that take turns
 *   make-capture FILE samples N      of run --profile, 1 ms apart, in three
 *                                    places, and a line after each thousand
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "capture/writer.h"

static uint64_t now; /* ns, of the capture */

static void put(CaptureWriter *w, uint8_t stream, const char *text, size_t len)
{
    capture_append_bytes(w, now, stream, (const uint8_t *)text, len);
}

static void put_line(CaptureWriter *w, uint8_t stream, const char *text)
{
    put(w, stream, text, strlen(text));
    put(w, stream, "\n", 1);
}

static void name_stream(CaptureWriter *w, uint8_t id, const char *name)
{
    char payload[CAPTURE_NAME_MAX + 1];
    size_t len = strlen(name) + 1;

    payload[0] = id;
    memcpy(payload + 1, name, len);
    capture_append_event(w, now, CAPTURE_STREAM, payload, len + 1);
}

/* The writer makes room in a thread: do not outrun it. */
static void wait_for_room(CaptureWriter *w)
{
    static uint64_t seen;
    uint64_t bytes, events;

    capture_writer_lost(w, &bytes, &events);
    if (bytes + events > seen) {
        fprintf(stderr, "make-capture: lost %llu bytes\n",
                (unsigned long long)bytes);
        seen = bytes + events;
    }
    g_usleep(1000);
}

static void big(CaptureWriter *w, uint64_t lines)
{
    char line[128];

    for (uint64_t i = 0; i < lines; i++) {
        int len = snprintf(line, sizeof(line),
                           "line %llu of a big capture: the quick brown "
                           "firmware jumps over the lazy bus\n",
                           (unsigned long long)i);

        now += i % 100000 == 99999 ? 2000000000 : 1000000;
        put(w, i % 7 == 0, line, len);
        if (i % 100 == 0) {
            wait_for_room(w);
        }
    }
}

static void hostile(CaptureWriter *w)
{
    static const char *const lines[] = {
        "title: \033]0;PWNED\007 end",
        "clear: \033[2J\033[H end",
        "alternate: \033[?1049l end",
        "C1 CSI: \xc2\x9b"
        "2J end",
        "C1 byte: \x9b"
        "2J end",
        "invalid: \xff\xfe\xc3( \xf0\x9f end",
        "wide: 日本語日本語日本語日本語日本語日本語日本語日本語日本語 end",
        "combining: e\xcc\x81 a\xcc\x8a end",
        "right to left: \xe2\x80\xae"
        "dlrow end",
        "tabs:\ta\tb\tc end",
        "bell \007 backspace \010\010 delete \177 end",
        "carriage return: good\rbad end\r",
        "DCS: \033P1;2|41\033\\ end",
        "shift: \016 abc \017 end",
    };
    GString *heap = g_string_new("heap: Z");

    for (int i = 0; i < 400; i++) {
        g_string_append(heap, "\xcc\x81");
    }
    g_string_append(heap, " end");
    for (size_t i = 0; i < G_N_ELEMENTS(lines); i++) {
        now += 1000000;
        put_line(w, 0, lines[i]);
    }
    put_line(w, 0, heap->str);
    now += 1000000;
    put(w, 0, "nul: \0 end\n", 11);
    put_line(w, 0, "the last line");
    g_string_free(heap, TRUE);
}

static void endless(CaptureWriter *w, uint64_t bytes)
{
    char block[1000];

    memset(block, 'x', sizeof(block));
    put_line(w, 1, "before the endless line");
    for (uint64_t n = 0; n < bytes; n += sizeof(block)) {
        now += 1000;
        put(w, 0, block, sizeof(block));
        if (n % 10000 == 0) {
            wait_for_room(w);
        }
    }
    put_line(w, 1, "after the endless line");
}

static void flood(CaptureWriter *w, uint64_t seconds)
{
    char line[64];

    for (uint64_t i = 0; i < seconds * 1000; i++) {
        for (int k = 0; k < 100; k++) {
            now = capture_writer_now(w);
            snprintf(line, sizeof(line), "flood %llu",
                     (unsigned long long)(i * 100 + k));
            put_line(w, 0, line);
        }
        while (capture_writer_now(w) < (i + 1) * 1000000) {
            g_usleep(100);
        }
    }
}

static void drip(CaptureWriter *w, uint64_t seconds)
{
    char line[64];

    for (uint64_t i = 0; i < seconds * 5; i++) {
        struct timespec ts;

        g_usleep(200000);
        clock_gettime(CLOCK_REALTIME, &ts);
        now = capture_writer_now(w);
        snprintf(line, sizeof(line), "drip %llu at %lld%03ld",
                 (unsigned long long)i, (long long)ts.tv_sec,
                 ts.tv_nsec / 1000000);
        put_line(w, 0, line);
    }
}

/* Each stream's line is spread over the whole capture. */
static void streams(CaptureWriter *w)
{
    for (int turn = 0; turn < 60000; turn++) {
        for (int id = 0; id < CAPTURE_STREAMS_MAX; id++) {
            char c = turn % 20000 == 19999 ? '\n' : 'a' + id % 26;

            now += 100;
            put(w, id, &c, 1);
        }
        if (turn % 50 == 0) {
            wait_for_room(w);
        }
    }
}

static void samples(CaptureWriter *w, uint64_t n)
{
    const CaptureProfile profile = { .hz = 1000, .stack = 512 };
    struct CAPTURE_PACKED {
        CaptureSample head;
        uint32_t stack[16];
    } sample = { .head = { .ticks = 1,
                           .mode = CAPTURE_WIDTH_32,
                           .sp = 0x7000,
                           .stack = sizeof(sample.stack) } };
    char line[32];

    capture_append_event(w, now, CAPTURE_PROFILE, &profile, sizeof(profile));
    for (uint64_t i = 0; i < n; i++) {
        now += 1000000;
        sample.head.pc = UINT64_C(0x1000) + i % 10 / 4 * 0x100000;
        sample.stack[i % 16] = i * 2654435761u;
        capture_append_event(w, now, CAPTURE_SAMPLE, &sample, sizeof(sample));
        if (i % 1000 == 999) {
            snprintf(line, sizeof(line), "after %llu samples",
                     (unsigned long long)i + 1);
            put_line(w, 0, line);
            wait_for_room(w);
        }
    }
}

int main(int argc, char **argv)
{
    CaptureWriterOptions options = { .qemu_version = "none" };
    const char *what = argc > 2 ? argv[2] : "";
    uint64_t n = argc > 3 ? g_ascii_strtoull(argv[3], NULL, 10) : 0;
    g_autoptr(GError) error = NULL;
    CaptureWriter *w;

    options.path = argc > 1 ? argv[1] : "";
    w = capture_writer_open(&options, &error);
    if (!w) {
        fprintf(stderr, "make-capture: %s\n", error->message);
        return 1;
    }
    name_stream(w, 0, "dbg");
    name_stream(w, 1, "ser");
    if (!strcmp(what, "big")) {
        big(w, n);
    } else if (!strcmp(what, "hostile")) {
        hostile(w);
    } else if (!strcmp(what, "endless")) {
        endless(w, n);
    } else if (!strcmp(what, "flood")) {
        flood(w, n);
    } else if (!strcmp(what, "drip")) {
        drip(w, n);
    } else if (!strcmp(what, "still")) {
        put_line(w, 0, "still here");
        g_usleep(n * 1000000);
    } else if (!strcmp(what, "streams")) {
        streams(w);
    } else if (!strcmp(what, "samples")) {
        samples(w, n);
    }
    capture_writer_close(w);
    return 0;
}
