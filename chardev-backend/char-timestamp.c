/*
 * -chardev timestamp: stamps every byte into a capture.
 *
 *   -chardev timestamp,id=ID[,path=FILE][,append=on][,size=N][,chardev=ID2]
 *            [,profile=HZ][,clock=host|virtual|both][,fw-cfg=off]
 *
 * The last three exist where QEMU knows of the back end, timestamp-options.h.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#include "qemu-compat.h"
#include "qemu/error-report.h"
#include "qemu/module.h"
#include "qemu/option.h"

#include "boot-capture.h"
#include "char-timestamp.h"
#include "timestamp-options.h"

/* Of bytes that chardev=ID2 did not take, how many are compared. */
#define REFUSED_MAX 256

struct TimestampChardev {
    Chardev parent;

    CaptureWriter *writer;
    BootCapture *capture;
    BootStream *stream;
    NotifierList closing;

    /* chardev=ID2.  As all of our state, under the chardev's write lock. */
    bool has_next;
    CharFrontend next;
    int refused; /* bytes stamped, and not taken: they are offered again */
    uint8_t refused_bytes[REFUSED_MAX]; /* the first of them */
};

/* ------------------------------------------------------------------ */
/* chardev=ID2                                                         */

/*
 * How many of these bytes were stamped before: a front end offers again what
 * was not taken.  One that gave up, as a UART does after some attempts, comes
 * with other bytes.
 */
static int already_stamped(TimestampChardev *d, const uint8_t *buf, int len)
{
    int n = MIN(len, d->refused);

    return memcmp(buf, d->refused_bytes, MIN(n, REFUSED_MAX)) ? 0 : n;
}

/*
 * Passes bytes on as they come: the other back end's short count, or its
 * EAGAIN, is the front end's to wait for, by our watch, which is that of the
 * other.  Nothing is kept here, so nothing waits here but what waits in that
 * back end as well.
 */
static int next_write(TimestampChardev *d, const uint8_t *buf, int len)
{
    int done = qemu_chr_fe_write(&d->next, buf, len);
    int err = errno;

    if (!qemu_chr_fe_backend_connected(&d->next)) {
        done = len; /* chardev-remove: nobody there is nobody to wait for */
    }
    d->refused = done < 0 && err != EAGAIN ? 0 : len - MAX(done, 0);
    if (unlikely(d->refused)) {
        memcpy(d->refused_bytes, buf + len - d->refused,
               MIN(d->refused, REFUSED_MAX));
    }
    errno = err;
    return done;
}

static int next_can_read(void *opaque)
{
    return qemu_chr_be_can_write(CHARDEV(opaque));
}

static void next_read(void *opaque, const uint8_t *buf, int size)
{
    qemu_chr_be_write(CHARDEV(opaque), (uint8_t *)buf, size);
}

static void next_event(void *opaque, QEMUChrEvent event)
{
    qemu_chr_be_event(CHARDEV(opaque), event);
}

static bool next_open(TimestampChardev *d, const char *id, Error **errp)
{
    Chardev *next = qemu_chr_find(id);

    if (!next) {
        error_setg(errp, "timestamp: chardev '%s' not found", id);
        error_append_hint(errp,
                          "Put -chardev ...,id=%s before the one that "
                          "passes its bytes on to it.\n",
                          id);
        return false;
    }
    if (!qemu_chr_fe_init(&d->next, next, errp)) {
        return false;
    }
    d->has_next = true;
    qemu_chr_fe_set_handlers(&d->next, next_can_read, next_read, next_event,
                             NULL, d, NULL, false);
    return true;
}

static void next_close(TimestampChardev *d)
{
    if (!d->has_next) {
        return;
    }
    if (d->refused) {
        warn_report("timestamp: '%s': bytes not passed on: %d (the other back "
                    "end did not take them; the capture has them)",
                    CHARDEV(d)->label, d->refused);
    }
    qemu_chr_fe_deinit(&d->next, false);
}

static GSource *timestamp_chr_add_watch(Chardev *chr, GIOCondition cond)
{
    TimestampChardev *d = CHARDEV_TIMESTAMP(chr);
    Chardev *next = d->has_next ? qemu_chr_fe_get_driver(&d->next) : NULL;

    return next && CHARDEV_GET_CLASS(next)->chr_add_watch
               ? CHARDEV_GET_CLASS(next)->chr_add_watch(next, cond)
               : NULL;
}

