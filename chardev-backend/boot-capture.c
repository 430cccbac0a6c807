/*
 * The captures that this QEMU writes.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#include <sys/statvfs.h>

#include "qemu-compat.h"
#include "qemu/cutils.h"
#include "qemu/error-report.h"
#include "qemu/timer.h"

#include "boot-capture.h"
#include "boot-start.h"
#include "capture/paths.h"

#define CAPTURES_MAX 16

/* Names that are tried for a file that nobody named. */
#define ATTEMPTS_MAX 1000

/* Of a capture in the default folder, bytes: 32 million of the guest's. */
#define DEFAULT_SIZE (UINT64_C(256) << 20)

struct BootCapture {
    CaptureWriter *writer;
    unsigned refs;
    bool by_default; /* nobody named the file */
    bool has_append, append, has_size;
    uint64_t size;
    CaptureKeep keep;
    uint64_t default_size; /* see boot_capture_default_size() */
    CaptureKeep default_keep;
    CaptureClockMode clock;
    bool fw_cfg;
    unsigned profile; /* samples a second */
    unsigned streams;
    BootStream stream[CAPTURE_STREAMS_MAX];
    int read_fd;
    BootLooks *looks; /* the helper thread's */
    void *query;
    GDestroyNotify query_destroy;
};

/*
 * Changed by the main thread with the BQL held, walked by whoever holds it:
 * entries do not move, and an empty one is NULL.
 */
static BootCapture *captures[CAPTURES_MAX];
static bool machine_ready;
static pid_t owner; /* who writes them */
static bool guest_ran;
static BootCaptureDefaults defaults;
static BootEmulator emulator = { .arch = "" };

CaptureWriter *boot_capture_writer(BootCapture *c)
{
    return c->writer;
}

GPtrArray *boot_capture_list(void)
{
    GPtrArray *list = g_ptr_array_new();

    for (int i = 0; i < CAPTURES_MAX; i++) {
        if (captures[i]) {
            g_ptr_array_add(list, captures[i]);
        }
    }
    return list;
}

const char *boot_capture_stream_label(const BootCapture *c, unsigned i)
{
    return i < c->streams ? c->stream[i].label : NULL;
}

int boot_capture_read_fd(const BootCapture *c)
{
    return c->read_fd;
}

uint64_t boot_capture_default_size(const BootCapture *c)
{
    return c->default_size;
}

CaptureKeep boot_capture_default_keep(const BootCapture *c)
{
    return c->default_keep;
}

void *boot_capture_query(const BootCapture *c)
{
    return c->query;
}

void boot_capture_set_query(BootCapture *c, void *query, GDestroyNotify destroy)
{
    c->query = query;
    c->query_destroy = destroy;
}

/* ------------------------------------------------------------------ */
/* Events                                                              */

static int64_t virtual_now(void)
{
    return qemu_clock_get_ns(QEMU_CLOCK_VIRTUAL);
}

/*
 * The same for an event of the VM, which is kept where bytes are lost; the
 * virtual clock stops and goes on at these points.
 */
static void vm_vclock(BootCapture *c, uint64_t time)
{
    uint64_t now;

    if (machine_ready && c->clock == CAPTURE_CLOCK_MODE_BOTH) {
        now = virtual_now();
        capture_append_event(c->writer, time, CAPTURE_VCLOCK, &now,
                             CAPTURE_CONT_BYTES);
    }
}

static void event_at(BootCapture *c, uint64_t mono_ns, CaptureKind kind,
                     const void *payload, size_t len)
{
    uint64_t time;

    if (!c->fw_cfg && capture_kind_class(kind) == CAPTURE_CLASS_FW_CFG) {
        return;
    }
    time = capture_writer_time(c->writer, mono_ns);
    /* Elsewhere the virtual clock runs with the host's. */
    if (icount_enabled() && machine_ready) {
        boot_vclock(c->writer, time);
    }
    capture_append_event(c->writer, time, kind, payload, len);
}

void boot_capture_event(BootCapture *c, CaptureKind kind, const void *payload,
                        size_t len)
{
    event_at(c, capture_mono_ns(), kind, payload, len);
}

