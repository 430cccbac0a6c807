/*
 * qtest: what the debug port, fw_cfg and the probe port leave in a capture.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#include "libqtest.h"
#include "libqos/fw_cfg.h"
#include "qemu/bswap.h"
#include "standard-headers/linux/qemu_fw_cfg.h"
#include "chardev/timestamp/capture/format.h"
#if __has_include("qobject/qdict.h") /* 10.0 */
#include "qobject/qdict.h"
#else
#include "qapi/qmp/qdict.h"
#endif

#define DEBUG_PORT 0x402
#define PROBE_PORT 0x404
#define FW_CFG_BASE 0x510

#define ITEM_NAME "opt/org.example/item"

/* hw/nvram/fw_cfg.c, FW_CFG_DMA_CHUNK */
#define CHUNK (1024 * 1024)

typedef struct Test {
    char *dir, *capture, *item;
    QTestState *qts;
} Test;

/* A record of a capture: the word it begins with, and its payload. */
typedef struct Record {
    uint8_t kind, data;
    uint8_t payload[CAPTURE_PAYLOAD_MAX];
} Record;

static uint8_t item_byte(size_t i)
{
    return i ^ i >> 8 ^ i >> 16;
}

static void start(Test *t, const char *options, size_t item_size)
{
    g_autofree char *item = g_malloc(item_size + 1);

    t->dir = g_dir_make_tmp("qtest-timestamp-XXXXXX", NULL);
    t->capture = g_build_filename(t->dir, "capture", NULL);
    t->item = g_build_filename(t->dir, "item", NULL);
    for (size_t i = 0; i < item_size; i++) {
        item[i] = item_byte(i);
    }
    g_assert_true(g_file_set_contents(t->item, item, item_size, NULL));
    t->qts =
        qtest_initf("-M pc -nodefaults -chardev timestamp,id=dbg,path=%s%s "
                    "-device isa-debugcon,iobase=0x402,chardev=dbg "
                    "-device isa-bootprobe,chardev=dbg "
                    "-fw_cfg name=" ITEM_NAME ",file=%s",
                    t->capture, options, t->item);
}

static void stop(Test *t)
{
    qtest_quit(t->qts);
}

static void clean_up(Test *t)
{
    unlink(t->capture);
    unlink(t->item);
    rmdir(t->dir);
    g_free(t->dir);
    g_free(t->capture);
    g_free(t->item);
}

/* All records of the capture, in order. */
static GArray *read_capture(const char *path)
{
    GArray *records = g_array_new(false, true, sizeof(Record));
    g_autofree char *file = NULL;
    size_t size, n;
    uint64_t word;

    g_assert_true(g_file_get_contents(path, &file, &size, NULL));
    g_assert_cmpmem(file, 8, CAPTURE_MAGIC, 8);
    for (size_t at = CAPTURE_HEADER_SIZE; at + 8 <= size; at += 8) {
        Record r = {};

        memcpy(&word, file + at, 8);
        r.kind = capture_word_kind(word);
        r.data = capture_word_data(word);
        n = r.kind < CAPTURE_PAD ? r.data : 0;
        g_assert_cmpuint(at + 8 + 8 * n, <=, size);
        for (size_t i = 0; i < n; i++) {
            memcpy(r.payload + i * CAPTURE_CONT_BYTES, file + at + 8 + 8 * i,
                   CAPTURE_CONT_BYTES);
        }
        at += 8 * n;
        if (r.kind) {
            g_array_append_val(records, r);
        }
    }
    return records;
}

/* The @n-th record of @kind that is about @key, or NULL. */
static const Record *find_key(GArray *records, CaptureKind kind, uint16_t key,
                              unsigned n)
{
    for (unsigned i = 0; i < records->len; i++) {
        const Record *r = &g_array_index(records, Record, i);

        if (r->kind == kind && lduw_le_p(r->payload) == key && n-- == 0) {
            return r;
        }
    }
    return NULL;
}

