/*
 * The capture of `bootstamp run`.
 *
 * Nothing on QEMU's command line tells of it: run says in the environment
 * where it goes and what to take, and any wrapper hands that on.  When the
 * machine runs for the first time a timestamp chardev is made, unless the
 * command line has one, and put where the BIOS debug port is.  Before that
 * there is no file: programs that only ask a QEMU what it can leave none.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#include "qemu-compat.h"
#include "qemu/datadir.h"
#include "qemu/error-report.h"
#include "qemu/module.h"
#include "qemu/notify.h"
#include "qom/object.h"
#include "qapi/qapi-types-char.h"

#include "boot-capture.h"
#include "bootprobe.h"
#include "char-timestamp.h"
#include "chr-tee.h"
#include "frontends.h"
#include "capture/paths.h"
#include "capture/probe.h"
#include "capture/run-environment.h"
#include "timestamp-options.h"

#define CHARDEV_ID "bootstamp"
#define DEBUG_PORT 0x402
#define DEBUG_PORT_READ 0xe9 /* what firmware looks for */
#define POST_PORT 0x80

static struct {
    char *serial; /* NULL: none, "all", or a chardev */
    char *probes; /* NULL, or a folder with firmware */
    char *report; /* NULL, or where the names of captures go */
    bool quiet, if_fits, foreground, post_codes;
} run;

static Chardev *debug_chardev;
static MemoryRegion debug_port, post_port;

/* ------------------------------------------------------------------ */
/* The debug port                                                      */

static uint64_t debug_port_read(void *opaque, hwaddr addr, unsigned size)
{
    return DEBUG_PORT_READ;
}

static void debug_port_write(void *opaque, hwaddr addr, uint64_t value,
                             unsigned size)
{
    uint8_t byte = value;

    qemu_chr_write(debug_chardev, &byte, 1, true);
}

static const MemoryRegionOps debug_port_ops = {
    .read = debug_port_read,
    .write = debug_port_write,
    .valid.min_access_size = 1,
    .valid.max_access_size = 1,
    .endianness = DEVICE_LITTLE_ENDIAN,
};

static bool is_x86(void)
{
    return !strcmp(boot_capture_arch(), "x86_64") ||
           !strcmp(boot_capture_arch(), "i386");
}

/* Whether a device answers at @port. */
static bool port_is_taken(uint16_t port)
{
    MemoryRegionSection s = memory_region_find(get_system_io(), port, 1);
    bool taken = s.mr && s.mr != get_system_io();

    if (s.mr) {
        memory_region_unref(s.mr);
    }
    return taken;
}

static void place_debug_port(void)
{
    memory_region_init_io(&debug_port, NULL, &debug_port_ops, NULL,
                          "bootstamp-debug-port", 1);
    memory_region_add_subregion(get_system_io(), DEBUG_PORT, &debug_port);
    boot_capture_set_frontend(CHARDEV_ID, "debugcon 0x402");
}

/* ------------------------------------------------------------------ */
/* The port that firmware writes POST codes to                         */

/* As a PC without a card that shows them. */
static uint64_t post_port_read(void *opaque, hwaddr addr, unsigned size)
{
    return UINT64_MAX;
}

static void post_port_write(void *opaque, hwaddr addr, uint64_t value,
                            unsigned size)
{
    CapturePost post = { .code = value };

    boot_event(CAPTURE_POST, &post, sizeof(post));
}

static const MemoryRegionOps post_port_ops = {
    .read = post_port_read,
    .write = post_port_write,
    .valid.min_access_size = 1,
    .valid.max_access_size = 1,
    .endianness = DEVICE_LITTLE_ENDIAN,
};

/* QEMU has a region there, which does nothing; machines may have none. */
static void place_post_port(void)
{
    memory_region_init_io(&post_port, NULL, &post_port_ops, NULL,
                          "bootstamp-post-port", 1);
    memory_region_add_subregion_overlap(get_system_io(), POST_PORT, &post_port,
                                        1);
}

/* ------------------------------------------------------------------ */
/* Front ends that are there                                           */

typedef struct Consoles {
    BootCapture *capture;
    GString *taken; /* "serial0 (isa-serial)", for people */
    GString *left;
    bool explicit_map; /* the command line says what goes where */
    bool found; /* the chardev that --serial names */
} Consoles;

/* Devices that a person would read, by QEMU's names of them. */
static bool is_console(const char *type)
{
    static const char *const words[] = {
        "serial", "uart", "usart", "pl011", "console", "vty", NULL,
    };

    if (g_str_has_prefix(type, "virtserial")) {
        return false; /* a channel of an agent */
    }
    for (int i = 0; words[i]; i++) {
        if (strstr(type, words[i])) {
            return true;
        }
    }
    return false;
}

