/*
 * The words of a capture and its header, as docs/capture-format.md has them.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#include <string.h>

#include "capture/kinds.h"
#include "util.h"

static void word_has_time_data_kind_from_its_lowest_bit(void)
{
    uint64_t word = capture_word(0x80, 0x41, UINT64_C(0x123456789abc));

    g_assert_cmphex(word, ==, UINT64_C(0x8041123456789abc));
    g_assert_cmphex(capture_word_kind(word), ==, 0x80);
    g_assert_cmphex(capture_word_data(word), ==, 0x41);
    g_assert_cmphex(capture_word_time(word), ==, UINT64_C(0x123456789abc));
}

static void every_kind_and_every_byte_come_back(void)
{
    static const uint64_t times[] = {
        0,
        1,
        CAPTURE_TIME_MASK / 2,
        CAPTURE_TIME_MASK / 2 + 1,
        CAPTURE_TIME_MASK,
    };

    for (unsigned kind = 0; kind < 256; kind++) {
        for (unsigned data = 0; data < 256; data++) {
            for (size_t i = 0; i < G_N_ELEMENTS(times); i++) {
                uint64_t word = capture_word(kind, data, times[i]);

                g_assert_cmpuint(capture_word_kind(word), ==, kind);
                g_assert_cmpuint(capture_word_data(word), ==, data);
                g_assert_cmpuint(capture_word_time(word), ==, times[i]);
            }
        }
    }
}

static void time_past_48_bits_does_not_touch_data_and_kind(void)
{
    uint64_t word = capture_word(CAPTURE_VM, 3, UINT64_MAX);

    g_assert_cmphex(word, ==, UINT64_C(0x0603ffffffffffff));
    word = capture_word(CAPTURE_VM, 3, UINT64_C(1) << CAPTURE_TIME_BITS);
    g_assert_cmphex(word, ==, UINT64_C(0x0603000000000000));
}

static void no_record_is_a_word_of_zero(void)
{
    /* A byte of 0 at time 0 is the one nearest to it. */
    g_assert_cmphex(capture_word(CAPTURE_BYTE, 0, 0), !=, 0);
    for (unsigned kind = CAPTURE_CLOCK; kind <= CAPTURE_CONT; kind++) {
        g_assert_cmphex(capture_word(kind, 0, 0), !=, 0);
    }
}

static void bytes_alone_have_the_highest_bit(void)
{
    for (unsigned stream = 0; stream < CAPTURE_STREAMS_MAX; stream++) {
        g_assert_true(capture_word(CAPTURE_BYTE + stream, 0, 0) >> 63);
    }
    for (unsigned kind = 0; kind <= CAPTURE_CONT; kind++) {
        g_assert_false(capture_word(kind, 255, CAPTURE_TIME_MASK) >> 63);
    }
}

static void payload_structures_have_no_gaps(void)
{
    g_assert_cmpuint(sizeof(CaptureClock), ==, 8);
    g_assert_cmpuint(sizeof(CaptureSession), ==, 28);
    g_assert_cmpuint(sizeof(CaptureMachine), ==, 13);
    g_assert_cmpuint(sizeof(CaptureLost), ==, 16);
    g_assert_cmpuint(sizeof(CaptureItem), ==, 6);
    g_assert_cmpuint(sizeof(CaptureSelect), ==, 3);
    g_assert_cmpuint(sizeof(CapturePio), ==, 7);
    g_assert_cmpuint(sizeof(CaptureDma), ==, 19);
    g_assert_cmpuint(sizeof(CaptureDmaEnd), ==, 7);
    g_assert_cmpuint(sizeof(CaptureProbe), ==, 9);
    g_assert_cmpuint(sizeof(CaptureVclock), ==, 7);
    g_assert_cmpuint(sizeof(CaptureStream), ==, 1);
    g_assert_cmpuint(sizeof(CaptureVm), ==, 1);
    g_assert_cmpuint(sizeof(CaptureDmaPart), ==, 6);
}

