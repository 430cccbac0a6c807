/*
 * Where code moved itself to, by the samples alone: Linux (KASLR), and U-Boot,
 * whose usual builds do not print it.
 *
 * Both move by a multiple of some size.  A sample less the start of a function
 * is an offset at which that function would begin there; samples are where
 * functions begin more often than chance has it (TCG stops at the first
 * instruction of a block), so the right offset comes up again and again.  It
 * must be clearly ahead of every other.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#include "maps.h"
#include "symbols.h"

/*
 * Low bits of an address that stay as they are: x86 moves by 2 MiB, arm64 by 64
 * KiB where EFI allocates so; U-Boot by pages.
 */
#define KERNEL_BITS 16
#define U_BOOT_BITS 12

#define HITS_MIN 8

/* Whatever the symbols are, no more offsets are looked at. */
#define OFFSETS_MAX 2000000

static bool is_kernel(const SymbolFile *f)
{
    uint64_t text;

    return symbol_file_address(f, "_stext", &text) && text >> 63;
}

static bool is_u_boot(const SymbolFile *f)
{
    uint64_t start;

    return symbol_file_address(f, U_BOOT_START, &start);
}

bool symbols_has_moved_code(const Symbols *s)
{
    for (guint i = 0; i < s->files->len; i++) {
        const SymbolFile *f = g_ptr_array_index(s->files, i);

        if (is_kernel(f) || is_u_boot(f)) {
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

/* With those bits on top, addresses that differ by a move are neighbours. */
static uint64_t turned(uint64_t address, unsigned bits)
{
    return address >> bits | address << (64 - bits);
}

static uint64_t turned_back(uint64_t value, unsigned bits)
{
    return value << bits | value >> (64 - bits);
}

static GArray *turned_functions(const SymbolFile *f, unsigned bits)
{
    guint n;
    const Symbol *symbols = symbol_file_symbols(f, &n);
    GArray *out = g_array_sized_new(FALSE, FALSE, sizeof(uint64_t), n);

    for (guint i = 0; i < n; i++) {
        if (symbols[i].is_function) {
            uint64_t v = turned(symbols[i].start, bits);

            g_array_append_val(out, v);
        }
    }
    g_array_sort(out, by_value);
    return out;
}

/* The first of the sorted @v that is @least or more. */
static guint first_from(const GArray *v, uint64_t least)
{
    guint low = 0, high = v->len;

    while (low < high) {
        guint middle = low + (high - low) / 2;

        if (g_array_index(v, uint64_t, middle) < least) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    return low;
}

/* All by which a function would begin at one of @pcs. */
static GArray *offsets_of(const SymbolFile *f, unsigned bits,
                          const uint64_t *pcs, guint n)
{
    g_autoptr(GArray) functions = turned_functions(f, bits);
    GArray *offsets = g_array_new(FALSE, FALSE, sizeof(uint64_t));

    for (guint i = 0; i < n; i++) {
        uint64_t kept = turned(pcs[i], bits) >> (64 - bits);

        for (guint j = first_from(functions, kept << (64 - bits));
             j < functions->len && offsets->len < OFFSETS_MAX; j++) {
            uint64_t v = g_array_index(functions, uint64_t, j);
            uint64_t offset = pcs[i] - turned_back(v, bits);

            if (v >> (64 - bits) != kept) {
                break;
            }
            g_array_append_val(offsets, offset);
        }
    }
    g_array_sort(offsets, by_value);
    return offsets;
}

/* Which one is there most often; false: none is far ahead. */
static bool find_offset(const GArray *offsets, uint64_t *offset)
{
    const uint64_t *v = (const uint64_t *)offsets->data;
    guint best = 0, second = 0, run = 0;

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

static bool fit(Symbols *s, SymbolFile *f, unsigned bits, const uint64_t *pcs,
                guint n)
{
    g_autoptr(GArray) offsets = offsets_of(f, bits, pcs, n);
    uint64_t offset;
    SymbolMap map;

    if (!find_offset(offsets, &offset)) {
        return false;
    }
    if (offset) {
        map = symbols_whole_file(f, offset);
        symbols_map(s, &map);
    }
    return true;
}

bool symbols_fit_kernel(Symbols *s, const uint64_t *pcs, guint n)
{
    bool good = true;

    for (guint i = 0; n && i < s->files->len; i++) {
        SymbolFile *f = g_ptr_array_index(s->files, i);

        if (is_kernel(f)) {
            good &= fit(s, f, KERNEL_BITS, pcs, n);
        }
    }
    return good;
}

void symbols_fit_u_boot(Symbols *s, const uint64_t *pcs, guint n)
{
    for (guint i = 0; i < s->files->len; i++) {
        SymbolFile *f = g_ptr_array_index(s->files, i);

        if (is_u_boot(f)) {
            fit(s, f, U_BOOT_BITS, pcs, n);
        }
    }
}
