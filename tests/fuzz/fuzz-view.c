/*
 * The viewer: keys, the index, and what is on the screen after each of them.
 *
 * The choices are height and width, what the terminal shows, and how many
 * keys stand between them and the capture.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#include "fuzz.h"
#include "screen.h"

/* Its loop is taken apart here: nothing waits. */
#include "viewer/screen/loop.c"

#define KEYS_MAX 64

static char *target; /* where "w" may write to, whatever was typed */

int LLVMFuzzerInitialize(int *argc, char ***argv)
{
    fuzz_begin();
    target = g_build_filename(fuzz_dir(), "written.txt", NULL);
    screen_begin();
    return 0;
}

/* Bytes 0x80 and above are keys that have no character. */
static int key_of(uint8_t byte)
{
    static const int codes[] = {
        KEY_DOWN, KEY_UP,    KEY_LEFT,  KEY_RIGHT,     KEY_HOME,
        KEY_END,  KEY_NPAGE, KEY_PPAGE, KEY_BACKSPACE, KEY_ENTER,
        KEY_BTAB, KEY_F(1),  KEY_DC,
    };

    return byte < 0x80 ? byte : KEY_CODE | codes[byte % G_N_ELEMENTS(codes)];
}

static void draw(Loop *l)
{
    work(l);
    screen_draw(&l->v);
    screen_check();
}

/* Bytes from 0xf0 on are the mouse: somewhere on the screen. */
static void handle_click(View *v, uint8_t byte)
{
    int y = byte % 16 * LINES / 16, x = byte * 37 % COLS;

    for (int id = 0; id < PANE_COUNT; id++) {
        const Box *box = &v->boxes[id];

        if (is_in(box, y, x) && !v->prompt && !v->too_small) {
            if (byte & 1) {
                pane_ops(id)->click(v, box, y - box->y, x - box->x);
            } else {
                pane_ops(id)->wheel(v, byte & 2 ? 3 : -3);
            }
        }
    }
}

static void press(Loop *l, uint8_t byte)
{
    View *v = &l->v;

    if (v->prompt == PROMPT_WRITE) {
        g_string_assign(v->input, target);
        v->input_at = v->input->len;
    }
    if (byte >= 0xf0) {
        handle_click(v, byte);
    } else if (!v->too_small) {
        handle_key(v, key_of(byte));
    }
    draw(l);
}

static void show(const uint8_t *choice, const uint8_t *keys, size_t n)
{
    Loop l = { 0 };
    bool opened;

    begin(&l);
    settings_read(&l.v.settings, "/nonexistent", NULL);
    opened = add_source(&l, fuzz_path(), NULL);
    FUZZ_CHECK(opened == fuzz_is_capture());
    if (opened) {
        add_source(&l, fuzz_path(), NULL);
        screen_choose(1 + choice[0] % 64, 1 + choice[1] % 200, choice[2] & 1);
        draw(&l);
        for (size_t i = 0; i < n && !l.v.quit; i++) {
            press(&l, keys[i]);
        }
        look_at_files(&l);
        draw(&l);
    }
    end(&l);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const uint8_t *words;
    size_t keys, len;

    if (size < FUZZ_CHOICES) {
        return -1;
    }
    keys = MIN(data[3] % KEYS_MAX, size - FUZZ_CHOICES);
    words = data + FUZZ_CHOICES + keys;
    fuzz_store(data[2] >> 1, words, data + size - words);
    show(data, data + FUZZ_CHOICES, keys);
    fuzz_output(&len);
    FUZZ_CHECK(len == 0);
    return 0;
}
