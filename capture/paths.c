/*
 * Where captures are kept.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "format.h"
#include "paths.h"

/* Where systemd has a folder for each user that is logged in. */
#define SESSIONS "/run/user"
#define SESSION_FOLDER "bootstamp"
#define TEMPORARY_PREFIX "bootstamp-"

bool capture_is_name(const char *name)
{
    return g_str_has_suffix(name, CAPTURE_SUFFIX) ||
           g_str_has_suffix(name, CAPTURE_SUFFIX_ZSTD);
}

static char *temporary_dir(void)
{
    return g_strdup_printf("%s/" TEMPORARY_PREFIX "%u", g_get_tmp_dir(),
                           (unsigned)getuid());
}

/*
 * Only where it is there and ours: root may have another user's in its
 * environment, and a folder of root's in it would lock that user out.
 */
char *capture_default_dir(void)
{
    const char *runtime = g_getenv("XDG_RUNTIME_DIR");
    struct stat st;

    if (runtime && runtime[0] == '/' && !stat(runtime, &st) &&
        S_ISDIR(st.st_mode) && st.st_uid == getuid()) {
        return g_build_filename(runtime, SESSION_FOLDER, NULL);
    }
    return temporary_dir();
}

/* Nobody else can have put a capture there. */
static bool is_private(const struct stat *st)
{
    return S_ISDIR(st->st_mode) && st->st_uid == getuid() &&
           !(st->st_mode & 077);
}

/* Looked at by its descriptor: it is the folder that is used then. */
static int open_private(const char *dir, GError **error)
{
    int fd = open(dir, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
    struct stat st;

    if (fd >= 0 && !fstat(fd, &st) && is_private(&st)) {
        return fd;
    }
    if (fd >= 0) {
        close(fd);
    }
    g_set_error(error, G_FILE_ERROR, G_FILE_ERROR_PERM,
                "%s is not a private folder of yours (mode 0700)", dir);
    return -1;
}

int capture_open_default_dir(char **path, GError **error)
{
    g_autofree char *dir = capture_default_dir();
    int fd;

    if (mkdir(dir, 0700) && errno != EEXIST) {
        g_set_error(error, G_FILE_ERROR, g_file_error_from_errno(errno),
                    "cannot create the folder %s: %s", dir, g_strerror(errno));
        return -1;
    }
    fd = open_private(dir, error);
    if (fd >= 0) {
        *path = g_steal_pointer(&dir);
    }
    return fd;
}

char *capture_make_default_dir(GError **error)
{
    char *dir = NULL;
    int fd = capture_open_default_dir(&dir, error);

    if (fd >= 0) {
        close(fd);
    }
    return dir;
}

bool capture_parse_mode(const char *text, mode_t *mode)
{
    guint64 value;

    if (!g_ascii_string_to_unsigned(text, 8, 0600, 0666, &value, NULL) ||
        (value & 0600) != 0600 || (value & ~UINT64_C(0666))) {
        return false;
    }
    *mode = value;
    return true;
}

bool capture_parse_keep(const char *text, CaptureKeep *keep)
{
    static const char *const names[] = {
        [CAPTURE_KEEP_FIRST] = "first",
        [CAPTURE_KEEP_LAST] = "last",
        [CAPTURE_KEEP_ENDS] = "ends",
    };

    for (guint i = 0; i < G_N_ELEMENTS(names); i++) {
        if (!strcmp(text, names[i])) {
            *keep = i;
            return true;
        }
    }
    return false;
}

/* Bytes, with a suffix of binary units or without; 0: it is no such. */
static uint64_t parse_bytes(const char *text)
{
    static const char suffixes[] = "KMGT";
    char *end;
    uint64_t n =
        g_ascii_isdigit(text[0]) ? g_ascii_strtoull(text, &end, 10) : 0;
    const char *suffix;

    if (!n || !*end) {
        return n;
    }
    suffix = strchr(suffixes, g_ascii_toupper(*end));
    if (!suffix || end[1] || n > UINT64_MAX >> 40) {
        return 0;
    }
    return n << 10 * (suffix - suffixes + 1);
}

bool capture_parse_size(const char *text, uint64_t *size, CaptureKeep *keep)
{
    g_auto(GStrv) part = g_strsplit(text, ",", -1);
    guint i = 0;

    *size = 0;
    *keep = CAPTURE_KEEP_FIRST;
    if (part[i] && !g_str_has_prefix(part[i], "keep=")) {
        *size = parse_bytes(part[i++]);
        if (!*size) {
            return false;
        }
    }
    if (part[i]) {
        return !part[i + 1] && g_str_has_prefix(part[i], "keep=") &&
               capture_parse_keep(part[i] + strlen("keep="), keep);
    }
    return i > 0;
}

bool capture_parse_group(const char *text, gid_t *group)
{
    const struct group *found = getgrnam(text);
    guint64 value;

    if (found) {
        *group = found->gr_gid;
        return true;
    }
    if (!g_ascii_string_to_unsigned(text, 10, 0, G_MAXUINT32 - 1, &value,
                                    NULL)) {
        return false;
    }
    *group = value;
    return true;
}

char *capture_new_path(const char *dir, guint attempt)
{
    char stamp[32];
    char again[16] = "";
    time_t now = time(NULL);
    struct tm tm;

    localtime_r(&now, &tm);
    strftime(stamp, sizeof(stamp), "%Y%m%d-%H%M%S", &tm);
    if (attempt) {
        g_snprintf(again, sizeof(again), "-%u", attempt);
    }
    return g_strdup_printf("%s/boot-%s-%d%s" CAPTURE_SUFFIX, dir, stamp,
                           (int)getpid(), again);
}

#define ANYBODY UINT32_MAX /* no user has it */

typedef struct Found {
    char *path;
    struct timespec changed;
    bool empty; /* its QEMU ended before a guest ran */
} Found;

/* Words at the beginning of a capture, among which its VM begins to run. */
#define BEGINNING 8192

static bool is_locked(int fd)
{
    struct flock lock = { .l_type = F_RDLCK, .l_whence = SEEK_SET };

    return fcntl(fd, F_OFD_GETLK, &lock) == 0 && lock.l_type == F_WRLCK;
}

/* A byte, or the event that the vCPUs run. */
static bool is_of_guest(uint64_t word, uint64_t next)
{
    uint8_t kind = capture_word_kind(word);

    return kind >= CAPTURE_BYTE ||
           (kind == CAPTURE_VM && (uint8_t)next == CAPTURE_VM_RUN);
}

/* Whether no guest ran, in a capture that nobody writes any more. */
static bool is_empty(int fd)
{
    g_autofree uint64_t *words = g_new0(uint64_t, BEGINNING);
    ssize_t got =
        pread(fd, words, BEGINNING * sizeof(*words), CAPTURE_HEADER_SIZE);
    ssize_t n = got / (ssize_t)sizeof(*words);

    for (ssize_t i = 0; i < n; i++) {
        if (is_of_guest(words[i], i + 1 < n ? words[i + 1] : 0)) {
            return false;
        }
    }
    return !is_locked(fd);
}

static bool is_capture(const char *path, bool *empty)
{
    char magic[sizeof(CAPTURE_MAGIC) - 1];
    int fd =
        open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK | O_NOFOLLOW);
    bool ok;

    if (fd < 0) {
        return false;
    }
    ok = read(fd, magic, sizeof(magic)) == sizeof(magic) &&
         !memcmp(magic, CAPTURE_MAGIC, sizeof(magic));
    *empty = ok && is_empty(fd);
    close(fd);
    return ok;
}

