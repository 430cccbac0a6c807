/*
 * -chardev timestamp: stamps every byte into a capture.
 *
 *   -chardev timestamp,id=ID[,path=FILE][,append=on][,size=N][,chardev=ID2]
 *            [,clock=host|virtual|both][,fw-cfg=off]
 *
 * The last two exist where QEMU knows of the back end, timestamp-options.h.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#include "qemu-compat.h"
#include "qemu/error-report.h"
#include "qemu/module.h"
#include "qemu/option.h"
#include "qemu/timer.h"

#include "boot-capture.h"
#include "char-timestamp.h"
#include "timestamp-options.h"

/* Bytes on their way to chardev=ID2; a power of two. */
#define NEXT_RING 65536
#define NEXT_PERIOD_MS 5

struct TimestampChardev {
    Chardev parent;

    CaptureWriter *writer;
    BootCapture *capture;
    uint8_t stream;
    bool at_line_start;
    NotifierList closing;

    /*
     * chardev=ID2.  Both ends of the ring run with the BQL held: the guest
     * puts bytes in, a timer of the main loop takes them out.
     */
    bool has_next;
    CharFrontend next;
    QEMUTimer *next_timer;
    Notifier next_exit;
    uint8_t *ring;
    uint32_t ring_in, ring_out;
};

/* ------------------------------------------------------------------ */
/* chardev=ID2                                                         */

/* Hands on what is waiting, without blocking. */
static void next_flush(TimestampChardev *d)
{
    while (d->ring_out != d->ring_in) {
        uint32_t at = d->ring_out % NEXT_RING;
        uint32_t len = MIN(d->ring_in - d->ring_out, NEXT_RING - at);
        int done = qemu_chr_fe_write(&d->next, d->ring + at, len);

        if (done <= 0) {
            /* Nobody there is nobody to wait for. */
            if (!qemu_chr_fe_backend_open(&d->next)) {
                d->ring_out = d->ring_in;
            }
            return;
        }
        d->ring_out += done;
    }
}

/* Blocks as that back end alone would have, when its reader is too slow. */
static void next_flush_all(TimestampChardev *d)
{
    while (d->ring_out != d->ring_in) {
        uint32_t at = d->ring_out % NEXT_RING;
        uint32_t len = MIN(d->ring_in - d->ring_out, NEXT_RING - at);

        if (qemu_chr_fe_write_all(&d->next, d->ring + at, len) <= 0) {
            d->ring_out = d->ring_in;
            return;
        }
        d->ring_out += len;
    }
}

static void next_timer_tick(void *opaque)
{
    TimestampChardev *d = opaque;

    next_flush(d);
    timer_mod(d->next_timer,
              qemu_clock_get_ms(QEMU_CLOCK_REALTIME) + NEXT_PERIOD_MS);
}

static void next_write(TimestampChardev *d, const uint8_t *buf, int len)
{
    for (int i = 0; i < len; i++) {
        if (d->ring_in - d->ring_out == NEXT_RING) {
            next_flush_all(d);
        }
        d->ring[d->ring_in++ % NEXT_RING] = buf[i];
    }
}

/* exit() by a device, without QEMU's clean-up. */
static void next_on_exit(Notifier *notifier, void *data)
{
    next_flush_all(container_of(notifier, TimestampChardev, next_exit));
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
    /* Our own front end was told OPENED already and is never closed. */
    if (event == CHR_EVENT_BREAK) {
        qemu_chr_be_event(CHARDEV(opaque), event);
    }
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
    /* QEMU's clean-up may drop it before us, with bytes still to come. */
    object_ref(OBJECT(next));
    d->has_next = true;
    d->ring = g_malloc0(NEXT_RING);
    d->next_exit.notify = next_on_exit;
    qemu_add_exit_notifier(&d->next_exit);
    qemu_chr_fe_set_handlers(&d->next, next_can_read, next_read, next_event,
                             NULL, d, NULL, true);
    d->next_timer = timer_new_ms(QEMU_CLOCK_REALTIME, next_timer_tick, d);
    next_timer_tick(d);
    return true;
}

static void next_close(TimestampChardev *d)
{
    Chardev *next = qemu_chr_fe_get_driver(&d->next);

    if (d->has_next) {
        next_flush_all(d);
        timer_free(d->next_timer);
        qemu_remove_exit_notifier(&d->next_exit);
        qemu_chr_fe_deinit(&d->next, false);
        object_unref(OBJECT(next));
        g_free(d->ring);
    }
}

/* ------------------------------------------------------------------ */
/* The guest's path                                                    */

/* How many bytes up to and including the first newline. */
static inline int line_length(const uint8_t *buf, int len)
{
    const uint8_t *newline;

    if (likely(len == 1)) {
        return 1;
    }
    newline = memchr(buf, '\n', len);
    return newline ? newline - buf + 1 : len;
}

/*
 * Here a vCPU waits for us: no system call, no lock of ours, no allocation,
 * no formatting.  The stamp comes first, whatever the rest may take.
 */
static int timestamp_chr_write(Chardev *chr, const uint8_t *buf, int len)
{
    TimestampChardev *d = container_of(chr, TimestampChardev, parent);
    uint64_t time = capture_writer_now(d->writer);
    int done = 0;

    while (done < len) {
        int n = line_length(buf + done, len - done);

        if (d->at_line_start || unlikely(icount_enabled())) {
            boot_vclock(d->writer, time);
        }
        capture_append_bytes(d->writer, time, d->stream, buf + done, n);
        done += n;
        d->at_line_start = buf[done - 1] == '\n';
    }
    if (d->has_next) {
        next_write(d, buf, len);
    }
    return len;
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
        error_setg(errp, "chardev '%s' is no timestamp chardev", id);
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
    if (next && !strcmp(next, chr->label)) {
        error_setg(errp,
                   "chardev: timestamp: '%s' cannot pass its bytes on "
                   "to itself",
                   chr->label);
        return false;
    }
    return true;
}

static void timestamp_chr_open(Chardev *chr, ChardevBackend *backend,
                               bool *be_opened, Error **errp)
{
    TimestampChardev *d = CHARDEV_TIMESTAMP(chr);
    g_auto(TimestampOptions) o = timestamp_options_take(backend);
    int stream;

    if (!check_options(&o.capture, o.next, chr, errp) ||
        (o.next && !next_open(d, o.next, errp))) {
        return;
    }
    d->capture = boot_capture_get(&o.capture, chr->label, errp);
    if (!d->capture) {
        return;
    }
    d->writer = boot_capture_writer(d->capture);
    stream = boot_capture_add_stream(d->capture, chr->label);
    if (stream < 0) {
        error_setg(errp, "%s: a capture has at most %d streams",
                   capture_writer_path(d->writer), CAPTURE_STREAMS_MAX);
        return;
    }
    d->stream = stream;
    d->at_line_start = true;
    chr->filename =
        g_strdup_printf("timestamp:%s", capture_writer_path(d->writer));
}

static void timestamp_chr_accept_input(Chardev *chr)
{
    TimestampChardev *d = CHARDEV_TIMESTAMP(chr);

    if (d->has_next) {
        qemu_chr_fe_accept_input(&d->next);
    }
}

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

    cc->parse = timestamp_options_parse;
    cc->open = timestamp_chr_open;
    cc->chr_write = timestamp_chr_write;
    cc->chr_accept_input = timestamp_chr_accept_input;
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
