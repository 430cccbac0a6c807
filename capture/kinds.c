/*
 * The names of records.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#include "kinds.h"

const char *capture_kind_word(CaptureKind kind)
{
    switch (kind) {
#define KIND_CASE(number, NAME, name, class, payload)                          \
    case CAPTURE_##NAME:                                                       \
        return #name;
        CAPTURE_KINDS(KIND_CASE)
#undef KIND_CASE
    case CAPTURE_BYTE:
        break;
    }
    return "byte";
}

const char *capture_vm_word(CaptureVmEvent event)
{
    switch (event) {
#define EVENT_CASE(number, NAME, word, text)                                   \
    case CAPTURE_VM_##NAME:                                                    \
        return word;
        CAPTURE_VM_EVENTS(EVENT_CASE)
#undef EVENT_CASE
    }
    return "unknown";
}

const char *capture_vm_text(CaptureVmEvent event)
{
    switch (event) {
#define EVENT_CASE(number, NAME, word, text)                                   \
    case CAPTURE_VM_##NAME:                                                    \
        return text;
        CAPTURE_VM_EVENTS(EVENT_CASE)
#undef EVENT_CASE
    }
    return "unknown";
}
