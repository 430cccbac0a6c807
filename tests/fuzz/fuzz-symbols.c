/*
 * A symbol file that somebody sent: ELF or a list, and a stack to unwind by
 * it.  The first bytes are a sample's registers, then its stack.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#include <stdio.h>
#include <string.h>

#include "fuzz.h"
#include "viewer/symbols/symbols.h"

#define STACK_BYTES 256

int LLVMFuzzerInitialize(int *argc, char ***argv)
{
    fuzz_begin();
    return 0;
}

static void store(const uint8_t *data, size_t size)
{
    FILE *file = fopen(fuzz_path(), "w");

    FUZZ_CHECK(file && fwrite(data, 1, size, file) == size && !fclose(file));
}

/* What is found is whole, and where it is said to be. */
static void look_at(Symbols *s, uint64_t pc, CaptureWidth width)
{
    SymbolPlace place = symbols_find(s, pc, width);

    FUZZ_CHECK(place.function && place.module);
    FUZZ_CHECK(g_utf8_validate(place.function, -1, NULL) ||
               place.is_symbol); /* a file's names may be anything */
    FUZZ_CHECK(strlen(place.function) <= 256);
}

static void unwind(Symbols *s, CaptureSample sample, const uint8_t *stack,
                   size_t len)
{
    uint64_t path[PATH_MAX_DEPTH];
    guint depth = 0;

    symbols_unwind(s, &sample, stack, len, path, &depth);
    FUZZ_CHECK(depth >= 1 && depth <= PATH_MAX_DEPTH && path[0] == sample.pc);
    for (guint i = 0; i < depth; i++) {
        look_at(s, path[i], sample.mode & 3);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const size_t head = sizeof(CaptureSample) + STACK_BYTES;
    const uint8_t *stack = data + sizeof(CaptureSample);
    g_autofree char *option = NULL;
    g_autofree char *error = NULL;
    CaptureSample sample;
    uint64_t link;
    Symbols *s;

    if (size <= head) {
        return -1;
    }
    memcpy(&sample, data, sizeof(sample));
    link = sample.link;
    store(data + head, size - head);
    s = symbols_new();
    symbols_set_arch(s, sample.flags & 1 ? "aarch64" : "x86_64");
    option = sample.flags & 2 ? g_strdup_printf("%s@0x%" G_GINT64_MODIFIER "x",
                                                fuzz_path(), sample.fp)
                              : g_strdup(fuzz_path());
    if (symbols_add_option(s, option, &error)) {
        unwind(s, sample, stack, STACK_BYTES);
        sample.pc = 0x1018;
        unwind(s, sample, stack, STACK_BYTES);
        symbols_fit_kernel(s, &link, 1);
        symbols_fit_u_boot(s, &link, 1);
        symbols_line(s, (const char *)stack, STACK_BYTES);
        look_at(s, sample.link, CAPTURE_WIDTH_32);
    }
    symbols_free(s);
    return 0;
}
