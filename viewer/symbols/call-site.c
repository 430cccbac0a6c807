/*
 * Is there a call before an address?
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#include "call-site.h"

/* Bytes of a ModRM byte with what belongs to it, of 32 and 64-bit code. */
static size_t operand_length(const uint8_t *modrm, size_t len)
{
    int mod = modrm[0] >> 6, rm = modrm[0] & 7;
    size_t n = 1;

    if (mod == 3) {
        return n;
    }
    if (rm == 4) {
        n++;
        if (!mod && len > 1 && (modrm[1] & 7) == 5) {
            return n + 4;
        }
    }
    return n + (mod == 1 ? 1 : mod == 2 || rm == 5 ? 4 : 0);
}

/* ff /2 */
static bool is_indirect(const uint8_t *end, size_t len)
{
    for (size_t n = 2; n <= len; n++) {
        const uint8_t *at = end - n;

        if (at[0] == 0xff && (at[1] >> 3 & 7) == 2 &&
            operand_length(at + 1, n - 1) == n - 1) {
            return true;
        }
    }
    return false;
}

CallSite call_site_x86(const uint8_t *code, size_t len, int32_t *offset)
{
    const uint8_t *end = code + len;

    /* With an operand size of 32 bits before it in 16-bit code, the same. */
    if (len >= 5 && end[-5] == 0xe8) {
        *offset = (int32_t)((uint32_t)end[-4] | (uint32_t)end[-3] << 8 |
                            (uint32_t)end[-2] << 16 | (uint32_t)end[-1] << 24);
        return CALL_DIRECT;
    }
    return is_indirect(end, len) ? CALL_INDIRECT : CALL_NONE;
}
