/*
 * bootstamp: its commands by their names.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#include <errno.h>
#include <locale.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>

#include "viewer/cmd/cmd.h"
#include "viewer/common/common.h"
#include "viewer/common/unpack.h"
#include "config.h"

#define COMMAND_ROW(name, summary) { #name, cmd_##name, summary },
static const struct {
    const char *name;
    int (*run)(int argc, char **argv);
    const char *summary;
} commands[] = { COMMANDS(COMMAND_ROW) };

static void print_help(FILE *to)
{
    fprintf(to, "Usage: bootstamp COMMAND [OPTION...] [ARGUMENT...]\n\n"
                "Where does the time go while this virtual machine boots?\n\n"
                "Commands:\n");
    for (size_t i = 0; i < G_N_ELEMENTS(commands); i++) {
        fprintf(to, "  %-8s %s\n", commands[i].name, commands[i].summary);
    }
    fprintf(to, "\n"
                "For details see bootstamp COMMAND --help and "
                "man bootstamp.\n\n"
                "  bootstamp run -- qemu-system-x86_64 -kernel vmlinuz ...\n"
                "  bootstamp phases\n");
}

/* What a command printed must have got there. */
static int finish(int status)
{
    bool bad = fflush(stdout) != 0;

    if ((bad || ferror(stdout)) && status == EXIT_SUCCESS) {
        return fail("standard output", "cannot write: %s", g_strerror(errno));
    }
    return status;
}

int main(int argc, char **argv)
{
    const char *name = argc > 1 ? argv[1] : NULL;

    setlocale(LC_ALL, "");
    setlocale(LC_NUMERIC, "C"); /* points, as in the times */
    signal(SIGPIPE, SIG_DFL);
    capture_reader_set_unpack(unpack_zstd);
    if (!name) {
        print_help(stderr);
        return EXIT_USAGE;
    }
    if (!strcmp(name, "--help") || !strcmp(name, "-h") ||
        !strcmp(name, "help")) {
        print_help(stdout);
        return EXIT_SUCCESS;
    }
    if (!strcmp(name, "--version") || !strcmp(name, "-V")) {
        printf("bootstamp %s\nmodule for QEMU %s\n", VERSION,
               BOOTSTAMP_QEMU_VERSION);
        return EXIT_SUCCESS;
    }
    for (size_t i = 0; i < G_N_ELEMENTS(commands); i++) {
        if (!strcmp(name, commands[i].name)) {
            return finish(commands[i].run(argc - 1, argv + 1));
        }
    }
    fprintf(stderr, "bootstamp: %s: no such command; see bootstamp --help\n",
            name);
    return EXIT_USAGE;
}
