/*
 * Copies of a capture, taken at random instants while a QEMU writes it: what
 * a disk holds when the power goes.
 *
 *   power-loss take PID CAPTURE FOLDER COUNT SEED
 *   power-loss check CAPTURE FOLDER
 *
 * "take" makes up to COUNT copies, by turns
 *   stopped  QEMU stands still meanwhile: an instant, exactly
 *   running  it goes on, as under cp: words can be missing before others, and
 *            the one being stored can be copied in part (the kernel copies
 *            by bytes; a mapping, and a disk, get a word or none of it)
 *   torn     a page in ten is that of the copy before, or empty, as after a
 *            power cut without fsync(); the header is whole
 * and reads each with the project's reader, which must give every guest byte
 * that the copy holds.  A word that was seen never changes.  The last copy
 * stays as FOLDER/copy.  "check", when QEMU has ended, looks that the bytes
 * of each copy but the torn ones are a beginning of those in CAPTURE.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#include <dirent.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "capture/reader.h"

#define PAGE 4096
#define CHUNK (UINT64_C(1) << 20)

/* A capture that has grown so large takes too long to copy. */
#define ENOUGH (UINT64_C(32) << 20)

#define HASH_START UINT64_C(0xcbf29ce484222325)

typedef enum Mode { STOPPED, RUNNING, TORN, MODES } Mode;

static const char *const mode_names[] = { "stopped", "running", "torn" };

/* The copy's bytes: as many, with this sum. */
typedef struct Entry {
    uint64_t bytes, hash;
    uint64_t mode;
    uint64_t hole; /* a word is missing before others, or in part */
} Entry;

typedef struct Image {
    uint8_t *data;
    uint64_t used; /* the rest of the file is zeros */
    uint64_t size;
} Image;

#define FAIL(...) (fprintf(stderr, __VA_ARGS__), fputc('\n', stderr), exit(1))

static uint64_t hash_bytes(uint64_t hash, const uint8_t *p, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        hash = (hash ^ p[i]) * UINT64_C(0x100000001b3);
    }
    return hash;
}

/* ------------------------------------------------------------------ */
/* Taking                                                              */

/* True when no thread of @pid runs any more. */
static bool all_stopped(pid_t pid)
{
    g_autofree char *name = g_strdup_printf("/proc/%d/task", (int)pid);
    DIR *dir = opendir(name);
    bool all = dir;
    struct dirent *e;

    while (dir && (e = readdir(dir))) {
        g_autofree char *stat = g_strdup_printf("%s/%s/stat", name, e->d_name);
        g_autofree char *text = NULL;
        char *after;

        if (e->d_name[0] != '.' &&
            g_file_get_contents(stat, &text, NULL, NULL)) {
            after = strrchr(text, ')');
            all &= after && after[1] == ' ' && after[2] == 'T';
        }
    }
    if (dir) {
        closedir(dir);
    }
    return all;
}

static void stop(pid_t pid)
{
    if (kill(pid, SIGSTOP)) {
        FAIL("QEMU has ended");
    }
    for (int i = 0; i < 10000 && !all_stopped(pid); i++) {
        usleep(100);
    }
}

/* All of the file up to the first piece of nothing. */
static void read_image(int fd, Image *image)
{
    static const uint8_t zeros[CHUNK];
    struct stat st;
    ssize_t got;

    fstat(fd, &st);
    image->size = st.st_size;
    image->data = g_realloc(image->data, st.st_size + CHUNK);
    image->used = 0;
    do {
        got = pread(fd, image->data + image->used, CHUNK, image->used);
        if (got <= 0 || !memcmp(image->data + image->used, zeros, got)) {
            break;
        }
        image->used += got;
    } while (image->used < image->size);
    /* It may have grown meanwhile. */
    image->used = MIN(image->used, image->size);
}

static void write_image(const char *path, const Image *image)
{
    int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);

    if (fd < 0 || write(fd, image->data, image->used) != (ssize_t)image->used ||
        ftruncate(fd, image->size)) {
        FAIL("%s: cannot write", path);
    }
    close(fd);
}

