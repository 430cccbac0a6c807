/*
 * Is there a call before an address?
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#ifndef VIEWER_SYMBOLS_CALL_SITE_H
#define VIEWER_SYMBOLS_CALL_SITE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* What the longest call takes, bytes. */
#define CALL_BYTES_MAX 7

typedef enum CallSite {
    CALL_NONE,
    CALL_DIRECT, /* to the address of the return plus the offset */
    CALL_INDIRECT,
} CallSite;

/*
 * What the last instruction of x86 code is that ends with @code's @len bytes.
 * Of several ways to read them, a direct call comes first.
 */
CallSite call_site_x86(const uint8_t *code, size_t len, int32_t *offset);

#endif