void boot_event_at(uint64_t mono_ns, CaptureKind kind, const void *payload,
                   size_t len)
{
    for (int i = 0; i < CAPTURES_MAX; i++) {
        if (captures[i]) {
            event_at(captures[i], mono_ns, kind, payload, len);
        }
    }
}

void boot_event(CaptureKind kind, const void *payload, size_t len)
{
    boot_event_at(capture_mono_ns(), kind, payload, len);
}

static size_t vm_payload(uint8_t *buf, size_t size, CaptureVmEvent event,
                         const char *detail)
{
    size_t len = detail ? MIN(strlen(detail), size - 1) : 0;

    buf[0] = event;
    memcpy(buf + 1, detail ? detail : "", len);
    return 1 + len;
}

void boot_capture_guest_runs(void)
{
    guest_ran = true;
}

static void vm_event_at(uint64_t now, const uint8_t *payload, size_t len)
{
    for (int i = 0; i < CAPTURES_MAX; i++) {
        if (captures[i]) {
            CaptureWriter *w = captures[i]->writer;
            uint64_t time = capture_writer_time(w, now);

            vm_vclock(captures[i], time);
            capture_append_event(w, time, CAPTURE_VM, payload, len);
        }
    }
}

void boot_vm_event(CaptureVmEvent event, const char *detail)
{
    uint8_t payload[CAPTURE_NAME_MAX];

    vm_event_at(capture_mono_ns(), payload,
                vm_payload(payload, sizeof(payload), event, detail));
}

void boot_vm_event_at(uint64_t mono_ns, CaptureVmEvent event)
{
    uint8_t payload = event;

    vm_event_at(mono_ns, &payload, 1);
}

void boot_vm_event_by_guest(CaptureVmEvent event, const char *detail)
{
    uint8_t payload[CAPTURE_NAME_MAX + 2];
    size_t len = vm_payload(payload, CAPTURE_NAME_MAX, event, detail);

    payload[len++] = '\0';
    payload[len++] = CAPTURE_VM_BY_GUEST;
    vm_event_at(capture_mono_ns(), payload, len);
}

/* ------------------------------------------------------------------ */
/* Streams                                                             */

static void report_stream(BootCapture *c, uint8_t id)
{
    g_autoptr(GByteArray) payload = g_byte_array_new();
    const BootStream *s = &c->stream[id];
    const char *frontend = s->frontend ? s->frontend : "";

    g_byte_array_append(payload, &id, 1);
    g_byte_array_append(payload, (uint8_t *)s->label, strlen(s->label) + 1);
    g_byte_array_append(payload, (uint8_t *)frontend, strlen(frontend) + 1);
    capture_append_event(c->writer, capture_writer_now(c->writer),
                         CAPTURE_STREAM, payload->data, payload->len);
}

BootStream *boot_capture_add_stream(BootCapture *c, const char *label)
{
    BootStream *s = &c->stream[c->streams];

    if (c->streams == CAPTURE_STREAMS_MAX) {
        return NULL;
    }
    s->label = g_strdup(label);
    s->writer = c->writer;
    s->id = c->streams++;
    report_stream(c, s->id);
    return s;
}

bool boot_capture_has_bytes(const BootCapture *c)
{
    bool has = false;

    for (unsigned i = 0; i < c->streams; i++) {
        has = has || c->stream[i].has_bytes;
    }
    return has;
}

static BootStream *find_stream(const char *label, BootCapture **capture)
{
    for (int i = 0; i < CAPTURES_MAX; i++) {
        for (unsigned j = 0; captures[i] && j < captures[i]->streams; j++) {
            const char *rest;

            /* mux=on puts itself in front and renames us to ID-base. */
            if (strstart(captures[i]->stream[j].label, label, &rest) &&
                (!*rest || !strcmp(rest, "-base"))) {
                *capture = captures[i];
                return &captures[i]->stream[j];
            }
        }
    }
    return NULL;
}

