/*
 * bootstamp: a table of commands.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#include <errno.h>
#include <locale.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>

#include "viewer/common/common.h"
#include "config.h"

static const Command commands[] = {
    { "run", cmd_run, "start QEMU and capture its boot" },
    { "view", cmd_view, "watch a boot, live or afterwards" },
    { "export", cmd_export, "write a capture as text, raw bytes, ..." },
    { "phases", cmd_phases, "print the milestone table and fw_cfg copies" },
    { "stats", cmd_stats, "statistics of many boots" },
    { "diff", cmd_diff, "compare boots, and say what got slower" },
    { "replay", cmd_replay, "play a capture at the speed it had" },
    { "info", cmd_info, "say what a capture holds" },
    { "list", cmd_list, "list the captures found, newest first" },
};

static void print_help(FILE *to)
{
    fprintf(to, "Usage: bootstamp COMMAND [OPTION...] [ARGUMENT...]\n\n"
                "Where does the time go while this virtual machine boots?\n\n"
                "Commands:\n");
    for (size_t i = 0; i < G_N_ELEMENTS(commands); i++) {
        fprintf(to, "  %-8s %s\n", commands[i].name, commands[i].summary);
    }
    fprintf(to, "\n"
                "bootstamp COMMAND --help tells more of each; "
                "man bootstamp tells all.\n\n"
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
    signal(SIGPIPE, SIG_DFL);
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
