/*
 * Starting QEMU with the back end in it.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "capture/clock.h"
#include "capture/paths.h"
#include "config.h"
#include "native.h"
#include "qemu-args.h"
#include "start.h"
#include "viewer/common/common.h"
#include "viewer/screen/view.h"
#include "with-view.h"

#define MODULE "chardev-timestamp.so"
#define CHARDEV_ID "bootstamp"

/*
 * The folder of what belongs to us: the program's own (a build folder) where
 * the module is beside it, else where make install puts it.
 */
static char *own_folder(void)
{
    static const char *const places[] = { ".", "../lib/bootstamp" };
    g_autofree char *self = g_file_read_link("/proc/self/exe", NULL);
    g_autofree char *bin = self ? g_path_get_dirname(self) : NULL;

    for (size_t i = 0; bin && i < G_N_ELEMENTS(places); i++) {
        g_autofree char *dir = g_canonicalize_filename(places[i], bin);
        g_autofree char *module = g_build_filename(dir, MODULE, NULL);

        if (g_file_test(module, G_FILE_TEST_EXISTS)) {
            return g_steal_pointer(&dir);
        }
    }
    return g_strdup(MODULE_DIR);
}

static char *find_module(void)
{
    g_autofree char *folder = own_folder();
    g_autofree char *module = g_build_filename(folder, MODULE, NULL);

    if (!g_file_test(module, G_FILE_TEST_EXISTS)) {
        fail(MODULE,
             "is neither beside the program nor in %s; run make, or "
             "make install",
             MODULE_DIR);
        return NULL;
    }
    if (strpbrk(module, " :")) {
        fail(module, "LD_PRELOAD takes no path with a space or a colon; move "
                     "it to another folder");
        return NULL;
    }
    return g_steal_pointer(&module);
}

/* ------------------------------------------------------------------ */
/* What is added to the command line                                   */

/* The file's name for -chardev: as asked for, or a new default one. */
static char *capture_path(const QemuStart *s)
{
    g_autoptr(GError) error = NULL;
    g_autofree char *dir = NULL;
    char *path = NULL;

    if (s->capture) {
        return g_strdup(s->capture);
    }
    dir = capture_make_default_dir(&error);
    if (!dir) {
        fail("run", "%s", error->message);
        return NULL;
    }
    for (guint i = 0; !path || g_file_test(path, G_FILE_TEST_EXISTS); i++) {
        g_free(path);
        path = capture_new_path(dir, i);
    }
    return path;
}

/* Adds what is missing to @args and says so; false: no path can be had. */
static bool add_chardev(const QemuStart *s, GPtrArray *args)
{
    char **argv = (char **)args->pdata;
    g_autofree char *path = capture_path(s);
    g_autofree char *escaped = path ? escape_commas(path) : NULL;
    bool debugcon = has_isa_bus(argv) && !has_debugcon(argv);
    char *chardev;

    if (!path) {
        return false;
    }
    chardev = g_strdup_printf("timestamp,id=" CHARDEV_ID ",path=%s", escaped);
    g_ptr_array_remove_index(args, args->len - 1);
    g_ptr_array_add(args, g_strdup("-chardev"));
    g_ptr_array_add(args, chardev);
    if (debugcon) {
        g_ptr_array_add(args, g_strdup("-device"));
        g_ptr_array_add(
            args, g_strdup("isa-debugcon,iobase=0x402,chardev=" CHARDEV_ID));
    }
    g_ptr_array_add(args, NULL);
    if (!s->quiet) {
        fprintf(stderr, "bootstamp: run: added -chardev %s%s\n", chardev,
                debugcon
                    ? " -device isa-debugcon,iobase=0x402,chardev=" CHARDEV_ID
                    : "");
    }
    return true;
}

/* ------------------------------------------------------------------ */
/* Firmware with probes                                                */

/* The folder, which has @name. */
static char *find_firmware(const char *name)
{
    g_autofree char *dir = own_folder();
    g_autofree char *folder = g_build_filename(dir, "firmware", NULL);
    g_autofree char *bios = g_build_filename(folder, name, NULL);

    if (!g_file_test(bios, G_FILE_TEST_EXISTS)) {
        fail(bios, "is missing; run make firmware%s",
             g_str_has_prefix(dir, MODULE_DIR) ? " and make install" : "");
        return NULL;
    }
    return g_steal_pointer(&folder);
}

