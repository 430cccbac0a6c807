/*
 * What is at an address of the guest, and who called it.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#include "symbols.h"

#include <string.h>

#include "maps.h"
#include "regions.h"
#include "viewer/common/common.h"
#include "viewer/common/own-folder.h"

Symbols *symbols_new(void)
{
    Symbols *s = g_new0(Symbols, 1);

    s->files = g_ptr_array_new_with_free_func((GDestroyNotify)symbol_file_free);
    s->maps = g_array_new(FALSE, FALSE, sizeof(SymbolMap));
    s->low = UINT64_MAX;
    s->names = g_string_chunk_new(4096);
    s->folders = g_ptr_array_new_with_free_func(g_free);
    s->modules = g_hash_table_new_full(g_str_hash, g_str_equal, g_free,
                                       (GDestroyNotify)g_ptr_array_unref);
    s->rules = g_hash_table_new_full(hash_u64, g_int64_equal, g_free, g_free);
    return s;
}

void symbols_set_arch(Symbols *s, const char *arch)
{
    g_strlcpy(s->arch, arch, sizeof(s->arch));
}

void symbols_free(Symbols *s)
{
    if (s) {
        g_ptr_array_unref(s->files);
        g_array_unref(s->maps);
        g_string_chunk_free(s->names);
        g_ptr_array_unref(s->folders);
        g_hash_table_unref(s->modules);
        g_hash_table_unref(s->rules);
        g_free(s->own_folder);
        g_free(s);
    }
}

guint symbols_generation(const Symbols *s)
{
    return s->generation;
}

guint symbols_files(const Symbols *s)
{
    return s->files->len;
}

const char *symbols_file(const Symbols *s, guint i)
{
    return symbol_file_path(g_ptr_array_index(s->files, i));
}

/* ------------------------------------------------------------------ */
/* What the user gave                                                  */

void symbols_reset(Symbols *s)
{
    guint n = 0;
    SymbolMap *maps = (SymbolMap *)s->maps->data;

    for (guint i = 0; i < s->maps->len; i++) {
        if (!maps[i].moved) {
            maps[n++] = maps[i];
        }
    }
    if (n != s->maps->len) {
        g_array_set_size(s->maps, n);
        s->generation++;
        g_hash_table_remove_all(s->rules);
    }
}

/* FILE@ADDRESS; a file may have an @ in its name. */
static char *split_address(const char *text, bool *has, uint64_t *address)
{
    const char *at = strrchr(text, '@');
    char *end = NULL;

    *has = false;
    if (at && at[1]) {
        *address = g_ascii_strtoull(at + 1, &end, 16);
        *has = !*end;
    }
    return *has ? g_strndup(text, at - text) : g_strdup(text);
}

bool symbols_add_option(Symbols *s, const char *text, char **error)
{
    uint64_t address = 0;
    bool has;
    g_autofree char *path = split_address(text, &has, &address);
    SymbolFile *f;
    SymbolMap map;

    if (!has && g_file_test(path, G_FILE_TEST_IS_DIR)) {
        g_ptr_array_add(s->folders, g_steal_pointer(&path));
        return true;
    }
    f = symbols_open(s, path, error);
    if (!f) {
        return false;
    }
    if (!has) {
        symbols_map_file(s, f);
        return true;
    }
    map = symbols_whole_file(f, address - symbol_file_text(f));
    symbols_map(s, &map);
    return true;
}

void symbols_add_own_folder(Symbols *s, const char *folder)
{
    g_free(s->own_folder);
    s->own_folder = g_strdup(folder);
}

bool symbols_wants_own(const Symbols *s)
{
    return s->own_folder && !s->own_found;
}

Symbols *symbols_new_of(char *const *files, const char **wrong, char **error)
{
    g_autofree char *own = own_folder();
    g_autofree char *folder =
        g_build_filename(own, "firmware", "symbols", NULL);
    Symbols *s = symbols_new();

    symbols_add_own_folder(s, folder);
    for (int i = 0; files && files[i]; i++) {
        if (!symbols_add_option(s, files[i], error)) {
            *wrong = files[i];
            symbols_free(s);
            return NULL;
        }
    }
    return s;
}

/* ------------------------------------------------------------------ */
/* Addresses                                                           */

SymbolPlace symbols_find(Symbols *s, uint64_t pc, CaptureWidth width)
{
    const SymbolMap *m = symbols_map_at(s, pc);

    if (m && m->file) {
        return (SymbolPlace){ symbol_file_find(m->file, pc - m->bias)->name,
                              m->module, true };
    }
    if (m) {
        return (SymbolPlace){ m->module, "", false };
    }
    return (SymbolPlace){ region_name(s->arch, pc, width), "", false };
}

/* ------------------------------------------------------------------ */
/* Unwinding                                                           */

bool symbols_can_unwind(const Symbols *s)
{
    for (guint i = 0; i < s->files->len; i++) {
        if (symbol_file_has_rules(g_ptr_array_index(s->files, i))) {
            return true;
        }
    }
    return false;
}

/* A frame that is unwound: its registers, and what memory there is of it. */
typedef struct Frame {
    uint64_t pc;
    uint64_t registers[FRAME_REGISTERS];
    const uint8_t *stack;
    uint64_t low, high; /* addresses of @stack */
    guint size; /* bytes of a register on the stack */
} Frame;

typedef struct CachedRule {
    FrameRule rule;
    uint64_t bias;
    bool segment;
    bool assembly;
    bool after_call; /* the address behind it is one to return to */
} CachedRule;