void boot_capture_set_frontend(const char *label, const char *frontend)
{
    BootCapture *c = NULL;
    BootStream *s = find_stream(label, &c);

    if (s && !s->frontend) {
        s->frontend = g_strdup(frontend);
        report_stream(c, s - c->stream);
    }
}

/* ------------------------------------------------------------------ */
/* The machine                                                         */

void boot_capture_machine_ready(void)
{
    machine_ready = true;
    for (int i = 0; i < CAPTURES_MAX; i++) {
        if (captures[i]) {
            boot_sources_describe(captures[i]);
        }
    }
    boot_sources_ready();
}

void boot_capture_set_emulator(const BootEmulator *e)
{
    emulator = *e;
}

const char *boot_capture_arch(void)
{
    return emulator.arch;
}

void boot_capture_set_defaults(const BootCaptureDefaults *d)
{
    defaults = *d;
}

unsigned boot_capture_profile(const BootCapture *c)
{
    return c->profile;
}

/* ------------------------------------------------------------------ */
/* Open and close                                                      */

static bool same_file(const char *a, const char *b)
{
    struct stat s, t;

    return !stat(a, &s) && !stat(b, &t) && s.st_dev == t.st_dev &&
           s.st_ino == t.st_ino;
}

static BootCapture *find_capture(const BootCaptureOptions *o)
{
    for (int i = 0; i < CAPTURES_MAX; i++) {
        BootCapture *c = captures[i];

        if (c && (o->path ? same_file(o->path, capture_writer_path(c->writer))
                          : c->by_default)) {
            return c;
        }
    }
    return NULL;
}

/* Two back ends on one file: the second may only repeat the options. */
static bool same_options(const BootCapture *c, const BootCaptureOptions *o,
                         Error **errp)
{
    if ((o->has_append && (!c->has_append || o->append != c->append)) ||
        (o->has_size && (!c->has_size || o->size != c->size)) ||
        (o->has_keep && o->keep != c->keep) ||
        (o->has_clock && o->clock != c->clock) ||
        (o->has_fw_cfg && o->fw_cfg != c->fw_cfg) ||
        (o->has_profile && o->profile != c->profile) || o->mode || o->group) {
        error_setg(errp,
                   "%s: another chardev of this QEMU writes it with "
                   "other options",
                   capture_writer_path(c->writer));
        error_append_hint(errp, "Give the options of the capture on the "
                                "first one alone, or name another file.\n");
        return false;
    }
    return true;
}

static void set_error(Error **errp, const char *path, const GError *err)
{
    error_setg(errp, "%s: %s", path, err->message);
    if (g_error_matches(err, CAPTURE_WRITER_ERROR,
                        CAPTURE_WRITER_ERROR_IN_USE)) {
        error_append_hint(errp, "One capture is written by one QEMU at a "
                                "time.\n");
    }
}

/*
 * The default folder is in memory, on most hosts, and nobody chose it: a VM
 * that talks for months must not fill it.  The boot is what is asked for, and
 * what came last is what shows why a VM is as it is.  A file system that tells
 * no size of its own (ramfs) has no limit either.
 */
static uint64_t default_size(int dir_fd)
{
    struct statvfs fs;
    uint64_t size = DEFAULT_SIZE;

    if (fstatvfs(dir_fd, &fs) == 0 && fs.f_blocks) {
        size = MIN(size, (uint64_t)fs.f_blocks * fs.f_frsize / 4);
    }
    return size < CAPTURE_KEEP_SIZE_MIN ? 0 : size & ~UINT64_C(4095);
}

static CaptureWriter *open_new(CaptureWriterOptions *w, const char *dir,
                               GError **error)
{
    CaptureWriter *writer = NULL;

    for (guint attempt = 0; !writer && attempt < ATTEMPTS_MAX; attempt++) {
        g_free((char *)w->path);
        g_clear_error(error);
        w->path = capture_new_path(dir, attempt);
        writer = capture_writer_open(w, error);
        if (!writer && !g_error_matches(*error, CAPTURE_WRITER_ERROR,
                                        CAPTURE_WRITER_ERROR_EXISTS)) {
            break;
        }
    }
    return writer;
}

