/*
 * Where symbol files are in the guest's memory: what the files of this folder
 * share.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#ifndef VIEWER_SYMBOLS_MAPS_H
#define VIEWER_SYMBOLS_MAPS_H

#include "capture/format.h"
#include "symbol-file.h"

typedef struct Symbols Symbols;

/* A guest may load modules for ever. */
#define SYMBOL_MAPS_MAX 4096

/* The first address of U-Boot, which copies itself. */
#define U_BOOT_START "__image_copy_start"

/* A part of the guest's memory, and what is there. */
typedef struct SymbolMap {
    uint64_t low, high; /* guest addresses */
    uint64_t bias; /* guest address less the file's */
    SymbolFile *file; /* NULL: a module without symbols */
    const char *module;
    bool segment; /* return addresses are offsets in a 16-bit segment */
    bool moved; /* by the boot: a reset undoes it */
} SymbolMap;

struct Symbols {
    char arch[CAPTURE_NAME_MAX];
    GPtrArray *files; /* SymbolFile */
    GArray *maps; /* SymbolMap; the last ones count */
    uint64_t low, high; /* of all maps that there ever were */
    GStringChunk *names; /* of modules in the log */
    GPtrArray *folders; /* char * */
    GHashTable *modules; /* the log's name -> GPtrArray of SymbolFile */
    char *own_folder;
    bool own_found;
    guint generation;
    GHashTable *rules; /* pc -> CachedRule */
};

SymbolFile *symbols_open(Symbols *s, const char *path, char **error);
void symbols_map(Symbols *s, const SymbolMap *map);

/* The map of all of @f, and where it is by its own addresses. */
SymbolMap symbols_whole_file(SymbolFile *f, uint64_t bias);
void symbols_map_file(Symbols *s, SymbolFile *f);

/* Where @pc is; NULL: nothing is known of it. */
const SymbolMap *symbols_map_at(const Symbols *s, uint64_t pc);

#endif
