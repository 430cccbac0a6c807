/*
 * What firmware says of where it put itself.
 *
 * The lines are a guest's: addresses from them only give names to samples,
 * and names of files only their last part, in folders that the user gave.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#include <string.h>

#include "maps.h"
#include "symbols.h"

/* The text after @words in @line; NULL: they are not there. */
static const char *after(const char *line, const char *words)
{
    const char *at = strstr(line, words);

    return at ? at + strlen(words) : NULL;
}

static bool take_hex(const char **text, uint64_t *value)
{
    char *end;

    if (!*text || !g_ascii_isxdigit(**text)) {
        return false;
    }
    *value = g_ascii_strtoull(*text, &end, 16);
    *text = end;
    return true;
}

/* ------------------------------------------------------------------ */
/* SeaBIOS                                                             */

/* Whether @f is the SeaBIOS whose code at initialization is there. */
static bool is_seabios(const SymbolFile *f, uint64_t from, uint64_t size)
{
    uint64_t start, end;

    return symbol_file_address(f, "code32init_start", &start) &&
           symbol_file_address(f, "code32init_end", &end) && start == from &&
           end - start == size;
}

/* Symbols of firmware that bootstamp built: a folder for each image. */
static void look_for_own(Symbols *s, uint64_t from, uint64_t size)
{
    g_autoptr(GDir) dir =
        s->own_folder ? g_dir_open(s->own_folder, 0, NULL) : NULL;
    const char *name;

    while (dir && !s->own_found && (name = g_dir_read_name(dir))) {
        g_autofree char *path =
            g_build_filename(s->own_folder, name, "rom.o", NULL);
        g_autofree char *error = NULL;
        SymbolFile *f = g_file_test(path, G_FILE_TEST_EXISTS)
                            ? symbol_file_open(path, &error)
                            : NULL;

        if (f && is_seabios(f, from, size)) {
            s->own_found = true;
            g_ptr_array_add(s->files, f);
            symbols_map_file(s, f);
        } else {
            symbol_file_free(f);
        }
    }
}

static bool has_seabios(const Symbols *s)
{
    uint64_t start;

    for (guint i = 0; i < s->files->len; i++) {
        if (symbol_file_address(g_ptr_array_index(s->files, i),
                                "code32init_start", &start)) {
            return true;
        }
    }
    return false;
}

/* src/post.c: "Relocating init from 0x%08x to 0x%08x (size %d)" */
static bool take_seabios(Symbols *s, const char *line)
{
    const char *at = after(line, "Relocating init from 0x");
    uint64_t from, to, size;

    if (!at || !take_hex(&at, &from) || !(at = after(at, " to 0x")) ||
        !take_hex(&at, &to) || !(at = after(at, "(size "))) {
        return false;
    }
    size = MIN(g_ascii_strtoull(at, NULL, 10), UINT32_MAX);
    if (!has_seabios(s)) {
        look_for_own(s, from, size);
    }
    for (guint i = 0; i < s->files->len; i++) {
        SymbolFile *f = g_ptr_array_index(s->files, i);
        SymbolMap map = {
            .low = to,
            .high = to + size,
            .bias = to - from,
            .file = f,
            .module = "SeaBIOS",
            .moved = true,
        };

        if (is_seabios(f, from, size)) {
            symbols_map(s, &map);
        }
    }
    return true;
}

/* ------------------------------------------------------------------ */
/* EDK2                                                                */

/* Files of one name: EDK2's build adds a GUID where there are two. */
#define MODULE_FILES_MAX 16

static void add_module_file(Symbols *s, GPtrArray *files, const char *folder,
                            const char *name)
{
    g_autofree char *path = g_build_filename(folder, name, NULL);
    g_autofree char *error = NULL;
    SymbolFile *f = g_file_test(path, G_FILE_TEST_EXISTS)
                        ? symbols_open(s, path, &error)
                        : NULL;

    if (f && files->len < MODULE_FILES_MAX) {
        g_ptr_array_add(files, f);
    }
}

/* NAME_GUID.debug */
static void add_guid_files(Symbols *s, GPtrArray *files, const char *folder,
                           const char *module)
{
    g_autoptr(GDir) dir = g_dir_open(folder, 0, NULL);
    g_autofree char *prefix = g_strconcat(module, "_", NULL);
    const char *name;

    while (dir && (name = g_dir_read_name(dir))) {
        if (g_str_has_prefix(name, prefix) &&
            g_str_has_suffix(name, ".debug")) {
            add_module_file(s, files, folder, name);
        }
    }
}

/* The files of a module in the user's folders, looked for once. */
static const GPtrArray *module_files(Symbols *s, const char *module)
{
    GPtrArray *files = g_hash_table_lookup(s->modules, module);

    if (files || g_hash_table_size(s->modules) == SYMBOL_MAPS_MAX) {
        return files;
    }
    files = g_ptr_array_new();
    g_hash_table_insert(s->modules, g_strdup(module), files);
    for (guint i = 0; i < s->folders->len; i++) {
        const char *folder = g_ptr_array_index(s->folders, i);
        g_autofree char *debug = g_strconcat(module, ".debug", NULL);
        g_autofree char *dll = g_strconcat(module, ".dll", NULL);

        add_module_file(s, files, folder, debug);
        add_module_file(s, files, folder, dll);
        add_guid_files(s, files, folder, module);
    }
    return files;
}

