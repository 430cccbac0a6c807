/*
 * Reading phases.conf.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#include <string.h>

#include "milestone-ids.h"
#include "patterns.h"
#include "probe.h"
#include "regex-filter.h"

/* A guest may write what makes a regular expression try for ever. */
#define REGEX_LIMITS "(*LIMIT_MATCH=20000)"

#define PROBES (BOOTPROBE_NUMBER_MASK + 1)
#define POST_CODES 256

struct CapturePatterns {
    int refs;
    GPtrArray *patterns; /* CapturePattern * */
    char *probes[PROBES];
    GArray *candidates[UINT8_MAX + 1]; /* by a line's first byte, or NULL */
    char *posts[POST_CODES];
};

/* Made of capture/phases.conf by the Makefile. */
static const char builtin[] =
#include "phases-conf.h"
    ;

G_DEFINE_QUARK(capture_patterns_error_quark, capture_patterns_error)

/* ------------------------------------------------------------------ */
/* Tables                                                              */

static void clear_rule(gpointer data)
{
    CaptureRule *rule = data;

    g_free(rule->text);
    g_free(rule->needed);
    g_free(rule->stream);
    g_clear_pointer(&rule->regex, g_regex_unref);
}

static void free_pattern(gpointer data)
{
    CapturePattern *pattern = data;

    g_free(pattern->name);
    g_free(pattern->attempts);
    g_array_unref(pattern->rules);
    g_ptr_array_unref(pattern->after);
    g_ptr_array_unref(pattern->unless);
    g_free(pattern);
}

static CapturePattern *new_pattern(const char *name)
{
    CapturePattern *pattern = g_new0(CapturePattern, 1);

    pattern->name = g_strdup(name);
    pattern->rules = g_array_new(FALSE, TRUE, sizeof(CaptureRule));
    g_array_set_clear_func(pattern->rules, clear_rule);
    pattern->after = g_ptr_array_new_with_free_func(g_free);
    pattern->unless = g_ptr_array_new_with_free_func(g_free);
    return pattern;
}

CapturePatterns *capture_patterns_new(void)
{
    CapturePatterns *p = g_new0(CapturePatterns, 1);

    p->refs = 1;
    p->patterns = g_ptr_array_new_with_free_func(free_pattern);
    return p;
}

CapturePatterns *capture_patterns_ref(CapturePatterns *p)
{
    g_atomic_int_inc(&p->refs);
    return p;
}

static void forget_candidates(CapturePatterns *p)
{
    for (int i = 0; i <= UINT8_MAX; i++) {
        g_clear_pointer(&p->candidates[i], g_array_unref);
    }
}

void capture_patterns_unref(CapturePatterns *p)
{
    if (!p || !g_atomic_int_dec_and_test(&p->refs)) {
        return;
    }
    forget_candidates(p);
    g_ptr_array_unref(p->patterns);
    for (int i = 0; i < PROBES; i++) {
        g_free(p->probes[i]);
    }
    for (int i = 0; i < POST_CODES; i++) {
        g_free(p->posts[i]);
    }
    g_free(p);
}

guint capture_patterns_count(const CapturePatterns *p)
{
    return p->patterns->len;
}

const CapturePattern *capture_patterns_get(const CapturePatterns *p, guint i)
{
    return i < p->patterns->len ? g_ptr_array_index(p->patterns, i) : NULL;
}

const char *capture_patterns_probe(const CapturePatterns *p, unsigned number)
{
    return number < PROBES ? p->probes[number] : NULL;
}

const char *capture_patterns_post(const CapturePatterns *p, uint8_t code)
{
    return p->posts[code];
}

/* ------------------------------------------------------------------ */
/* A line of the file                                                  */

typedef struct Parser {
    CapturePatterns *to; /* what this file says, and nothing else */
    CapturePattern *now; /* the milestone that the lines belong to, or NULL */
    char *stream; /* for its rules from here on, or NULL */
    int line;
    GArray *uses; /* Use: names that may stand further down */
} Parser;

typedef struct Use {
    char *name; /* owned by the pattern */
    int line;
} Use;

typedef bool Keyword(Parser *p, const char *rest, GError **error);