static void add_option(GPtrArray *args, GString *added, const char *name,
                       char *value)
{
    g_ptr_array_add(args, g_strdup(name));
    g_ptr_array_add(args, value);
    g_string_append_printf(added, " %s %s", name, value);
}

/*
 * The device beside the chardev at the debug port, SeaBIOS where it would
 * have started anyway, and the option ROMs in the first folder that QEMU
 * looks into, but for those of the command line.
 */
static bool add_probes(const QemuStart *s, GPtrArray *args)
{
    char **argv = (char **)args->pdata;
    const char *chardev = find_timestamp(argv);
    g_autofree char *id = suboption(chardev, "id", NULL);
    const char *bios = seabios_for(argv);
    g_autofree char *folder = find_firmware(bios ? bios : PROBES_BIOS);
    g_autoptr(GString) added = g_string_new(NULL);
    bool device = !has_probe_device(argv);

    if (!folder) {
        return false;
    }
    if (!has_isa_bus(argv)) {
        usage_error("run", "--probes: this machine has no ISA bus");
        return false;
    }
    g_ptr_array_remove_index(args, args->len - 1);
    if (device) {
        add_option(args, added, "-device",
                   g_strdup_printf("isa-bootprobe,chardev=%s", id));
    }
    if (bios) {
        add_option(args, added, "-bios", g_build_filename(folder, bios, NULL));
    }
    add_option(args, added, "-L", g_strdup(folder));
    g_ptr_array_add(args, NULL);
    if (!s->quiet) {
        fprintf(stderr, "bootstamp: run: added%s\n", added->str);
    }
    return true;
}

/* ------------------------------------------------------------------ */
/* Start                                                               */

/* @module: to load, or NULL. */
static void set_environment(const char *module)
{
    const char *before = g_getenv("LD_PRELOAD");
    g_autofree char *preload = NULL, *start = NULL;

    if (module) {
        preload = before && before[0] ? g_strdup_printf("%s:%s", module, before)
                                      : g_strdup(module);
        g_setenv("LD_PRELOAD", preload, TRUE);
    }
    start = g_strdup_printf("%" G_GUINT64_FORMAT, capture_mono_ns());
    g_setenv(CAPTURE_START_ENV, start, TRUE);
}

static GPtrArray *copy_args(char **argv)
{
    GPtrArray *args = g_ptr_array_new_with_free_func(g_free);

    for (int i = 0; argv[i]; i++) {
        g_ptr_array_add(args, g_strdup(argv[i]));
    }
    g_ptr_array_add(args, NULL);
    return args;
}

bool qemu_start_prepare(QemuStart *s)
{
    if (!s->module && !qemu_is_native(s->argv[0])) {
        s->module = find_module();
        return s->module;
    }
    return true;
}

void qemu_start_clear(QemuStart *s)
{
    g_clear_pointer(&s->module, g_free);
}

int qemu_start(const QemuStart *s)
{
    g_autoptr(GPtrArray) args = copy_args(s->argv);
    g_autofree char *path = NULL;
    const char *own = find_timestamp(s->argv);

    if (own && s->capture) {
        return usage_error("run", "--capture and a timestamp chardev of your "
                                  "own: give that one path=");
    }
    if (!own && !add_chardev(s, args)) {
        return EXIT_FAILURE;
    }
    if (s->probes && !add_probes(s, args)) {
        return EXIT_FAILURE;
    }
    set_environment(s->module);
    if (s->view && view_is_possible()) {
        own = find_timestamp((char **)args->pdata);
        path = timestamp_path(own);
        return run_with_view((char **)args->pdata, path);
    }
    execvp(s->argv[0], (char **)args->pdata);
    return fail(s->argv[0], "cannot run: %s", g_strerror(errno));
}

int qemu_start_into(const QemuStart *s, const char *capture)
{
    QemuStart one = *s;

    one.quiet = true;
    one.view = false;
    one.capture = capture;
    if (find_timestamp(one.argv)) {
        one.capture = NULL;
        return direct_chardevs(one.argv, capture) ? qemu_start(&one)
                                                  : EXIT_FAILURE;
    }
    return qemu_start(&one);
}