static void add_name(GString *list, const char *label, const char *type)
{
    g_string_append_printf(list, "%s%s (%s)", list->len ? ", " : "", label,
                           type);
}

static void visit_frontend(const char *label, const char *type, uint64_t port,
                           void *opaque)
{
    Consoles *c = opaque;
    Chardev *chr = qemu_chr_find(label);
    g_autofree char *name = frontend_name(type, port);
    /* -serial null: worth a capture, where one asks, but no hint */
    bool nobody = chr && object_dynamic_cast(OBJECT(chr), TYPE_CHARDEV_NULL);
    bool debug =
        !c->explicit_map && !strcmp(type, "isa-debugcon") && port == DEBUG_PORT;
    bool wanted = debug || (run.serial && (strcmp(run.serial, "all")
                                               ? !strcmp(run.serial, label)
                                               : is_console(type)));

    c->found |= run.serial && !strcmp(run.serial, label);
    if (!chr || chr_is_captured(chr)) {
        return;
    }
    if (wanted && chr_tee_add(chr, c->capture, name)) {
        add_name(c->taken, label, type);
    } else if ((wanted || (!run.serial && is_console(type) && !nobody)) &&
               !strstr(c->left->str, label)) {
        add_name(c->left, label, type);
    }
}

/* ------------------------------------------------------------------ */
/* The first run                                                       */

static void give_up(Error *err)
{
    error_prepend(&err, "bootstamp: run: ");
    if (run.if_fits) {
        warn_report_err(err);
        return;
    }
    error_report_err(err);
    exit(EXIT_FAILURE);
}

/* The chardev that the command line does not have. */
static bool make_chardev(void)
{
    ChardevBackend *backend = timestamp_options_new(NULL);
    Error *err = NULL;

    debug_chardev = qemu_chardev_new(CHARDEV_ID, TYPE_CHARDEV_TIMESTAMP,
                                     backend, NULL, &err);
    qapi_free_ChardevBackend(backend);
    if (!debug_chardev) {
        give_up(err);
    }
    return debug_chardev;
}

static void say(const Consoles *c, bool placed)
{
    const char *path = capture_writer_path(boot_capture_writer(c->capture));
    uint64_t size = boot_capture_default_size(c->capture);

    if (run.quiet) {
        return;
    }
    fprintf(stderr, "bootstamp: run: capture %s: %s%s%s\n", path,
            placed ? "debug port 0x402" : "",
            placed && c->taken->len ? ", " : "",
            placed || c->taken->len ? c->taken->str
            : debug_chardev         ? "no debug port, nothing else"
                                    : "timestamp chardevs");
    if (size) {
        fprintf(stderr,
                "bootstamp: run: %" PRIu64 " MiB of it are kept at most, %s; "
                "run --size or -c changes that\n",
                size >> 20,
                boot_capture_default_keep(c->capture) == CAPTURE_KEEP_FIRST
                    ? "the begin, what comes then is lost"
                    : "the begin and the latest");
    }
    if (run.post_codes) {
        fprintf(stderr, "bootstamp: run: POST codes %s\n",
                is_x86() ? "at port 0x80 are captured"
                         : "are not captured: not an x86 machine");
    }
    if (capture_clock_error()) {
        fprintf(stderr,
                "bootstamp: run: cannot read the kernel's clock source (%s), "
                "so stamps take longer; for AppArmor see docs/libvirt.md\n",
                strerror(capture_clock_error()));
    }
    if (c->left->len) {
        fprintf(stderr, "bootstamp: run: not captured: %s%s\n", c->left->str,
                run.serial ? "" : "; run --serial captures it");
    }
    if (run.serial && strcmp(run.serial, "all") && !c->found) {
        fprintf(stderr,
                "bootstamp: run: --serial=%s: no device has that chardev\n",
                run.serial);
    }
}

static void start_capture(void)
{
    g_autoptr(GPtrArray) open = boot_capture_list();
    g_autoptr(GString) taken = g_string_new(NULL);
    g_autoptr(GString) left = g_string_new(NULL);
    Consoles c = { .taken = taken, .left = left };
    bool free_port = is_x86() && !port_is_taken(DEBUG_PORT);

    if (open->len) {
        c.capture = open->pdata[0];
        c.explicit_map = true;
        free_port = false;
    } else if (make_chardev()) {
        c.capture = timestamp_chardev_capture(CHARDEV_TIMESTAMP(debug_chardev));
    } else {
        return;
    }
    if (free_port) {
        place_debug_port();
    }
    if (run.post_codes && is_x86()) {
        place_post_port();
    }
    if (run.probes && is_x86() && !port_is_taken(BOOTPROBE_PORT)) {
        bootprobe_place(boot_capture_stream_label(c.capture, 0));
    }
    frontends_foreach(visit_frontend, &c);
    say(&c, free_port);
}

