/*
 * What is left of a capture that somebody cut.
 *
 * Errors are passed over until the end: where the file cannot be written to,
 * nobody can be told there.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#include <errno.h>
#include <glib.h>
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

/* Whether a byte of the header stays as it was while a capture is written. */
static bool is_fixed(size_t at)
{
    return at < offsetof(CaptureHeader, flags) ||
           (at >= offsetof(CaptureHeader, start_mono_ns) &&
            at < offsetof(CaptureHeader, guest_ram)) ||
           (at >= offsetof(CaptureHeader, pid) &&
            at < offsetof(CaptureHeader, reserved_words)) ||
           (at >= offsetof(CaptureHeader, qemu_version) &&
            at < offsetof(CaptureHeader, machine)) ||
           at >= offsetof(CaptureHeader, arch);
}

/* How many bytes of @got are as in @ours, and then zero (else SIZE_MAX). */
static size_t compare_header(const char *got, size_t len, const char *ours)
{
    size_t same = 0;

    while (same < len && (!is_fixed(same) || got[same] == ours[same])) {
        same++;
    }
    for (size_t i = same; i < len; i++) {
        if (got[i] && is_fixed(i)) {
            return SIZE_MAX;
        }
    }
    return same;
}

static bool is_zero(uint64_t word)
{
    return word == 0;
}

/* Not yet stored, or what a thread of ours may have. */
static bool may_be_stored(uint64_t word)
{
    uint8_t kind = capture_word_kind(word);

    return word == 0 || kind == CAPTURE_PAD || kind == CAPTURE_CONT ||
           kind == CAPTURE_JUMP || kind >= CAPTURE_BYTE ||
           capture_kind_is_known(kind);
}

/* Whether the words in [at, end) of the file are so; holes take no time. */
static bool are_all(int fd, uint64_t at, uint64_t end, bool is_so(uint64_t))
{
    uint64_t buf[CHUNK];

    while (at < end) {
        off_t data = lseek(fd, at, SEEK_DATA);
        ssize_t got;

        if (data < 0 && errno == ENXIO) {
            return true;
        }
        at = data > (off_t)at ? (uint64_t)data : at;
        got = at < end ? pread(fd, buf, MIN(sizeof(buf), end - at), at) : 0;
        if (got <= 0) {
            return true;
        }
        memset((char *)buf + got, 0, -got & (CAPTURE_WORD_SIZE - 1));
        for (ssize_t i = 0; i < got; i += CAPTURE_WORD_SIZE) {
            if (!is_so(buf[i / CAPTURE_WORD_SIZE])) {
                return false;
            }
        }
        at += got;
    }
    return true;
}

bool salvage_has_header(int fd, const CaptureHeader *header)
{
    char got[sizeof(*header)];

    return pread(fd, got, sizeof(got), 0) == sizeof(got) &&
           compare_header(got, sizeof(got), (const char *)header) ==
               sizeof(got);
}

bool salvage_is_ours(int fd, const CaptureHeader *header, uint64_t whole,
                     uint64_t used)
{
    char got[sizeof(*header)];
    ssize_t len = pread(fd, got, sizeof(got), 0);
    size_t same;

    if (len <= 0) {
        return len == 0;
    }
    same = compare_header(got, len, (const char *)header);
    if (same == (size_t)len) {
        return true;
    }
    /*
     * Cut inside the header and grown again.  Then everything that stood in
     * the file is gone, and threads may have stored words behind it since:
     * another's file, which may begin with zeros as well, has something else
     * there, or beyond what we ever wrote.
     */
    return same != SIZE_MAX && are_all(fd, sizeof(*header), whole, is_zero) &&
           are_all(fd, whole, used, may_be_stored) &&
           are_all(fd, used, UINT64_MAX, is_zero);
}

static bool is_event(uint8_t kind)
{
    return kind != CAPTURE_NONE && kind != CAPTURE_PAD &&
           kind != CAPTURE_CONT && kind != CAPTURE_JUMP && kind < CAPTURE_BYTE;
}

CaptureLost salvage_count(int fd, uint64_t first, uint64_t *end)
{
    uint64_t buf[CHUNK];
    uint64_t pos = first, whole = first;
    CaptureLost kept = { 0 };
    unsigned missing = 0; /* CONT words of an event that are still to come */
    bool counts = false;

    while (pos < *end) {
        ssize_t got = pread(fd, buf, MIN(sizeof(buf), (*end - pos) * 8),
                            CAPTURE_HEADER_SIZE + pos * CAPTURE_WORD_SIZE);
        uint64_t have = got > 0 ? (uint64_t)got / CAPTURE_WORD_SIZE : 0;

        if (!have) {
            break;
        }
        for (uint64_t i = 0; i < have; i++) {
            uint8_t kind = capture_word_kind(buf[i]);
            bool complete = kind >= CAPTURE_BYTE || kind == CAPTURE_PAD ||
                            kind == CAPTURE_JUMP;

            if (missing && kind == CAPTURE_CONT) {
                complete = --missing == 0;
            } else if (is_event(kind)) {
                missing = capture_word_data(buf[i]);
                complete = missing == 0;
                counts = capture_kind_class(kind) != CAPTURE_CLASS_WRITER;
            } else {
                missing = 0; /* its head stands alone: a reader skips it */
                counts = false;
            }
            kept.bytes += kind >= CAPTURE_BYTE;
            if (complete) {
                kept.events += counts;
                counts = false;
                whole = pos + i + 1;
            }
        }
        pos += have;
    }
    *end = MIN(*end, whole);
    return kept;
}

size_t salvage_words(uint64_t *words, uint64_t time, CaptureKind kind,
                     const void *payload, size_t len)
{
    size_t n = 0;

    for (size_t at = 0; at < len; at += CAPTURE_CONT_BYTES) {
        size_t part = MIN(len - at, CAPTURE_CONT_BYTES);

        words[++n] = 0;
        memcpy(&words[n], (const char *)payload + at, part);
        words[n] |= (uint64_t)CAPTURE_CONT << CAPTURE_KIND_SHIFT;
    }
    words[0] = capture_word(kind, n, time);
    return n + 1;
}

uint64_t salvage_event(int fd, uint64_t pos, uint64_t time, CaptureKind kind,
                       const void *payload, size_t len)
{
    uint64_t words[1 + CAPTURE_PAYLOAD_MAX / CAPTURE_CONT_BYTES];
    size_t n = salvage_words(words, time, kind, payload, len);

    put(fd, words, n * sizeof(words[0]),
        CAPTURE_HEADER_SIZE + pos * CAPTURE_WORD_SIZE);
    return pos + n;
}

void salvage_header(int fd, const CaptureHeader *header,
                    const CaptureLost *lost)
{
    CaptureHeader h = *header;

    h.lost_bytes = lost->bytes;
    h.lost_events = lost->events;
    put(fd, &h, sizeof(h), 0);
}

int salvage_end(int fd, const CaptureHeader *header)
{
    uint32_t flags = header->flags | CAPTURE_FLAG_ENDED;

    return put(fd, &flags, sizeof(flags), offsetof(CaptureHeader, flags));
}