/*
 * With a limit where none was asked for.  Where nothing can be dropped, what
 * is beyond it is lost, and told: the host's memory is worth more.
 */
static CaptureWriter *open_default(BootCapture *c, CaptureWriterOptions *w,
                                   Error **errp)
{
    g_autoptr(GError) err = NULL;
    g_autofree char *dir = NULL;
    CaptureWriter *writer;

    w->dir_fd = capture_open_default_dir(&dir, &err);
    if (w->dir_fd < 0) {
        error_setg(errp, "timestamp: %s", err->message);
        error_append_hint(errp, "Name a file with path=, or with bootstamp run "
                                "--capture.\n");
        return NULL;
    }
    w->exclusive = true;
    if (!w->size_max) {
        c->default_size = w->size_max = default_size(w->dir_fd);
    }
    if (c->default_size && w->keep == CAPTURE_KEEP_FIRST) {
        w->keep = CAPTURE_KEEP_ENDS;
    }
    writer = open_new(w, dir, &err);
    if (c->default_size && g_error_matches(err, CAPTURE_WRITER_ERROR,
                                           CAPTURE_WRITER_ERROR_NO_HOLES)) {
        w->keep = CAPTURE_KEEP_FIRST;
        writer = open_new(w, dir, &err);
    }
    c->default_keep = w->keep;
    if (!writer) {
        set_error(errp, w->path, err);
    }
    g_free((char *)w->path);
    close(w->dir_fd);
    return writer;
}

/* Who may read the capture. */
static bool parse_sharing(CaptureWriterOptions *w, const BootCaptureOptions *o,
                          Error **errp)
{
    const char *mode = o->mode ? o->mode : defaults.mode;
    const char *group = o->group ? o->group : defaults.group;

    if (mode && !capture_parse_mode(mode, &w->mode)) {
        error_setg(errp, "timestamp: '%s' is not a valid mode", mode);
        error_append_hint(errp, "It is octal, from 0600 to 0666.\n");
        return false;
    }
    w->has_group = group;
    if (group && !capture_parse_group(group, &w->group)) {
        error_setg(errp, "timestamp: no group '%s'", group);
        return false;
    }
    return true;
}

static CaptureWriter *open_writer(BootCapture *c, const BootCaptureOptions *o,
                                  const char *chardev_id, Error **errp)
{
    g_autoptr(GError) err = NULL;
    CaptureWriter *writer;
    CaptureWriterOptions w = {
        .path = o->path ? o->path : defaults.path,
        .append = o->append,
        .size_max = o->has_size ? o->size : defaults.size,
        .keep = o->has_keep ? o->keep : defaults.keep,
        .start_ns = boot_process_start(),
        .clock = o->has_clock ? o->clock : CAPTURE_CLOCK_MODE_BOTH,
        .virtual_now = virtual_now,
        .look = boot_looks_look,
        .look_data = c->looks,
        .qemu_version = BOOTSTAMP_QEMU_VERSION,
        .chardev_id = chardev_id,
        .arch = emulator.arch,
        .labels = defaults.labels,
    };

    if (defaults.only && o->path) {
        error_setg(errp, "%s: bootstamp run -n names the captures", o->path);
        error_append_hint(errp, "Leave path= out.\n");
        return NULL;
    }
    if (!parse_sharing(&w, o, errp)) {
        return NULL;
    }
    if (!w.path) {
        return open_default(c, &w, errp);
    }
    writer = capture_writer_open(&w, &err);
    if (!writer) {
        set_error(errp, w.path, err);
    }
    return writer;
}

static void report_stop(BootCapture *c, const char *detail)
{
    uint8_t payload[CAPTURE_NAME_MAX];
    size_t len = vm_payload(payload, sizeof(payload), CAPTURE_VM_STOP, detail);
    uint64_t time = capture_writer_now(c->writer);

    vm_vclock(c, time);
    capture_append_event(c->writer, time, CAPTURE_VM, payload, len);
}

/*
 * A QEMU whose options are wrong, and one without a machine that is only asked
 * what it can do, leave no capture that nobody named.
 */
