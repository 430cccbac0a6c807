/*
 * What the libFuzzer harnesses share: an input as a capture file, what a
 * command prints, and what must hold of it.  docs/fuzzing.md tells of them.
 *
 * An input is FUZZ_CHOICES bytes that choose what is done, and then a whole
 * file where that begins as a capture does, else words to put behind a good
 * header: most of a header is for people, and mutations would be wasted there.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#ifndef TESTS_FUZZ_FUZZ_H
#define TESTS_FUZZ_FUZZ_H

#include <glib.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define FUZZ_CHOICES 4

/* libFuzzer's side of it. */
int LLVMFuzzerInitialize(int *argc, char ***argv);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Ends the run as a finding, unless @what holds. */
#define FUZZ_CHECK(what)                                                       \
    do {                                                                       \
        if (!(what)) {                                                         \
            fuzz_finding(__FILE__, __LINE__, #what);                           \
        }                                                                      \
    } while (0)

void fuzz_finding(const char *file, int line, const char *what) G_GNUC_NORETURN;

/*
 * Standard output and error go to memory from here on (libFuzzer keeps its
 * own), and nothing of the user's settings is read.
 */
void fuzz_begin(void);

/*
 * Puts the capture of an input into the file fuzz_path(); @choice: which
 * clocks a good header says it has.
 */
void fuzz_store(uint8_t choice, const uint8_t *data, size_t size);

/* A private folder in memory, and the capture in it. */
const char *fuzz_dir(void);
const char *fuzz_path(void);

/* True where fuzz_path() has a header that a reader takes. */
bool fuzz_is_capture(void);

/* The same, and of its clocks the one that --clock asks for. */
bool fuzz_has_clock(const char *clock);

/*
 * What went to standard output since the last call; good until the next one.
 * What went to standard error was checked: whole lines that begin with
 * "bootstamp: " and hold no control byte.
 */
const char *fuzz_output(size_t *len);

/* UTF-8 without control, format or unassigned characters but "\n" and those
 * in @also. */
void fuzz_check_text(const char *text, size_t len, const char *also);

/* One JSON text (RFC 8259) in UTF-8, and nothing behind it but white space. */
void fuzz_check_json(const char *text, size_t len);

/* The same of each line. */
void fuzz_check_json_lines(const char *text, size_t len);

/* RFC 4180: each row has as many cells as the first, and none that has guest
 * text begins as a formula does. */
void fuzz_check_csv(const char *text, size_t len);

/* SVG or HTML: no element but those that exporters make. */
void fuzz_check_markup(const char *text, size_t len, bool whole_xml);

#endif
