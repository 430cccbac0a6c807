/*
 * Starting QEMU, or whatever starts it, with the back end in it: by the
 * environment alone.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/xattr.h>
#include <unistd.h>

#include "capture/clock.h"
#include "capture/paths.h"
#include "capture/run-environment.h"
#include "config.h"
#include "native.h"
#include "start.h"
#include "viewer/common/common.h"
#include "viewer/common/own-folder.h"
#include "viewer/screen/view.h"
#include "with-view.h"

#define MODULE OWN_MODULE
#define PROBES_BIOS "bios-256k.bin"

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
/* Which QEMU                                                          */

/* Programs that were executed on the way here, by device and inode. */
static bool was_tried(const char *path)
{
    const char *list = g_getenv(RUN_TRIED_ENV);
    g_autofree char *real = realpath(path, NULL);
    g_auto(GStrv) tried = g_strsplit(list ? list : "", ":", -1);

    return real && g_strv_contains((const char *const *)tried, real);
}

static void add_tried(const char *path)
{
    const char *list = g_getenv(RUN_TRIED_ENV);
    g_autofree char *real = realpath(path, NULL);
    g_autofree char *both = g_strjoin(":", real ? real : path, list, NULL);

    g_setenv(RUN_TRIED_ENV, both, TRUE);
}

/*
 * The program as a shell finds it, but for one that called us: a shim in PATH
 * by QEMU's name, which runs `bootstamp run -- qemu-system-x86_64`, means the
 * next one.  Says so and returns NULL where there is none.
 */
static char *find_program(const char *name)
{
    const char *path = g_getenv("PATH");
    g_auto(GStrv) folders = g_strsplit(path ? path : "/usr/bin", ":", -1);
    bool only_shims = false;

    if (strchr(name, '/')) {
        return g_strdup(name);
    }
    for (int i = 0; folders[i]; i++) {
        g_autofree char *file =
            g_build_filename(folders[i][0] ? folders[i] : ".", name, NULL);

        if (!g_file_test(file, G_FILE_TEST_IS_EXECUTABLE) ||
            g_file_test(file, G_FILE_TEST_IS_DIR)) {
            continue;
        }
        if (!was_tried(file)) {
            return g_steal_pointer(&file);
        }
        only_shims = true;
    }
    fail(name, only_shims ? "PATH has only the script that started this"
                          : "cannot run: not found in PATH");
    return NULL;
}

/* The dynamic linker loads nothing into a program with more rights than we. */
static bool ignores_preload(const char *program)
{
    struct stat st;

    return !stat(program, &st) && geteuid() != 0 &&
           ((st.st_mode & (S_ISUID | S_ISGID)) ||
            getxattr(program, "security.capability", NULL, 0) > 0);
}

/* ------------------------------------------------------------------ */
/* --probes                                                            */

/* The folder with firmware by QEMU's names, or NULL: it was said. */
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

/* ------------------------------------------------------------------ */
/* Start                                                               */

static void set_or_unset(const char *name, const char *value)
{
    if (value) {
        g_setenv(name, value, TRUE);
    } else {
        g_unsetenv(name);
    }
}

/* The user's own come first: AddressSanitizer must. */
static void set_preload(const char *module)
{
    const char *before = g_getenv("LD_PRELOAD");
    g_autofree char *both = before && before[0]
                                ? g_strdup_printf("%s:%s", before, module)
                                : g_strdup(module);

    g_setenv("LD_PRELOAD", both, TRUE);
}

/* What the back end is told; see capture/run-environment.h. */
static void set_environment(const QemuStart *s, const char *firmware)
{
    g_autofree char *start =
        g_strdup_printf("%" G_GUINT64_FORMAT, capture_mono_ns());
    g_autofree char *path =
        s->capture ? g_canonicalize_filename(s->capture, NULL) : NULL;
    g_autofree char *words =
        g_strdup_printf("%s%s%s%s%s", s->post_codes ? "post-codes," : "",
                        s->quiet ? "quiet," : "", s->if_fits ? "if-fits," : "",
                        s->view || s->only || s->report ? "foreground," : "",
                        s->only ? "only," : "");

    g_autofree char *profile = g_strdup_printf("%d", s->profile);

    if (s->module) {
        set_preload(s->module);
    }
    g_setenv(CAPTURE_START_ENV, start, TRUE);
    g_setenv(RUN_ENV, words, TRUE);
    set_or_unset(RUN_CAPTURE_ENV, path);
    set_or_unset(RUN_SERIAL_ENV, s->serial);
    set_or_unset(RUN_MODE_ENV, s->mode);
    set_or_unset(RUN_GROUP_ENV, s->group);
    set_or_unset(RUN_SIZE_ENV, s->size);
    set_or_unset(RUN_PROBES_ENV, firmware);
    set_or_unset(RUN_LABELS_ENV, s->labels);
    set_or_unset(RUN_QMP_ENV, s->qmp);
    if (s->report) {
        g_setenv(RUN_REPORT_ENV, s->report, TRUE);
    }
    set_or_unset(RUN_PROFILE_ENV, s->profile ? profile : NULL);
}

bool qemu_start_prepare(QemuStart *s)
{
    g_autofree char *program = find_program(s->argv[0]);
    g_autofree char *found = NULL;

    if (!program) {
        return false;
    }
    if (s->module || qemu_is_native(program)) {
        return true;
    }
    if (ignores_preload(program)) {
        fail(program, "runs with more rights than its caller (set-user-id or "
                      "file capabilities), so nothing can be loaded into it");
        return s->if_fits;
    }
    found = find_module();
    if (found && strpbrk(found, ": ")) {
        fail(found, "the dynamic linker cannot load a path with spaces or "
                    "colons; install elsewhere");
        return s->if_fits;
    }
    s->module = g_steal_pointer(&found);
    return s->module || s->if_fits;
}

void qemu_start_clear(QemuStart *s)
{
    g_clear_pointer(&s->module, g_free);
}

int qemu_start(const QemuStart *s)
{
    g_autofree char *firmware = NULL;
    g_autofree char *program = find_program(s->argv[0]);

    if (!program) {
        return EXIT_FAILURE;
    }
    if (s->probes) {
        firmware = find_firmware();
        if (!firmware) {
            return EXIT_FAILURE;
        }
    }
    set_environment(s, firmware);
    add_tried(program);
    if (s->view && view_is_possible()) {
        return run_with_view(program, s->argv);
    }
    execv(program, s->argv);
    return fail(s->argv[0], "cannot run: %s", g_strerror(errno));
}

int qemu_start_into(const QemuStart *s, const char *capture)
{
    QemuStart one = *s;

    one.quiet = true;
    one.view = false;
    one.only = true;
    one.capture = capture;
    return qemu_start(&one);
}
