/*
 * bootstamp run: QEMU with the module loaded.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#include <errno.h>
#include <json-glib/json-glib.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "capture/clock.h"
#include "capture/paths.h"
#include "cmd.h"
#include "viewer/common/common.h"
#include "config.h"
#include "viewer/run/run.h"
#include "viewer/screen/view.h"

#define MODULE "chardev-timestamp.so"
#define CHARDEV_ID "bootstamp"
#define DEBUG_PORT 0x402
#define PROBES_BIOS "bios-probes.bin"

static struct {
    char *capture;
    gboolean probes;
    gboolean quiet;
    gboolean view;
    RunMany many;
} opt;

static const GOptionEntry entries[] = {
    { "capture", 'c', 0, G_OPTION_ARG_FILENAME, &opt.capture,
      "write the capture to FILE (default: a new one in the default folder)",
      "FILE" },
    { "probes", 0, 0, G_OPTION_ARG_NONE, &opt.probes,
      "boot the firmware of `make firmware`, which tells where it is", NULL },
    { "quiet", 'q', 0, G_OPTION_ARG_NONE, &opt.quiet,
      "do not say what was added to the command line", NULL },
    { "runs", 'n', 0, G_OPTION_ARG_INT, &opt.many.runs,
      "boot N times, into a folder (--capture), and print statistics", "N" },
    { "warmup", 0, 0, G_OPTION_ARG_INT, &opt.many.warmup,
      "with -n: boot N times before that, without counting", "N" },
    { "timeout", 0, 0, G_OPTION_ARG_DOUBLE, &opt.many.timeout,
      "with -n: end a boot that takes longer; it does not count", "SECONDS" },
    { "until", 0, 0, G_OPTION_ARG_STRING, &opt.many.until,
      "with -n: end a boot at this milestone, or at a line that matches",
      "MILESTONE|REGEX" },
    { "view", 0, 0, G_OPTION_ARG_NONE, &opt.view,
      "watch the boot in this terminal, as bootstamp view does", NULL },
    G_OPTION_ENTRY_NULL
};

/*
 * The folder of what belongs to us: the program's own (a build folder) where
 * the module is beside it, else where make install puts it.
 */
static char *own_folder(void)
{
    g_autofree char *self = g_file_read_link("/proc/self/exe", NULL);
    g_autofree char *dir = self ? g_path_get_dirname(self) : NULL;
    g_autofree char *module = dir ? g_build_filename(dir, MODULE, NULL) : NULL;

    return module && g_file_test(module, G_FILE_TEST_EXISTS)
               ? g_steal_pointer(&dir)
               : g_strdup(MODULE_DIR);
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
    return g_steal_pointer(&module);
}

/* ------------------------------------------------------------------ */
/* QEMU's command line                                                 */

/* QEMU takes its options with one dash or two. */
static bool is_option(const char *arg, const char *name)
{
    return arg[0] == '-' && !strcmp(arg + 1 + (arg[1] == '-'), name);
}

/* The value of option @name at @argv[i], or NULL. */
static const char *option_value(char **argv, int i, const char *name)
{
    return is_option(argv[i], name) && argv[i + 1] ? argv[i + 1] : NULL;
}

/*
 * The value of @key in a list such as "isa-debugcon,iobase=0x402", the last
 * one where there are several, or NULL.  @implied: the key that the first
 * word may leave out.  The caller frees it.
 */
static char *suboption(const char *list, const char *key, const char *implied)
{
    size_t key_len = strlen(key);
    char *value = NULL;
    bool first = true;

    while (*list) {
        size_t len = strcspn(list, ",");
        const char *at = NULL;

        while (list[len] == ',' && list[len + 1] == ',') {
            len += 2 + strcspn(list + len + 2, ",");
        }
        if (len > key_len && !strncmp(list, key, key_len) &&
            list[key_len] == '=') {
            at = list + key_len + 1;
        } else if (first && !memchr(list, '=', len) &&
                   !g_strcmp0(key, implied)) {
            at = list;
        }
        if (at) {
            g_free(value);
            value = g_strndup(at, list + len - at);
        }
        first = false;
        list += len + (list[len] == ',');
    }
    return value;
}

/* The first -chardev timestamp of the command line, or NULL. */
static const char *find_timestamp(char **argv)
{
    for (int i = 1; argv[i]; i++) {
        const char *value = option_value(argv, i, "chardev");
        g_autofree char *backend =
            value ? suboption(value, "backend", "backend") : NULL;

        if (!g_strcmp0(backend, "timestamp")) {
            return value;
        }
    }
    return NULL;
}

/* The file that a -chardev timestamp names, or NULL for a default one. */
static char *timestamp_path(const char *chardev)
{
    g_autofree char *path = suboption(chardev, "path", NULL);
    g_auto(GStrv) parts = path ? g_strsplit(path, ",,", -1) : NULL;

    return parts ? g_strjoinv(",", parts) : NULL;
}

/* A port as QEMU reads it, or 0. */
static guint64 port_number(const char *text)
{
    return text ? g_ascii_strtoull(text, NULL, 0) : 0;
}

