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

void boot_sources_stop(void)
{
    for (BootSource *s = sources; s; s = s->next) {
        if (s->started && s->stop) {
            s->started = s->is_ready = false;
            s->stop();
        }
    }
}
