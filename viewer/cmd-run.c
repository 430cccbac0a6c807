/*
 * bootstamp run: QEMU with the module loaded.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "capture/paths.h"
#include "common.h"
#include "config.h"

#define MODULE "chardev-timestamp.so"
#define CHARDEV_ID "bootstamp"

static struct {
    char *capture;
    gboolean quiet;
} opt;

static const GOptionEntry entries[] = {
    { "capture", 'c', 0, G_OPTION_ARG_FILENAME, &opt.capture,
      "write the capture to FILE (default: a new one in the default folder)",
      "FILE" },
    { "quiet", 'q', 0, G_OPTION_ARG_NONE, &opt.quiet,
      "do not say what was added to the command line", NULL },
    G_OPTION_ENTRY_NULL
};

/* Beside the program (a build folder), or where make install put it. */
static char *find_module(void)
{
    g_autofree char *self = g_file_read_link("/proc/self/exe", NULL);
    g_autofree char *dir = self ? g_path_get_dirname(self) : NULL;
    char *beside = dir ? g_build_filename(dir, MODULE, NULL) : NULL;

    if (beside && g_file_test(beside, G_FILE_TEST_EXISTS)) {
        return beside;
    }
    g_free(beside);
    beside = g_build_filename(MODULE_DIR, MODULE, NULL);
    if (g_file_test(beside, G_FILE_TEST_EXISTS)) {
        return beside;
    }
    fail(MODULE, "is neither beside the program nor in %s; run make, or "
         "make install", MODULE_DIR);
    g_free(beside);
    return NULL;
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

static bool is_timestamp(const char *chardev)
{
    if (g_str_has_prefix(chardev, "backend=")) {
        chardev += strlen("backend=");
    }
    return g_str_has_prefix(chardev, "timestamp") &&
           (chardev[9] == ',' || chardev[9] == '\0');
}

static bool has_timestamp(char **argv)
{
    for (int i = 1; argv[i]; i++) {
        const char *value = option_value(argv, i, "chardev");

        if (value && is_timestamp(value)) {
            return true;
        }
    }
    return false;
}

/* Somebody listens at the BIOS debug port already. */
static bool has_debugcon(char **argv)
{
    bool moved = false, present = false;

    for (int i = 1; argv[i]; i++) {
        const char *device = option_value(argv, i, "device");
        const char *global = option_value(argv, i, "global");

        if (device && g_str_has_prefix(device, "isa-debugcon") &&
            (strstr(device, "iobase=0x402") || strstr(device,
                                                      "iobase=1026"))) {
            return true;
        }
        present |= option_value(argv, i, "debugcon") != NULL;
        moved |= global && !strcmp(global, "isa-debugcon.iobase=0x402");
    }
    return present && moved;
}

/* The machine type as the command line names it, or NULL. */
static char *machine_type(char **argv)
{
    char *type = NULL;

    for (int i = 1; argv[i]; i++) {
        const char *value = option_value(argv, i, "M");

        if (!value) {
            value = option_value(argv, i, "machine");
        }
        if (value) {
            const char *named = strstr(value, "type=");

            g_free(type);
            type = g_strndup(named ? named + 5 : value,
                             strcspn(named ? named + 5 : value, ","));
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
        g_ptr_array_add(args, g_strdup("isa-debugcon,iobase=0x402,chardev="
                                       CHARDEV_ID));
    }
    g_ptr_array_add(args, NULL);
    if (!opt.quiet) {
        fprintf(stderr, "bootstamp: run: added -chardev %s%s\n", chardev,
                debugcon ? " -device isa-debugcon,iobase=0x402,chardev="
                           CHARDEV_ID : "");
    }
    return true;
}

/* ------------------------------------------------------------------ */
/* Start                                                               */

static void set_environment(const char *module)
{
    const char *before = g_getenv("LD_PRELOAD");
    g_autofree char *preload = before && before[0]
                                   ? g_strdup_printf("%s:%s", module, before)
                                   : g_strdup(module);
    g_autofree char *start = NULL;
    struct timespec now;

    g_setenv("LD_PRELOAD", preload, TRUE);
    clock_gettime(CLOCK_MONOTONIC, &now);
    start = g_strdup_printf("%" G_GUINT64_FORMAT,
                            (guint64)now.tv_sec * 1000000000 +
                                (guint64)now.tv_nsec);
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

int cmd_run(int argc, char **argv)
{
    g_auto(GStrv) rest = NULL;
    g_autofree char *module = NULL;
    g_autoptr(GPtrArray) args = NULL;
    int status;

    if (!parse_options(argc, argv, "[--] QEMU [ARGUMENT...]",
                       "Starts QEMU with the timestamp back end loaded. "
                       "Where the command line has no\n"
                       "-chardev timestamp it adds one, at the BIOS debug "
                       "port 0x402 of an x86 machine.\n"
                       "QEMU takes this program's place: its exit status and "
                       "signals are QEMU's own.", entries, -1, &rest,
                       &status)) {
        return status;
    }
    if (!rest[0]) {
        return usage_error("run", "no QEMU is named");
    }
    module = find_module();
    if (!module) {
        return EXIT_FAILURE;
    }
    args = copy_args(rest);
    if (!has_timestamp(rest)) {
        if (!add_chardev(args)) {
            return EXIT_FAILURE;
        }
    } else if (opt.capture) {
        return usage_error("run", "--capture and a timestamp chardev of your "
                           "own: give that one path=");
    }
    set_environment(module);
    execvp(rest[0], (char **)args->pdata);
    return fail(rest[0], "cannot run: %s", g_strerror(errno));
}