static bool refuse(GError **error, const char *format, ...) G_GNUC_PRINTF(2, 3);

static bool refuse(GError **error, const char *format, ...)
{
    g_autofree char *text = NULL;
    va_list args;

    va_start(args, format);
    text = g_strdup_vprintf(format, args);
    va_end(args);
    g_set_error_literal(error, CAPTURE_PATTERNS_ERROR, 0, text);
    return false;
}

/* Names are shown as they are. */
static bool good_name(const char *name, GError **error)
{
    if (strlen(name) >= CAPTURE_NAME_MAX) {
        return refuse(error, "the name has more than %d bytes",
                      CAPTURE_NAME_MAX - 1);
    }
    if (!g_utf8_validate(name, -1, NULL)) {
        return refuse(error, "the name is not UTF-8");
    }
    for (const char *c = name; *c; c = g_utf8_next_char(c)) {
        if (!g_unichar_isprint(g_utf8_get_char(c))) {
            return refuse(error, "a character of the name cannot be shown");
        }
    }
    return true;
}

/* A number up to @max, decimal or 0x and hexadecimal, and nothing behind. */
static bool get_number(const char *word, uint64_t max, uint16_t *number,
                       GError **error)
{
    char *end;
    uint64_t n =
        g_ascii_isdigit(word[0]) ? g_ascii_strtoull(word, &end, 0) : UINT64_MAX;

    if (n > max || *end) {
        return refuse(error, "'%s' is not a number from 0 to 0x%x", word,
                      (unsigned)max);
    }
    *number = n;
    return true;
}

/* "NUMBER NAME" into @names[0] to @names[@max]; @what it is a name of */
static bool take_number_name(Parser *p, const char *rest, const char *what,
                             char **names, uint16_t max, GError **error)
{
    g_auto(GStrv) words = g_strsplit_set(rest, " \t", 2);
    const char *name = words[1] ? g_strchug(words[1]) : "";
    uint16_t number = 0;

    p->now = NULL;
    if (!get_number(words[0], max, &number, error)) {
        return false;
    }
    if (!*name) {
        return refuse(error, "the %s has no name", what);
    }
    if (names[number]) {
        return refuse(error, "%s 0x%02x has a name already", what, number);
    }
    names[number] = g_strdup(name);
    return good_name(name, error);
}

/* "probe NUMBER NAME" */
static bool handle_probe(Parser *p, const char *rest, GError **error)
{
    return take_number_name(p, rest, "probe", p->to->probes, PROBES - 1, error);
}

/* "postcode NUMBER NAME" */
static bool handle_postcode(Parser *p, const char *rest, GError **error)
{
    return take_number_name(p, rest, "POST code", p->to->posts, POST_CODES - 1,
                            error);
}

static guint index_of(const CapturePatterns *p, const char *name)
{
    guint i = 0;

    while (i < p->patterns->len &&
           strcmp(capture_patterns_get(p, i)->name, name)) {
        i++;
    }
    return i;
}

static bool handle_milestone(Parser *p, const char *rest, GError **error)
{
    if (!good_name(rest, error)) {
        return false;
    }
    if (index_of(p->to, rest) < p->to->patterns->len) {
        return refuse(error, "milestone '%s' is above already", rest);
    }
    if (p->to->patterns->len == CAPTURE_PATTERNS_MAX) {
        return refuse(error, "more than %d milestones", CAPTURE_PATTERNS_MAX);
    }
    p->now = new_pattern(rest);
    g_ptr_array_add(p->to->patterns, p->now);
    g_clear_pointer(&p->stream, g_free);
    return true;
}

static bool handle_first(Parser *p, const char *rest, GError **error)
{
    p->now->last = false;
    return true;
}

static bool handle_last(Parser *p, const char *rest, GError **error)
{
    p->now->last = true;
    return true;
}

static bool handle_hidden(Parser *p, const char *rest, GError **error)
{
    p->now->hidden = true;
    return true;
}

static bool handle_stage(Parser *p, const char *rest, GError **error)
{
    p->now->stage = true;
    return true;
}

static bool handle_again(Parser *p, const char *rest, GError **error)
{
    p->now->again = true;
    return true;
}

