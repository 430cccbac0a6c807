/*
 * Where captures are kept.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "capture/paths.h"
#include "util.h"

/* A runtime folder of its own for each test, empty. */
static char *begin(void)
{
    static int n;
    g_autofree char *name = g_strdup_printf("run%d", n++);
    char *runtime = test_path(name);

    g_assert_cmpint(mkdir(runtime, 0700), ==, 0);
    g_setenv("XDG_RUNTIME_DIR", runtime, TRUE);
    g_assert_cmpint(chdir(runtime), ==, 0);
    return runtime;
}

static char *default_dir(const char *runtime)
{
    return g_build_filename(runtime, "bootstamp", NULL);
}

static void refused(void)
{
    g_autoptr(GError) error = NULL;

    g_assert_null(capture_make_default_dir(&error));
    g_assert_nonnull(error);
    g_assert_nonnull(strstr(error->message, "bootstamp"));
}

/* A capture at @dir/@name, changed @age seconds ago. */
static char *put_capture(const char *dir, const char *name, int age)
{
    char *path = g_build_filename(dir, name, NULL);
    struct timespec times[2];
    uint64_t word = capture_word(CAPTURE_BYTE, 'a', 1);

    test_write_words(path, &word, 1);
    clock_gettime(CLOCK_REALTIME, &times[0]);
    times[0].tv_sec -= age;
    times[1] = times[0];
    g_assert_cmpint(utimensat(AT_FDCWD, path, times, 0), ==, 0);
    return path;
}

static void default_folder_is_in_the_runtime_folder(void)
{
    g_autofree char *runtime = begin();
    g_autofree char *want = default_dir(runtime);
    g_autofree char *dir = capture_default_dir();

    g_assert_cmpstr(dir, ==, want);
}

static void default_folder_is_the_users_own_without_one(void)
{
    static const char *const values[] = { NULL, "", "relative/path" };

    for (size_t i = 0; i < G_N_ELEMENTS(values); i++) {
        g_autofree char *dir = NULL;
        g_autofree char *end =
            g_strdup_printf("/bootstamp-%u", (unsigned)getuid());

        if (values[i]) {
            g_setenv("XDG_RUNTIME_DIR", values[i], TRUE);
        } else {
            g_unsetenv("XDG_RUNTIME_DIR");
        }
        dir = capture_default_dir();
        g_assert_true(g_path_is_absolute(dir));
        g_assert_true(g_str_has_suffix(dir, end));
    }
}

static void a_runtime_folder_that_is_not_ours_is_left_alone(void)
{
    g_autofree char *runtime = begin();
    g_autofree char *dir = NULL;
    g_autofree char *gone = NULL;

    g_setenv("XDG_RUNTIME_DIR", "/nonexistent/runtime", TRUE);
    gone = capture_default_dir();
    g_assert_false(g_str_has_prefix(gone, "/nonexistent"));
    if (getuid()) {
        g_test_skip("needs root");
        return;
    }
    g_setenv("XDG_RUNTIME_DIR", runtime, TRUE);
    g_assert_cmpint(chown(runtime, 12345, 12345), ==, 0);
    dir = capture_default_dir();
    g_assert_false(g_str_has_prefix(dir, runtime));
}

static void the_folder_is_made_private_and_used_again(void)
{
    g_autofree char *runtime = begin();
    mode_t mask = umask(0);

    for (int i = 0; i < 2; i++) {
        g_autoptr(GError) error = NULL;
        g_autofree char *dir = capture_make_default_dir(&error);
        struct stat st;

        g_assert_no_error(error);
        g_assert_cmpint(stat(dir, &st), ==, 0);
        g_assert_cmphex(st.st_mode & 07777, ==, 0700);
    }
    umask(mask);
}

static void a_folder_open_to_others_is_refused(void)
{
    static const mode_t modes[] = { 0755, 0701, 0777, 0710 };
    g_autofree char *runtime = begin();
    g_autofree char *dir = default_dir(runtime);

    g_assert_cmpint(mkdir(dir, 0700), ==, 0);
    for (size_t i = 0; i < G_N_ELEMENTS(modes); i++) {
        g_assert_cmpint(chmod(dir, modes[i]), ==, 0);
        refused();
    }
}

static void a_symbolic_link_is_refused(void)
{
    g_autofree char *runtime = begin();
    g_autofree char *dir = default_dir(runtime);
    g_autofree char *target = g_build_filename(runtime, "target", NULL);

    g_assert_cmpint(symlink(target, dir), ==, 0);
    refused();
    g_assert_cmpint(mkdir(target, 0700), ==, 0);
    refused();
}

