/*
 * What QEMU's command line says.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#ifndef VIEWER_RUN_QEMU_ARGS_H
#define VIEWER_RUN_QEMU_ARGS_H

#include <glib.h>
#include <stdbool.h>

/*
 * The value of @key in a list such as "isa-debugcon,iobase=0x402", the last
 * one where there are several, or NULL.  @implied: the key that the first
 * word may leave out.  The caller frees it.
 */
char *suboption(const char *list, const char *key, const char *implied);

/* A comma in a value is written twice for QEMU. */
char *escape_commas(const char *value);

/* The first -chardev timestamp of the command line, or NULL. */
const char *find_timestamp(char **argv);

/* The file that a -chardev timestamp names, or NULL for a default one. */
char *timestamp_path(const char *chardev);

/*
 * Timestamp chardevs of the command line that name no file write to @path.
 * False: one names a file, which every boot would overwrite.
 */
bool direct_chardevs(char **argv, const char *path);

/* Somebody listens at the BIOS debug port already. */
bool has_debugcon(char **argv);

/* An x86 machine with an ISA bus, where isa-debugcon can sit. */
bool has_isa_bus(char **argv);

/* SeaBIOS with probes, as make firmware names it; for each size of image. */
#define PROBES_BIOS "bios-probes.bin"
#define PROBES_BIOS_ISAPC "bios-probes-128k.bin"
#define PROBES_BIOS_MICROVM "bios-probes-microvm.bin"

/*
 * The image that fits a machine which starts SeaBIOS; NULL where it was told
 * to start something else.
 */
const char *seabios_for(char **argv);

/* The device of firmware with probes is there. */
bool has_probe_device(char **argv);

#endif