static bool handle_idle(Parser *p, const char *rest, GError **error)
{
    p->now->idle = true;
    return true;
}

/* "attempts NAME" */
static bool handle_attempts(Parser *p, const char *rest, GError **error)
{
    g_free(p->now->attempts);
    p->now->attempts = g_strdup(rest);
    return good_name(rest, error);
}

/* "group WORD" */
static bool handle_group(Parser *p, const char *rest, GError **error)
{
    static const char *const groups[] = {
        [CAPTURE_GROUP_QEMU] = "qemu",
        [CAPTURE_GROUP_FIRMWARE] = "firmware",
        [CAPTURE_GROUP_LOADER] = "loader",
        [CAPTURE_GROUP_GUEST] = "guest",
        [CAPTURE_GROUP_SHUTDOWN] = "shutdown",
    };

    for (size_t i = CAPTURE_GROUP_QEMU; i < G_N_ELEMENTS(groups); i++) {
        if (!strcmp(rest, groups[i])) {
            p->now->group = i;
            return true;
        }
    }
    return refuse(error,
                  "'%s' is not a group: qemu, firmware, loader, guest "
                  "or shutdown",
                  rest);
}

static bool handle_stream(Parser *p, const char *rest, GError **error)
{
    g_free(p->stream);
    p->stream = g_strdup(rest);
    return true;
}

static bool use_name(Parser *p, GPtrArray *names, const char *name)
{
    Use use = { .name = g_strdup(name), .line = p->line };

    g_ptr_array_add(names, use.name);
    g_array_append_val(p->uses, use);
    return true;
}

static bool handle_after(Parser *p, const char *rest, GError **error)
{
    return use_name(p, p->now->after, rest);
}

static bool handle_unless(Parser *p, const char *rest, GError **error)
{
    return use_name(p, p->now->unless, rest);
}

/* ------------------------------------------------------------------ */
/* Rules                                                               */

static bool add_rule(Parser *p, CaptureRule *rule, GError **error)
{
    if (p->now->rules->len == CAPTURE_PATTERN_RULES_MAX) {
        clear_rule(rule);
        return refuse(error, "more than %d rules for a milestone",
                      CAPTURE_PATTERN_RULES_MAX);
    }
    g_array_append_val(p->now->rules, *rule);
    return true;
}

/* Quotes keep the blanks at the ends of a text. */
static char *unquoted(const char *rest)
{
    size_t len = strlen(rest);

    return len >= 3 && rest[0] == '"' && rest[len - 1] == '"'
               ? g_strndup(rest + 1, len - 2)
               : g_strdup(rest);
}

static bool add_text(Parser *p, CaptureRuleKind kind, const char *rest,
                     GError **error)
{
    CaptureRule rule = {
        .kind = kind,
        .text = unquoted(rest),
        .stream = g_strdup(p->stream),
    };

    rule.len = strlen(rule.text);
    if (rule.len > CAPTURE_PATTERN_LINE_MAX) {
        clear_rule(&rule);
        return refuse(error,
                      "only the first %d bytes of a line are looked "
                      "at",
                      CAPTURE_PATTERN_LINE_MAX);
    }
    return add_rule(p, &rule, error);
}

static bool handle_begins(Parser *p, const char *rest, GError **error)
{
    return add_text(p, CAPTURE_RULE_BEGINS, rest, error);
}

static bool handle_failed(Parser *p, const char *rest, GError **error)
{
    return add_text(p, CAPTURE_RULE_FAILED, rest, error);
}

static bool handle_contains(Parser *p, const char *rest, GError **error)
{
    return add_text(p, CAPTURE_RULE_CONTAINS, rest, error);
}

static bool handle_matches(Parser *p, const char *rest, GError **error)
{
    g_autofree char *text = unquoted(rest);
    g_autofree char *limited = g_strconcat(REGEX_LIMITS, text, NULL);
    g_autoptr(GError) why = NULL;
    CaptureRule rule = { .kind = CAPTURE_RULE_MATCHES };

    /* Raw: guest bytes need not be UTF-8. */
    rule.regex = g_regex_new(limited, G_REGEX_RAW, 0, &why);
    if (!rule.regex) {
        return refuse(error, "'%s' is not a regular expression: %s", text,
                      why->message);
    }
    rule.needed = capture_regex_literal(text);
    rule.stream = g_strdup(p->stream);
    return add_rule(p, &rule, error);
}

