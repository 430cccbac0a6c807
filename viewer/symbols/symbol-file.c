/*
 * Symbols and call frame information of a file.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#include "call-site.h"
#include "symbol-file.h"

#include <dwarf.h>
#include <elfutils/libdw.h>
#include <errno.h>
#include <fcntl.h>
#include <gelf.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* What is believed of a file: a kernel has a quarter of a million. */
#define SYMBOLS_MAX 4000000
#define LIST_MAX (256 * 1024 * 1024) /* bytes of System.map */
#define NAME_MAX_BYTES 256

/* A symbol without a size ends at the next one, or here. */
#define UNSIZED_MAX 4096

/* A name and its address. */
typedef struct Label {
    const char *name;
    uint64_t address;
} Label;

/* A section with code. */
typedef struct Code {
    uint64_t address;
    const uint8_t *bytes;
    size_t len;
} Code;

/* More sections than these are not looked at: SeaBIOS has 10. */
#define CODE_MAX 64

struct SymbolFile {
    char *path, *name;
    GArray *symbols; /* Symbol, by their start */
    GArray *labels; /* Label, by their names: no hash, which can be forced */
    size_t taken; /* entries of symbol tables: those may lie upon each other */
    GStringChunk *names;
    GArray *code; /* Code: what the sections with code hold */
    uint64_t text; /* address of .text */
    int fd;
    Elf *elf;
    Dwarf *dwarf;
    Dwarf_CFI *cfi[2]; /* .debug_frame, .eh_frame */
    bool cfi_looked;
    int machine; /* e_machine */
};

/* @name: f->names has it. */
static void add(SymbolFile *f, uint64_t start, uint64_t size, const char *name,
                bool is_function)
{
    Symbol s = { .start = start,
                 .end = size > UINT64_MAX - start ? start : start + size,
                 .name = name,
                 .is_function = is_function };

    if (f->symbols->len < SYMBOLS_MAX) {
        g_array_append_val(f->symbols, s);
    }
}

static void add_label(SymbolFile *f, uint64_t address, const char *name)
{
    Label label = { name, address };

    if (f->labels->len < SYMBOLS_MAX) {
        g_array_append_val(f->labels, label);
    }
}

static gint by_name(gconstpointer a, gconstpointer b)
{
    const Label *x = a, *y = b;

    return strcmp(x->name, y->name);
}

/* By address; of those at one place functions and the larger, then by name. */
static gint by_start(gconstpointer a, gconstpointer b)
{
    const Symbol *x = a, *y = b;

    if (x->start != y->start) {
        return x->start < y->start ? -1 : 1;
    }
    if (x->is_function != y->is_function) {
        return x->is_function ? -1 : 1;
    }
    if (x->end != y->end) {
        return x->end > y->end ? -1 : 1;
    }
    return strcmp(x->name, y->name);
}

/* Whether @s is a label inside of a function, which goes on behind it. */
static bool is_inner_label(const Symbol *s, const Symbol *function)
{
    return !s->is_function && function && s->start < function->end;
}

/* One symbol at each place; one without a size ends where the next begins. */
static void sort(SymbolFile *f)
{
    guint n = 0;
    Symbol *s = (Symbol *)f->symbols->data;
    const Symbol *function = NULL;

    g_array_sort(f->labels, by_name);
    g_array_sort(f->symbols, by_start);
    for (guint i = 0; i < f->symbols->len; i++) {
        if ((n && s[i].start == s[n - 1].start) ||
            is_inner_label(&s[i], function)) {
            continue;
        }
        s[n] = s[i];
        function = s[n].is_function ? &s[n] : function;
        n++;
    }
    g_array_set_size(f->symbols, n);
    for (guint i = 0; i < n; i++) {
        uint64_t limit = i + 1 < n ? s[i + 1].start
                         : s[i].start < UINT64_MAX - UNSIZED_MAX
                             ? s[i].start + UNSIZED_MAX
                             : UINT64_MAX;

        if (s[i].end <= s[i].start) {
            s[i].end = MIN(limit, s[i].start + UNSIZED_MAX);
        }
        s[i].end = MIN(s[i].end, limit);
    }
}