/* Addresses kept: a guest may be anywhere. */
#define RULES_MAX 1000000

static const CachedRule *rule_at(Symbols *s, uint64_t pc)
{
    CachedRule *c = g_hash_table_lookup(s->rules, &pc);
    const SymbolMap *m;

    if (c) {
        return c;
    }
    c = g_new0(CachedRule, 1);
    m = symbols_map_at(s, pc);
    if (m && m->file) {
        c->rule = symbol_file_rule(m->file, pc - m->bias);
        c->bias = m->bias;
        c->segment = m->segment;
        c->assembly = symbol_file_is_assembly(m->file, pc - m->bias);
        c->after_call = c->rule.known &&
                        symbol_file_is_after_call(m->file, pc + 1 - m->bias);
    }
    if (g_hash_table_size(s->rules) >= RULES_MAX) {
        g_hash_table_remove_all(s->rules);
    }
    g_hash_table_insert(s->rules, g_memdup2(&pc, sizeof(pc)), c);
    return c;
}

static bool read_stack(const Frame *f, uint64_t address, uint64_t *value)
{
    uint64_t v = 0;

    if (address < f->low || address > f->high || f->high - address < f->size) {
        return false;
    }
    memcpy(&v, f->stack + (address - f->low), f->size);
    *value = v;
    return true;
}

static bool restore(const Frame *f, uint64_t cfa, FrameSaved how,
                    int64_t offset, uint64_t *value)
{
    switch (how) {
    case FRAME_SAME:
        return true;
    case FRAME_AT_CFA:
        return read_stack(f, cfa + offset, value);
    case FRAME_IS_CFA:
        *value = cfa + offset;
        return true;
    case FRAME_UNDEFINED:
        break;
    }
    *value = 0;
    return true;
}

/* Goes to the caller. */
static PathEnd step(Symbols *s, Frame *f, bool innermost, bool *more)
{
    const CachedRule *c = rule_at(s, f->pc);
    const FrameRule *r = &c->rule;
    uint64_t *regs = f->registers;
    uint64_t cfa, ra;

    *more = false;
    if (!r->known) {
        return c->assembly && !innermost ? PATH_ASSEMBLY : PATH_NO_RULE;
    }
    if (r->end) {
        return PATH_WHOLE;
    }
    if (r->ra.how == FRAME_SAME && !innermost) {
        return PATH_NO_RULE; /* it would be its own caller */
    }
    cfa = regs[r->cfa] + r->cfa_offset;
    ra = regs[FRAME_LINK];
    if (!restore(f, cfa, r->ra.how, r->ra.offset, &ra) ||
        !restore(f, cfa, r->fp.how, r->fp.offset, &regs[FRAME_FP]) ||
        !restore(f, cfa, r->link.how, r->link.offset, &regs[FRAME_LINK])) {
        return PATH_NO_STACK;
    }
    if (c->segment) {
        ra = (ra & 0xffff) + c->bias;
    }
    if (!ra) {
        return PATH_WHOLE;
    }
    regs[FRAME_SP] = cfa;
    f->pc = ra - 1; /* in the call, not after it */
    *more = true;
    return PATH_WHOLE;
}

/* So far up the stack, words, and so often in a path. */
#define GAP_WORDS 64
#define GAPS_MAX 4

/*
 * Assembly that changes the CPU's mode has no call frame information, and
 * firmware is in it whenever it asks for interrupts.  Its caller is the first
 * word of the stack that is an address behind a call, in code that has some.
 */
static bool step_over_gap(Symbols *s, Frame *f)
{
    uint64_t at = (f->registers[FRAME_SP] + f->size - 1) & -(uint64_t)f->size;
    uint64_t value;

    for (guint i = 0; i < GAP_WORDS; i++, at += f->size) {
        if (!read_stack(f, at, &value)) {
            return false;
        }
        if (value >= s->low && value <= s->high &&
            rule_at(s, value - 1)->after_call) {
            f->registers[FRAME_SP] = at + f->size;
            f->pc = value - 1;
            return true;
        }
    }
    return false;
}

static guint register_size(const CaptureSample *s, const char *arch)
{
    CaptureWidth width = s->mode & 3;

    return width == CAPTURE_WIDTH_64 || (!width && strstr(arch, "64")) ? 8 : 4;
}

PathEnd symbols_unwind(Symbols *s, const CaptureSample *sample,
                       const uint8_t *stack, size_t len,
                       uint64_t path[PATH_MAX_DEPTH], guint *depth)
{
    Frame f = {
        .pc = sample->pc,
        .registers = { sample->sp, sample->fp, sample->link },
        .stack = stack,
        .low = sample->sp,
        .high = sample->sp + len,
        .size = register_size(sample, s->arch),
    };
    PathEnd end = PATH_NO_STACK;
    guint gaps = 0;
    bool more = true;

    *depth = 0;
    if (f.high < f.low) {
        f.high = f.low; /* it would wrap around */
    }
    while (more && *depth < PATH_MAX_DEPTH) {
        path[(*depth)++] = f.pc;
        end = step(s, &f, *depth == 1, &more);
        if (end == PATH_NO_RULE && gaps < GAPS_MAX && step_over_gap(s, &f)) {
            gaps++;
            more = true;
        }
    }
    return more ? PATH_NO_STACK
           : gaps > 0 && (end == PATH_WHOLE || end == PATH_ASSEMBLY) ? PATH_GAP
                                                                     : end;
}
