/*
 * What the guest's path meets once in days, or when there is no room.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#include <string.h>

#include "writer-place.h"

/*
 * Where records are dropped, only the helper knows whether it has padded a
 * place already, and dropped it since: then something else is at its address.
 */
static void leave_pad(CaptureWriter *w, uint64_t pos, uint64_t n)
{
    for (unsigned i = 0; i < PADS_MAX && n; i++) {
        uint64_t part = MIN(n, UINT16_MAX);
        uint64_t none = 0;

        if (__atomic_compare_exchange_n(&w->pads[(pos + i) % PADS_MAX], &none,
                                        pos << 16 | part, false,
                                        __ATOMIC_RELEASE, __ATOMIC_RELAXED)) {
            pos += part;
            n -= part;
        }
    }
}

void writer_take_pads(CaptureWriter *w)
{
    for (unsigned i = 0; w->drop && i < PADS_MAX; i++) {
        uint64_t pad = __atomic_load_n(&w->pads[i], __ATOMIC_RELAXED);
        uint64_t pos = pad >> 16;
        uint64_t end = MIN(pos + (pad & UINT16_MAX), w->mapped_words);

        if (!pad) {
            continue;
        }
        __atomic_store_n(&w->pads[i], 0, __ATOMIC_RELEASE);
        for (pos = MAX(pos, w->whole); pos < end; pos++) {
            writer_publish(w, pos, capture_word(CAPTURE_PAD, 0, 0));
        }
    }
}

/*
 * What is not mapped yet the helper pads when it is; either it sees our
 * reservation, or we see its mapping.
 */
__attribute__((noinline)) void writer_pad(CaptureWriter *w, uint64_t pos,
                                          uint64_t n)
{
    uint64_t end;

    __atomic_fetch_add(&w->other_words, n, __ATOMIC_RELAXED);
    if (w->drop) {
        leave_pad(w, pos, n);
        return;
    }
    __atomic_fetch_add(&w->reserved, 0, __ATOMIC_ACQ_REL);
    end = MIN(pos + n, __atomic_load_n(&w->mapped_words, __ATOMIC_ACQUIRE));
    for (uint64_t i = pos; i < end; i++) {
        writer_publish(w, i, capture_word(CAPTURE_PAD, 0, 0));
    }
}

void writer_store_event(CaptureWriter *w, uint64_t pos, uint64_t time,
                        uint8_t kind, const uint8_t *payload, size_t len)
{
    size_t n = writer_event_words(len) - 1;

    __atomic_fetch_add(&w->other_words, n + 1, __ATOMIC_RELAXED);
    for (size_t i = 0; i < n; i++) {
        size_t at = i * CAPTURE_CONT_BYTES;
        uint64_t word = 0;

        memcpy(&word, payload + at, MIN(len - at, CAPTURE_CONT_BYTES));
        word |= (uint64_t)CAPTURE_CONT << CAPTURE_KIND_SHIFT;
        writer_publish(w, pos + 1 + i, word);
    }
    writer_publish(w, pos, capture_word(kind, n, time));
}

/*
 * Every thread that enters another epoch, a later one or, on the virtual
 * clock, an earlier one, tells of it before its own record.  The epoch is
 * taken down before the CLOCK record gets its place and set after that:
 * whoever sees the new one writes behind the record, and whoever still sees
 * the old one behind its own reservation wrote before it.  False: there was
 * no place.
 */
__attribute__((noinline)) bool writer_announce_epoch(CaptureWriter *w,
                                                     uint64_t time)
{
    CaptureClock clock = { .time_ns = time };
    uint64_t pos;

    __atomic_store_n(&w->epoch, EPOCH_NONE, __ATOMIC_RELAXED);
    __atomic_fetch_add(&w->reserved, 0, __ATOMIC_ACQ_REL);
    pos = writer_reserve(w, &w->event_limit, writer_event_words(sizeof(clock)));
    if (pos == UINT64_MAX) {
        return false;
    }
    writer_store_event(w, pos, time, CAPTURE_CLOCK, (uint8_t *)&clock,
                       sizeof(clock));
    __atomic_store_n(&w->epoch, time >> EPOCH_SHIFT, __ATOMIC_RELEASE);
    return true;
}

void writer_refuse_bytes(CaptureWriter *w, uint64_t n)
{
    __atomic_fetch_add(&w->lost.bytes, n, __ATOMIC_RELAXED);
    __atomic_fetch_add(&w->header->lost_bytes, n, __ATOMIC_RELAXED);
}

void writer_refuse_event(CaptureWriter *w)
{
    __atomic_fetch_add(&w->lost.events, 1, __ATOMIC_RELAXED);
    __atomic_fetch_add(&w->header->lost_events, 1, __ATOMIC_RELAXED);
}

uint64_t writer_reserve_some(CaptureWriter *w, size_t *len)
{
    uint64_t limit = __atomic_load_n(&w->limit, __ATOMIC_ACQUIRE);
    uint64_t used = __atomic_load_n(&w->reserved, __ATOMIC_RELAXED);

    *len = used < limit ? MIN(limit - used, *len) : 0;
    return *len ? writer_reserve(w, &w->limit, *len) : UINT64_MAX;
}

void capture_writer_lost(const CaptureWriter *w, uint64_t *bytes,
                         uint64_t *events)
{
    *bytes = __atomic_load_n(&w->lost.bytes, __ATOMIC_RELAXED) +
             __atomic_load_n(&w->gone.bytes, __ATOMIC_RELAXED);
    *events = __atomic_load_n(&w->lost.events, __ATOMIC_RELAXED) +
              __atomic_load_n(&w->gone.events, __ATOMIC_RELAXED);
}

CaptureLost writer_losses(const CaptureWriter *w)
{
    uint64_t bytes, events;

    capture_writer_lost(w, &bytes, &events);
    return (CaptureLost){ .bytes = bytes, .events = events };
}