/* "fwcfg NAME", or the item's key as a number: names begin otherwise. */
static bool handle_fwcfg(Parser *p, const char *rest, GError **error)
{
    CaptureRule rule = { .kind = CAPTURE_RULE_KEY };

    if (g_ascii_isdigit(rest[0])) {
        return get_number(rest, UINT16_MAX, &rule.number, error) &&
               add_rule(p, &rule, error);
    }
    return add_text(p, CAPTURE_RULE_ITEM, rest, error);
}

/* "mark [begin|end] NUMBER" */
static bool handle_mark(Parser *p, const char *rest, GError **error)
{
    CaptureRule rule = { .kind = CAPTURE_RULE_MARK };
    g_auto(GStrv) words = g_strsplit_set(rest, " \t", 2);
    const char *number = words[0];
    uint16_t kind = BOOTPROBE_POINT;

    if (words[1]) {
        kind = !strcmp(words[0], "begin") ? BOOTPROBE_BEGIN : BOOTPROBE_END;
        if (kind == BOOTPROBE_END && strcmp(words[0], "end")) {
            return refuse(error, "'%s' is neither 'begin' nor 'end'", words[0]);
        }
        number = g_strchug(words[1]);
    }
    if (!get_number(number, BOOTPROBE_NUMBER_MASK, &rule.number, error)) {
        return false;
    }
    rule.number |= kind;
    return add_rule(p, &rule, error);
}

/* "post NUMBER" */
static bool handle_post(Parser *p, const char *rest, GError **error)
{
    CaptureRule rule = { .kind = CAPTURE_RULE_POST };

    return get_number(rest, POST_CODES - 1, &rule.number, error) &&
           add_rule(p, &rule, error);
}

/* ------------------------------------------------------------------ */
/* The file                                                            */

typedef enum KeywordUse {
    TOP, /* anywhere, with something behind it */
    BELOW, /* below a milestone, with something behind it */
    ALONE, /* below a milestone, and nothing stands behind it */
} KeywordUse;

static const struct {
    const char *word;
    Keyword *take;
    KeywordUse use;
} keywords[] = {
    /* clang-format off: a row each */
    { "probe", handle_probe, TOP },
    { "milestone", handle_milestone, TOP },
    { "first", handle_first, ALONE },
    { "last", handle_last, ALONE },
    { "hidden", handle_hidden, ALONE },
    { "stream", handle_stream, BELOW },
    { "again", handle_again, ALONE },
    { "idle", handle_idle, ALONE },
    { "stage", handle_stage, ALONE },
    { "attempts", handle_attempts, BELOW },
    { "failed", handle_failed, BELOW },
    { "group", handle_group, BELOW },
    { "after", handle_after, BELOW },
    { "unless", handle_unless, BELOW },
    { "begins", handle_begins, BELOW },
    { "contains", handle_contains, BELOW },
    { "matches", handle_matches, BELOW },
    { "fwcfg", handle_fwcfg, BELOW },
    { "mark", handle_mark, BELOW },
    { "post", handle_post, BELOW },
    { "postcode", handle_postcode, TOP },
    /* clang-format on */
};

/* @line is without blanks at its ends; it is changed. */
static bool handle_line(Parser *p, char *line, GError **error)
{
    size_t n = strcspn(line, " \t");
    const char *rest = line[n] ? g_strchug(line + n + 1) : "";

    if (strlen(line) > CAPTURE_PATTERN_TEXT_MAX) {
        return refuse(error, "the line has more than %d bytes",
                      CAPTURE_PATTERN_TEXT_MAX);
    }
    line[n] = '\0';
    for (size_t i = 0; i < G_N_ELEMENTS(keywords); i++) {
        if (strcmp(line, keywords[i].word)) {
            continue;
        }
        if (keywords[i].use != TOP && !p->now) {
            return refuse(error, "'%s' belongs below a milestone", line);
        }
        if ((keywords[i].use == ALONE) != !*rest) {
            return refuse(error,
                          *rest ? "nothing may stand behind '%s'"
                                : "something is missing behind '%s'",
                          line);
        }
        return keywords[i].take(p, rest, error);
    }
    return refuse(error, "'%s' is not a keyword", line);
}

