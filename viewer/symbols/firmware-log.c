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

/* The file of a module in the user's folders: NAME.debug; NULL: none. */
static SymbolFile *find_module(Symbols *s, const char *name)
{
    for (guint i = 0; i < s->folders->len; i++) {
        g_autofree char *path =
            g_build_filename(g_ptr_array_index(s->folders, i), name, NULL);
        g_autofree char *error = NULL;
        SymbolFile *f = g_file_test(path, G_FILE_TEST_EXISTS)
                            ? symbols_open(s, path, &error)
                            : NULL;

        if (f) {
            return f;
        }
    }
    return NULL;
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

/* A module without symbols goes as far as anybody knows of another one. */
#define MODULE_MAX 0x1000000

/* @base: of the image; or @text, of its section. */
static void add_module(Symbols *s, const char *name, uint64_t address,
                       bool is_text)
{
    g_autofree char *file = g_strconcat(name, ".debug", NULL);
    SymbolFile *f = find_module(s, file);
    SymbolMap map = {
        .low = address,
        .high = address + MODULE_MAX,
        .module = g_string_chunk_insert_const(s->names, name),
    };

    if (f) {
        map = symbols_whole_file(f, is_text ? address - symbol_file_text(f)
                                            : address);
        map.module = g_string_chunk_insert_const(s->names, name);
    }
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
    uint64_t address;

    if (space && (at = module_name(at, space - at), name = (char *)at) &&
        (at = after(space, "0x")) && take_hex(&at, &address)) {
        add_module(s, name, address, true);
        return true;
    }
    at = after(line, "Loading driver at 0x");
    at = at ? at : after(line, "Loading PEIM at 0x");
    at = at ? at : after(line, "Loading DXE CORE at 0x");
    if (!at || !take_hex(&at, &address) || !(at = after(at, "EntryPoint=")) ||
        !(at = strchr(at, ' '))) {
        return false;
    }
    name = module_name(at + 1, strcspn(at + 1, " \r\n"));
    if (*name) {
        add_module(s, name, address, false);
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
        { "Relocating to 0x", "__image_copy_start" },
        { "relocaddr   = 0x", "__image_copy_start" },
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
    if (len < 20 || len > 1000 || !memmem(text, len, "0x", 2)) {
        return;
    }
    line = g_strndup(text, len);
    if (!take_seabios(s, line) && !take_edk2(s, line)) {
        take_offset(s, line);
    }
}