static void remove_if_empty(const BootCapture *c)
{
    if (c->by_default && !defaults.path && !guest_ran &&
        !boot_capture_has_bytes(c)) {
        capture_writer_remove(c->writer);
    }
}

/* QEMU exits, perhaps with vCPUs still running: mark, do not free. */
static void on_exit_qemu(Notifier *notifier, void *data)
{
    /* A child of QEMU's that ends so has none of our memory and threads. */
    if (getpid() != owner) {
        return;
    }
    for (int i = 0; i < CAPTURES_MAX; i++) {
        if (captures[i]) {
            boot_sources_closing(captures[i]);
            report_stop(captures[i], "exit");
            capture_writer_abandon(captures[i]->writer);
            remove_if_empty(captures[i]);
        }
    }
}

static void watch_exit(void)
{
    static Notifier notifier = { .notify = on_exit_qemu };

    if (!notifier.node.le_prev) {
        qemu_add_exit_notifier(&notifier);
    }
}

BootCapture *boot_capture_get(const BootCaptureOptions *o,
                              const char *chardev_id, Error **errp)
{
    BootCapture *c = find_capture(o);
    int slot = 0;

    boot_start_options();
    if (c) {
        if (!same_options(c, o, errp)) {
            return NULL;
        }
        c->refs++;
        return c;
    }
    while (slot < CAPTURES_MAX && captures[slot]) {
        slot++;
    }
    if (slot == CAPTURES_MAX) {
        error_setg(errp, "a QEMU writes at most %d captures", CAPTURES_MAX);
        error_append_hint(errp, "Let several chardevs share one: give them "
                                "the same path=.\n");
        return NULL;
    }
    c = g_new0(BootCapture, 1);
    c->looks = boot_looks_begin();
    c->writer = open_writer(c, o, chardev_id, errp);
    if (!c->writer) {
        boot_looks_end(c->looks);
        g_free(c);
        return NULL;
    }
    c->read_fd = capture_writer_reopen(c->writer);
    c->refs = 1;
    c->by_default = !o->path;
    c->has_append = o->has_append;
    c->append = o->append;
    c->has_size = o->has_size;
    c->size = o->size;
    c->keep = o->has_keep ? o->keep : defaults.keep;
    c->clock = capture_writer_clock(c->writer);
    c->fw_cfg = !o->has_fw_cfg || o->fw_cfg;
    c->profile = o->has_profile ? o->profile : defaults.profile;
    captures[slot] = c;
    owner = getpid();
    boot_start_write(c->writer, machine_ready);
    if (machine_ready) {
        boot_sources_describe(c);
    }
    boot_sources_start(c->fw_cfg);
    watch_exit();
    return c;
}

static void close_writer(CaptureWriter *w)
{
    g_autofree char *path = g_strdup(capture_writer_path(w));
    int ret = capture_writer_close(w);

    if (ret) {
        warn_report("%s: cannot finish the capture, look at its disk: %s", path,
                    strerror(ret));
    }
}

BootCapture *boot_capture_ref(BootCapture *c)
{
    c->refs++;
    return c;
}

void boot_capture_put(BootCapture *c)
{
    bool others = false;

    if (--c->refs) {
        return;
    }
    boot_sources_closing(c);
    for (int i = 0; i < CAPTURES_MAX; i++) {
        if (captures[i] == c) {
            captures[i] = NULL;
        }
        others = others || captures[i];
    }
    if (!others) {
        boot_sources_stop();
    }
    /* QEMU drops them last of all, whatever state the VM is in. */
    report_stop(c,
                emulator.ends && emulator.ends() ? NULL : "back end removed");
    remove_if_empty(c);
    close_writer(c->writer);
    boot_looks_end(c->looks);
    if (c->query) {
        c->query_destroy(c->query);
    }
    if (c->read_fd >= 0) {
        close(c->read_fd);
    }
    for (unsigned i = 0; i < c->streams; i++) {
        g_free(c->stream[i].label);
        g_free(c->stream[i].frontend);
    }
    g_free(c);
}