/* ------------------------------------------------------------------ */
/* A list: "ffffffff81000000 T _stext"                                 */

static void take_list_line(SymbolFile *f, const char *line)
{
    char *end;
    uint64_t address = g_ascii_strtoull(line, &end, 16);
    bool has_name = end[0] == ' ' && end[1] && end[2] == ' ';
    const char *name = has_name ? end + 3 : "";
    gsize len = strcspn(name, " \t\r[");
    const char *kept;

    if (end == line || !len) {
        return;
    }
    kept = g_string_chunk_insert_len(f->names, name, MIN(len, NAME_MAX_BYTES));
    if (strchr("tTwW", end[1])) {
        add(f, address, 0, kept, true);
    }
    add_label(f, address, kept);
}

static bool read_list(SymbolFile *f, char **error)
{
    struct stat st;
    g_autofree char *text = NULL;
    gsize have = 0;
    char *line, *next;

    if (fstat(f->fd, &st) || !S_ISREG(st.st_mode) || st.st_size > LIST_MAX) {
        *error = g_strdup("is neither an ELF file nor a list of symbols");
        return false;
    }
    text = g_malloc(st.st_size + 1);
    while (have < (gsize)st.st_size) {
        ssize_t n = pread(f->fd, text + have, st.st_size - have, have);

        if (n <= 0) {
            break;
        }
        have += n;
    }
    text[have] = '\0';
    for (line = text; line && *line; line = next) {
        next = strchr(line, '\n');
        if (next) {
            *next++ = '\0';
        }
        take_list_line(f, line);
    }
    return true;
}

/* ------------------------------------------------------------------ */
/* ELF                                                                 */

/* In memory, not in a section that only a debugger reads (gcc -flto). */
static bool is_in_memory(const SymbolFile *f, const GElf_Sym *sym)
{
    Elf_Scn *section = sym->st_shndx < SHN_LORESERVE
                           ? elf_getscn(f->elf, sym->st_shndx)
                           : NULL;
    GElf_Shdr head;

    return section && gelf_getshdr(section, &head) && head.sh_flags & SHF_ALLOC;
}

static void take_symbol(SymbolFile *f, const GElf_Sym *sym,
                        const Elf_Data *strings)
{
    int type = GELF_ST_TYPE(sym->st_info);
    const char *name = (const char *)strings->d_buf + sym->st_name;
    bool is_code =
        type == STT_FUNC || (type == STT_NOTYPE && is_in_memory(f, sym));

    if ((type != STT_NOTYPE && type != STT_FUNC && type != STT_OBJECT) ||
        sym->st_shndx == SHN_UNDEF || sym->st_name >= strings->d_size ||
        !*name || *name == '$') {
        return;
    }
    name = g_string_chunk_insert_len(
        f->names, name,
        strnlen(name,
                MIN(strings->d_size - sym->st_name, (size_t)NAME_MAX_BYTES)));
    if (is_code) { /* without a type: assembly */
        add(f, sym->st_value, sym->st_size, name, type == STT_FUNC);
    }
    add_label(f, sym->st_value, name);
}

/* elf_strptr() would look for the end of the strings at each symbol. */
static void take_table(SymbolFile *f, Elf_Scn *section, const GElf_Shdr *head)
{
    Elf_Data *data = elf_getdata(section, NULL);
    Elf_Scn *linked = elf_getscn(f->elf, head->sh_link);
    const Elf_Data *strings = linked ? elf_getdata(linked, NULL) : NULL;
    GElf_Sym sym;
    size_t n = data && head->sh_entsize ? data->d_size / head->sh_entsize : 0;

    for (size_t i = 1; i < n && strings && strings->d_buf; i++) {
        if (f->taken++ >= SYMBOLS_MAX || !gelf_getsym(data, i, &sym)) {
            break;
        }
        take_symbol(f, &sym, strings);
    }
}

