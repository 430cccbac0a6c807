/*
 * chardev-timestamp.so: the door into an unmodified QEMU.
 *
 * LD_PRELOAD brings this object into QEMU, and into whatever wrapper script
 * starts it: it needs nothing but libc, and where there is no QEMU around it
 * does nothing.  In a QEMU it loads the real module for that minor version,
 * MAJOR.MINOR/ beside it or, in a build folder, right beside it.  Every
 * reference to QEMU is resolved there and then, so a guest never runs into a
 * missing symbol, and the module checks that it fits (abi-module.c).
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#include <dlfcn.h>
#include <errno.h>
#include <inttypes.h>
#include <limits.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "capture/run-environment.h"
#include "config.h"

#define MODULE_FILE "chardev-timestamp-qemu.so"

/* VersionInfo of qapi/control.json: what qmp_query_version() returns. */
struct version_triple {
    int64_t major, minor, micro;
};

struct version_info {
    struct version_triple *qemu;
    char *package;
};

typedef struct version_info *query_version_fn(void *errp);

/*
 * Only system emulators have all three: qemu-img and its like are modular
 * as well, and have no guest.
 */
static bool is_system_emulator(void)
{
    return dlsym(RTLD_DEFAULT, "register_module_init") &&
           dlsym(RTLD_DEFAULT, "qemu_chr_parse_common") &&
           dlsym(RTLD_DEFAULT, "fw_cfg_find");
}

/* Built with our patches: the schema has the back end, and so has QEMU. */
static bool is_native(void)
{
    return dlsym(RTLD_DEFAULT, "visit_type_ChardevTimestamp_members");
}

/* The version as `qemu-system-x86_64 --version` prints it. */
static bool running_version(char *buf, size_t size)
{
    query_version_fn *query =
        (query_version_fn *)dlsym(RTLD_DEFAULT, "qmp_query_version");
    struct version_info *v = query ? query(NULL) : NULL;

    if (!v || !v->qemu) {
        return false;
    }
    /* The few bytes of *v are not worth a dependency on glib. */
    snprintf(
        buf, size, "%" PRId64 ".%" PRId64 ".%" PRId64 "%s%s%s", v->qemu->major,
        v->qemu->minor, v->qemu->micro, v->package && v->package[0] ? " (" : "",
        v->package ? v->package : "", v->package && v->package[0] ? ")" : "");
    return true;
}

/* QEMU's children, such as network scripts, are none of our business. */
static void leave_environment(const char *self)
{
    const char *list = getenv("LD_PRELOAD");
    char *rest, *out, *copy, *item, *save = NULL;

    if (!list) {
        return;
    }
    copy = strdup(list);
    rest = malloc(strlen(list) + 1);
    if (!copy || !rest) {
        free(copy);
        free(rest);
        return;
    }
    out = rest;
    *out = '\0';
    for (item = strtok_r(copy, ": ", &save); item;
         item = strtok_r(NULL, ": ", &save)) {
        char real[PATH_MAX];

        if (strcmp(item, self) == 0 ||
            (realpath(item, real) && strcmp(real, self) == 0)) {
            continue;
        }
        out += sprintf(out, "%s%s", out == rest ? "" : ":", item);
    }
    if (rest[0]) {
        setenv("LD_PRELOAD", rest, 1);
    } else {
        unsetenv("LD_PRELOAD");
    }
    free(copy);
    free(rest);
}

/*
 * Nothing was loaded, and it was said.  Who came by `bootstamp run` must not
 * take a boot without a capture for one, unless --if-fits allows it.
 */
static void refuse(void)
{
    const char *words = getenv(RUN_ENV);

    if (words && !strstr(words, "if-fits")) {
        _exit(EXIT_FAILURE);
    }
}

/* "7.2.22 (Debian ...)" is of minor version "7.2". */
static int minor_length(const char *version)
{
    int first = (int)strcspn(version, ".");

    return version[first]
               ? first + 1 + (int)strspn(version + first + 1, "0123456789")
               : first;
}

/* The module for @version into @path; false, and said, if there is none. */
static bool find_module(char *path, size_t size, const char *self,
                        const char *version)
{
    const char *slash = strrchr(self, '/');
    int dir = slash ? (int)(slash - self) + 1 : 0;
    int minor = minor_length(version);

    if (snprintf(path, size, "%.*s%.*s/%s", dir, self, minor, version,
                 MODULE_FILE) >= (int)size) {
        fprintf(stderr, "bootstamp: %s: its path is too long\n", self);
        return false;
    }
    if (access(path, F_OK) == 0) {
        return true;
    }
    if (minor == minor_length(BOOTSTAMP_QEMU_VERSION) &&
        !strncmp(version, BOOTSTAMP_QEMU_VERSION, (size_t)minor)) {
        snprintf(path, size, "%.*s%s", dir, self, MODULE_FILE);
        return true;
    }
    fprintf(stderr,
            "bootstamp: %s: built for QEMU %s and this is QEMU %s, so nothing "
            "is loaded; run ./configure && make for this QEMU, and make "
            "install where it is installed\n",
            self, BOOTSTAMP_QEMU_VERSION, version);
    return false;
}

static void load_module(const char *self, const char *version)
{
    char path[PATH_MAX];

    if (!find_module(path, sizeof(path), self, version)) {
        refuse();
        return;
    }
    if (!dlopen(path, RTLD_NOW | RTLD_LOCAL | RTLD_NODELETE)) {
        fprintf(stderr,
                "bootstamp: %s: cannot load: %s; run ./configure && make for "
                "this QEMU, and make install where it is installed\n",
                path, dlerror());
        refuse();
    }
}

/* By the file's name: it may be started by another one, such as qemu-kvm. */
static bool is_named_emulator(void)
{
    static const char emulator[] = "qemu-system-";
    char path[PATH_MAX];
    ssize_t len = readlink("/proc/self/exe", path, sizeof(path) - 1);
    const char *slash;

    if (len < 0) {
        return false;
    }
    path[len] = '\0';
    slash = strrchr(path, '/');
    return slash && !strncmp(slash + 1, emulator, sizeof(emulator) - 1);
}

/*
 * Distributions also build emulators without modules, and those export
 * nothing: Debian's microvm one.  Say so before QEMU says that it knows no
 * such chardev.
 */
static void report_unfit(void)
{
    if (is_named_emulator() && !dlsym(RTLD_DEFAULT, "register_module_init") &&
        dlsym(RTLD_DEFAULT, "g_main_context_new")) {
        fprintf(stderr,
                "bootstamp: %s: this QEMU was built without modules "
                "and exports no symbols, so nothing can be loaded into it; "
                "use another binary\n",
                program_invocation_short_name);
        refuse();
    }
}

static void __attribute__((constructor)) enter(void)
{
    char version[256];
    char real[PATH_MAX];
    Dl_info info;

    if (!is_system_emulator()) {
        report_unfit();
        return;
    }
    if (!dladdr((void *)enter, &info) || !info.dli_fname ||
        !realpath(info.dli_fname, real)) {
        fprintf(stderr,
                "bootstamp: chardev-timestamp.so: "
                "cannot find its own path: %s\n",
                strerror(errno));
        return;
    }
    leave_environment(real);
    if (is_native()) {
        return;
    }
    if (!running_version(version, sizeof(version))) {
        snprintf(version, sizeof(version), "of unknown version");
    }
    load_module(real, version);
}
