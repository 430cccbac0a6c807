/*
 * What formats of samples share.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#include "profile-export.h"

ProfileBoot *profile_export_new(const Export *e, CaptureMilestones *milestones)
{
    ProfileBoot *b = profile_boot_new(e->options->symbols, milestones,
                                      capture_reader_path(e->reader));

    if (e->options->vcpu >= 0) {
        profile_only_vcpu(b->profile, e->options->vcpu);
    }
    return b;
}

bool profile_export_has_vcpu(const Export *e, const ProfileBoot *b)
{
    return e->options->vcpu < 0 || profile_boot_has_samples(b);
}

bool profile_export_begin(Export *e)
{
    ProfileBoot *b = profile_export_new(e, NULL);

    e->state = b;
    profile_boot_look_ahead(b, e->reader);
    return true;
}

void profile_export_record(Export *e, const CaptureRecord *rec)
{
    profile_boot_record(e->state, rec);
}

void profile_export_line(Export *e, const CaptureLine *line)
{
    profile_boot_line(e->state, line);
}

bool profile_export_end(Export *e)
{
    ProfileBoot *b = e->state;
    bool ok = !b || profile_boot_has_samples(b) || e->options->vcpu < 0;

    profile_boot_free(b);
    e->state = NULL;
    return ok;
}
