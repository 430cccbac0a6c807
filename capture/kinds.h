/*
 * The names that people and programs know records by, made of the tables of
 * format.h.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#ifndef CAPTURE_KINDS_H
#define CAPTURE_KINDS_H

#include "format.h"

/* The word that exports print for @kind, "fwcfg_item"; "byte" for bytes. */
const char *capture_kind_word(CaptureKind kind);

/* The word of machine-readable exports for @event, "ready". */
const char *capture_vm_word(CaptureVmEvent event);

/* The same for people, "machine ready". */
const char *capture_vm_text(CaptureVmEvent event);

#endif