/* "/any/where/DxeCore.debug" -> "DxeCore" */
static char *module_name(const char *text, size_t len)
{
    g_autofree char *path = g_strndup(text, len);
    g_autofree char *base = g_path_get_basename(path);
    char *dot = strrchr(base, '.');

    if (dot) {
        *dot = '\0';
    }
    return g_strcanon(g_steal_pointer(&base),
                      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
                      "0123456789_-+.",
                      '_');
}

/* A module whose end is not known; the next one may begin earlier. */
#define MODULE_MAX 0x400000

/* What a line tells of a module. */
typedef struct Module {
    const char *name;
    uint64_t base; /* of the image */
    uint64_t text; /* or of its section; 0: not told */
    uint64_t entry; /* 0: not told */
} Module;

/* By the entry point one knows a file of another build. */
static bool is_file_of(SymbolFile *f, const Module *m)
{
    uint64_t entry;

    return !m->entry || !symbol_file_address(f, "_ModuleEntryPoint", &entry) ||
           m->base + entry == m->entry;
}

static void add_module(Symbols *s, const Module *m)
{
    const GPtrArray *files = module_files(s, m->name);
    const char *name = g_string_chunk_insert_const(s->names, m->name);
    uint64_t low = m->text ? m->text : m->base;
    SymbolMap map = {
        .low = low,
        .high = MIN(low, UINT64_MAX - MODULE_MAX) + MODULE_MAX,
    };

    for (guint i = 0; files && i < files->len && !map.file; i++) {
        SymbolFile *f = g_ptr_array_index(files, i);

        if (is_file_of(f, m)) {
            map = symbols_whole_file(f,
                                     m->text ? low - symbol_file_text(f) : low);
        }
    }
    map.module = name;
    map.moved = true;
    symbols_map(s, &map);
}

/*
 * MdeModulePkg, DebugPkg: "add-symbol-file /path/DxeCore.debug 0x7E8A240",
 * "Loading driver at 0x00007E8A000 EntryPoint=0x00007E8B4B1 DxeCore.efi",
 * and the same of "PEIM".
 */
static bool take_edk2(Symbols *s, const char *line)
{
    const char *at = after(line, "add-symbol-file ");
    const char *space = at ? strchr(at, ' ') : NULL;
    g_autofree char *name = NULL;
    Module m = { 0 };

    if (space && (name = module_name(at, space - at)) &&
        (at = after(space, "0x")) && take_hex(&at, &m.text) && m.text) {
        m.name = name;
        add_module(s, &m);
        return true;
    }
    at = after(line, "Loading driver at 0x");
    at = at ? at : after(line, "Loading PEIM at 0x");
    at = at ? at : after(line, "Loading DXE CORE at 0x");
    if (!at || !take_hex(&at, &m.base) || !(at = after(at, "EntryPoint=0x")) ||
        !take_hex(&at, &m.entry) || *at != ' ') {
        return false;
    }
    g_free(name);
    m.name = name = module_name(at + 1, strcspn(at + 1, " \r\n"));
    if (*name) {
        add_module(s, &m);
    }
    return true;
}

/* ------------------------------------------------------------------ */
/* U-Boot and Linux                                                    */

/* common/board_f.c, cmd/bdinfo.c; arch/x86/kernel/setup.c */
static bool take_offset(Symbols *s, const char *line)
{
    static const struct {
        const char *words;
        const char *start; /* a symbol: it is moved to there, not by so much */
    } forms[] = {
        { "Relocating to ", U_BOOT_START },
        { "relocaddr   = 0x", U_BOOT_START },
        { "Kernel Offset: 0x", NULL },
    };

    for (size_t i = 0; i < G_N_ELEMENTS(forms); i++) {
        const char *at = after(line, forms[i].words);
        uint64_t value, start;

        if (!at || !take_hex(&at, &value)) {
            continue;
        }
        for (guint j = 0; j < s->files->len; j++) {
            SymbolFile *f = g_ptr_array_index(s->files, j);
            const char *symbol = forms[i].start ? forms[i].start : "_stext";
            SymbolMap map;

            if (symbol_file_address(f, symbol, &start)) {
                map = symbols_whole_file(f, forms[i].start ? value - start
                                                           : value);
                map.moved = true;
                symbols_map(s, &map);
            }
        }
        return true;
    }
    return false;
}

void symbols_line(Symbols *s, const char *text, size_t len)
{
    g_autofree char *line = NULL;

    /* Most lines are none of these: a cheap look first. */
    if (len < 20 || len > 1000 ||
        (!memmem(text, len, "0x", 2) && !memmem(text, len, "Relocating", 10))) {
        return;
    }
    line = g_strndup(text, len);
    if (!take_seabios(s, line) && !take_edk2(s, line)) {
        take_offset(s, line);
    }
}