/* Driver and port of a -device, which may be JSON. */
static char *device_driver(const char *device, guint64 *port)
{
    g_autoptr(JsonNode) root = NULL;
    g_autofree char *iobase = NULL;
    JsonObject *object;

    *port = 0;
    if (device[0] != '{') {
        iobase = suboption(device, "iobase", NULL);
        *port = port_number(iobase);
        return suboption(device, "driver", "driver");
    }
    root = json_from_string(device, NULL);
    if (!root || !JSON_NODE_HOLDS_OBJECT(root)) {
        return NULL;
    }
    object = json_node_get_object(root);
    *port = json_object_get_int_member_with_default(object, "iobase", 0);
    return g_strdup(
        json_object_get_string_member_with_default(object, "driver", ""));
}

/* The port that -global gives to every isa-debugcon, or 0. */
static guint64 global_port(char **argv)
{
    guint64 port = 0;

    for (int i = 1; argv[i]; i++) {
        const char *global = option_value(argv, i, "global");
        g_autofree char *text = NULL;
        g_autofree char *driver = NULL;
        g_autofree char *property = NULL;

        if (!global) {
            continue;
        }
        driver = suboption(global, "driver", NULL);
        property = suboption(global, "property", NULL);
        if (g_str_has_prefix(global, "isa-debugcon.iobase=")) {
            text = g_strdup(strchr(global, '=') + 1);
        } else if (!g_strcmp0(driver, "isa-debugcon") &&
                   !g_strcmp0(property, "iobase")) {
            text = suboption(global, "value", NULL);
        }
        port = text ? port_number(text) : port;
    }
    return port;
}

/* Somebody listens at the BIOS debug port already. */
static bool has_debugcon(char **argv)
{
    guint64 global = global_port(argv);

    for (int i = 1; argv[i]; i++) {
        const char *device = option_value(argv, i, "device");
        guint64 port = 0;
        g_autofree char *driver = device ? device_driver(device, &port) : NULL;

        if (option_value(argv, i, "debugcon") && global == DEBUG_PORT) {
            return true;
        }
        if (!g_strcmp0(driver, "isa-debugcon") &&
            (port ? port : global) == DEBUG_PORT) {
            return true;
        }
    }
    return false;
}

/* The machine type as the command line names it, or NULL. */
static char *machine_type(char **argv)
{
    char *type = NULL;

    for (int i = 1; argv[i]; i++) {
        const char *value = option_value(argv, i, "M");
        char *named;

        if (!value) {
            value = option_value(argv, i, "machine");
        }
        named = value ? suboption(value, "type", "type") : NULL;
        if (named) {
            g_free(type);
            type = named;
        }
    }
    return type;
}

/* An x86 machine with an ISA bus, where isa-debugcon can sit. */
static bool has_isa_bus(char **argv)
{
    g_autofree char *program = g_path_get_basename(argv[0]);
    g_autofree char *type = machine_type(argv);

    if (!strstr(program, "x86_64") && !strstr(program, "i386") &&
        !g_str_has_prefix(program, "kvm") && strcmp(program, "qemu")) {
        return false;
    }
    return !type || g_str_has_prefix(type, "pc") || !strcmp(type, "q35") ||
           !strcmp(type, "isapc") || !strcmp(type, "microvm");
}

/* A comma in a value is written twice for QEMU. */
static char *escape_commas(const char *value)
{
    g_auto(GStrv) parts = g_strsplit(value, ",", -1);

    return g_strjoinv(",,", parts);
}

/*
 * Timestamp chardevs of the command line that name no file write to @path.
 * False: one names a file, which every boot would overwrite.
 */
static bool direct_chardevs(char **argv, const char *path)
{
    g_autofree char *escaped = escape_commas(path);

    for (int i = 1; argv[i]; i++) {
        const char *value = option_value(argv, i, "chardev");
        g_autofree char *backend =
            value ? suboption(value, "backend", "backend") : NULL;
        g_autofree char *own = value ? suboption(value, "path", NULL) : NULL;

        if (g_strcmp0(backend, "timestamp")) {
            continue;
        }
        if (own) {
            fail("run", "-n and a timestamp chardev with path=: leave that "
                        "out, the captures go to a folder");
            return false;
        }
        argv[i + 1] = g_strdup_printf("%s,path=%s", value, escaped);
    }
    return true;
}