/* What the later file names has that name. */
static void merge_names(char **to, char **from, int n)
{
    for (int i = 0; i < n; i++) {
        if (from[i]) {
            g_free(to[i]);
            to[i] = g_steal_pointer(&from[i]);
        }
    }
}

static void merge(CapturePatterns *p, CapturePatterns *from)
{
    forget_candidates(p);
    merge_names(p->probes, from->probes, PROBES);
    merge_names(p->posts, from->posts, POST_CODES);
    while (from->patterns->len) {
        CapturePattern *pattern = g_ptr_array_steal_index(from->patterns, 0);
        guint i = index_of(p, pattern->name);

        if (i < p->patterns->len) {
            free_pattern(p->patterns->pdata[i]);
            p->patterns->pdata[i] = pattern;
        } else {
            g_ptr_array_add(p->patterns, pattern);
        }
    }
}

static bool parse(Parser *p, char **lines, GError **error)
{
    for (int i = 0; lines[i]; i++) {
        char *line = g_strstrip(lines[i]);

        p->line = i + 1;
        if (*line && *line != '#' && !handle_line(p, line, error)) {
            return false;
        }
    }
    return true;
}

static bool is_known(const CapturePatterns *p, const char *name)
{
    return index_of(p, name) < p->patterns->len;
}

/* Whose after or unless is nobody's name waits in vain. */
static bool check_uses(Parser *p, const CapturePatterns *before, GError **error)
{
    for (guint i = 0; i < p->uses->len; i++) {
        Use use = g_array_index(p->uses, Use, i);

        if (!is_known(p->to, use.name) && !is_known(before, use.name) &&
            capture_milestone_number(use.name) < 0) {
            p->line = use.line;
            return refuse(error, "there is no milestone '%s'", use.name);
        }
    }
    return true;
}

bool capture_patterns_add(CapturePatterns *p, const char *text,
                          const char *name, GError **error)
{
    g_autoptr(CapturePatterns) file = capture_patterns_new();
    g_auto(GStrv) lines = g_strsplit(text, "\n", -1);
    g_autoptr(GArray) uses = g_array_new(FALSE, FALSE, sizeof(Use));
    Parser parser = { .to = file, .uses = uses };
    bool good = parse(&parser, lines, error) && check_uses(&parser, p, error);

    if (good && p->patterns->len + file->patterns->len > CAPTURE_PATTERNS_MAX) {
        good = refuse(error,
                      "more than %d milestones with those that are "
                      "compiled in",
                      CAPTURE_PATTERNS_MAX);
    }
    if (good) {
        merge(p, file);
    } else {
        g_prefix_error(error, "%s:%d: ", name, parser.line);
    }
    g_free(parser.stream);
    return good;
}

CapturePatterns *capture_patterns_load(const char *user_file, GError **error)
{
    g_autoptr(CapturePatterns) p = capture_patterns_new();
    g_autoptr(GError) why = NULL;
    g_autofree char *text = NULL;
    gsize size;

    if (!capture_patterns_add(p, builtin, "phases.conf", error)) {
        return NULL;
    }
    if (!user_file) {
        return g_steal_pointer(&p);
    }
    if (!g_file_get_contents(user_file, &text, &size, &why)) {
        if (g_error_matches(why, G_FILE_ERROR, G_FILE_ERROR_NOENT)) {
            return g_steal_pointer(&p);
        }
        g_propagate_error(error, g_steal_pointer(&why));
        return NULL;
    }
    if (strlen(text) != size) {
        refuse(error, "%s: is not a text", user_file);
        return NULL;
    }
    return capture_patterns_add(p, text, user_file, error) ? g_steal_pointer(&p)
                                                           : NULL;
}

char *capture_patterns_user_file(void)
{
    return g_build_filename(g_get_user_config_dir(), "bootstamp", "phases.conf",
                            NULL);
}

