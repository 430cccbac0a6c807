/*
 * Where U-Boot copied itself to, by the samples alone: its usual builds do not
 * print it.
 *
 * It moves by a multiple of 4 KiB.  Each sample less each function's start is
 * an offset at which that function would begin there; the right one comes up
 * again and again, since TCG stops where blocks begin.  It must be clearly
 * ahead of every other.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#include "maps.h"
#include "symbols.h"

#define STEP 4096
#define HITS_MIN 8

/* What is looked at: all pairs of the two. */
#define PCS_MAX 1000
#define FUNCTIONS_MAX 20000

static bool is_u_boot(const SymbolFile *f)
{
    uint64_t start;

    return symbol_file_address(f, U_BOOT_START, &start);
}

bool symbols_has_u_boot(const Symbols *s)
{
    for (guint i = 0; i < s->files->len; i++) {
        if (is_u_boot(g_ptr_array_index(s->files, i))) {
            return true;
        }
    }
    return false;
}

static gint by_value(gconstpointer a, gconstpointer b)
{
    uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;

    return x < y ? -1 : x > y;
}

static void add_offsets(GArray *offsets, const SymbolFile *f, uint64_t pc)
{
    guint n;
    const Symbol *symbols = symbol_file_symbols(f, &n);

    for (guint i = 0; i < MIN(n, FUNCTIONS_MAX); i++) {
        uint64_t offset = pc - symbols[i].start;

        if (symbols[i].is_function && offset && offset % STEP == 0) {
            g_array_append_val(offsets, offset);
        }
    }
}

/* Which one is there most often; false: none is far ahead. */
static bool find_offset(GArray *offsets, uint64_t *offset)
{
    const uint64_t *v = (const uint64_t *)offsets->data;
    guint best = 0, second = 0, run = 0;

    g_array_sort(offsets, by_value);
    for (guint i = 0; i < offsets->len; i++) {
        run = i && v[i] == v[i - 1] ? run + 1 : 1;
        if (i + 1 < offsets->len && v[i + 1] == v[i]) {
            continue;
        }
        if (run > best) {
            second = best;
            best = run;
            *offset = v[i];
        } else {
            second = MAX(second, run);
        }
    }
    return best >= HITS_MIN && best >= 2 * second;
}

void symbols_fit_u_boot(Symbols *s, const uint64_t *pcs, guint n)
{
    for (guint i = 0; i < s->files->len; i++) {
        SymbolFile *f = g_ptr_array_index(s->files, i);
        g_autoptr(GArray) offsets = g_array_new(FALSE, FALSE, sizeof(uint64_t));
        uint64_t offset;
        SymbolMap map;

        if (!is_u_boot(f)) {
            continue;
        }
        for (guint j = 0; j < MIN(n, PCS_MAX); j++) {
            add_offsets(offsets, f, pcs[j]);
        }
        if (find_offset(offsets, &offset)) {
            map = symbols_whole_file(f, offset);
            symbols_map(s, &map);
        }
    }
}