static void a_kind_is_known_where_the_table_has_it(void)
{
    guint known = 0, rows = 0;

#define COUNT(number, NAME, name, class, payload) rows++;
    CAPTURE_KINDS(COUNT)
#undef COUNT
    for (unsigned kind = 0; kind < 256; kind++) {
        known += capture_kind_is_known(kind);
        /* An event has no more than a word can say. */
        g_assert_cmpuint(capture_kind_payload(kind), <=, CAPTURE_PAYLOAD_MAX);
    }
    g_assert_cmpuint(known, ==, rows);
    g_assert_false(capture_kind_is_known(CAPTURE_NONE));
    g_assert_false(capture_kind_is_known(CAPTURE_PAD));
    g_assert_false(capture_kind_is_known(CAPTURE_CONT));
    g_assert_false(capture_kind_is_known(CAPTURE_BYTE));
}

static void the_class_says_who_may_use_the_room_for_the_end(void)
{
    g_assert_cmpuint(capture_kind_class(CAPTURE_LOST), ==,
                     CAPTURE_CLASS_WRITER);
    g_assert_cmpuint(capture_kind_class(CAPTURE_VM), ==, CAPTURE_CLASS_VM);
    g_assert_cmpuint(capture_kind_class(CAPTURE_PROBE), ==,
                     CAPTURE_CLASS_GUEST);
    g_assert_cmpuint(capture_kind_class(CAPTURE_DMA_PART), ==,
                     CAPTURE_CLASS_FW_CFG);
    /* Bytes, and what a later version may have, never use it. */
    g_assert_cmpuint(capture_kind_class(CAPTURE_BYTE), ==, CAPTURE_CLASS_GUEST);
    g_assert_cmpuint(capture_kind_class(0x70), ==, CAPTURE_CLASS_GUEST);
}

static void names_come_from_the_tables(void)
{
    g_assert_cmpstr(capture_kind_word(CAPTURE_DMA_PART), ==, "fwcfg_dma_part");
    g_assert_cmpstr(capture_kind_word(CAPTURE_BYTE), ==, "byte");
    g_assert_cmpstr(capture_vm_word(CAPTURE_VM_PAUSE), ==, "pause");
    g_assert_cmpstr(capture_vm_text(CAPTURE_VM_PAUSE), ==, "VM stopped");
    g_assert_cmpint(CAPTURE_VM_STOP, ==, 10);
}

static void header_fields_stand_where_readers_in_other_languages_look(void)
{
    g_assert_cmpuint(offsetof(CaptureHeader, version), ==, 8);
    g_assert_cmpuint(offsetof(CaptureHeader, header_size), ==, 12);
    g_assert_cmpuint(offsetof(CaptureHeader, clock), ==, 16);
    g_assert_cmpuint(CAPTURE_CLOCK_MONOTONIC, ==, 1);
    g_assert_cmpuint(CAPTURE_CLOCK_VIRTUAL, ==, 2);
    g_assert_cmpuint(offsetof(CaptureHeader, flags), ==, 20);
    g_assert_cmpuint(offsetof(CaptureHeader, start_mono_ns), ==, 24);
    g_assert_cmpuint(offsetof(CaptureHeader, start_wall_ns), ==, 32);
    g_assert_cmpuint(offsetof(CaptureHeader, size_max), ==, 40);
    g_assert_cmpuint(offsetof(CaptureHeader, guest_ram), ==, 48);
    g_assert_cmpuint(offsetof(CaptureHeader, pid), ==, 56);
    g_assert_cmpuint(offsetof(CaptureHeader, lost_events), ==, 200);
    g_assert_cmpuint(offsetof(CaptureHeader, chardev_id), ==, 384);
    g_assert_cmpuint(offsetof(CaptureHeader, machine), ==, 448);
    g_assert_cmpuint(offsetof(CaptureHeader, arch), ==, 512);
    g_assert_cmpuint(offsetof(CaptureHeader, boot_id), ==, 544);
}

int main(int argc, char **argv)
{
    test_begin(&argc, &argv);
#define ADD(name) g_test_add_func("/format/" #name, name)
    ADD(word_has_time_data_kind_from_its_lowest_bit);
    ADD(every_kind_and_every_byte_come_back);
    ADD(time_past_48_bits_does_not_touch_data_and_kind);
    ADD(no_record_is_a_word_of_zero);
    ADD(bytes_alone_have_the_highest_bit);
    ADD(payload_structures_have_no_gaps);
    ADD(a_kind_is_known_where_the_table_has_it);
    ADD(the_class_says_who_may_use_the_room_for_the_end);
    ADD(names_come_from_the_tables);
    ADD(header_fields_stand_where_readers_in_other_languages_look);
    return g_test_run();
}
