/*
 * The commands.  One is a function in a file of its own here, which reads its
 * options and calls into a room below, and a row in this table.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#ifndef VIEWER_CMD_CMD_H
#define VIEWER_CMD_CMD_H

/* Name, and a line for --help. */
#define COMMANDS(COMMAND)                                                      \
    COMMAND(run, "start QEMU and capture its boot")                            \
    COMMAND(view, "watch a boot, live or afterwards")                          \
    COMMAND(export, "write a capture as text, raw bytes, ...")                 \
    COMMAND(phases, "print the milestone table and fw_cfg copies")             \
    COMMAND(profile, "name the functions in which the time went")              \
    COMMAND(stats, "statistics of many boots")                                 \
    COMMAND(diff, "compare boots, and say what got slower")                    \
    COMMAND(ab, "boot two machines in turn, and say which is slower")          \
    COMMAND(replay, "play a capture at the speed it had")                      \
    COMMAND(info, "print what a capture holds")                                \
    COMMAND(list, "list the captures found, newest first")

/* Each: argv[0] is its name; returns the exit status. */
#define DECLARE_COMMAND(name, summary) int cmd_##name(int argc, char **argv);
COMMANDS(DECLARE_COMMAND)
#undef DECLARE_COMMAND

#endif
