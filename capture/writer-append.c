/*
 * The guest's path: see writer-place.h, which has the other half of it.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#include "writer-place.h"

/* A time that wraps below 0 would be read as one of centuries later. */
static inline uint64_t from_zero(int64_t time)
{
    return time < 0 ? 0 : time;
}

/* Its address is another one in each thread. */
static __thread char self __attribute__((tls_model("initial-exec")));

/*
 * Where two threads write one stream, one after the other by some lock, the
 * later must not stamp before it has that lock.  Its look at who was last is
 * behind the lock, and shows the other thread: only then it has to wait.
 */
uint64_t capture_writer_now(CaptureWriter *w)
{
    if (__builtin_expect(w->virtual_now != NULL, 0)) {
        return from_zero(w->virtual_now());
    }
    if (__builtin_expect(
            __atomic_load_n(&w->last_thread, __ATOMIC_ACQUIRE) != &self, 0)) {
        __atomic_store_n(&w->last_thread, &self, __ATOMIC_RELEASE);
        return from_zero(capture_mono_ns() - w->start_ns);
    }
    return from_zero(capture_mono_ns_early() - w->start_ns);
}

uint64_t capture_writer_time(const CaptureWriter *w, uint64_t mono_ns)
{
    uint64_t time = from_zero(mono_ns - w->start_ns);

    if (__builtin_expect(w->virtual_now && time, 0)) {
        return from_zero(w->virtual_now());
    }
    return time;
}

/*
 * At the cap, what comes as often as the guest likes ends with its bytes:
 * the rest of the file is for what happened to the VM, and for the loss.
 */
static const uint64_t *event_limit(const CaptureWriter *w, CaptureKind kind)
{
    switch (capture_kind_class(kind)) {
    case CAPTURE_CLASS_WRITER:
    case CAPTURE_CLASS_VM:
        return &w->event_limit;
    case CAPTURE_CLASS_GUEST:
    case CAPTURE_CLASS_FW_CFG:
    case CAPTURE_CLASS_HOST:
        break;
    }
    return &w->limit;
}

static bool append_event(CaptureWriter *w, uint64_t time, const uint64_t *limit,
                         uint8_t kind, const void *payload, size_t len)
{
    uint64_t pos = UINT64_MAX;

    len = MIN(len, CAPTURE_PAYLOAD_MAX);
    sigbus_enter();
    if (writer_check_epoch(w, time)) {
        pos = writer_reserve(w, limit, writer_event_words(len));
    }
    if (pos == UINT64_MAX) {
        writer_refuse_event(w);
    } else {
        __atomic_fetch_add(&w->events, 1, __ATOMIC_RELAXED);
        writer_store_event(w, pos, time, kind, payload, len);
    }
    sigbus_leave();
    return pos != UINT64_MAX;
}

void capture_append(CaptureWriter *w, uint8_t stream, uint8_t byte)
{
    uint64_t time = capture_writer_now(w);
    uint64_t pos = UINT64_MAX;

    sigbus_enter();
    if (writer_check_epoch(w, time)) {
        pos = writer_reserve(w, &w->limit, 1);
    }
    if (__builtin_expect(pos == UINT64_MAX, 0)) {
        writer_refuse_bytes(w, 1);
    } else {
        writer_publish(w, pos, capture_word(CAPTURE_BYTE + stream, byte, time));
    }
    sigbus_leave();
}

void capture_append_bytes(CaptureWriter *w, uint64_t time, uint8_t stream,
                          const uint8_t *buf, size_t len)
{
    size_t fits = len;
    uint64_t pos = UINT64_MAX;

    sigbus_enter();
    if (writer_check_epoch(w, time)) {
        pos = writer_reserve(w, &w->limit, len);
        if (__builtin_expect(pos == UINT64_MAX, 0)) {
            pos = writer_reserve_some(w, &fits);
        }
    }
    if (pos == UINT64_MAX) {
        fits = 0;
    }
    for (size_t i = 0; i < fits; i++) {
        writer_publish(w, pos + i,
                       capture_word(CAPTURE_BYTE + stream, buf[i], time));
    }
    if (__builtin_expect(fits < len, 0)) {
        writer_refuse_bytes(w, len - fits);
    }
    sigbus_leave();
}

bool capture_append_event(CaptureWriter *w, uint64_t time, CaptureKind kind,
                          const void *payload, size_t len)
{
    return append_event(w, time, event_limit(w, kind), kind, payload, len);
}

void capture_append_vclock(CaptureWriter *w, uint64_t time, uint64_t virtual_ns)
{
    /* 56 bits are two years; one word less on every line. */
    append_event(w, time, &w->limit, CAPTURE_VCLOCK, &virtual_ns,
                 CAPTURE_CONT_BYTES);
}