static unsigned count_kind(GArray *records, CaptureKind kind)
{
    unsigned n = 0;

    for (unsigned i = 0; i < records->len; i++) {
        n += g_array_index(records, Record, i).kind == kind;
    }
    return n;
}

/* The selector of our item, out of the directory, by port I/O. */
static uint16_t find_item(QTestState *qts)
{
    QFWCFG *fw_cfg = pc_fw_cfg_init(qts);
    struct fw_cfg_file f;
    uint16_t key = 0;
    uint32_t count;

    qfw_cfg_get(fw_cfg, FW_CFG_FILE_DIR, &count, sizeof(count));
    for (count = be32_to_cpu(count); count; count--) {
        qfw_cfg_read_data(fw_cfg, &f, sizeof(f));
        if (!strcmp(f.name, ITEM_NAME)) {
            key = be16_to_cpu(f.select);
        }
    }
    g_assert_cmpuint(key, !=, 0);
    pc_fw_cfg_uninit(fw_cfg);
    return key;
}

static void test_debug_port(void)
{
    static const char text[] = "SeaBIOS (version qtest)\n\x1b[1m\xff";
    g_autoptr(GString) got = g_string_new(NULL);
    g_autoptr(GArray) records = NULL;
    Test t;

    start(&t, "", 1);
    for (size_t i = 0; i < sizeof(text); i++) {
        qtest_outb(t.qts, DEBUG_PORT, text[i]);
    }
    stop(&t);
    records = read_capture(t.capture);
    for (unsigned i = 0; i < records->len; i++) {
        const Record *r = &g_array_index(records, Record, i);

        if (r->kind >= CAPTURE_BYTE) {
            g_string_append_c(got, r->data);
        }
    }
    g_assert_cmpmem(got->str, got->len, text, sizeof(text));
    clean_up(&t);
}

static void test_probe_port(void)
{
    g_autoptr(GArray) records = NULL;
    Test t;

    start(&t, "", 1);
    qtest_outl(t.qts, PROBE_PORT, 0x12345678);
    stop(&t);
    records = read_capture(t.capture);
    g_assert_cmpuint(count_kind(records, CAPTURE_PROBE), ==, 1);
    g_assert_nonnull(find_key(records, CAPTURE_PROBE, 0x78, 0));
    clean_up(&t);
}

static void test_fw_cfg_pio(void)
{
    static const uint32_t offsets[] = { 4096, 8192, 10000 };
    g_autoptr(GArray) records = NULL;
    uint8_t got[10000];
    QFWCFG *fw_cfg;
    uint16_t key;
    Test t;

    start(&t, "", sizeof(got));
    key = find_item(t.qts);
    fw_cfg = pc_fw_cfg_init(t.qts);
    qfw_cfg_get(fw_cfg, key, got, sizeof(got));
    pc_fw_cfg_uninit(fw_cfg);
    stop(&t);
    for (size_t i = 0; i < sizeof(got); i++) {
        g_assert_cmpuint(got[i], ==, item_byte(i));
    }
    records = read_capture(t.capture);
    g_assert_nonnull(find_key(records, CAPTURE_ITEM, key, 0));
    g_assert_nonnull(find_key(records, CAPTURE_SELECT, key, 0));
    for (size_t i = 0; i < G_N_ELEMENTS(offsets); i++) {
        const Record *r = find_key(records, CAPTURE_PIO, key, i);

        g_assert_nonnull(r);
        g_assert_cmpuint(ldl_le_p(r->payload + 2), ==, offsets[i]);
    }
    g_assert_null(find_key(records, CAPTURE_PIO, key, 3));
    clean_up(&t);
}

