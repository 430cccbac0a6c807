/*
 * The commands that print what a capture tells: info, phases, stats, diff,
 * list, and replay without its waits.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <sanitizer/lsan_interface.h>

#include "fuzz.h"
#include "viewer/cmd/cmd.h"
#include "viewer/common/common.h"

static char *other; /* a capture to compare with */

int LLVMFuzzerInitialize(int *argc, char ***argv)
{
    const uint64_t words[] = {
        /* "ok\n" of stream 0, a microsecond between them */
        UINT64_C(0x806f0000000003e8),
        UINT64_C(0x806b0000000007d0),
        UINT64_C(0x800a000000000bb8),
    };

    fuzz_begin();
    fuzz_store(0, (const uint8_t *)words, sizeof(words));
    other = g_build_filename(fuzz_dir(), "other.bst", NULL);
    FUZZ_CHECK(!rename(fuzz_path(), other));
    FUZZ_CHECK(!chdir(fuzz_dir()));
    return 0;
}

typedef enum Check {
    CHECK_TEXT,
    CHECK_JSON,
    CHECK_CSV,
    CHECK_NOTHING,
} Check;

static const struct {
    const char *const argv[8];
    int (*run)(int argc, char **argv);
    Check check;
} commands[] = {
    { { "info", "@" }, cmd_info, CHECK_TEXT },
    { { "phases", "--clock=host", "--session=0", "@" },
      cmd_phases,
      CHECK_TEXT },
    { { "phases", "--clock=virtual", "--session=0", "@" },
      cmd_phases,
      CHECK_TEXT },
    { { "phases", "--clock=host", "--session=1", "@" },
      cmd_phases,
      CHECK_TEXT },
    { { "stats", "-Ftext", "--clock=host", "@" }, cmd_stats, CHECK_TEXT },
    { { "stats", "-Fjson", "--clock=virtual", "@" }, cmd_stats, CHECK_JSON },
    { { "stats", "-Fcsv", "--clock=host", "@" }, cmd_stats, CHECK_CSV },
    { { "stats", "-Ftext", "--clock=host", "other.bst", "@", "@" },
      cmd_stats,
      CHECK_TEXT },
    { { "diff", "-Ftext", "--clock=host", "@", "other.bst" },
      cmd_diff,
      CHECK_TEXT },
    { { "diff", "-Ftext", "--clock=host", "other.bst", "@" },
      cmd_diff,
      CHECK_TEXT },
    { { "diff", "-Fjson", "--clock=virtual", "@", "@" }, cmd_diff, CHECK_JSON },
    { { "list" }, cmd_list, CHECK_TEXT },
    { { "profile", "@" }, cmd_profile, CHECK_TEXT },
    { { "replay", "--speed=0", "@" }, cmd_replay, CHECK_NOTHING },
};

static int run(size_t n)
{
    char *argv[G_N_ELEMENTS(commands[0].argv) + 1] = { NULL };
    int argc = 0;
    int status;

    while (argc < (int)G_N_ELEMENTS(commands[0].argv) &&
           commands[n].argv[argc]) {
        argv[argc] = g_strdup(strcmp(commands[n].argv[argc], "@")
                                  ? commands[n].argv[argc]
                                  : fuzz_path());
        argc++;
    }
    /* A command's options are static and stay for the next run. */
    __lsan_disable();
    status = commands[n].run(argc, argv);
    __lsan_enable();
    for (int i = 0; i < argc; i++) {
        g_free(argv[i]);
    }
    return status;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const char *text;
    size_t n, len;
    int status;

    if (size < FUZZ_CHOICES) {
        return -1;
    }
    n = data[0] % G_N_ELEMENTS(commands);
    fuzz_store(data[1], data + FUZZ_CHOICES, size - FUZZ_CHOICES);
    status = run(n);
    text = fuzz_output(&len);
    FUZZ_CHECK(fuzz_is_capture() || commands[n].run == cmd_list ||
               status == EXIT_FAILURE);
    if (commands[n].check == CHECK_TEXT) {
        fuzz_check_text(text, len, "");
    } else if (commands[n].check == CHECK_JSON && len) {
        fuzz_check_json(text, len);
    } else if (commands[n].check == CHECK_CSV) {
        fuzz_check_csv(text, len);
    }
    return 0;
}
