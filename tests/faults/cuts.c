/*
 * Captures that somebody cuts, grows again, or writes over, at any instant.
 *
 *   cuts FOLDER SEED ROUNDS
 *
 * Each round writes a capture while another thread does something to its
 * file, and reads it then: what is kept and what is told as lost must be what
 * was written, and another's file must be as it was put there.  Prints what
 * is wrong, and a line of numbers at the end; exits with status 1 if anything
 * was.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "capture/reader.h"
#include "capture/writer.h"

typedef enum Deed {
    CUT, /* to some size */
    CUT_SHORT, /* to 0, 1, or inside the header */
    CUT_AND_GROW, /* and to some size again */
    CUT_AND_PUT_BACK, /* and to the very size that it had */
    CUT_TWICE,
    COPY_OVER, /* another file over it, as cp does */
    COPY_CAPTURE_OVER, /* another capture */
    DEEDS,
} Deed;

static const char *const names[DEEDS] = {
    "cut",       "cut short",   "cut and grown",       "cut and put back",
    "cut twice", "copied over", "capture copied over",
};

typedef struct Round {
    GRand *rand; /* the deed's own */
    const char *path;
    Deed deed;
    int wait_us, between_us;
    bool late; /* the machine was too busy for a copy in one go */
    char *other; /* what is copied over it */
    gsize other_len;
} Round;

static bool copies_over(const Round *r)
{
    return r->deed == COPY_OVER || r->deed == COPY_CAPTURE_OVER;
}

static void pause_us(int us)
{
    if (us) {
        g_usleep(us);
    }
}

static off_t size_of(const char *path)
{
    struct stat st;

    return stat(path, &st) ? 0 : st.st_size;
}

/* Mostly where words are, not in the zeros ahead of them. */
static off_t some_size(Round *r)
{
    return g_rand_boolean(r->rand)
               ? g_rand_int_range(r->rand, 4096, 4096 + 8 * 3000)
               : g_rand_int_range(r->rand, 0, 8 << 20);
}

static void cut(const char *path, off_t size)
{
    if (truncate(path, size)) {
        perror(path);
        exit(2);
    }
}

static void copy_over(Round *r)
{
    gint64 begin = g_get_monotonic_time();
    int fd = open(r->path, O_WRONLY | O_TRUNC);

    pause_us(r->between_us);
    if (fd < 0 || write(fd, r->other, r->other_len) != (ssize_t)r->other_len) {
        perror(r->path);
        exit(2);
    }
    close(fd);
    /* One that is empty for a while is taken for one that was emptied. */
    r->late = g_get_monotonic_time() - begin > 20000;
}

/* Until the writer knows that the file is another's; 5 s at most. */
static void wait_until_seen(const CaptureWriter *w)
{
    uint64_t bytes = 0, events = 0;

    for (int i = 0; i < 5000 && !bytes; i++) {
        g_usleep(1000);
        capture_writer_lost(w, &bytes, &events);
    }
}

static gpointer do_it(gpointer opaque)
{
    Round *r = opaque;
    off_t was;

    pause_us(r->wait_us);
    was = size_of(r->path);
    switch (r->deed) {
    case CUT:
        cut(r->path, MIN(some_size(r), was));
        break;
    case CUT_SHORT:
        cut(r->path, g_rand_boolean(r->rand)
                         ? g_rand_int_range(r->rand, 0, 2)
                         : g_rand_int_range(r->rand, 0, 4096));
        break;
    case CUT_AND_GROW:
        cut(r->path, g_rand_boolean(r->rand) ? 0 : MIN(some_size(r), was));
        pause_us(r->between_us);
        cut(r->path, g_rand_int_range(r->rand, 0, 20 << 20));
        break;
    case CUT_AND_PUT_BACK:
        cut(r->path, MIN(some_size(r), was));
        cut(r->path, was);
        break;
    case CUT_TWICE:
        cut(r->path, MIN(some_size(r), was));
        pause_us(r->between_us * 20);
        cut(r->path, MIN(some_size(r), size_of(r->path)));
        break;
    case COPY_OVER:
    case COPY_CAPTURE_OVER:
        copy_over(r);
        break;
    case DEEDS:
        break;
    }
    return NULL;
}

/* The bytes in it, and what it tells as lost; false: it does not open. */
static bool account(const char *path, uint64_t *kept, CaptureLost *lost,
                    uint64_t *events)
{
    g_autoptr(GError) error = NULL;
    CaptureReader *reader = capture_reader_open(path, &error);
    CaptureRecord rec;

    *kept = *events = 0;
    *lost = (CaptureLost){ 0 };
    if (!reader) {
        printf("# %s\n", error->message);
        return false;
    }
    while (capture_reader_next(reader, &rec)) {
        *kept += rec.kind == CAPTURE_BYTE;
        *events += rec.kind == CAPTURE_PROBE;
        if (rec.kind == CAPTURE_LOST) {
            *lost = rec.u.lost;
        }
    }
    capture_reader_close(reader);
    return true;
}

static int late; /* rounds that could not be judged */

