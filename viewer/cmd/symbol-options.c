/*
 * --symbols and --vcpu
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#include "symbol-options.h"
#include "viewer/common/common.h"

/* As samples have it. */
#define VCPU_MAX UINT16_MAX

bool parse_vcpu(const char *command, const char *text, int *vcpu)
{
    guint64 n;

    *vcpu = -1;
    if (!text) {
        return true;
    }
    if (!g_ascii_string_to_unsigned(text, 10, 0, VCPU_MAX, &n, NULL)) {
        usage_error(command, "--vcpu: '%s' is not the number of a vCPU", text);
        return false;
    }
    *vcpu = n;
    return true;
}

Symbols *symbols_from_options(char *const *files)
{
    g_autofree char *error = NULL;
    const char *wrong = NULL;
    Symbols *s = symbols_new_of(files, &wrong, &error);

    if (!s) {
        fail(wrong, "%s", error);
    }
    return s;
}
