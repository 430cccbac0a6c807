/*
 * What is left of a capture that somebody cut.
 *
 * Errors are passed over until the end: where the file cannot be written to,
 * nobody can be told there.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#include <errno.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "salvage.h"

/* Words read at a time. */
#define CHUNK 8192

static int put(int fd, const void *data, size_t size, uint64_t at)
{
    ssize_t done = pwrite(fd, data, size, at);

    return done == (ssize_t)size ? 0 : done < 0 ? errno : EIO;
}

bool salvage_is_ours(int fd)
{
    char magic[sizeof(CAPTURE_MAGIC) - 1];
    ssize_t got = pread(fd, magic, sizeof(magic), 0);

    return got >= 0 && !memcmp(magic, CAPTURE_MAGIC, got);
}

static bool is_event(uint8_t kind)
{
    return kind != CAPTURE_NONE && kind != CAPTURE_PAD &&
           kind != CAPTURE_CONT && kind < CAPTURE_BYTE;
}

CaptureLost salvage_count(int fd, uint64_t first, uint64_t *end)
{
    uint64_t buf[CHUNK];
    uint64_t pos = first, have_from = 0, have = 0, whole = first;
    CaptureLost kept = { 0 };

    while (pos < *end) {
        uint8_t kind;
        uint64_t next;

        if (pos >= have_from + have) {
            ssize_t got = pread(fd, buf, sizeof(buf),
                                CAPTURE_HEADER_SIZE + pos * CAPTURE_WORD_SIZE);

            have_from = pos;
            have = got > 0 ? (uint64_t)got / CAPTURE_WORD_SIZE : 0;
            if (!have) {
                break;
            }
        }
        kind = capture_word_kind(buf[pos - have_from]);
        next = pos + 1;
        if (is_event(kind)) {
            next += capture_word_data(buf[pos - have_from]);
            kept.events += next <= *end &&
                           capture_kind_class(kind) != CAPTURE_CLASS_WRITER;
        }
        kept.bytes += kind >= CAPTURE_BYTE;
        if (next <= *end && kind != CAPTURE_NONE) {
            whole = next;
        }
        pos = next;
    }
    if (whole < *end) {
        *end = whole;
    }
    return kept;
}

uint64_t salvage_event(int fd, uint64_t pos, uint64_t time, CaptureKind kind,
                       const void *payload, size_t len)
{
    uint64_t words[1 + CAPTURE_PAYLOAD_MAX / CAPTURE_CONT_BYTES];
    size_t n = 0;

    for (size_t at = 0; at < len; at += CAPTURE_CONT_BYTES) {
        size_t part =
            len - at < CAPTURE_CONT_BYTES ? len - at : CAPTURE_CONT_BYTES;

        words[++n] = 0;
        memcpy(&words[n], (const char *)payload + at, part);
        words[n] |= (uint64_t)CAPTURE_CONT << CAPTURE_KIND_SHIFT;
    }
    words[0] = capture_word(kind, n, time);
    put(fd, words, (n + 1) * sizeof(words[0]),
        CAPTURE_HEADER_SIZE + pos * CAPTURE_WORD_SIZE);
    return pos + 1 + n;
}

void salvage_header(int fd, const CaptureHeader *header,
                    const CaptureLost *lost)
{
    struct stat st;

    if (fstat(fd, &st) == 0 && st.st_size < (off_t)sizeof(*header)) {
        put(fd, header, sizeof(*header), 0);
    }
    put(fd, &lost->bytes, sizeof(lost->bytes),
        offsetof(CaptureHeader, lost_bytes));
    put(fd, &lost->events, sizeof(lost->events),
        offsetof(CaptureHeader, lost_events));
}

int salvage_end(int fd, const CaptureHeader *header)
{
    uint32_t flags = header->flags | CAPTURE_FLAG_ENDED;

    return put(fd, &flags, sizeof(flags), offsetof(CaptureHeader, flags));
}