static void tear(Image *image, const Image *old)
{
    for (uint64_t at = PAGE; at + PAGE <= image->used; at += PAGE) {
        long r = random() % 20;

        if (r == 0 && at + PAGE <= old->used) {
            memcpy(image->data + at, old->data + at, PAGE);
        } else if (r <= 1) {
            memset(image->data + at, 0, PAGE);
        }
    }
}

static uint64_t word_at(const Image *image, uint64_t at)
{
    uint64_t word;

    memcpy(&word, image->data + at, sizeof(word));
    return word;
}

/* Each byte of @part is that of @word, or nothing. */
static bool is_part(uint64_t part, uint64_t word)
{
    for (unsigned shift = 0; shift < 64; shift += 8) {
        uint8_t byte = part >> shift;

        if (byte && byte != (uint8_t)(word >> shift)) {
            return false;
        }
    }
    return true;
}

/*
 * What was seen in the copy before is in this one.  Returns how many words
 * were seen in part.
 */
static unsigned check_words(const Image *old, const Image *image)
{
    unsigned parts = 0;

    for (uint64_t at = PAGE; at < old->used; at += sizeof(uint64_t)) {
        uint64_t was = word_at(old, at);
        uint64_t is = at < image->used ? word_at(image, at) : 0;

        if (was && was != is) {
            if (!is_part(was, is)) {
                FAIL("the word at byte %" G_GUINT64_FORMAT
                     " was %016" G_GINT64_MODIFIER
                     "x and is %016" G_GINT64_MODIFIER "x",
                     at, was, is);
            }
            parts++;
        }
    }
    return parts;
}

/* How many guest bytes are there, and is there a hole before the last? */
static uint64_t count_bytes(const Image *image, uint64_t *hole)
{
    uint64_t n = 0, zero = 0;

    *hole = 0;
    for (uint64_t at = PAGE; at < image->used; at += sizeof(uint64_t)) {
        uint64_t word = word_at(image, at);

        n += capture_word_kind(word) >= CAPTURE_BYTE;
        *hole |= word && zero;
        zero |= !word;
    }
    return n;
}

/* Reads all bytes of the capture at @path, telling of each run. */
static void read_bytes(const char *path,
                       void (*told)(void *, const uint8_t *, size_t),
                       void *opaque)
{
    g_autoptr(GError) error = NULL;
    CaptureReader *r = capture_reader_open(path, &error);
    uint8_t buf[4096], stream;
    CaptureRecord rec;
    size_t n;

    if (!r) {
        FAIL("%s: does not open: %s", path, error->message);
    }
    for (;;) {
        n = capture_reader_next_bytes(r, &stream, NULL, buf, sizeof(buf));
        if (!n && !capture_reader_next(r, &rec)) {
            break;
        }
        if (!n && rec.kind == CAPTURE_BYTE) {
            buf[n++] = rec.byte;
        }
        told(opaque, buf, n);
    }
    capture_reader_close(r);
}

static void add_to_entry(void *opaque, const uint8_t *buf, size_t n)
{
    Entry *e = opaque;

    e->hash = hash_bytes(e->hash, buf, n);
    e->bytes += n;
}

static Entry look_at(const char *path, const Image *image, Mode mode)
{
    Entry e = { .mode = mode, .hash = HASH_START };
    uint64_t want = count_bytes(image, &e.hole);

    read_bytes(path, add_to_entry, &e);
    if (e.bytes != want) {
        FAIL("a %s copy holds %" G_GUINT64_FORMAT " bytes, %" G_GUINT64_FORMAT
             " are read",
             mode_names[mode], want, e.bytes);
    }
    return e;
}