static int timestamp_chr_ioctl(Chardev *chr, int cmd, void *arg)
{
    TimestampChardev *d = CHARDEV_TIMESTAMP(chr);

    return d->has_next ? qemu_chr_fe_ioctl(&d->next, cmd, arg) : -ENOTSUP;
}

static void timestamp_chr_accept_input(Chardev *chr)
{
    TimestampChardev *d = CHARDEV_TIMESTAMP(chr);

    if (d->has_next) {
        qemu_chr_fe_accept_input(&d->next);
    }
}

static void timestamp_chr_set_echo(Chardev *chr, bool echo)
{
    TimestampChardev *d = CHARDEV_TIMESTAMP(chr);

    if (d->has_next) {
        qemu_chr_fe_set_echo(&d->next, echo);
    }
}

static void timestamp_chr_set_fe_open(Chardev *chr, int fe_open)
{
    TimestampChardev *d = CHARDEV_TIMESTAMP(chr);

    if (d->has_next) {
        qemu_chr_fe_set_open(&d->next, fe_open);
    }
}

/* ------------------------------------------------------------------ */
/* The guest's path                                                    */

/*
 * Here a vCPU waits for us: no system call, no lock of ours, no allocation,
 * no formatting.  The stamp comes first, whatever another back end may take.
 */
static int timestamp_chr_write(Chardev *chr, const uint8_t *buf, int len)
{
    TimestampChardev *d = container_of(chr, TimestampChardev, parent);
    uint64_t time = capture_writer_now(d->writer);
    int before = unlikely(d->refused) ? already_stamped(d, buf, len) : 0;

    boot_stream_write(d->stream, time, buf + before, len - before);
    return d->has_next ? next_write(d, buf, len) : len;
}

/* ------------------------------------------------------------------ */
/* For devices beside the front end                                    */

TimestampChardev *timestamp_chardev_find(const char *id, Notifier *closing,
                                         Error **errp)
{
    g_autofree char *base = g_strdup_printf("%s-base", id);
    Chardev *front = qemu_chr_find(id);
    Chardev *chr = front;
    TimestampChardev *d;
    ERRP_GUARD();

    if (chr && object_dynamic_cast(OBJECT(chr), TYPE_CHARDEV_MUX)) {
        chr = qemu_chr_find(base);
    }
    d = chr ? (TimestampChardev *)object_dynamic_cast(OBJECT(chr),
                                                      TYPE_CHARDEV_TIMESTAMP)
            : NULL;
    if (!front) {
        error_setg(errp, "chardev '%s' not found", id);
    } else if (!d) {
        error_setg(errp, "chardev '%s' is not a timestamp chardev", id);
    } else {
        if (closing) {
            notifier_list_add(&d->closing, closing);
        }
        return d;
    }
    error_append_hint(errp, "Add -chardev timestamp,id=%s\n", id);
    return NULL;
}

BootCapture *timestamp_chardev_capture(const TimestampChardev *d)
{
    return d->capture;
}

void timestamp_chardev_event(TimestampChardev *d, CaptureKind kind,
                             const void *payload, size_t len)
{
    boot_capture_event(d->capture, kind, payload, len);
}

/* ------------------------------------------------------------------ */
/* Set-up                                                              */

