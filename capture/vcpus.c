/*
 * What the host gave the threads that run vCPUs.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#include <string.h>

#include "vcpus.h"

#define LOOKS_MAX 16384
#define THREADS_MAX 256

/* Sums of all threads at a time. */
typedef struct Look {
    uint64_t time;
    uint64_t cpu, wait, steal;
} Look;

typedef struct Thread {
    uint16_t vcpu;
    uint64_t cpu, wait; /* as it was reported last */
} Thread;

struct CaptureVcpus {
    GArray *looks; /* Look, by time */
    GArray *threads; /* Thread */
    Look now;
    uint64_t first_steal;
    uint64_t apart; /* looks nearer than this become one; grows */
};

CaptureVcpus *capture_vcpus_new(void)
{
    CaptureVcpus *v = g_new0(CaptureVcpus, 1);

    v->looks = g_array_new(FALSE, FALSE, sizeof(Look));
    v->threads = g_array_new(FALSE, FALSE, sizeof(Thread));
    return v;
}

void capture_vcpus_free(CaptureVcpus *v)
{
    if (v) {
        g_array_unref(v->looks);
        g_array_unref(v->threads);
        g_free(v);
    }
}

static void start_over(CaptureVcpus *v)
{
    g_array_set_size(v->looks, 0);
    g_array_set_size(v->threads, 0);
    memset(&v->now, 0, sizeof(v->now));
    v->first_steal = v->apart = 0;
}

static Thread *find_thread(CaptureVcpus *v, uint16_t vcpu, bool *new)
{
    Thread t = { .vcpu = vcpu };

    for (guint i = 0; i < v->threads->len; i++) {
        Thread *at = &g_array_index(v->threads, Thread, i);

        if (at->vcpu == vcpu) {
            *new = false;
            return at;
        }
    }
    *new = true;
    if (v->threads->len == THREADS_MAX) {
        return NULL;
    }
    g_array_append_val(v->threads, t);
    return &g_array_index(v->threads, Thread, v->threads->len - 1);
}

static uint64_t gain(uint64_t now, uint64_t before)
{
    return now > before ? now - before : 0;
}

/* Every second look goes, and those to come are twice as far apart. */
static void thin_out(CaptureVcpus *v)
{
    guint kept = 0;

    for (guint i = 1; i < v->looks->len; i += 2) {
        g_array_index(v->looks, Look, kept++) =
            g_array_index(v->looks, Look, i);
    }
    g_array_set_size(v->looks, kept);
    v->apart =
        kept > 1 ? (v->now.time - g_array_index(v->looks, Look, 0).time) / kept
                 : 0;
}

static void add_look(CaptureVcpus *v)
{
    guint n = v->looks->len;
    Look *last = n ? &g_array_index(v->looks, Look, n - 1) : NULL;

    if (last && v->now.time - last->time <= v->apart) {
        v->now.time = MAX(v->now.time, last->time);
        *last = v->now;
        return;
    }
    if (n >= LOOKS_MAX) {
        thin_out(v);
    }
    g_array_append_val(v->looks, v->now);
}

void capture_vcpus_record(CaptureVcpus *v, const CaptureRecord *rec)
{
    const CaptureVcpu *reported = &rec->u.vcpu;
    bool new;
    Thread *t;

    if (rec->kind == CAPTURE_SESSION) {
        start_over(v);
    }
    if (rec->kind != CAPTURE_VCPU) {
        return;
    }
    t = find_thread(v, reported->vcpu, &new);
    if (!t) {
        return;
    }
    if (new) {
        /* Its begin is not known: what it had stands at its first look. */
        t->cpu = reported->cpu_ns;
        t->wait = reported->wait_ns;
    }
    if (v->threads->len == 1 && new) {
        v->first_steal = reported->steal_ns;
    }
    v->now.time = MAX(v->now.time, rec->time);
    v->now.cpu += gain(reported->cpu_ns, t->cpu);
    v->now.wait += gain(reported->wait_ns, t->wait);
    v->now.steal = gain(reported->steal_ns, v->first_steal);
    t->cpu = MAX(t->cpu, reported->cpu_ns);
    t->wait = MAX(t->wait, reported->wait_ns);
    add_look(v);
}

guint capture_vcpus_threads(const CaptureVcpus *v)
{
    return v->threads->len;
}

static uint64_t part(uint64_t a, uint64_t b, double share)
{
    return a + (uint64_t)((double)(b - a) * share);
}

/* The sums at @time. */
static Look look_at(const CaptureVcpus *v, uint64_t time)
{
    const Look *looks = (const Look *)(const void *)v->looks->data;
    guint low = 0, high = v->looks->len;
    Look l = { .time = time };
    const Look *a, *b;
    double share;

    while (low < high) {
        guint middle = low + (high - low) / 2;

        if (looks[middle].time <= time) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    if (!low) {
        return l;
    }
    a = &looks[low - 1];
    if (low == v->looks->len) {
        return *a;
    }
    b = &looks[low];
    share = (double)(time - a->time) / (double)(b->time - a->time);
    l.cpu = part(a->cpu, b->cpu, share);
    l.wait = part(a->wait, b->wait, share);
    l.steal = part(a->steal, b->steal, share);
    return l;
}

CaptureVcpuTime capture_vcpus_between(const CaptureVcpus *v, uint64_t start,
                                      uint64_t end)
{
    Look a = look_at(v, start), b = look_at(v, MAX(start, end));
    uint64_t all = gain(end, start) * v->threads->len;
    CaptureVcpuTime t = {
        .cpu = gain(b.cpu, a.cpu),
        .wait = gain(b.wait, a.wait),
        .steal = gain(b.steal, a.steal),
    };

    t.idle = gain(all, t.cpu + t.wait);
    return t;
}
