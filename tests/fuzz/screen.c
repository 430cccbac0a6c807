/*
 * A screen that nobody sees.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

/* All but its signals and its keyboard is what the viewer has. */
#include "viewer/screen/terminal.c"

#include "fuzz.h"
#include "screen.h"

void screen_begin(void)
{
    FILE *out = fopen("/dev/null", "w"), *in = fopen("/dev/null", "r");

    FUZZ_CHECK(out && in);
    setenv("ESCDELAY", "0", 1);
    term.in = in;
    term.screen = newterm("xterm-256color", out, in);
    FUZZ_CHECK(term.screen);
    set_up_screen(true);
}

void screen_choose(int height, int width, bool utf8)
{
    term.utf8 = utf8;
    resizeterm(height, width);
}

void screen_check(void)
{
    for (int y = 0; y < LINES; y++) {
        for (int x = 0; x < COLS; x++) {
            wchar_t text[CCHARW_MAX + 1] = { 0 };
            attr_t attributes;
            short pair;
            cchar_t cell;

            if (mvin_wch(y, x, &cell) != OK ||
                getcchar(&cell, text, &attributes, &pair, NULL) != OK) {
                continue;
            }
            for (const wchar_t *p = text; *p; p++) {
                FUZZ_CHECK(*p >= 0x20 && !(*p >= 0x7f && *p < 0xa0));
                FUZZ_CHECK(g_unichar_type(*p) != G_UNICODE_FORMAT);
                FUZZ_CHECK(term.utf8 || *p < 0x7f);
            }
        }
    }
}
