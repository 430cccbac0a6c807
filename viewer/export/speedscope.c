/*
 * Samples for https://www.speedscope.app: its own file format, a profile for
 * each vCPU in the order of time.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#include <inttypes.h>
#include <stdio.h>

#include "profile-export.h"
#include "viewer/common/json-out.h"

#define SCHEMA "https://www.speedscope.app/file-format-schema.json"

static void put_frames(Export *e, JsonOut *j, const Profile *p)
{
    for (guint i = 0; i < profile_functions(p); i++) {
        ProfileFunction f = profile_function(p, i);

        json_out_begin_object(j, NULL);
        json_out_string(j, "name", f.name);
        if (*f.module) {
            json_out_string(j, "file", f.module);
        }
        json_out_end_object(j);
        fputs(i ? ",\n" : "", e->out);
        json_out_end(j, e->out, "");
    }
}

static void put_path(Export *e, const Profile *p, guint node)
{
    ProfileNode n = profile_node(p, node);

    if (n.parent) {
        put_path(e, p, n.parent);
        fputc(',', e->out);
    }
    fprintf(e->out, "%u", n.function);
}

/* The part of a profile's arrays that is of @vcpu; true: there is any. */
static bool put_samples(Export *e, const Profile *p, guint vcpu, bool weights)
{
    uint64_t period = 1000000000 / MAX(profile_hz(p), 1);
    const char *comma = "";

    for (guint i = 0; i < profile_samples(p); i++) {
        const ProfileSample *s = profile_sample(p, i);

        if (s->vcpu != vcpu) {
            continue;
        }
        fputs(comma, e->out);
        comma = ",";
        if (weights) {
            fprintf(e->out, "%" PRIu64, s->ticks * period);
        } else {
            fputc('[', e->out);
            put_path(e, p, s->node);
            fputc(']', e->out);
        }
    }
    return *comma;
}

static void put_vcpu(Export *e, const Profile *p, guint vcpu, const char *comma)
{
    uint64_t period = 1000000000 / MAX(profile_hz(p), 1), ticks = 0;

    for (guint i = 0; i < profile_samples(p); i++) {
        const ProfileSample *s = profile_sample(p, i);

        ticks += s->vcpu == vcpu ? s->ticks : 0;
    }
    if (!ticks) {
        return;
    }
    fprintf(e->out,
            "%s{\"type\":\"sampled\",\"name\":\"vCPU %u\",\"unit\":"
            "\"nanoseconds\",\"startValue\":0,\"endValue\":%" PRIu64
            ",\"samples\":[",
            comma, vcpu, ticks * period);
    put_samples(e, p, vcpu, false);
    fputs("],\"weights\":[", e->out);
    put_samples(e, p, vcpu, true);
    fputs("]}\n", e->out);
}

/* More vCPUs than this share nothing with a boot. */
#define VCPUS_MAX 64

static bool speedscope_end(Export *e)
{
    ProfileBoot *b = e->state;
    const Profile *p = b ? b->profile : NULL;
    JsonOut *j;
    guint vcpus = 0;

    if (p) {
        profile_sort(b->profile);
        for (guint i = 0; i < profile_samples(p); i++) {
            vcpus = MAX(vcpus, profile_sample(p, i)->vcpu + 1u);
        }
        j = json_out_new();
        fputs("{\"$schema\":\"" SCHEMA "\",\"exporter\":\"bootstamp\",\n"
              "\"shared\":{\"frames\":[",
              e->out);
        put_frames(e, j, p);
        fputs("]},\n\"profiles\":[", e->out);
        for (guint i = 0; i < MIN(vcpus, VCPUS_MAX); i++) {
            put_vcpu(e, p, i, i ? "," : "");
        }
        fputs("]}\n", e->out);
        json_out_free(j);
    }
    return profile_export_end(e);
}

const ExportFormat export_speedscope = {
    .info = {
        .name = "speedscope",
        .summary = "samples of run --profile, for speedscope.app",
        .extension = ".json",
        .samples = true,
    },
    .begin = profile_export_begin,
    .record = profile_export_record,
    .line = profile_export_line,
    .end = speedscope_end,
};
