/*
 * Captures that are compressed.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#include <errno.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include <zstd.h>

#include "capture/reader.h"
#include "unpack.h"

#define CHUNK (128 << 10)

static int refuse(int fd, GError **error, const char *why)
{
    g_set_error(error, CAPTURE_READER_ERROR, CAPTURE_READER_ERROR_FORMAT,
                "cannot unpack it: %s", why);
    if (fd >= 0) {
        close(fd);
    }
    return -1;
}

static bool write_all(int fd, const char *data, size_t len)
{
    while (len) {
        ssize_t n = write(fd, data, len);

        if (n <= 0) {
            return false;
        }
        data += n;
        len -= n;
    }
    return true;
}

/* What a step of the way needs. */
typedef struct Unpack {
    ZSTD_DStream *stream;
    char in[CHUNK], out[CHUNK];
    uint64_t size; /* so far, bytes */
    uint64_t data; /* of these, that are not all zeros */
    size_t left; /* of ZSTD_decompressStream(): 0 at the end of a frame */
} Unpack;

static bool is_zero(const char *data, size_t len)
{
    return !len || (!data[0] && !memcmp(data, data + 1, len - 1));
}

/* Unpacks @n bytes of input; NULL, or what is wrong. */
static const char *unpack_some(Unpack *u, size_t n, int to)
{
    ZSTD_inBuffer in = { u->in, n, 0 };
    bool more = true, zero;

    while (in.pos < in.size || more) {
        ZSTD_outBuffer out = { u->out, CHUNK, 0 };

        u->left = ZSTD_decompressStream(u->stream, &out, &in);
        if (ZSTD_isError(u->left)) {
            return ZSTD_getErrorName(u->left);
        }
        /* At a frame's end another call would ask for the next one's head. */
        more = u->left && out.pos == CHUNK;
        u->size += out.pos;
        /* What was dropped is zeros in there, and takes no memory. */
        zero = is_zero(u->out, out.pos);
        u->data += zero ? 0 : out.pos;
        if (u->data > UNPACK_MAX || u->size > UNPACK_HOLES_MAX) {
            return "it becomes larger than 1 GiB; unpack it by zstd -d";
        }
        if (zero ? lseek(to, u->size, SEEK_SET) < 0
                 : !write_all(to, u->out, out.pos)) {
            return g_strerror(errno);
        }
    }
    return NULL;
}

static const char *unpack_all(Unpack *u, int from, int to)
{
    const char *wrong = NULL;
    off_t at = 0;
    ssize_t n;

    while (!wrong && (n = pread(from, u->in, CHUNK, at)) > 0) {
        at += n;
        wrong = unpack_some(u, n, to);
    }
    if (!wrong && n < 0) {
        wrong = g_strerror(errno);
    }
    return wrong ? wrong : u->left ? "its end is missing" : NULL;
}

int unpack_zstd(int fd, GError **error)
{
    Unpack *u = g_new(Unpack, 1);
    int to = memfd_create("bootstamp", MFD_CLOEXEC);
    const char *wrong = g_strerror(errno);

    u->stream = ZSTD_createDStream();
    u->size = u->data = 0;
    u->left = 0;
    if (to >= 0) {
        wrong = u->stream ? unpack_all(u, fd, to) : "no memory";
        if (!wrong && ftruncate(to, u->size)) {
            wrong = g_strerror(errno);
        }
    }
    ZSTD_freeDStream(u->stream);
    g_free(u);
    return wrong ? refuse(to, error, wrong) : to;
}