CapturePatterns *capture_patterns_default(GError **error)
{
    static CapturePatterns *shared;
    static GError *wrong;
    static gsize ready; /* readers of captures are threads, too */

    if (g_once_init_enter(&ready)) {
        g_autofree char *file = capture_patterns_user_file();
        g_autoptr(GError) ours = NULL;

        shared = capture_patterns_load(file, &wrong);
        if (!shared) {
            shared = capture_patterns_load(NULL, &ours);
        }
        if (!shared) {
            g_error("capture/phases.conf: %s", ours->message);
        }
        g_once_init_leave(&ready, 1);
    }
    if (wrong && error) {
        *error = g_error_copy(wrong);
    }
    return shared;
}

/* ------------------------------------------------------------------ */
/* Matching                                                            */

static bool find_text(const CaptureRule *rule, const char *text, size_t len,
                      size_t *end)
{
    const char *at = memmem(text, len, rule->text, rule->len);

    *end = at ? at + rule->len - text : 0;
    return at;
}

static bool find_regex(const CaptureRule *rule, const char *text, size_t len,
                       size_t *end)
{
    GMatchInfo *info = NULL;
    int to = 0;
    bool found;

    if (rule->needed &&
        !memmem(text, len, rule->needed, strlen(rule->needed))) {
        return false;
    }
    found = g_regex_match_full(rule->regex, text, len, 0, 0, &info, NULL);
    if (found) {
        g_match_info_fetch_pos(info, 0, NULL, &to);
    }
    g_match_info_free(info);
    *end = to;
    return found;
}

/* Can a line that begins with @first match? */
static bool may_begin(const CaptureRule *rule, uint8_t first)
{
    switch (rule->kind) {
    case CAPTURE_RULE_BEGINS:
    case CAPTURE_RULE_FAILED:
        return !rule->len || (uint8_t)rule->text[0] == first;
    case CAPTURE_RULE_CONTAINS:
        return true;
    case CAPTURE_RULE_MATCHES:
        return capture_regex_may_begin(rule->regex, first);
    case CAPTURE_RULE_ITEM:
    case CAPTURE_RULE_KEY:
    case CAPTURE_RULE_MARK:
    case CAPTURE_RULE_POST:
        break;
    }
    return false;
}

static GArray *find_candidates(const CapturePatterns *p, uint8_t first)
{
    GArray *found = g_array_new(FALSE, FALSE, sizeof(CaptureCandidate));

    for (guint i = 0; i < p->patterns->len; i++) {
        const GArray *rules = capture_patterns_get(p, i)->rules;
        CaptureCandidate c = { .pattern = i };

        for (guint j = 0; j < rules->len; j++) {
            if (may_begin(&g_array_index(rules, CaptureRule, j), first)) {
                c.rules |= UINT64_C(1) << j;
            }
        }
        if (c.rules) {
            g_array_append_val(found, c);
        }
    }
    return found;
}

const GArray *capture_patterns_candidates(CapturePatterns *p, uint8_t first)
{
    GArray *known = g_atomic_pointer_get(&p->candidates[first]);

    if (!known) {
        known = find_candidates(p, first);
        if (!g_atomic_pointer_compare_and_exchange(&p->candidates[first], NULL,
                                                   known)) {
            g_array_unref(known); /* another thread did the same */
            known = g_atomic_pointer_get(&p->candidates[first]);
        }
    }
    return known;
}

bool capture_rule_matches(const CaptureRule *rule, const char *text, size_t len,
                          const char *stream, size_t *end)
{
    size_t ignored;

    end = end ? end : &ignored;
    len = MIN(len, CAPTURE_PATTERN_LINE_MAX);
    if (rule->stream && (!stream || strcmp(rule->stream, stream))) {
        return false;
    }
    switch (rule->kind) {
    case CAPTURE_RULE_BEGINS:
    case CAPTURE_RULE_FAILED:
        *end = rule->len;
        return len >= rule->len && !memcmp(text, rule->text, rule->len);
    case CAPTURE_RULE_CONTAINS:
        return find_text(rule, text, len, end);
    case CAPTURE_RULE_MATCHES:
        return find_regex(rule, text, len, end);
    case CAPTURE_RULE_ITEM:
    case CAPTURE_RULE_KEY:
    case CAPTURE_RULE_MARK:
    case CAPTURE_RULE_POST:
        break;
    }
    return false;
}
