/*
 * A file with the symbols of firmware or a kernel: an ELF file, read by
 * elfutils, or a list such as System.map.
 *
 * The file may be hostile.  Addresses in it are its own: symbols.h says where
 * in the guest they are.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#ifndef VIEWER_SYMBOLS_SYMBOL_FILE_H
#define VIEWER_SYMBOLS_SYMBOL_FILE_H

#include <glib.h>
#include <stdbool.h>
#include <stdint.h>

typedef struct SymbolFile SymbolFile;

/* A function: from @start up to @end. */
typedef struct Symbol {
    uint64_t start, end;
    const char *name; /* the file's */
    bool is_function; /* it says so; else it may be data or a label */
} Symbol;

/* NULL with @error (caller: g_free) set where there is nothing to be had. */
SymbolFile *symbol_file_open(const char *path, char **error);
void symbol_file_free(SymbolFile *f);

/* Without its folder. */
const char *symbol_file_name(const SymbolFile *f);
const char *symbol_file_path(const SymbolFile *f);

/* NULL: none is there. */
const Symbol *symbol_file_find(const SymbolFile *f, uint64_t address);

/* The symbol @name, code or not; false: there is none. */
bool symbol_file_address(const SymbolFile *f, const char *name,
                         uint64_t *address);

/* Where its code is: of all symbols, and where the section .text begins. */
uint64_t symbol_file_low(const SymbolFile *f);
uint64_t symbol_file_high(const SymbolFile *f);
uint64_t symbol_file_text(const SymbolFile *f);

/* All of them, by their start. */
const Symbol *symbol_file_symbols(const SymbolFile *f, guint *n);

/* Whether a symbol begins exactly there. */
bool symbol_file_begins(const SymbolFile *f, uint64_t address);

/*
 * Whether the instruction before @address is a call, of x86 code: a direct one
 * counts where it calls the beginning of a symbol.
 */
bool symbol_file_is_after_call(SymbolFile *f, uint64_t address);

/* ------------------------------------------------------------------ */
/* Call frame information                                              */

/* Registers of a sample. */
typedef enum FrameRegister {
    FRAME_SP,
    FRAME_FP,
    FRAME_LINK, /* x86: bx */
    FRAME_REGISTERS,
    FRAME_NONE = FRAME_REGISTERS,
} FrameRegister;

/* How a caller's register is found. */
typedef enum FrameSaved {
    FRAME_SAME, /* still in the register */
    FRAME_AT_CFA, /* in memory, at the CFA plus an offset */
    FRAME_IS_CFA, /* it is the CFA plus an offset */
    FRAME_UNDEFINED,
} FrameSaved;

typedef struct FrameRule {
    bool known; /* false: none here, or none that can be followed */
    bool end; /* nobody called: the outermost frame */
    FrameRegister cfa; /* the register that */
    int64_t cfa_offset; /* plus this is the CFA */
    struct {
        FrameSaved how;
        int64_t offset;
    } fp, link, ra;
} FrameRule;

/* The rule at @address, in the file's own addresses. */
FrameRule symbol_file_rule(SymbolFile *f, uint64_t address);

/* Whether it is code of an assembler, whose symbols have no type, as a rule. */
bool symbol_file_is_assembly(const SymbolFile *f, uint64_t address);

/* Whether there is any such information. */
bool symbol_file_has_rules(SymbolFile *f);

#endif
