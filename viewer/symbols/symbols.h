/*
 * What is at an address of the guest, and who called it.
 *
 * Symbol files are placed where they were loaded: at the addresses that they
 * were linked for, where the user says, or where the firmware's own log says
 * that it put them (SeaBIOS, EDK2, U-Boot, Linux).
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#ifndef VIEWER_SYMBOLS_SYMBOLS_H
#define VIEWER_SYMBOLS_SYMBOLS_H

#include <glib.h>
#include <stdbool.h>
#include <stdint.h>

#include "capture/format.h"

typedef struct Symbols Symbols;

/* @arch: QEMU's name of it, as the capture has it; what it calls regions. */
Symbols *symbols_new(void);
void symbols_set_arch(Symbols *s, const char *arch);
void symbols_free(Symbols *s);

/*
 * --symbols FILE[@ADDRESS]: ADDRESS is that of its section .text, as with
 * gdb's add-symbol-file; a folder is where the log's modules are looked for.
 * False with @error (caller: g_free) set: it cannot be read.
 */
bool symbols_add_option(Symbols *s, const char *text, char **error);

/*
 * A folder with symbols of firmware that bootstamp built: those of the one
 * whose log says that it is it are taken.
 */
void symbols_add_own_folder(Symbols *s, const char *folder);

/* Whether there is such a folder, and nothing of it was taken yet. */
bool symbols_wants_own(const Symbols *s);

/*
 * Of @files, as --symbols has them (NULL: none), and of firmware that bootstamp
 * built.  NULL: *@wrong of them cannot be read, *@error (caller: g_free) is
 * why.
 */
Symbols *symbols_new_of(char *const *files, const char **wrong, char **error);

/* A line of the guest's, which may say where something is. */
void symbols_line(Symbols *s, const char *text, size_t len);

/* A boot begins: nothing has been moved yet. */
void symbols_reset(Symbols *s);

/* Changes whenever what was found before may be something else now. */
guint symbols_generation(const Symbols *s);

/* What is at @pc.  Strings live as long as @s. */
typedef struct SymbolPlace {
    const char *function; /* or a region: "ROM", "low memory" */
    const char *module; /* the symbol file; "" where there is none */
    bool is_symbol; /* false: a region */
} SymbolPlace;

SymbolPlace symbols_find(Symbols *s, uint64_t pc, CaptureWidth width);

/* How a path ended. */
typedef enum PathEnd {
    PATH_WHOLE, /* at a function that nobody called */
    PATH_GAP, /* the same, with code in it that has no information */
    PATH_ASSEMBLY, /* a caller is assembly without such information: entries */
    PATH_NO_RULE, /* no call frame information for the last function */
    PATH_NO_STACK, /* the sample has no more of the stack, or it is garbage */
} PathEnd;

#define PATH_MAX_DEPTH 64

/*
 * The addresses of the calls from the innermost outwards: @path[0] is the
 * sample's own, the others are inside the call instructions.
 */
PathEnd symbols_unwind(Symbols *s, const CaptureSample *sample,
                       const uint8_t *stack, size_t len,
                       uint64_t path[PATH_MAX_DEPTH], guint *depth);

/* Whether any file has call frame information. */
bool symbols_can_unwind(const Symbols *s);

/* How many files there are, and the name of each. */
guint symbols_files(const Symbols *s);
const char *symbols_file(const Symbols *s, guint i);

/* Whether any file is of code that moves itself: Linux, U-Boot. */
bool symbols_has_moved_code(const Symbols *s);

/*
 * Places kernels whose addresses were moved (KASLR) by what the samples'
 * addresses fit to; those are in @pcs.  True: all were placed, or needed not.
 */
bool symbols_fit_kernel(Symbols *s, const uint64_t *pcs, guint n);

/* The same of U-Boot, which copies itself; it stays unplaced where none fits. */
void symbols_fit_u_boot(Symbols *s, const uint64_t *pcs, guint n);

#endif