/* Copies @len bytes of @key to 16 MiB; returns the result. */
static uint32_t dma_read(QTestState *qts, uint16_t key, uint32_t len,
                         uint64_t to)
{
    const uint64_t desc = 0x10000;
    struct fw_cfg_dma_access access = {
        .control = cpu_to_be32(FW_CFG_DMA_CTL_SELECT | FW_CFG_DMA_CTL_READ |
                               (uint32_t)key << 16),
        .length = cpu_to_be32(len),
        .address = cpu_to_be64(to),
    };

    qtest_memwrite(qts, desc, &access, sizeof(access));
    qtest_outl(qts, FW_CFG_BASE + 4, 0);
    qtest_outl(qts, FW_CFG_BASE + 8, cpu_to_be32(desc));
    qtest_memread(qts, desc, &access, sizeof(access));
    return be32_to_cpu(access.control);
}

static void test_fw_cfg_dma(void)
{
    const uint32_t size = 3 * CHUNK + 5000;
    g_autofree uint8_t *got = g_malloc(size);
    g_autoptr(GArray) records = NULL;
    const Record *r;
    uint16_t key;
    Test t;

    start(&t, "", size);
    key = find_item(t.qts);
    g_assert_cmpuint(dma_read(t.qts, key, size, 16 * CHUNK), ==, 0);
    qtest_memread(t.qts, 16 * CHUNK, got, size);
    stop(&t);
    for (uint32_t i = 0; i < size; i++) {
        g_assert_cmpuint(got[i], ==, item_byte(i));
    }
    records = read_capture(t.capture);
    g_assert_nonnull(find_key(records, CAPTURE_DMA, key, 0));
    for (unsigned i = 0; i < 3; i++) {
        r = find_key(records, CAPTURE_DMA_PART, key, i);
        g_assert_nonnull(r);
        g_assert_cmpuint(ldl_le_p(r->payload + 2), ==, (i + 1) * CHUNK);
    }
    g_assert_null(find_key(records, CAPTURE_DMA_PART, key, 3));
    r = find_key(records, CAPTURE_DMA_END, key, 0);
    g_assert_nonnull(r);
    g_assert_cmpuint(ldl_le_p(r->payload + 2), ==, size);
    g_assert_cmpuint(r->payload[6], ==, 0);
    clean_up(&t);
}

/* What is beyond the item is zeros; the item's own bytes come in pieces. */
static void test_fw_cfg_dma_longer_than_item(void)
{
    const uint32_t size = CHUNK + 1000;
    g_autofree uint8_t *got = g_malloc(size + 500);
    Test t;

    start(&t, "", size);
    qtest_memset(t.qts, 16 * CHUNK, 0xaa, size + 500);
    g_assert_cmpuint(dma_read(t.qts, find_item(t.qts), size + 400, 16 * CHUNK),
                     ==, 0);
    qtest_memread(t.qts, 16 * CHUNK, got, size + 500);
    stop(&t);
    for (uint32_t i = 0; i < size + 500; i++) {
        g_assert_cmpuint(got[i], ==,
                         i < size         ? item_byte(i)
                         : i < size + 400 ? 0
                                          : 0xaa);
    }
    clean_up(&t);
}

static bool is_error(QDict *response)
{
    bool error = qdict_haskey(response, "error");

    qobject_unref(response);
    return error;
}

/* Another capture has fw_cfg watched; this one wants none of it. */
static void test_fw_cfg_off(void)
{
    g_autofree char *second = NULL;
    g_autoptr(GArray) records = NULL;
    g_autoptr(GArray) others = NULL;
    Test t;

    start(&t, ",fw-cfg=off", 2 * CHUNK);
    second = g_strconcat(t.capture, "2", NULL);
    g_assert_false(is_error(qtest_qmp(
        t.qts,
        "{ 'execute': 'chardev-add', 'arguments': { 'id': 'two', 'backend': {"
        "  'type': 'timestamp', 'data': { 'path': %s } } } }",
        second)));
    g_assert_cmpuint(dma_read(t.qts, find_item(t.qts), 2 * CHUNK, 16 * CHUNK),
                     ==, 0);
    stop(&t);
    others = read_capture(second);
    unlink(second);
    g_assert_cmpuint(count_kind(others, CAPTURE_DMA_PART), ==, 1);
    records = read_capture(t.capture);
    for (unsigned kind = CAPTURE_ITEM; kind <= CAPTURE_DMA_END; kind++) {
        g_assert_cmpuint(count_kind(records, kind), ==, 0);
    }
    g_assert_cmpuint(count_kind(records, CAPTURE_DMA_PART), ==, 0);
    g_assert_cmpuint(count_kind(records, CAPTURE_VM), >, 0);
    clean_up(&t);
}