/* Another's file, or a link to one, is for who names it: only those of @uid. */
static bool is_of(const struct stat *st, uid_t uid)
{
    return S_ISREG(st->st_mode) && (uid == ANYBODY || st->st_uid == uid);
}

static char *path_in(const char *dir, const char *name)
{
    return strcmp(dir, ".") ? g_build_filename(dir, name, NULL)
                            : g_strdup(name);
}

static void scan_dir(const char *dir, uid_t uid, GArray *found)
{
    GDir *d = g_dir_open(dir, 0, NULL);
    const char *name;

    while (d && (name = g_dir_read_name(d))) {
        g_autofree char *path = path_in(dir, name);
        struct stat st;
        bool empty = false;

        if (capture_is_name(name) && !lstat(path, &st) && is_of(&st, uid) &&
            (is_capture(path, &empty) ||
             g_str_has_suffix(name, CAPTURE_SUFFIX_ZSTD))) {
            Found f = { g_steal_pointer(&path), st.st_mtim, empty };

            g_array_append_val(found, f);
        }
    }
    if (d) {
        g_dir_close(d);
    }
}

char *capture_refused(void)
{
    g_autoptr(GDir) d = g_dir_open(".", 0, NULL);
    const char *name;
    struct stat st;

    while (d && (name = g_dir_read_name(d))) {
        if (capture_is_name(name) && !lstat(name, &st) &&
            (S_ISLNK(st.st_mode) ||
             (S_ISREG(st.st_mode) && !is_of(&st, geteuid())))) {
            return g_strdup(name);
        }
    }
    return NULL;
}

