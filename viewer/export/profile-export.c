/*
 * What formats of samples share.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#include "profile-export.h"

bool profile_export_begin(Export *e)
{
    ProfileBoot *b = profile_boot_new(e->options->symbols, NULL,
                                      capture_reader_path(e->reader));

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

    if (b && !profile_samples(b->profile)) {
        fail(b->path, "has no samples; capture with bootstamp run --profile");
    }
    profile_boot_free(b);
    e->state = NULL;
    return true;
}