static bool is_right(Round *r, uint64_t bytes, uint64_t events)
{
    g_autofree char *now = NULL;
    CaptureLost lost;
    uint64_t kept, kept_events;
    gsize len = 0;

    if (copies_over(r)) {
        g_file_get_contents(r->path, &now, &len, NULL);
        if (r->late) {
            late++;
            return true;
        }
        if (len != r->other_len || memcmp(now, r->other, len)) {
            printf("# the other file was changed\n");
            return false;
        }
        return true;
    }
    if (!account(r->path, &kept, &lost, &kept_events)) {
        return false;
    }
    if (kept + lost.bytes == bytes && kept_events + lost.events == events) {
        return true;
    }
    printf("# written %lu bytes, %lu events; kept %lu, %lu; lost %lu, %lu\n",
           (long)bytes, (long)events, (long)kept, (long)kept_events,
           (long)lost.bytes, (long)lost.events);
    return false;
}

/* In bursts, as a guest does, until the deed is done and a while longer. */
static void write_some(CaptureWriter *w, GRand *rand, uint64_t *bytes,
                       uint64_t *events)
{
    CaptureProbe probe = { .id = 0x42 };
    int bursts = g_rand_int_range(rand, 2, 25);

    for (int i = 0; i < bursts; i++) {
        int n = g_rand_int_range(rand, 1, 300);

        for (int j = 0; j < n; j++) {
            capture_append(w, 0, 'a' + j % 26);
        }
        capture_append_event(w, capture_writer_now(w), CAPTURE_PROBE, &probe,
                             sizeof(probe));
        *bytes += n;
        *events += 1;
        pause_us(g_rand_boolean(rand) ? 0 : g_rand_int_range(rand, 1, 8000));
    }
}

static void set_up(Round *r, const char *folder, int number)
{
    CaptureWriterOptions o = { 0 };
    g_autofree char *path = g_strdup_printf("%s/other-%d", folder, number);
    CaptureWriter *w;

    if (r->deed == COPY_CAPTURE_OVER) {
        o.path = path;
        w = capture_writer_open(&o, NULL);
        for (int i = 0; i < 2000; i++) {
            capture_append(w, 0, 'o');
        }
        capture_writer_close(w);
        g_file_get_contents(path, &r->other, &r->other_len, NULL);
        unlink(path);
    } else if (r->deed == COPY_OVER) {
        r->other_len = g_rand_int_range(r->rand, 1, 200000);
        r->other = g_malloc0(r->other_len);
        /* Some begin with zeros, as the image of a CD does. */
        for (gsize i = g_rand_boolean(r->rand) ? 0 : r->other_len / 2;
             i < r->other_len; i++) {
            r->other[i] = g_rand_int(r->rand) | 1;
        }
    }
}

static bool one_round(GRand *rand, const char *folder, int number)
{
    g_autofree char *path = g_strdup_printf("%s/cuts-%d", folder, number);
    CaptureWriterOptions o = { .path = path };
    uint64_t bytes = 0, events = 0;
    Round r = {
        .rand = g_rand_new_with_seed(g_rand_int(rand)),
        .path = path,
        .deed = g_rand_int_range(rand, 0, DEEDS),
        .wait_us = g_rand_int_range(rand, 0, 70000),
        .between_us = g_rand_boolean(rand) ? 0 : g_rand_int_range(rand, 0, 500),
    };
    CaptureWriter *w;
    GThread *thread;
    bool right;

    set_up(&r, folder, number);
    w = capture_writer_open(&o, NULL);
    if (copies_over(&r)) {
        /*
         * What a thread stores before the writer has looked goes where the
         * kernel maps it, into the other's pages: the promise begins there.
         */
        write_some(w, rand, &bytes, &events);
    }
    thread = g_thread_new("deed", do_it, &r);
    if (!copies_over(&r)) {
        write_some(w, rand, &bytes, &events);
    }
    g_thread_join(thread);
    if (copies_over(&r)) {
        wait_until_seen(w);
    }
    if (copies_over(&r) || g_rand_boolean(rand)) {
        /* After it was noticed, too. */
        g_usleep(60000);
        write_some(w, rand, &bytes, &events);
    }
    capture_writer_close(w);
    right = is_right(&r, bytes, events);
    if (!right) {
        printf("# round %d: %s\n", number, names[r.deed]);
    }
    unlink(path);
    g_free(r.other);
    g_rand_free(r.rand);
    return right;
}

int main(int argc, char **argv)
{
    int rounds = argc == 4 ? atoi(argv[3]) : 0;
    int wrong = 0;
    GRand *rand;

    if (rounds <= 0) {
        fprintf(stderr, "usage: cuts FOLDER SEED ROUNDS\n");
        return 2;
    }
    setvbuf(stdout, NULL, _IOLBF, 0);
    rand = g_rand_new_with_seed(atoi(argv[2]));
    for (int i = 0; i < rounds; i++) {
        wrong += !one_round(rand, argv[1], i);
    }
    printf("%d rounds, %d of them too slow to be judged, %d wrong\n", rounds,
           late, wrong);
    return wrong ? EXIT_FAILURE : EXIT_SUCCESS;
}