static int newest_first(gconstpointer a, gconstpointer b)
{
    const Found *x = a;
    const Found *y = b;

    if (x->empty != y->empty) {
        return x->empty ? 1 : -1;
    }
    if (x->changed.tv_sec != y->changed.tv_sec) {
        return x->changed.tv_sec < y->changed.tv_sec ? 1 : -1;
    }
    if (x->changed.tv_nsec != y->changed.tv_nsec) {
        return x->changed.tv_nsec < y->changed.tv_nsec ? 1 : -1;
    }
    return strcmp(x->path, y->path);
}

/* Adds @dir to @seen (struct stat); false: it is there. */
static bool is_new(const struct stat *dir, GArray *seen)
{
    for (guint i = 0; i < seen->len; i++) {
        const struct stat *s = &g_array_index(seen, struct stat, i);

        if (s->st_dev == dir->st_dev && s->st_ino == dir->st_ino) {
            return false;
        }
    }
    g_array_append_vals(seen, dir, 1);
    return true;
}

/* A default folder of @uid's, of anybody's: nobody else can write to it. */
static void scan_private(const char *dir, uid_t uid, GArray *found,
                         GArray *seen)
{
    struct stat st;

    if (!lstat(dir, &st) && S_ISDIR(st.st_mode) && !(st.st_mode & 077) &&
        (uid == ANYBODY || st.st_uid == uid) && is_new(&st, seen)) {
        scan_dir(dir, st.st_uid, found);
    }
}

/* @top/@prefix*@rest, such as /run/user/1000/bootstamp, whoever's it is. */
static void scan_everybodys(const char *top, const char *prefix,
                            const char *rest, GArray *found, GArray *seen)
{
    GDir *d = g_dir_open(top, 0, NULL);
    const char *name;

    while (d && (name = g_dir_read_name(d))) {
        if (g_str_has_prefix(name, prefix)) {
            g_autofree char *dir = g_strconcat(top, "/", name, rest, NULL);

            scan_private(dir, ANYBODY, found, seen);
        }
    }
    if (d) {
        g_dir_close(d);
    }
}

/*
 * The user's folder by the session (systemd's), which a daemon such as libvirt
 * or a shell without a session may not have in its environment.
 */
static char *session_dir(void)
{
    return g_strdup_printf(SESSIONS "/%u/" SESSION_FOLDER, (unsigned)getuid());
}

/* Takes what is in @found. */
static GPtrArray *sorted(GArray *found)
{
    GPtrArray *paths = g_ptr_array_new_with_free_func(g_free);

    g_array_sort(found, newest_first);
    for (guint i = 0; i < found->len; i++) {
        g_ptr_array_add(paths, g_array_index(found, Found, i).path);
    }
    return paths;
}

GPtrArray *capture_list(void)
{
    g_autofree char *dir = capture_default_dir();
    g_autofree char *session = session_dir();
    g_autofree char *temporary = temporary_dir();
    g_autoptr(GArray) found = g_array_new(FALSE, FALSE, sizeof(Found));
    g_autoptr(GArray) seen = g_array_new(FALSE, FALSE, sizeof(struct stat));
    struct stat st;

    scan_private(dir, getuid(), found, seen);
    if (!g_getenv("XDG_RUNTIME_DIR")) {
        scan_private(session, getuid(), found, seen);
    }
    scan_private(temporary, getuid(), found, seen);
    if (!stat(".", &st) && is_new(&st, seen)) {
        scan_dir(".", geteuid(), found);
    }
    return sorted(found);
}

GPtrArray *capture_list_all(void)
{
    g_autofree char *dir = capture_default_dir();
    g_autoptr(GArray) found = g_array_new(FALSE, FALSE, sizeof(Found));
    g_autoptr(GArray) seen = g_array_new(FALSE, FALSE, sizeof(struct stat));

    scan_private(dir, getuid(), found, seen);
    scan_everybodys(SESSIONS, "", "/" SESSION_FOLDER, found, seen);
    scan_everybodys(g_get_tmp_dir(), TEMPORARY_PREFIX, "", found, seen);
    return sorted(found);
}

GPtrArray *capture_list_folder(const char *dir, GError **error)
{
    g_autoptr(GArray) found = g_array_new(FALSE, FALSE, sizeof(Found));
    int fd = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

    if (fd < 0) {
        g_set_error_literal(error, G_FILE_ERROR, g_file_error_from_errno(errno),
                            g_strerror(errno));
        return NULL;
    }
    close(fd);
    scan_dir(dir, ANYBODY, found);
    return sorted(found);
}
