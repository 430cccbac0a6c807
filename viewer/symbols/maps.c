/*
 * Where symbol files are in the guest's memory.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#include "maps.h"

#include <string.h>

void symbols_map(Symbols *s, const SymbolMap *map)
{
    if (s->maps->len < SYMBOL_MAPS_MAX) {
        g_array_append_vals(s->maps, map, 1);
        s->low = MIN(s->low, map->low);
        s->high = MAX(s->high, map->high);
        s->generation++;
        g_hash_table_remove_all(s->rules);
    }
}

SymbolMap symbols_whole_file(SymbolFile *f, uint64_t bias)
{
    return (SymbolMap){
        .low = symbol_file_low(f) + bias,
        .high = symbol_file_high(f) + bias,
        .bias = bias,
        .file = f,
        .module = symbol_file_name(f),
    };
}

SymbolFile *symbols_open(Symbols *s, const char *path, char **error)
{
    SymbolFile *f;

    for (guint i = 0; i < s->files->len; i++) {
        f = g_ptr_array_index(s->files, i);
        if (!strcmp(symbol_file_path(f), path)) {
            return f;
        }
    }
    f = symbol_file_open(path, error);
    if (f) {
        g_ptr_array_add(s->files, f);
    }
    return f;
}

/* The 16-bit code of SeaBIOS: segment f000, and the file has offsets in it. */
#define SEGMENT_F 0xf0000

/* It runs from the top of 4 GiB until it has made its copy writable. */
#define SEABIOS_ROM 0xfff00000

/* SeaBIOS links its parts one by one, and leaves them beside each other. */
static void add_seabios_parts(Symbols *s, const char *path)
{
    static const char *const parts[] = { "rom16.o", "rom32seg.o" };
    g_autofree char *folder = g_path_get_dirname(path);

    for (size_t i = 0; i < G_N_ELEMENTS(parts); i++) {
        g_autofree char *part = g_build_filename(folder, parts[i], NULL);
        g_autofree char *error = NULL;
        SymbolFile *f = symbols_open(s, part, &error);
        SymbolMap map;

        if (f) {
            map = symbols_whole_file(f, SEGMENT_F);
            map.segment = !i;
            map.module = "SeaBIOS";
            symbols_map(s, &map);
        }
    }
}

void symbols_map_file(Symbols *s, SymbolFile *f)
{
    SymbolMap map = symbols_whole_file(f, 0);
    uint64_t at;

    if (symbol_file_address(f, "code32init_start", &at)) {
        map.module = "SeaBIOS";
    }
    symbols_map(s, &map);
    if (map.module != symbol_file_name(f)) {
        map.low += SEABIOS_ROM;
        map.high += SEABIOS_ROM;
        map.bias += SEABIOS_ROM;
        symbols_map(s, &map);
        add_seabios_parts(s, symbol_file_path(f)); /* the last ones count */
    }
}

const SymbolMap *symbols_map_at(const Symbols *s, uint64_t pc)
{
    const SymbolMap *maps = (const SymbolMap *)s->maps->data;
    const SymbolMap *module = NULL, *label = NULL;

    /*
     * What was placed last is there now; functions before other labels, but
     * for what the same file has where it was before.  Of modules whose ends
     * are not known the one that begins nearest.
     */
    for (guint i = s->maps->len; i-- > 0;) {
        const SymbolMap *m = &maps[i];
        const Symbol *found;

        if (pc < m->low || pc >= m->high) {
            continue;
        }
        if (!m->file) {
            module = !module || m->low > module->low ? m : module;
            continue;
        }
        found = symbol_file_find(m->file, pc - m->bias);
        if (found && found->is_function) {
            return label && label->file == m->file ? label : m;
        }
        label = found && !label ? m : label;
    }
    return label ? label : module;
}
