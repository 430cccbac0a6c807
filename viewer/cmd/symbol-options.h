/*
 * --symbols and --vcpu, of the commands that name functions.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#ifndef VIEWER_CMD_SYMBOL_OPTIONS_H
#define VIEWER_CMD_SYMBOL_OPTIONS_H

#include "viewer/symbols/symbols.h"

#define SYMBOLS_HELP                                                            \
    "symbols of the guest's code: ELF or System.map, whose .text is at "        \
    "ADDRESS (default: as linked, or as the guest's log says), or a folder of " \
    "EDK2's .debug files"

#define VCPU_HELP "only samples of this vCPU, from 0 on"

/* @text may be NULL: -1, all of them.  False: it has said that it is none. */
bool parse_vcpu(const char *command, const char *text, int *vcpu);

/*
 * Of @files (NULL: none), and of firmware that bootstamp built.  NULL: it has
 * said which cannot be read.
 */
Symbols *symbols_from_options(char *const *files);

#endif
