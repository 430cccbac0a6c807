/*
 * qtest: what the guest does with fw_cfg, in a capture.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#include "boot-timestamp.h"
#include "libqos/fw_cfg.h"
#include "qemu/bswap.h"
#include "standard-headers/linux/qemu_fw_cfg.h"
#if __has_include("qobject/qdict.h") /* 10.0 */
#include "qobject/qdict.h"
#else
#include "qapi/qmp/qdict.h"
#endif

#define FW_CFG_BASE 0x510

#define ITEM_NAME "opt/org.example/item"

/* hw/nvram/fw_cfg.c, FW_CFG_DMA_CHUNK */
#define CHUNK (1024 * 1024)

static uint8_t item_byte(size_t i)
{
    return i ^ i >> 8 ^ i >> 16;
}

/* A machine with an item of @size bytes. */
static void start_item(Test *t, const char *options, size_t size)
{
    g_autofree uint8_t *bytes = g_malloc(size + 1);
    g_autofree char *item = NULL;
    g_autofree char *args = NULL;
    int fd = g_file_open_tmp("qtest-item-XXXXXX", &item, NULL);

    g_assert_cmpint(fd, >=, 0);
    for (size_t i = 0; i < size; i++) {
        bytes[i] = item_byte(i);
    }
    g_assert_cmpint(write(fd, bytes, size), ==, size);
    close(fd);
    args = g_strdup_printf("-fw_cfg name=" ITEM_NAME ",file=%s", item);
    start(t, options, args);
    unlink(item); /* QEMU has read it */
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

static void test_fw_cfg_pio(void)
{
    static const uint32_t offsets[] = { 4096, 8192, 10000 };
    g_autoptr(GArray) records = NULL;
    uint8_t got[10000];
    QFWCFG *fw_cfg;
    uint16_t key;
    Test t;

    start_item(&t, "", sizeof(got));
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

    start_item(&t, "", size);
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

    start_item(&t, "", size);
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

    start_item(&t, ",fw-cfg=off", 2 * CHUNK);
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

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    qtest_add_func("boot-timestamp/fw-cfg/pio", test_fw_cfg_pio);
    qtest_add_func("boot-timestamp/fw-cfg/dma", test_fw_cfg_dma);
    qtest_add_func("boot-timestamp/fw-cfg/dma-longer",
                   test_fw_cfg_dma_longer_than_item);
    qtest_add_func("boot-timestamp/fw-cfg/off", test_fw_cfg_off);
    return g_test_run();
}
