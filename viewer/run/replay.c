/*
 * A capture at the speed that it had.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <termios.h>
#include <time.h>
#include <unistd.h>

#include <glib/gstdio.h>

#include "capture/clock.h"
#include "replay.h"
#include "viewer/common/common.h"
#include "viewer/common/loss.h"
#include "viewer/screen/view.h"

/* Bytes closer together than this go out at once: nobody sees less. */
#define STEP_NS 2000000
#define CHUNK 4096
#define PTY_PATIENCE 250 /* 5 s without a byte read */

typedef struct Replay {
    const ReplayOptions *options;
    CaptureReader *reader;
    StreamNames names;
    int slave; /* the pseudo terminal's other end, or -1 */
    uint64_t began; /* CLOCK_MONOTONIC, ns */
    uint64_t first; /* time of the first record, ns */
    bool any, known; /* known: the wanted stream was met */
    int out;
    bool visible; /* a terminal: it is not the guest's to command */
    char buf[CHUNK];
    size_t len;
} Replay;

static bool write_all(int fd, const char *text, size_t len)
{
    size_t done = 0;

    while (done < len) {
        ssize_t n = write(fd, text + done, len - done);

        if (n < 0 && errno != EINTR) {
            return false;
        }
        done += n > 0 ? n : 0;
    }
    return true;
}

/* Bytes at the end that the next ones tell the meaning of. */
static size_t unfinished(const char *text, size_t len)
{
    if (len && text[len - 1] == '\r') {
        return 1;
    }
    for (size_t n = 1; n <= 3 && n <= len; n++) {
        const char *at = text + len - n;

        if ((*at & 0xc0) == 0xc0) {
            return g_utf8_get_char_validated(at, n) == (gunichar)-2 ? n : 0;
        }
    }
    return 0;
}

/* Lines for a terminal, as the other commands show them. */
static bool write_visible(int fd, const char *text, size_t len)
{
    g_autoptr(GString) out = g_string_new(NULL);

    while (len) {
        const char *newline = memchr(text, '\n', len);
        size_t line = newline ? (size_t)(newline - text) : len;
        size_t shown = line;

        if (newline && shown && text[shown - 1] == '\r') {
            shown--;
        }
        append_visible(out, text, shown, true);
        if (newline) {
            g_string_append_c(out, '\n');
            line++;
        }
        text += line;
        len -= line;
    }
    return write_all(fd, out->str, out->len);
}

/* @all: nothing follows. */
static bool flush_out(Replay *r, bool all)
{
    size_t keep = r->visible && !all ? unfinished(r->buf, r->len) : 0;
    size_t len = r->len - keep;
    bool ok = r->visible ? write_visible(r->out, r->buf, len)
                         : write_all(r->out, r->buf, len);

    memmove(r->buf, r->buf + len, keep);
    r->len = keep;
    return ok;
}

/* How long it is until a record of @time is due, ns. */
static uint64_t wait_ns(Replay *r, uint64_t time)
{
    uint64_t now = capture_mono_ns();
    double due;

    if (!r->any) {
        r->any = true;
        r->first = time;
        r->began = now;
    }
    if (r->options->speed <= 0 || time <= r->first) {
        return 0;
    }
    /* Centuries are long enough, and fit. */
    due = MIN((time - r->first) / r->options->speed, 9e18);
    return due > now - r->began ? due - (now - r->began) : 0;
}

static void sleep_ns(uint64_t ns)
{
    struct timespec ts = { ns / 1000000000, ns % 1000000000 };

    while (nanosleep(&ts, &ts) && errno == EINTR) {
    }
}

/* ------------------------------------------------------------------ */
/* The viewer                                                          */

/*
 * A second capture that grows as the first did: the words as they are, under
 * the lock that makes it live.
 */
static int create_live(Replay *r, char **path)
{
    struct flock lock = { .l_type = F_WRLCK, .l_whence = SEEK_SET };
    CaptureHeader h;
    int fd;

    fd = g_file_open_tmp("bootstamp-replay-XXXXXX.bst", path, NULL);
    capture_reader_header(r->reader, &h);
    h.flags &= ~CAPTURE_FLAG_ENDED;
    h.header_size = CAPTURE_HEADER_SIZE;
    h.start_mono_ns =
        capture_mono_ns(); /* a viewer tells how long it has run */
    if (fd < 0 || fcntl(fd, F_OFD_SETLK, &lock) ||
        write(fd, &h, sizeof(h)) != sizeof(h)) {
        fail(*path ? *path : g_get_tmp_dir(), "cannot write: %s",
             g_strerror(errno));
        return -1;
    }
    return fd;
}

/* Words @from to @to of the file, at their place. */
static bool copy_words(int in, off_t base, int out, uint64_t from, uint64_t to)
{
    uint64_t words[512];

    while (from < to) {
        size_t n = MIN(to - from, G_N_ELEMENTS(words)) * CAPTURE_WORD_SIZE;
        ssize_t got = pread(in, words, n, base + from * CAPTURE_WORD_SIZE);

        if (got < (ssize_t)n || write(out, words, n) != (ssize_t)n) {
            return false;
        }
        from += n / CAPTURE_WORD_SIZE;
    }
    return true;
}

