/*
 * qtest: what the probe port leaves in a capture.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#include "boot-timestamp.h"
#include "qemu/bswap.h"

#define PROBE_PORT 0x404

static void test_probe_port(void)
{
    g_autoptr(GArray) records = NULL;
    unsigned found = 0;
    Test t;

    start(&t, "", "-device isa-bootprobe,chardev=dbg");
    qtest_outl(t.qts, PROBE_PORT, 0x12345678);
    stop(&t);
    records = read_capture(t.capture);
    g_assert_cmpuint(count_kind(records, CAPTURE_PROBE), ==, 1);
    for (unsigned i = 0; i < records->len; i++) {
        const Record *r = &g_array_index(records, Record, i);

        found += r->kind == CAPTURE_PROBE && r->payload[0] == 0x78;
    }
    g_assert_cmpuint(found, ==, 1);
    clean_up(&t);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    qtest_add_func("boot-timestamp/probe-port", test_probe_port);
    return g_test_run();
}
