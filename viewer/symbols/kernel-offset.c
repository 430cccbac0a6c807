/*
 * KASLR: where a kernel was moved to, by the samples alone.
 *
 * Linux moves itself by a multiple of CONFIG_PHYSICAL_ALIGN, 2 MiB at least,
 * up to 1 GiB.  Samples are where functions begin more often than chance has
 * it (TCG stops at the first instruction of a block), and callers' stacks are
 * in functions.  The offset at which most addresses begin a function is it,
 * if no other comes near.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#include "maps.h"
#include "symbols.h"

#define STEP UINT64_C(0x200000)
#define STEPS 512
#define HITS_MIN 8

static bool is_kernel(const SymbolFile *f)
{
    uint64_t text;

    return symbol_file_address(f, "_stext", &text) && text >> 63;
}

bool symbols_has_kernel(const Symbols *s)
{
    for (guint i = 0; i < s->files->len; i++) {
        if (is_kernel(g_ptr_array_index(s->files, i))) {
            return true;
        }
    }
    return false;
}

static guint hits_at(const SymbolFile *f, uint64_t offset, const uint64_t *pcs,
                     guint n)
{
    guint hits = 0;

    for (guint i = 0; i < n; i++) {
        hits += symbol_file_begins(f, pcs[i] - offset);
    }
    return hits;
}

static bool fit(Symbols *s, SymbolFile *f, const uint64_t *pcs, guint n)
{
    guint best = 0, second = 0;
    uint64_t where = 0;
    SymbolMap map;

    for (guint i = 0; i < STEPS; i++) {
        guint hits = hits_at(f, i * STEP, pcs, n);

        if (hits > best) {
            second = best;
            best = hits;
            where = i * STEP;
        } else {
            second = MAX(second, hits);
        }
    }
    if (best < HITS_MIN || best < 2 * second) {
        return false;
    }
    if (where) {
        map = symbols_whole_file(f, where);
        symbols_map(s, &map);
    }
    return true;
}

bool symbols_fit_kernel(Symbols *s, const uint64_t *pcs, guint n)
{
    bool good = true;

    for (guint i = 0; i < s->files->len; i++) {
        SymbolFile *f = g_ptr_array_index(s->files, i);

        if (n && is_kernel(f)) {
            good &= fit(s, f, pcs, n);
        }
    }
    return good;
}
