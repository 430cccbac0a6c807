/*
 * phases.conf and view.conf: a text up to the first NUL, then guest bytes
 * for the patterns to match.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "capture/patterns.h"
#include "capture/milestones.h"
#include "fuzz.h"
#include "viewer/screen/settings.h"

int LLVMFuzzerInitialize(int *argc, char ***argv)
{
    fuzz_begin();
    return 0;
}

/*
 * What is tried first on a line leaves no rule out that matches: the regular
 * expression itself is the witness.
 */
static void check_filters(CapturePatterns *p, const CaptureLine *line)
{
    const GArray *found = capture_patterns_candidates(p, line->text[0]);
    size_t len = MIN(line->len, CAPTURE_PATTERN_LINE_MAX);
    guint next = 0;

    for (guint i = 0; i < capture_patterns_count(p); i++) {
        const GArray *rules = capture_patterns_get(p, i)->rules;
        uint64_t kept = 0;

        if (next < found->len &&
            g_array_index(found, CaptureCandidate, next).pattern == i) {
            kept = g_array_index(found, CaptureCandidate, next++).rules;
        }
        for (guint j = 0; j < rules->len; j++) {
            const CaptureRule *rule = &g_array_index(rules, CaptureRule, j);
            bool hit = rule->kind == CAPTURE_RULE_MATCHES
                           ? g_regex_match_full(rule->regex, line->text, len, 0,
                                                0, NULL, NULL)
                           : capture_rule_matches(rule, line->text, len,
                                                  rule->stream, NULL);

            FUZZ_CHECK(!hit || kept >> j & 1);
            FUZZ_CHECK(hit == capture_rule_matches(rule, line->text, len,
                                                   rule->stream, NULL));
        }
    }
}

static void match(CapturePatterns *p, const char *lines, size_t len)
{
    CaptureMilestones *phases = capture_milestones_new_with(p);
    uint64_t time = 0;

    while (len) {
        const char *end = memchr(lines, '\n', len);
        CaptureLine line = {
            .pos = time,
            .time = time,
            .vtime = CAPTURE_NO_TIME,
            .text = lines,
            .len = end ? (size_t)(end - lines) : len,
            .complete = end,
        };
        CaptureRecord rec = { .kind = CAPTURE_PROBE, .time = time };

        if (line.len) {
            check_filters(p, &line);
        }
        capture_milestones_line(phases, &line);
        rec.u.probe.id = line.len ? (uint8_t)lines[0] : 0;
        capture_milestones_record(phases, &rec);
        rec.kind = CAPTURE_ITEM;
        rec.u.item.key = line.len;
        g_strlcpy(rec.u.item.name, "etc/x", CAPTURE_NAME_MAX);
        capture_milestones_record(phases, &rec);
        rec.kind = CAPTURE_SELECT;
        rec.u.select.key = line.len;
        capture_milestones_record(phases, &rec);
        time++;
        len -= line.len + (end ? 1 : 0);
        lines += line.len + (end ? 1 : 0);
    }
    FUZZ_CHECK(capture_milestones_count(phases) <= CAPTURE_MILESTONES_MAX);
    capture_milestones_free(phases);
}

/* A message is one line that begins with the place. */
static void check_error(const GError *error, const char *place)
{
    FUZZ_CHECK(error);
    FUZZ_CHECK(g_str_has_prefix(error->message, place));
    FUZZ_CHECK(!strchr(error->message, '\n'));
}

static void try_patterns(const char *text, const char *rest, size_t len)
{
    g_autoptr(CapturePatterns) p = capture_patterns_load(NULL, NULL);
    g_autoptr(GError) error = NULL;
    guint before = capture_patterns_count(p);

    if (capture_patterns_add(p, text, "x.conf", &error)) {
        FUZZ_CHECK(capture_patterns_count(p) <= CAPTURE_PATTERNS_MAX);
        match(p, rest, len);
    } else {
        check_error(error, "x.conf:");
        FUZZ_CHECK(capture_patterns_count(p) == before);
    }
}

static void try_settings(const char *text, size_t len)
{
    g_autoptr(GError) error = NULL;
    Settings s;
    FILE *file = fopen(fuzz_path(), "w");

    FUZZ_CHECK(file && fwrite(text, 1, len, file) == len && !fclose(file));
    if (!settings_read(&s, fuzz_path(), &error)) {
        check_error(error, "line ");
    } else {
        FUZZ_CHECK(s.time < TIME_MODES && s.copies <= COPIES_OFF);
    }
    settings_clear(&s);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    g_autofree char *text = NULL;
    size_t len;

    if (size < 1) {
        return -1;
    }
    text = g_strndup((const char *)data + 1, size - 1);
    len = strlen(text);
    if (data[0] & 1) {
        try_settings(text, len);
    } else {
        try_patterns(text, (const char *)data + MIN(2 + len, size),
                     size - MIN(2 + len, size));
    }
    return 0;
}
