/*
 * The file that a writer is given.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#include <errno.h>
#include <fcntl.h>
#include <linux/fs.h>
#include <signal.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "writer-file.h"

GQuark capture_writer_error_quark(void)
{
    return g_quark_from_static_string("capture-writer-error");
}

void writer_set_errno(GError **error, const char *what, int err)
{
    g_set_error(error, CAPTURE_WRITER_ERROR, CAPTURE_WRITER_ERROR_IO, "%s: %s",
                what, g_strerror(err));
}

static int folder_of(const CaptureWriterOptions *o)
{
    return o->dir_fd ? o->dir_fd : AT_FDCWD;
}

static const char *name_of(const CaptureWriterOptions *o)
{
    const char *slash = o->dir_fd ? strrchr(o->path, '/') : NULL;

    return slash ? slash + 1 : o->path;
}

/*
 * *@created: the file is ours to remove again.  Asked for with O_EXCL, for
 * somebody else's may come between a look and an open.
 */
int writer_file_open(const CaptureWriterOptions *o, bool *created,
                     GError **error)
{
    /* O_NONBLOCK: a FIFO must be refused below, not waited for here. */
    int flags = O_RDWR | O_NOFOLLOW | O_CLOEXEC | O_NOCTTY | O_NONBLOCK;
    int fd;

    fd = openat(folder_of(o), name_of(o), flags | O_CREAT | O_EXCL, 0600);
    *created = fd >= 0;
    if (*created && fchmod(fd, 0600)) {
        /* Some umask took the owner's bits too; not every file system cares. */
    }
    if (fd < 0 && errno == EEXIST && !o->exclusive) {
        fd = openat(folder_of(o), name_of(o), flags);
    }
    if (fd < 0 && errno == ELOOP) {
        g_set_error(error, CAPTURE_WRITER_ERROR, CAPTURE_WRITER_ERROR_FOREIGN,
                    "is a symbolic link; name the file itself");
    } else if (fd < 0 && errno == EEXIST) {
        g_set_error(error, CAPTURE_WRITER_ERROR, CAPTURE_WRITER_ERROR_EXISTS,
                    "exists already; name another file");
    } else if (fd < 0) {
        writer_set_errno(error, "cannot create or open the capture", errno);
    }
    return fd;
}

/* The group first: permissions are for its members. */
bool writer_file_share(int fd, const CaptureWriterOptions *o, GError **error)
{
    if (o->has_group && fchown(fd, -1, o->group)) {
        writer_set_errno(error, "cannot give the capture to the group", errno);
        return false;
    }
    if (o->mode && fchmod(fd, o->mode)) {
        writer_set_errno(error, "cannot set the capture's mode", errno);
        return false;
    }
    return true;
}

void writer_file_remove(const CaptureWriterOptions *o)
{
    unlinkat(folder_of(o), name_of(o), 0);
}

bool writer_file_lock(int fd, GError **error)
{
    struct flock lock = { .l_type = F_WRLCK, .l_whence = SEEK_SET };

    if (fcntl(fd, F_OFD_SETLK, &lock) == 0) {
        return true;
    }
    if (errno == EAGAIN || errno == EACCES) {
        g_set_error(error, CAPTURE_WRITER_ERROR, CAPTURE_WRITER_ERROR_IN_USE,
                    "is in use by another QEMU; name another file");
    } else {
        writer_set_errno(error, "cannot lock the capture", errno);
    }
    return false;
}

void writer_file_forbid_copies(int fd)
{
    int flags;

    if (ioctl(fd, FS_IOC_GETFLAGS, &flags) == 0 && !(flags & FS_NOCOW_FL)) {
        flags |= FS_NOCOW_FL;
        ioctl(fd, FS_IOC_SETFLAGS, &flags);
    }
}

/*
 * A file that was there before: somebody else's would show them what the
 * guest writes, and one with a second name may be anywhere else as well.
 */
static bool check_owner(const struct stat *st, GError **error)
{
    if (st->st_uid != geteuid()) {
        g_set_error(error, CAPTURE_WRITER_ERROR, CAPTURE_WRITER_ERROR_FOREIGN,
                    "belongs to another user (uid %u); "
                    "remove it or name another file",
                    (unsigned)st->st_uid);
        return false;
    }
    if (st->st_nlink > 1) {
        g_set_error(error, CAPTURE_WRITER_ERROR, CAPTURE_WRITER_ERROR_FOREIGN,
                    "has several names (hard links); "
                    "remove this one or name another file");
        return false;
    }
    return true;
}

bool writer_file_check(int fd, bool created, CaptureHeader *old, uint64_t *size,
                       GError **error)
{
    struct stat st;
    ssize_t got;

    memset(old, 0, sizeof(*old));
    if (fstat(fd, &st)) {
        writer_set_errno(error, "cannot examine the capture", errno);
        return false;
    }
    if (!S_ISREG(st.st_mode)) {
        g_set_error(error, CAPTURE_WRITER_ERROR, CAPTURE_WRITER_ERROR_FOREIGN,
                    "is not a regular file; a capture is mapped into memory");
        return false;
    }
    if (!created && !check_owner(&st, error)) {
        return false;
    }
    *size = st.st_size;
    if (st.st_size == 0) {
        return true;
    }
    got = pread(fd, old, sizeof(*old), 0);
    if (got < (ssize_t)sizeof(CAPTURE_MAGIC) - 1 ||
        memcmp(old->magic, CAPTURE_MAGIC, sizeof(old->magic))) {
        g_set_error(error, CAPTURE_WRITER_ERROR, CAPTURE_WRITER_ERROR_FOREIGN,
                    "exists and is not a capture; "
                    "remove it or name another file");
        return false;
    }
    return true;
}

uint64_t writer_file_data_end(int fd, uint64_t at, uint64_t end)
{
    char buf[65536];

    while (end > at) {
        uint64_t from = end - MIN(end - at, sizeof(buf));
        ssize_t got = pread(fd, buf, end - from, from);

        if (got != (ssize_t)(end - from)) {
            errno = got < 0 ? errno : EIO;
            return UINT64_MAX;
        }
        while (got > 0 && !buf[got - 1]) {
            got--;
        }
        if (got) {
            return from + got;
        }
        end = from;
    }
    return at;
}

uint64_t writer_file_end(int fd, uint64_t size)
{
    const uint64_t mask = CAPTURE_WORD_SIZE - 1;
    uint64_t end = writer_file_data_end(fd, CAPTURE_HEADER_SIZE, size & ~mask);

    return end == UINT64_MAX ? 0 : (end + mask) & ~mask;
}

bool writer_hold_signal(void)
{
    sigset_t hold, old;

    sigemptyset(&hold);
    sigaddset(&hold, SIGXFSZ);
    pthread_sigmask(SIG_BLOCK, &hold, &old);
    return !sigismember(&old, SIGXFSZ);
}

void writer_drop_signal(bool through)
{
    const struct timespec now = { 0 };
    sigset_t held;

    if (through) {
        sigemptyset(&held);
        sigaddset(&held, SIGXFSZ);
        sigtimedwait(&held, NULL, &now);
        pthread_sigmask(SIG_UNBLOCK, &held, NULL);
    }
}