/* Lets @fd grow in time until the capture is over. */
static void feed_live(Replay *r, int fd)
{
    const char *path = capture_reader_path(r->reader);
    int in = open(path, O_RDONLY | O_CLOEXEC);
    uint32_t flags = CAPTURE_FLAG_ENDED;
    CaptureHeader h;
    CaptureCursor at;
    CaptureRecord rec;
    uint64_t done = 0;

    if (in < 0 || pread(in, &h, sizeof(h), 0) != sizeof(h)) {
        return;
    }
    flags |= h.flags;
    while (capture_reader_next(r->reader, &rec)) {
        uint64_t ns = wait_ns(r, rec.time);

        if (ns > STEP_NS) {
            copy_words(in, h.header_size, fd, done, rec.pos);
            done = rec.pos;
            sleep_ns(ns);
        }
    }
    capture_reader_tell(r->reader, &at);
    copy_words(in, h.header_size, fd, done, at.pos);
    if (pwrite(fd, &flags, sizeof(flags), offsetof(CaptureHeader, flags)) < 0) {
        return; /* it looks killed then */
    }
    close(in);
    close(fd);
}

static int replay_in_viewer(Replay *r)
{
    g_autofree char *path = NULL;
    int fd = create_live(r, &path);
    pid_t parent = getpid(), pid;
    int status;

    if (fd < 0) {
        return EXIT_FAILURE;
    }
    pid = fork();
    if (pid == 0) {
        prctl(PR_SET_PDEATHSIG, SIGKILL);
        if (getppid() == parent) {
            feed_live(r, fd);
        }
        _exit(0);
    }
    close(fd);
    if (pid < 0) {
        status =
            fail("replay", "cannot start a process: %s", g_strerror(errno));
    } else {
        status = view_run(&path, 1, &(ViewOptions){ 0 });
        kill(pid, SIGKILL);
        waitpid(pid, NULL, 0);
    }
    g_unlink(path);
    return status;
}

/* ------------------------------------------------------------------ */
/* Bytes                                                               */

/* A pseudo terminal that passes bytes as they are, once it is opened. */
static bool open_pty(Replay *r)
{
    struct pollfd hup = { .events = POLLIN };
    struct termios raw;
    int slave;

    r->out = posix_openpt(O_RDWR | O_NOCTTY | O_CLOEXEC);
    if (r->out < 0 || grantpt(r->out) || unlockpt(r->out)) {
        fail("replay", "cannot make a pseudo terminal: %s", g_strerror(errno));
        return false;
    }
    slave = open(ptsname(r->out), O_RDWR | O_NOCTTY | O_CLOEXEC);
    if (slave >= 0 && !tcgetattr(slave, &raw)) {
        cfmakeraw(&raw);
        tcsetattr(slave, TCSANOW, &raw);
    }
    printf("%s\n", ptsname(r->out));
    fflush(stdout);
    /* Once closed by us it is hung up until somebody else opens it. */
    close(slave);
    hup.fd = r->out;
    while (poll(&hup, 1, 0) >= 0 && (hup.revents & POLLHUP)) {
        g_usleep(20000);
    }
    r->slave = open(ptsname(r->out), O_RDWR | O_NOCTTY | O_CLOEXEC);
    return r->slave >= 0;
}

/* The kernel drops what was not read yet when our end is closed. */
static void close_pty(Replay *r)
{
    int left = 0, before = -1, empty = 0;

    /* A kernel thread moves the bytes over: empty once is not empty. */
    for (int idle = 0; idle < PTY_PATIENCE && empty < 5; idle++) {
        g_usleep(20000);
        if (ioctl(r->slave, FIONREAD, &left)) {
            break;
        }
        empty = left ? 0 : empty + 1;
        idle = left == before ? idle : 0;
        before = left;
    }
    close(r->slave);
    close(r->out);
}

static bool is_wanted(Replay *r, const CaptureRecord *rec)
{
    const char *label = r->names.label[rec->stream];
    g_autofree char *number = NULL;

    if (!r->options->stream) {
        return true;
    }
    number = g_strdup_printf("%d", rec->stream);
    return !strcmp(label, r->options->stream) ||
           !strcmp(number, r->options->stream);
}

/* One byte, in its time. */
static bool play_byte(Replay *r, const CaptureRecord *rec)
{
    uint64_t ns = wait_ns(r, rec->time);

    if (ns > STEP_NS || r->len == sizeof(r->buf)) {
        if (!flush_out(r, false)) {
            return false;
        }
        sleep_ns(ns);
    }
    r->buf[r->len++] = rec->byte;
    return true;
}

static int replay_bytes(Replay *r)
{
    CaptureRecord rec;
    bool ok = true;

    while (ok && capture_reader_next(r->reader, &rec)) {
        stream_names_feed(&r->names, &rec);
        if (rec.kind == CAPTURE_SESSION) {
            r->any = false;
        } else if (rec.kind == CAPTURE_BYTE && is_wanted(r, &rec)) {
            r->known = true;
            ok = play_byte(r, &rec);
        }
    }
    ok = ok && flush_out(r, true);
    if (!ok) {
        return fail(r->options->pty ? "pseudo terminal" : "standard output",
                    "cannot write: %s", g_strerror(errno));
    }
    if (r->options->stream && !r->known) {
        return fail(capture_reader_path(r->reader),
                    "has no byte of stream '%s'; bootstamp info lists them",
                    r->options->stream);
    }
    if (r->options->pty) {
        close_pty(r);
    }
    warn_of_no_bytes(capture_reader_path(r->reader));
    return EXIT_SUCCESS;
}

int replay_capture(const char *path, const ReplayOptions *options)
{
    g_autofree Replay *r = g_new0(Replay, 1);
    int status;

    r->options = options;
    r->reader = open_capture(path);
    if (!r->reader) {
        return EXIT_FAILURE;
    }
    r->out = STDOUT_FILENO;
    r->visible = !options->pty && !options->raw && isatty(STDOUT_FILENO);
    if (options->view) {
        status = replay_in_viewer(r);
    } else if (options->pty && !open_pty(r)) {
        status = EXIT_FAILURE;
    } else {
        status = replay_bytes(r);
    }
    capture_reader_close(r->reader);
    return status;
}
