/*
 * The bytes that a front end writes to any chardev, stamped beside it.
 *
 * QEMU has no notifier for them: chr_write in the class of the chardev is
 * replaced by one that calls the original, and keeps what that accepted.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#include "qemu-compat.h"
#include "qom/object.h"

#include "boot-capture.h"
#include "char-timestamp.h"
#include "chr-tee.h"

#define TEES_MAX 16

typedef int WriteFn(Chardev *chr, const uint8_t *buf, int len);

/* A class whose chr_write is ours now. */
typedef struct Wrapped {
    ObjectClass *oc;
    WriteFn *write;
} Wrapped;

typedef struct Tee {
    Chardev *chr; /* NULL: free */
    BootCapture *capture; /* a reference */
    BootStream *stream;
} Tee;

/*
 * Changed by the main thread with the BQL held, and read by whoever writes,
 * without it perhaps: a monitor's events come from any thread.  Entries do not
 * move, and their first member is stored when the rest is there.
 */
static Wrapped wrapped[TEES_MAX];
static Tee tees[TEES_MAX];

static Tee *find_tee(const Chardev *chr)
{
    for (int i = 0; i < TEES_MAX; i++) {
        if (qatomic_load_acquire(&tees[i].chr) == chr) {
            return &tees[i];
        }
    }
    return NULL;
}

/* A class made after its parent was wrapped has inherited our chr_write. */
static WriteFn *original_write(Chardev *chr)
{
    ObjectClass *oc = object_get_class(OBJECT(chr));

    for (; oc; oc = object_class_get_parent(oc)) {
        for (int i = 0; i < TEES_MAX; i++) {
            if (qatomic_load_acquire(&wrapped[i].oc) == oc) {
                return wrapped[i].write;
            }
        }
    }
    return NULL;
}

/* Here a vCPU waits; the system calls are the original's. */
static int tee_write(Chardev *chr, const uint8_t *buf, int len)
{
    WriteFn *write = original_write(chr);
    Tee *t = find_tee(chr);
    uint64_t time = t ? capture_writer_now(t->stream->writer) : 0;
    int done = write ? write(chr, buf, len) : len;

    if (t && done > 0) {
        boot_stream_write(t->stream, time, buf, done);
    }
    return done;
}

static bool wrap_class(Chardev *chr)
{
    ChardevClass *cc = CHARDEV_GET_CLASS(chr);
    int i = 0;

    if (cc->chr_write == tee_write) {
        return true;
    }
    while (i < TEES_MAX && wrapped[i].oc) {
        i++;
    }
    if (i == TEES_MAX || !cc->chr_write) {
        return false;
    }
    wrapped[i].write = cc->chr_write;
    qatomic_store_release(&wrapped[i].oc, OBJECT_CLASS(cc));
    qatomic_store_release(&cc->chr_write, tee_write);
    return true;
}

/* The chardev is freed. */
static void on_release(Object *obj, const char *name, void *opaque)
{
    Tee *t = opaque;

    qatomic_set(&t->chr, NULL);
    boot_capture_put(t->capture);
}

static bool is_timestamp(Chardev *chr)
{
    g_autofree char *base = g_strdup_printf("%s-base", chr->label);

    if (object_dynamic_cast(OBJECT(chr), TYPE_CHARDEV_MUX)) {
        chr = qemu_chr_find(base);
    }
    return chr && object_dynamic_cast(OBJECT(chr), TYPE_CHARDEV_TIMESTAMP);
}

bool chr_is_captured(Chardev *chr)
{
    return find_tee(chr) || is_timestamp(chr);
}

bool chr_tee_add(Chardev *chr, BootCapture *capture, const char *frontend)
{
    Tee *t = find_tee(NULL);
    BootStream *stream;

    if (!t || chr_is_captured(chr) || !wrap_class(chr)) {
        return false;
    }
    stream = boot_capture_add_stream(capture, chr->label);
    if (!stream) {
        return false;
    }
    boot_capture_set_frontend(chr->label, frontend);
    t->capture = boot_capture_ref(capture);
    t->stream = stream;
    qatomic_store_release(&t->chr, chr);
    object_property_add(OBJECT(chr), "bootstamp-tee", "bool", NULL, NULL,
                        on_release, t);
    return true;
}
