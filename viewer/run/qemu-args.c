/*
 * What QEMU's command line says.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#include <json-glib/json-glib.h>
#include <string.h>

#include "qemu-args.h"
#include "viewer/common/common.h"

#define DEBUG_PORT 0x402

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

char *suboption(const char *list, const char *key, const char *implied)
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

const char *find_timestamp(char **argv)
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

char *timestamp_path(const char *chardev)
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

bool has_debugcon(char **argv)
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

bool has_isa_bus(char **argv)
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

char *escape_commas(const char *value)
{
    g_auto(GStrv) parts = g_strsplit(value, ",", -1);

    return g_strjoinv(",,", parts);
}

bool direct_chardevs(char **argv, const char *path)
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

const char *seabios_for(char **argv)
{
    g_autofree char *type = machine_type(argv);

    for (int i = 1; argv[i]; i++) {
        const char *machine = option_value(argv, i, "machine");
        const char *drive = option_value(argv, i, "drive");
        const char *m = machine ? machine : option_value(argv, i, "M");

        if (is_option(argv[i], "bios") || is_option(argv[i], "pflash") ||
            (drive && strstr(drive, "if=pflash")) ||
            (m && (strstr(m, "pflash") || strstr(m, "firmware=")))) {
            return NULL;
        }
    }
    if (!g_strcmp0(type, "isapc")) {
        return PROBES_BIOS_ISAPC;
    }
    return !g_strcmp0(type, "microvm") ? PROBES_BIOS_MICROVM : PROBES_BIOS;
}

bool has_probe_device(char **argv)
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