static void test_clock_host(void)
{
    g_autoptr(GArray) records = NULL;
    Test t;

    start(&t, ",clock=host", 1);
    qtest_outb(t.qts, DEBUG_PORT, 'x');
    stop(&t);
    records = read_capture(t.capture);
    g_assert_cmpuint(count_kind(records, CAPTURE_VCLOCK), ==, 0);
    g_assert_cmpuint(count_kind(records, CAPTURE_BYTE), ==, 1);
    clean_up(&t);
}

/* Under qtest the virtual clock is what the test says. */
static void test_clock_virtual(void)
{
    g_autofree char *file = NULL;
    uint64_t word;
    size_t size;
    unsigned found = 0;
    Test t;

    start(&t, ",clock=virtual", 1);
    for (unsigned i = 0; i < 3; i++) {
        qtest_clock_step(t.qts, 1000);
        qtest_outb(t.qts, DEBUG_PORT, 'a' + i);
    }
    stop(&t);
    g_assert_true(g_file_get_contents(t.capture, &file, &size, NULL));
    for (size_t at = CAPTURE_HEADER_SIZE; at + 8 <= size; at += 8) {
        memcpy(&word, file + at, 8);
        if (capture_word_kind(word) == CAPTURE_BYTE) {
            found++;
            g_assert_cmpuint(capture_word_time(word), ==, found * 1000);
        }
    }
    g_assert_cmpuint(found, ==, 3);
    clean_up(&t);
}

static void test_qmp(void)
{
    g_autofree char *second = NULL;
    Test t;

    start(&t, "", 1);
    second = g_strconcat(t.capture, "2", NULL);
    g_assert_false(is_error(qtest_qmp(
        t.qts,
        "{ 'execute': 'chardev-add', 'arguments': { 'id': 'two', 'backend': {"
        "  'type': 'timestamp', 'data': { 'path': %s, 'clock': 'host',"
        "  'fw-cfg': false, 'size': 1048576 } } } }",
        second)));
    g_assert_true(g_file_test(second, G_FILE_TEST_EXISTS));
    g_assert_true(is_error(qtest_qmp(
        t.qts,
        "{ 'execute': 'chardev-add', 'arguments': { 'id': 'bad', 'backend': {"
        "  'type': 'timestamp', 'data': { 'clock': 'wall' } } } }")));
    g_assert_true(is_error(qtest_qmp(
        t.qts,
        "{ 'execute': 'chardev-add', 'arguments': { 'id': 'bad', 'backend': {"
        "  'type': 'timestamp', 'data': { 'path': %s, 'size': 1 } } } }",
        second)));
    g_assert_false(is_error(qtest_qmp(
        t.qts,
        "{ 'execute': 'chardev-remove', 'arguments': { 'id': 'two' } }")));
    stop(&t);
    unlink(second);
    clean_up(&t);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    qtest_add_func("boot-timestamp/debug-port", test_debug_port);
    qtest_add_func("boot-timestamp/probe-port", test_probe_port);
    qtest_add_func("boot-timestamp/fw-cfg/pio", test_fw_cfg_pio);
    qtest_add_func("boot-timestamp/fw-cfg/dma", test_fw_cfg_dma);
    qtest_add_func("boot-timestamp/fw-cfg/dma-longer",
                   test_fw_cfg_dma_longer_than_item);
    qtest_add_func("boot-timestamp/fw-cfg/off", test_fw_cfg_off);
    qtest_add_func("boot-timestamp/clock/host", test_clock_host);
    qtest_add_func("boot-timestamp/clock/virtual", test_clock_virtual);
    qtest_add_func("boot-timestamp/qmp", test_qmp);
    return g_test_run();
}