static void somebody_elses_folder_is_refused(void)
{
    g_autofree char *runtime = begin();
    g_autofree char *dir = default_dir(runtime);

    if (getuid()) {
        g_test_skip("needs root");
        return;
    }
    g_assert_cmpint(mkdir(dir, 0700), ==, 0);
    g_assert_cmpint(chown(dir, 12345, 12345), ==, 0);
    refused();
}

static void a_file_there_or_no_place_for_it_is_an_error(void)
{
    g_autofree char *runtime = begin();
    g_autofree char *dir = default_dir(runtime);

    test_store(dir, "x", 1);
    refused();
}

static void new_names_differ_and_end_in_the_suffix(void)
{
    g_autoptr(GHashTable) seen =
        g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);

    for (guint i = 0; i < 100; i++) {
        char *path = capture_new_path("/a/b", i);

        g_assert_true(g_str_has_prefix(path, "/a/b/boot-"));
        g_assert_true(g_str_has_suffix(path, CAPTURE_SUFFIX));
        g_assert_true(g_hash_table_add(seen, path));
    }
}

/* A daemon without the session's environment writes to the other folder. */
static void list_has_captures_of_the_temporary_folder(void)
{
    g_autofree char *runtime = begin();
    g_autofree char *dir = NULL;
    g_autofree char *path = NULL;
    g_autoptr(GPtrArray) list = NULL;

    g_unsetenv("XDG_RUNTIME_DIR");
    dir = capture_make_default_dir(NULL);
    path = put_capture(dir, "daemon.bst", 10);
    g_setenv("XDG_RUNTIME_DIR", runtime, TRUE);
    list = capture_list();
    g_assert_cmpuint(list->len, ==, 1);
    g_assert_cmpstr(list->pdata[0], ==, path);
    unlink(path);
}

static void list_has_captures_of_both_folders_newest_first(void)
{
    g_autofree char *runtime = begin();
    g_autofree char *dir = capture_make_default_dir(NULL);
    g_autofree char *a = put_capture(dir, "a.bst", 30);
    g_autofree char *b = put_capture(dir, "b.bst", 10);
    g_autofree char *c = put_capture(runtime, "c.bst", 20);
    g_autofree char *other = put_capture(dir, "not-a-capture.txt", 0);
    g_autofree char *fake = g_build_filename(dir, "fake.bst", NULL);
    g_autofree char *folder = g_build_filename(dir, "folder.bst", NULL);
    g_autofree char *fifo = g_build_filename(dir, "fifo.bst", NULL);
    g_autoptr(GPtrArray) list = NULL;

    test_store(fake, "no capture", 10);
    g_assert_cmpint(mkdir(folder, 0700), ==, 0);
    g_assert_cmpint(mkfifo(fifo, 0600), ==, 0);
    list = capture_list();
    g_assert_cmpuint(list->len, ==, 3);
    g_assert_cmpstr(list->pdata[0], ==, b);
    g_assert_cmpstr(list->pdata[1], ==, "c.bst");
    g_assert_cmpstr(list->pdata[2], ==, a);
}

static void list_has_no_links_and_no_other_users_files(void)
{
    g_autofree char *runtime = begin();
    g_autofree char *dir = capture_make_default_dir(NULL);
    g_autofree char *a = put_capture(dir, "a.bst", 20);
    g_autofree char *theirs = put_capture(runtime, "theirs.bst", 0);
    g_autofree char *link = g_build_filename(runtime, "link.bst", NULL);
    g_autoptr(GPtrArray) list = NULL;

    g_assert_cmpint(symlink(a, link), ==, 0);
    if (chown(theirs, 12345, 12345)) {
        /* Only root may give files away: the link is tested all the same. */
        g_assert_cmpint(unlink(theirs), ==, 0);
    }
    list = capture_list();
    g_assert_cmpuint(list->len, ==, 1);
    g_assert_cmpstr(list->pdata[0], ==, a);
}

/* Its QEMU ended before a guest ran: no byte, no VM that runs. */
static void an_empty_capture_is_not_the_newest(void)
{
    static const uint8_t start = CAPTURE_VM_START, run = CAPTURE_VM_RUN;
    g_autofree char *runtime = begin();
    g_autofree char *dir = capture_make_default_dir(NULL);
    g_autofree char *a = put_capture(dir, "a.bst", 20);
    g_autofree char *empty = g_build_filename(dir, "empty.bst", NULL);
    g_autoptr(GPtrArray) list = NULL;
    CaptureWriter *w = test_open_new(empty);

    capture_append_event(w, capture_writer_now(w), CAPTURE_VM, &start, 1);
    /* While a QEMU writes it, it is what somebody waits for. */
    list = capture_list();
    g_assert_cmpstr(list->pdata[0], ==, empty);
    capture_writer_close(w);
    g_clear_pointer(&list, g_ptr_array_unref);
    list = capture_list();
    g_assert_cmpuint(list->len, ==, 2);
    g_assert_cmpstr(list->pdata[0], ==, a);
    g_clear_pointer(&list, g_ptr_array_unref);
    unlink(empty);
    w = test_open_new(empty);
    capture_append_event(w, capture_writer_now(w), CAPTURE_VM, &run, 1);
    capture_writer_close(w);
    list = capture_list();
    g_assert_cmpstr(list->pdata[0], ==, empty);
}