/* The file's name for -chardev: as asked for, or a new default one. */
static char *capture_path(void)
{
    g_autoptr(GError) error = NULL;
    g_autofree char *dir = NULL;
    char *path = NULL;

    if (opt.capture) {
        return g_strdup(opt.capture);
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
static bool add_chardev(GPtrArray *args)
{
    char **argv = (char **)args->pdata;
    g_autofree char *path = capture_path();
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
    if (!opt.quiet) {
        fprintf(stderr, "bootstamp: run: added -chardev %s%s\n", chardev,
                debugcon
                    ? " -device isa-debugcon,iobase=0x402,chardev=" CHARDEV_ID
                    : "");
    }
    return true;
}

/* ------------------------------------------------------------------ */
/* --probes                                                            */

static char *find_firmware(void)
{
    g_autofree char *dir = own_folder();
    g_autofree char *folder = g_build_filename(dir, "firmware", NULL);
    g_autofree char *bios = g_build_filename(folder, PROBES_BIOS, NULL);

    if (!g_file_test(bios, G_FILE_TEST_EXISTS)) {
        fail(bios, "is missing; run make firmware%s",
             g_str_has_prefix(dir, MODULE_DIR) ? " and make install" : "");
        return NULL;
    }
    return g_steal_pointer(&folder);
}

/* A machine that starts SeaBIOS of 256 KB unless told otherwise. */
static bool boots_seabios(char **argv)
{
    g_autofree char *type = machine_type(argv);

    for (int i = 1; argv[i]; i++) {
        const char *machine = option_value(argv, i, "machine");
        const char *drive = option_value(argv, i, "drive");
        const char *m = machine ? machine : option_value(argv, i, "M");

        if (is_option(argv[i], "bios") || is_option(argv[i], "pflash") ||
            (drive && strstr(drive, "if=pflash")) ||
            (m && (strstr(m, "pflash") || strstr(m, "firmware=")))) {
            return false;
        }
    }
    return !type || g_str_has_prefix(type, "pc") ||
           g_str_has_prefix(type, "q35");
}

static bool has_probe_device(char **argv)
{
    for (int i = 1; argv[i]; i++) {
        const char *device = option_value(argv, i, "device");
        guint64 port;
        g_autofree char *driver = device ? device_driver(device, &port) : NULL;

        if (!g_strcmp0(driver, "isa-bootprobe")) {
            return true;
        }
    }
    return false;
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
static bool add_probes(GPtrArray *args)
{
    char **argv = (char **)args->pdata;
    const char *chardev = find_timestamp(argv);
    g_autofree char *id = suboption(chardev, "id", NULL);
    g_autofree char *folder = find_firmware();
    g_autoptr(GString) added = g_string_new(NULL);
    bool device = !has_probe_device(argv), bios = boots_seabios(argv);

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
        add_option(args, added, "-bios",
                   g_build_filename(folder, PROBES_BIOS, NULL));
    }
    add_option(args, added, "-L", g_strdup(folder));
    g_ptr_array_add(args, NULL);
    if (!opt.quiet) {
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

/* Becomes QEMU, with @module unless NULL; returns where that cannot be. */
static int start_qemu(char **rest, const char *module)
{
    g_autoptr(GPtrArray) args = copy_args(rest);
    g_autofree char *path = NULL;
    const char *own = find_timestamp(rest);

    if (own && opt.capture) {
        return usage_error("run", "--capture and a timestamp chardev of your "
                                  "own: give that one path=");
    }
    if (!own && !add_chardev(args)) {
        return EXIT_FAILURE;
    }
    if (opt.probes && !add_probes(args)) {
        return EXIT_FAILURE;
    }
    set_environment(module);
    if (opt.view && view_is_possible()) {
        own = find_timestamp((char **)args->pdata);
        path = timestamp_path(own);
        return run_with_view((char **)args->pdata, path);
    }
    execvp(rest[0], (char **)args->pdata);
    return fail(rest[0], "cannot run: %s", g_strerror(errno));
}

typedef struct StartMany {
    char **rest;
    const char *module;
} StartMany;

/* The same for run -n, in a process of its own, with its capture named. */
static int start_one(void *data, const char *capture)
{
    StartMany *s = data;

    opt.quiet = true;
    opt.capture = NULL; /* the folder's name so far */
    if (find_timestamp(s->rest)) {
        return direct_chardevs(s->rest, capture)
                   ? start_qemu(s->rest, s->module)
                   : EXIT_FAILURE;
    }
    opt.capture = g_strdup(capture);
    return start_qemu(s->rest, s->module);
}

int cmd_run(int argc, char **argv)
{
    g_auto(GStrv) rest = NULL;
    g_autofree char *module = NULL;
    StartMany many;
    int status;

    if (!parse_options(argc, argv, "[--] QEMU [ARGUMENT...]",
                       "Starts QEMU with the timestamp back end loaded, "
                       "unless it was built with it.\n"
                       "Where the command line has no -chardev timestamp it "
                       "adds one, at the BIOS debug\n"
                       "port 0x402 of an x86 machine.\n"
                       "With --probes firmware and option ROMs tell of each "
                       "of their stages.\n"
                       "QEMU takes this program's place: its exit status and "
                       "signals are QEMU's own.\n"
                       "With --view it runs beside the viewer: q leaves the "
                       "viewer alone, Ctrl-C both.\n"
                       "With -n it boots again and again; captures go to a "
                       "new folder.",
                       entries, -1, &rest, &status)) {
        return status;
    }
    if (!rest[0]) {
        return usage_error("run", "no QEMU is named");
    }
    status = run_many_check(&opt.many);
    if (status) {
        return status;
    }
    if (!qemu_is_native(rest[0])) {
        module = find_module();
        if (!module) {
            return EXIT_FAILURE;
        }
    }
    if (opt.many.runs) {
        many = (StartMany){ rest, module };
        return run_many(&opt.many, opt.capture, opt.quiet, start_one, &many);
    }
    return start_qemu(rest, module);
}
