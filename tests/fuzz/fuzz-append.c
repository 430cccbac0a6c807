/*
 * append=on to any file: what good records it had stay the same, and the new
 * session follows them.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#include <string.h>

#include "capture/reader.h"
#include "capture/writer.h"
#include "fuzz.h"

int LLVMFuzzerInitialize(int *argc, char ***argv)
{
    fuzz_begin();
    return 0;
}

static GArray *read_all(void)
{
    CaptureReader *r = capture_reader_open(fuzz_path(), NULL);
    GArray *records = g_array_new(FALSE, FALSE, sizeof(CaptureRecord));
    CaptureRecord rec;

    while (r && capture_reader_next(r, &rec)) {
        g_array_append_val(records, rec);
    }
    capture_reader_close(r);
    return records;
}

static void check_same(const GArray *before, const GArray *now)
{
    FUZZ_CHECK(now->len >= before->len);
    for (guint i = 0; i < before->len; i++) {
        const CaptureRecord *a = &g_array_index(before, CaptureRecord, i);
        const CaptureRecord *b = &g_array_index(now, CaptureRecord, i);

        FUZZ_CHECK(a->pos == b->pos && a->kind == b->kind &&
                   a->time == b->time && a->vtime == b->vtime);
        FUZZ_CHECK(a->kind != CAPTURE_BYTE ||
                   (a->byte == b->byte && a->stream == b->stream));
    }
}

/* Behind the old ones: a session, its bytes, in order. */
static void check_new(const GArray *now, guint from, const char *text)
{
    bool session = false;

    for (guint i = from; i < now->len; i++) {
        const CaptureRecord *rec = &g_array_index(now, CaptureRecord, i);

        session |= rec->kind == CAPTURE_SESSION;
        if (rec->kind == CAPTURE_BYTE) {
            FUZZ_CHECK(session && rec->byte == *text && rec->stream == 5);
            text++;
        }
    }
    FUZZ_CHECK(session && !*text);
}

static int64_t virtual_now(void)
{
    return 0;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const char text[] = "new\n";
    g_autoptr(GError) error = NULL;
    g_autoptr(GArray) before = NULL;
    g_autoptr(GArray) now = NULL;
    CaptureWriterOptions o = {
        .path = fuzz_path(),
        .append = true,
        .qemu_version = "7.2.22",
    };
    CaptureWriter *w;

    if (size < FUZZ_CHOICES) {
        return -1;
    }
    if (data[2] % 4 == 3) {
        o.clock = CAPTURE_CLOCK_MODE_VIRTUAL;
        o.virtual_now = virtual_now;
    }
    if (data[0] & 1) {
        o.size_max = CAPTURE_SIZE_MIN + data[1] * UINT64_C(65536);
    }
    fuzz_store(data[2], data + FUZZ_CHOICES, size - FUZZ_CHOICES);
    before = read_all();
    w = capture_writer_open(&o, &error);
    if (!w) {
        FUZZ_CHECK(error && !strchr(error->message, '\n'));
        now = read_all();
        check_same(before, now);
        FUZZ_CHECK(now->len == before->len);
        return 0;
    }
    for (const char *p = text; *p; p++) {
        capture_append(w, 5, *p);
    }
    capture_writer_close(w);
    now = read_all();
    check_same(before, now);
    check_new(now, before->len, text);
    return 0;
}