static void take(pid_t pid, const char *capture, const char *folder,
                 unsigned count)
{
    g_autofree char *path = g_build_filename(folder, "copy", NULL);
    g_autofree char *table = g_build_filename(folder, "table", NULL);
    FILE *f = fopen(table, "w");
    int fd = open(capture, O_RDONLY | O_CLOEXEC);
    g_autofree Entry *entries = g_new0(Entry, count + 1);
    Image image[2] = { 0 };
    unsigned i;

    if (!f || fd < 0) {
        FAIL("%s: cannot read, or cannot write %s", capture, table);
    }
    for (i = 0; i < count && image[i % 2].used < ENOUGH; i++) {
        Mode mode = i % MODES;
        Image *now = &image[i % 2], *old = &image[!(i % 2)];

        /* It waits while we look at a copy, or would outgrow us. */
        kill(pid, SIGCONT);
        usleep(random() % 2000);
        if (mode == STOPPED) {
            stop(pid);
        }
        read_image(fd, now);
        stop(pid);
        if (check_words(old, now)) {
            if (entries[i - 1].mode == STOPPED) {
                FAIL("a word was stored in part");
            }
            entries[i - 1].hole = true;
        }
        if (mode == TORN) {
            tear(now, old);
        }
        write_image(path, now);
        entries[i] = look_at(path, now, mode);
    }
    fwrite(entries, sizeof(Entry), i, f);
    kill(pid, SIGCONT);
    fclose(f);
}

/* ------------------------------------------------------------------ */
/* Checking                                                            */

typedef struct Truth {
    const Entry **sorted; /* by bytes */
    unsigned count, at;
    uint64_t bytes, hash;
    unsigned wrong, holes;
} Truth;

/* All entries that end where we are. */
static void compare_here(Truth *t)
{
    for (; t->at < t->count && t->sorted[t->at]->bytes == t->bytes; t->at++) {
        const Entry *e = t->sorted[t->at];

        if (e->hash == t->hash) {
            continue;
        }
        /* A hole is no wonder where QEMU ran on while it was copied. */
        if (e->mode == RUNNING && e->hole) {
            t->holes++;
        } else {
            t->wrong++;
        }
    }
}

static void compare(void *opaque, const uint8_t *buf, size_t n)
{
    Truth *t = opaque;

    for (size_t i = 0; i < n; i++) {
        compare_here(t);
        t->hash = hash_bytes(t->hash, buf + i, 1);
        t->bytes++;
    }
}

static int by_bytes(const void *a, const void *b)
{
    const Entry *const *x = a, *const *y = b;

    return ((*x)->bytes > (*y)->bytes) - ((*x)->bytes < (*y)->bytes);
}

static int check(const char *capture, const char *folder)
{
    g_autofree char *table = g_build_filename(folder, "table", NULL);
    g_autofree char *data = NULL;
    g_autofree const Entry **sorted = NULL;
    Truth t = { .hash = HASH_START };
    unsigned n[MODES] = { 0 }, all;
    gsize size;
    Entry *e;

    if (!g_file_get_contents(table, &data, &size, NULL)) {
        FAIL("%s: cannot read", table);
    }
    e = (Entry *)data;
    all = size / sizeof(*e);
    sorted = g_new(const Entry *, all + 1);
    for (unsigned i = 0; i < all; i++) {
        n[e[i].mode]++;
        if (e[i].mode != TORN) {
            sorted[t.count++] = &e[i];
        }
    }
    qsort(sorted, t.count, sizeof(*sorted), by_bytes);
    t.sorted = sorted;
    read_bytes(capture, compare, &t);
    compare_here(&t);
    printf("%u %u %u %u %u %u\n", n[STOPPED], n[RUNNING], n[TORN], t.holes,
           t.wrong + t.count - t.at, all);
    return t.wrong || t.at < t.count;
}

int main(int argc, char **argv)
{
    if (argc == 7 && !strcmp(argv[1], "take")) {
        srandom(atoi(argv[6]));
        take(atoi(argv[2]), argv[3], argv[4], atoi(argv[5]));
        return 0;
    }
    if (argc == 4 && !strcmp(argv[1], "check")) {
        return check(argv[2], argv[3]);
    }
    fputs("usage: power-loss take PID CAPTURE FOLDER COUNT SEED\n"
          "       power-loss check CAPTURE FOLDER\n",
          stderr);
    return 2;
}