/* Once, and not for a QEMU that is only asked what it can. */
static void on_run_state(void *opaque, bool running, RunState state)
{
    static bool done;

    if (running && !done &&
        strcmp(MACHINE_GET_CLASS(current_machine)->name, "none")) {
        done = true;
        start_capture();
    }
}

/*
 * QEMU walks its handlers while ours makes the capture, and with it that of
 * the life cycle: this one after ours keeps the walk before that.
 */
static void after_run_state(void *opaque, bool running, RunState state)
{
}

static void on_machine_ready(Notifier *notifier, void *data)
{
    Error *err = NULL;

    if (run.foreground && is_daemonized()) {
        error_setg(&err, "-daemonize: QEMU would leave the process that is "
                         "waited for");
        error_append_hint(&err, "Leave -daemonize out, or --view and -n.\n");
        run.if_fits = false;
        give_up(err);
    }
}

/* ------------------------------------------------------------------ */
/* Captures of this QEMU, whoever opened them                          */

/* For run --view, which cannot know the name. */
static void describe(BootCapture *capture)
{
    const char *path = capture_writer_path(boot_capture_writer(capture));
    g_autofree char *line = NULL;
    int fd;

    if (!run.report) {
        return;
    }
    fd = open(run.report, O_WRONLY | O_APPEND | O_CLOEXEC);
    if (fd >= 0) {
        line = g_strdup_printf("%s\n", path);
        if (write(fd, line, strlen(line)) < 0) {
            warn_report("%s: %s", run.report, strerror(errno));
        }
        close(fd);
    }
    g_free(run.report);
    run.report = NULL; /* the first is what is shown */
}

static void closing(BootCapture *capture)
{
    if (!boot_capture_has_bytes(capture)) {
        fprintf(stderr, "bootstamp: run: %s: the guest wrote no byte to it\n",
                capture_writer_path(boot_capture_writer(capture)));
    }
}

static BootSource source = { .describe = describe, .closing = closing };

/* ------------------------------------------------------------------ */
/* Set-up                                                              */

/* A variable of the environment, which QEMU's children do not get. */
static char *take_env(const char *name)
{
    char *value = g_strdup(g_getenv(name));

    g_unsetenv(name);
    return value;
}

static void handle_words(const char *words, bool *only)
{
    g_auto(GStrv) list = g_strsplit(words, ",", -1);

    run.quiet = g_strv_contains((const char *const *)list, "quiet");
    run.if_fits = g_strv_contains((const char *const *)list, "if-fits");
    run.post_codes = g_strv_contains((const char *const *)list, "post-codes");
    run.foreground = g_strv_contains((const char *const *)list, "foreground");
    *only = g_strv_contains((const char *const *)list, "only");
}

/* `bootstamp run` has looked at it. */
static unsigned take_rate(const char *text)
{
    return CLAMP(g_ascii_strtoull(text, NULL, 10), BOOT_PROFILE_MIN,
                 BOOT_PROFILE_MAX);
}

static void register_run(void)
{
    static Notifier ready = { .notify = on_machine_ready };
    g_autofree char *words = take_env(RUN_ENV);
    BootCaptureDefaults defaults = {
        .path = take_env(RUN_CAPTURE_ENV),
        .mode = take_env(RUN_MODE_ENV),
        .group = take_env(RUN_GROUP_ENV),
        .labels = take_env(RUN_LABELS_ENV),
    };
    g_autofree char *profile = NULL;
    g_autofree char *size = NULL;

    run.serial = take_env(RUN_SERIAL_ENV);
    run.probes = take_env(RUN_PROBES_ENV);
    run.report = take_env(RUN_REPORT_ENV);
    profile = take_env(RUN_PROFILE_ENV);
    size = take_env(RUN_SIZE_ENV);
    if (!words) {
        return;
    }
    handle_words(words, &defaults.only);
    if (profile) {
        defaults.profile = take_rate(profile);
    }
    if (size && !capture_parse_size(size, &defaults.size, &defaults.keep)) {
        error_report("bootstamp: run: " RUN_SIZE_ENV "=%s is no size", size);
    }
    boot_capture_set_defaults(&defaults);
    if (run.probes) {
        qemu_add_data_dir(g_strdup(run.probes));
    }
    boot_source_register(&source);
    qemu_add_machine_init_done_notifier(&ready);
    qemu_add_vm_change_state_handler_prio(on_run_state, NULL, -1);
    qemu_add_vm_change_state_handler_prio(after_run_state, NULL, -1);
}

type_init(register_run)