static void what_is_not_taken_is_named(void)
{
    g_autofree char *runtime = begin();
    g_autofree char *own = put_capture(runtime, "own.bst", 0);
    g_autofree char *none = capture_refused();
    g_autofree char *link = NULL;
    g_autofree char *theirs = NULL;

    g_assert_null(none);
    g_assert_cmpint(symlink("own.bst", "link.bst"), ==, 0);
    link = capture_refused();
    g_assert_cmpstr(link, ==, "link.bst");
    g_assert_cmpint(unlink("link.bst"), ==, 0);
    if (chown("own.bst", 12345, 12345) == 0) {
        theirs = capture_refused();
        g_assert_cmpstr(theirs, ==, "own.bst");
    }
}

static void list_has_a_capture_once(void)
{
    g_autofree char *runtime = begin();
    g_autofree char *dir = capture_make_default_dir(NULL);
    g_autofree char *a = put_capture(dir, "a.bst", 0);
    g_autoptr(GPtrArray) list = NULL;

    g_assert_cmpint(chdir(dir), ==, 0);
    list = capture_list();
    g_assert_cmpuint(list->len, ==, 1);
}

static void list_does_not_look_into_a_folder_that_others_can_fill(void)
{
    g_autofree char *runtime = begin();
    g_autofree char *dir = capture_make_default_dir(NULL);
    g_autofree char *a = put_capture(dir, "a.bst", 0);
    g_autofree char *moved = g_build_filename(runtime, "moved", NULL);
    g_autoptr(GPtrArray) list = NULL;

    g_assert_cmpint(chmod(dir, 0777), ==, 0);
    list = capture_list();
    g_assert_cmpuint(list->len, ==, 0);
    g_clear_pointer(&list, g_ptr_array_unref);

    g_assert_cmpint(chmod(dir, 0700), ==, 0);
    g_assert_cmpint(rename(dir, moved), ==, 0);
    g_assert_cmpint(symlink(moved, dir), ==, 0);
    list = capture_list();
    g_assert_cmpuint(list->len, ==, 0);
}

static void list_is_empty_where_there_is_no_folder(void)
{
    g_autofree char *runtime = begin();
    g_autoptr(GPtrArray) list = capture_list();

    g_assert_cmpuint(list->len, ==, 0);
}

static char temporary[] = "/tmp/bootstamp-paths-XXXXXX";

static void remove_temporary(void)
{
    g_autofree char *dir = NULL;

    g_unsetenv("XDG_RUNTIME_DIR");
    dir = capture_default_dir();
    rmdir(dir);
    rmdir(temporary);
}

int main(int argc, char **argv)
{
    /* Read once, by glib: whatever else runs here has captures, too. */
    g_assert_nonnull(mkdtemp(temporary));
    g_setenv("TMPDIR", temporary, TRUE);
    atexit(remove_temporary); /* after what test_begin() has removed */
    test_begin(&argc, &argv);
#define ADD(name) g_test_add_func("/paths/" #name, name)
    ADD(default_folder_is_in_the_runtime_folder);
    ADD(default_folder_is_the_users_own_without_one);
    ADD(the_folder_is_made_private_and_used_again);
    ADD(a_folder_open_to_others_is_refused);
    ADD(a_symbolic_link_is_refused);
    ADD(somebody_elses_folder_is_refused);
    ADD(a_file_there_or_no_place_for_it_is_an_error);
    ADD(new_names_differ_and_end_in_the_suffix);
    ADD(a_runtime_folder_that_is_not_ours_is_left_alone);
    ADD(list_has_captures_of_the_temporary_folder);
    ADD(list_has_captures_of_both_folders_newest_first);
    ADD(list_has_no_links_and_no_other_users_files);
    ADD(an_empty_capture_is_not_the_newest);
    ADD(what_is_not_taken_is_named);
    ADD(list_has_a_capture_once);
    ADD(list_does_not_look_into_a_folder_that_others_can_fill);
    ADD(list_is_empty_where_there_is_no_folder);
    return g_test_run();
}