static void take_code(SymbolFile *f, Elf_Scn *section, const GElf_Shdr *head)
{
    const Elf_Data *data =
        f->code->len < CODE_MAX ? elf_getdata(section, NULL) : NULL;
    Code code = { .address = head->sh_addr };

    if (data && data->d_buf) {
        code.bytes = data->d_buf;
        code.len = data->d_size;
        g_array_append_val(f->code, code);
    }
}

static bool read_elf(SymbolFile *f, char **error)
{
    Elf_Scn *section = NULL;
    GElf_Ehdr ehdr;
    size_t names = 0;

    if (!gelf_getehdr(f->elf, &ehdr) || elf_getshdrstrndx(f->elf, &names)) {
        *error = g_strdup_printf("cannot read: %s", elf_errmsg(-1));
        return false;
    }
    f->machine = ehdr.e_machine;
    while ((section = elf_nextscn(f->elf, section))) {
        GElf_Shdr head;
        const char *name;

        if (!gelf_getshdr(section, &head)) {
            continue;
        }
        name = elf_strptr(f->elf, names, head.sh_name);
        if (name && !strcmp(name, ".text")) {
            f->text = head.sh_addr;
        }
        if (head.sh_type == SHT_SYMTAB) {
            take_table(f, section, &head);
        } else if (head.sh_type == SHT_PROGBITS &&
                   head.sh_flags & SHF_EXECINSTR) {
            take_code(f, section, &head);
        }
    }
    return true;
}

/* ------------------------------------------------------------------ */
/* Both                                                                */

