/*
 * Sources of events, and when they are called.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#include "qemu/osdep.h"

#include "boot-source.h"

static BootSource *sources;
static bool machine_ready;

void boot_source_register(BootSource *source)
{
    g_assert(!source->look == !source->look_begin &&
             !source->look == !source->look_end);
    source->next = sources;
    sources = source;
}

static void call_ready(void)
{
    for (BootSource *s = sources; s; s = s->next) {
        if (s->started && !s->is_ready) {
            s->is_ready = true;
            if (s->ready) {
                s->ready();
            }
        }
    }
}

void boot_sources_start(bool fw_cfg)
{
    for (BootSource *s = sources; s; s = s->next) {
        if (!s->started && (fw_cfg || !s->fw_cfg)) {
            s->started = true;
            if (s->start) {
                s->start();
            }
        }
    }
    if (machine_ready) {
        call_ready();
    }
}

void boot_sources_ready(void)
{
    machine_ready = true;
    call_ready();
}

void boot_sources_describe(BootCapture *capture)
{
    for (BootSource *s = sources; s; s = s->next) {
        if (s->started && s->describe) {
            s->describe(capture);
        }
    }
}

void boot_sources_closing(BootCapture *capture)
{
    for (BootSource *s = sources; s; s = s->next) {
        if (s->started && s->closing) {
            s->closing(capture);
        }
    }
}

void boot_sources_stop(void)
{
    for (BootSource *s = sources; s; s = s->next) {
        if (s->started && s->stop) {
            s->started = s->is_ready = false;
            s->stop();
        }
    }
}

/* ------------------------------------------------------------------ */
/* What is looked at now and then                                      */

typedef struct Look {
    const BootSource *source;
    void *state;
} Look;

struct BootLooks {
    GArray *looks; /* Look */
};

BootLooks *boot_looks_begin(void)
{
    BootLooks *l = g_new(BootLooks, 1);

    l->looks = g_array_new(FALSE, FALSE, sizeof(Look));
    for (BootSource *s = sources; s; s = s->next) {
        if (s->look) {
            Look look = { s, s->look_begin() };

            g_array_append_val(l->looks, look);
        }
    }
    return l;
}

void boot_looks_end(BootLooks *l)
{
    for (guint i = 0; i < l->looks->len; i++) {
        Look *look = &g_array_index(l->looks, Look, i);

        look->source->look_end(look->state);
    }
    g_array_unref(l->looks);
    g_free(l);
}

bool boot_looks_look(CaptureWriter *w, uint64_t mono_ns, void *looks)
{
    const BootLooks *l = looks;
    bool news = false;

    for (guint i = 0; i < l->looks->len; i++) {
        Look *look = &g_array_index(l->looks, Look, i);

        news |= look->source->look(look->state, w, mono_ns);
    }
    return news;
}