static bool check_options(const BootCaptureOptions *o, const char *next,
                          const Chardev *chr, Error **errp)
{
    if (o->path && !o->path[0]) {
        error_setg(errp, "chardev: timestamp: path is empty");
        error_append_hint(errp, "Leave path= out for a new file in the "
                                "default folder.\n");
        return false;
    }
    if (o->append && !o->path) {
        error_setg(errp, "chardev: timestamp: append=on needs path=");
        return false;
    }
    if (o->has_size && o->size < CAPTURE_SIZE_MIN) {
        error_setg(errp, "chardev: timestamp: size=%" PRIu64 " is too small",
                   o->size);
        error_append_hint(errp,
                          "Give at least %dK; without size= the "
                          "capture may grow.\n",
                          CAPTURE_SIZE_MIN / 1024);
        return false;
    }
    if (o->keep != CAPTURE_KEEP_FIRST &&
        (o->has_size ? o->size < CAPTURE_KEEP_SIZE_MIN ||
                           o->size > CAPTURE_KEEP_SIZE_MAX
                     : o->path != NULL)) {
        error_setg(errp,
                   "chardev: timestamp: keep= needs size= from %" PRIu64
                   "M to %" PRIu64 "G",
                   CAPTURE_KEEP_SIZE_MIN >> 20, CAPTURE_KEEP_SIZE_MAX >> 30);
        return false;
    }
    if (o->has_profile &&
        (o->profile < BOOT_PROFILE_MIN || o->profile > BOOT_PROFILE_MAX)) {
        error_setg(errp, "chardev: timestamp: profile=%u is not a rate",
                   o->profile);
        error_append_hint(errp, "Give %d to %d samples a second.\n",
                          BOOT_PROFILE_MIN, BOOT_PROFILE_MAX);
        return false;
    }
    if (next && !strcmp(next, chr->label)) {
        error_setg(errp,
                   "chardev: timestamp: '%s' cannot pass its bytes on "
                   "to itself",
                   chr->label);
        return false;
    }
    return true;
}

static bool timestamp_chr_open(Chardev *chr, ChardevBackend *backend,
                               bool *opened, Error **errp)
{
    TimestampChardev *d = CHARDEV_TIMESTAMP(chr);
    g_auto(TimestampOptions) o = timestamp_options_take(backend);

    /* With chardev=ID2 we are as open as that is, which tells us. */
    *opened = !o.next;
    if (!check_options(&o.capture, o.next, chr, errp) ||
        (o.next && !next_open(d, o.next, errp))) {
        return false;
    }
    d->capture = boot_capture_get(&o.capture, chr->label, errp);
    if (!d->capture) {
        return false;
    }
    d->writer = boot_capture_writer(d->capture);
    d->stream = boot_capture_add_stream(d->capture, chr->label);
    if (!d->stream) {
        error_setg(errp, "%s: a capture has at most %d streams",
                   capture_writer_path(d->writer), CAPTURE_STREAMS_MAX);
        return false;
    }
    return true;
}

static char *timestamp_chr_filename(Chardev *chr)
{
    return g_strdup_printf("timestamp:%s",
                           capture_writer_path(CHARDEV_TIMESTAMP(chr)->writer));
}

BOOTSTAMP_CHARDEV_FUNCTIONS(timestamp_chr_open, timestamp_chr_filename)

static void timestamp_chr_init(Object *obj)
{
    notifier_list_init(&CHARDEV_TIMESTAMP(obj)->closing);
}

static void timestamp_chr_finalize(Object *obj)
{
    TimestampChardev *d = CHARDEV_TIMESTAMP(obj);

    notifier_list_notify(&d->closing, d);
    next_close(d);
    if (d->capture) {
        boot_capture_put(d->capture);
    }
}

static void timestamp_chr_class_init(ObjectClass *oc, BootstampClassData *data)
{
    ChardevClass *cc = CHARDEV_CLASS(oc);

    BOOTSTAMP_SET_CHARDEV_FUNCTIONS(cc, timestamp_options_parse,
                                    timestamp_chr_open, timestamp_chr_filename);
    cc->chr_write = timestamp_chr_write;
    cc->chr_add_watch = timestamp_chr_add_watch;
    cc->chr_ioctl = timestamp_chr_ioctl;
    cc->chr_accept_input = timestamp_chr_accept_input;
    cc->chr_set_echo = timestamp_chr_set_echo;
    cc->chr_set_fe_open = timestamp_chr_set_fe_open;
}

static const TypeInfo timestamp_chr_info = {
    .name = TYPE_CHARDEV_TIMESTAMP,
    .parent = TYPE_CHARDEV,
    .instance_size = sizeof(TimestampChardev),
    .instance_init = timestamp_chr_init,
    .instance_finalize = timestamp_chr_finalize,
    .class_init = timestamp_chr_class_init,
};

static void timestamp_register_types(void)
{
    type_register_static(&timestamp_chr_info);
}

type_init(timestamp_register_types)