static bool read_file(SymbolFile *f, char **error)
{
    struct stat st;
    bool good;

    f->fd = open(f->path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    if (f->fd < 0) {
        *error = g_strdup_printf("cannot open: %s", g_strerror(errno));
        return false;
    }
    if (fstat(f->fd, &st) || !S_ISREG(st.st_mode)) {
        *error = g_strdup("is not a file");
        return false;
    }
    elf_version(EV_CURRENT);
    f->elf = elf_begin(f->fd, ELF_C_READ, NULL);
    good = f->elf && elf_kind(f->elf) == ELF_K_ELF ? read_elf(f, error)
                                                   : read_list(f, error);
    if (good && !f->symbols->len) {
        *error = g_strdup("has no symbols of functions; give the file from "
                          "before it was stripped");
        return false;
    }
    return good;
}

SymbolFile *symbol_file_open(const char *path, char **error)
{
    SymbolFile *f = g_new0(SymbolFile, 1);

    f->path = g_strdup(path);
    f->name = g_path_get_basename(path);
    f->symbols = g_array_new(FALSE, FALSE, sizeof(Symbol));
    f->labels = g_array_new(FALSE, FALSE, sizeof(Label));
    f->code = g_array_new(FALSE, FALSE, sizeof(Code));
    f->names = g_string_chunk_new(65536);
    if (!read_file(f, error)) {
        symbol_file_free(f);
        return NULL;
    }
    sort(f);
    if (!f->text) {
        f->text = symbol_file_low(f);
    }
    return f;
}

void symbol_file_free(SymbolFile *f)
{
    if (!f) {
        return;
    }
    if (f->cfi[1]) {
        dwarf_cfi_end(f->cfi[1]);
    }
    if (f->dwarf) {
        dwarf_end(f->dwarf);
    }
    if (f->elf) {
        elf_end(f->elf);
    }
    if (f->fd >= 0) {
        close(f->fd);
    }
    g_array_unref(f->symbols);
    g_array_unref(f->labels);
    g_array_unref(f->code);
    g_string_chunk_free(f->names);
    g_free(f->path);
    g_free(f->name);
    g_free(f);
}

const char *symbol_file_name(const SymbolFile *f)
{
    return f->name;
}

const char *symbol_file_path(const SymbolFile *f)
{
    return f->path;
}

/* The last symbol that begins at @address or before; NULL: there is none. */
static const Symbol *last_before(const SymbolFile *f, uint64_t address)
{
    const Symbol *s = (const Symbol *)f->symbols->data;
    guint low = 0, high = f->symbols->len;

    while (low < high) {
        guint middle = low + (high - low) / 2;

        if (s[middle].start <= address) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    return low ? &s[low - 1] : NULL;
}

const Symbol *symbol_file_find(const SymbolFile *f, uint64_t address)
{
    const Symbol *s = last_before(f, address);

    return s && address < s->end ? s : NULL;
}

bool symbol_file_begins(const SymbolFile *f, uint64_t address)
{
    const Symbol *s = last_before(f, address);

    return s && s->start == address;
}

bool symbol_file_address(const SymbolFile *f, const char *name,
                         uint64_t *address)
{
    const Label wanted = { .name = name };
    guint i;
    bool found = g_array_binary_search(f->labels, &wanted, by_name, &i);

    if (found) {
        *address = g_array_index(f->labels, Label, i).address;
    }
    return found;
}

bool symbol_file_is_assembly(const SymbolFile *f, uint64_t address)
{
    const Symbol *s = symbol_file_find(f, address);

    return s && !s->is_function;
}

const Symbol *symbol_file_symbols(const SymbolFile *f, guint *n)
{
    *n = f->symbols->len;
    return (const Symbol *)f->symbols->data;
}

uint64_t symbol_file_low(const SymbolFile *f)
{
    return g_array_index(f->symbols, Symbol, 0).start;
}

uint64_t symbol_file_high(const SymbolFile *f)
{
    return g_array_index(f->symbols, Symbol, f->symbols->len - 1).end;
}

uint64_t symbol_file_text(const SymbolFile *f)
{
    return f->text;
}

bool symbol_file_is_after_call(SymbolFile *f, uint64_t address)
{
    for (guint i = 0;
         (f->machine == EM_386 || f->machine == EM_X86_64) && i < f->code->len;
         i++) {
        const Code *c = &g_array_index(f->code, Code, i);
        uint64_t at = address - c->address; /* what is before it wraps around */
        size_t len = MIN(at, (uint64_t)CALL_BYTES_MAX);
        int32_t offset;

        if (at > c->len) {
            continue;
        }
        switch (call_site_x86(c->bytes + at - len, len, &offset)) {
        case CALL_DIRECT:
            return symbol_file_begins(f, address + offset);
        case CALL_INDIRECT:
            return true;
        case CALL_NONE:
            return false;
        }
    }
    return false;
}

/* ------------------------------------------------------------------ */
/* Call frame information                                              */

/* DWARF's numbers of our registers; 0 of link: it is of no use. */
typedef struct Numbers {
    int machine;
    int sp, fp, link;
} Numbers;

static const Numbers numbers[] = {
    { EM_386, 4, 5, 3 },    { EM_X86_64, 7, 6, 3 }, { EM_AARCH64, 31, 29, 30 },
    { EM_ARM, 13, 11, 14 }, { EM_RISCV, 2, 8, 1 },
};

static void look_for_cfi(SymbolFile *f)
{
    if (f->cfi_looked) {
        return;
    }
    f->cfi_looked = true;
    if (!f->elf || elf_kind(f->elf) != ELF_K_ELF) {
        return;
    }
    f->dwarf = dwarf_begin_elf(f->elf, DWARF_C_READ, NULL);
    if (f->dwarf) {
        f->cfi[0] = dwarf_getcfi(f->dwarf);
    }
    f->cfi[1] = dwarf_getcfi_elf(f->elf);
}

bool symbol_file_has_rules(SymbolFile *f)
{
    look_for_cfi(f);
    return f->cfi[0] || f->cfi[1];
}

static const Numbers *numbers_of(const SymbolFile *f)
{
    for (size_t i = 0; i < G_N_ELEMENTS(numbers); i++) {
        if (numbers[i].machine == f->machine) {
            return &numbers[i];
        }
    }
    return NULL;
}

/* The register that DWARF calls @number. */
static FrameRegister which(const Numbers *n, int number)
{
    return number == n->sp     ? FRAME_SP
           : number == n->fp   ? FRAME_FP
           : number == n->link ? FRAME_LINK
                               : FRAME_NONE;
}

/* How the caller's register @number is found; false: in a way of its own. */
static bool read_saved(Dwarf_Frame *frame, int number, FrameSaved *how,
                       int64_t *offset)
{
    Dwarf_Op mem[3], *ops;
    size_t n;

    if (dwarf_frame_register(frame, number, mem, &ops, &n)) {
        return false;
    }
    *offset = 0;
    if (!n) {
        *how = ops ? FRAME_UNDEFINED : FRAME_SAME;
        return true;
    }
    if (ops[0].atom != DW_OP_call_frame_cfa || n > 3) {
        return false;
    }
    *how = FRAME_AT_CFA;
    for (size_t i = 1; i < n; i++) {
        if (ops[i].atom == DW_OP_plus_uconst) {
            *offset = ops[i].number;
        } else if (ops[i].atom == DW_OP_stack_value) {
            *how = FRAME_IS_CFA;
        } else {
            return false;
        }
    }
    return true;
}

static bool read_cfa(Dwarf_Frame *frame, const Numbers *n, FrameRule *rule)
{
    Dwarf_Op *ops;
    size_t count;
    int number;

    if (dwarf_frame_cfa(frame, &ops, &count) || count != 1) {
        return false;
    }
    if (ops[0].atom >= DW_OP_breg0 && ops[0].atom <= DW_OP_breg31) {
        number = ops[0].atom - DW_OP_breg0;
        rule->cfa_offset = ops[0].number;
    } else if (ops[0].atom == DW_OP_bregx) {
        number = MIN(ops[0].number, 1000);
        rule->cfa_offset = ops[0].number2;
    } else {
        return false;
    }
    rule->cfa = which(n, number);
    return rule->cfa != FRAME_NONE;
}

static FrameRule rule_of(Dwarf_Frame *frame, const Numbers *n)
{
    FrameRule rule = { 0 };
    bool is_signal;
    Dwarf_Addr start, end;
    int ra = dwarf_frame_info(frame, &start, &end, &is_signal);

    if (ra < 0 || !read_cfa(frame, n, &rule) ||
        !read_saved(frame, ra, &rule.ra.how, &rule.ra.offset)) {
        return (FrameRule){ 0 };
    }
    if (!read_saved(frame, n->fp, &rule.fp.how, &rule.fp.offset)) {
        rule.fp.how = FRAME_UNDEFINED;
    }
    if (!read_saved(frame, n->link, &rule.link.how, &rule.link.offset)) {
        rule.link.how = FRAME_UNDEFINED;
    }
    rule.end = rule.ra.how == FRAME_UNDEFINED;
    /* Only what is in the link register is there without being saved. */
    rule.known = rule.end || rule.ra.how == FRAME_AT_CFA ||
                 (rule.ra.how == FRAME_SAME && ra == n->link);
    return rule;
}

FrameRule symbol_file_rule(SymbolFile *f, uint64_t address)
{
    const Numbers *n = numbers_of(f);
    FrameRule rule = { 0 };

    look_for_cfi(f);
    for (int i = 0; n && !rule.known && i < 2; i++) {
        Dwarf_Frame *frame = NULL;

        if (f->cfi[i] && !dwarf_cfi_addrframe(f->cfi[i], address, &frame)) {
            rule = rule_of(frame, n);
            free(frame);
        }
    }
    return rule;
}
