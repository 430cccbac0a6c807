/*
 * The kernel's initcalls, out of its lines.
 *
 * init/main.c and drivers/base/dd.c of Linux print, behind a time:
 *
 *   calling  NAME+0x0/0x7d @ PID            also "NAME+0x0/0x7d [module] @ PID"
 *   initcall NAME+0x0/0x7d returned 0 after 123 usecs
 *   probe of DEVICE returned 0 after 123 usecs
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#include <string.h>

#include "initcalls.h"

/* Of a line; what is longer is none of these. */
#define TEXT_MAX 512

struct CaptureInitcalls {
    GArray *rows; /* CaptureInitcall */
    GHashTable *open; /* name -> uint64_t *: when it was called */
    uint64_t dropped;
};

CaptureInitcalls *capture_initcalls_new(void)
{
    CaptureInitcalls *c = g_new0(CaptureInitcalls, 1);

    c->rows = g_array_new(FALSE, TRUE, sizeof(CaptureInitcall));
    c->open = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, g_free);
    return c;
}

void capture_initcalls_free(CaptureInitcalls *c)
{
    if (c) {
        g_array_unref(c->rows);
        g_hash_table_unref(c->open);
        g_free(c);
    }
}

static void start_over(CaptureInitcalls *c)
{
    g_array_set_size(c->rows, 0);
    g_hash_table_remove_all(c->open);
    c->dropped = 0;
}

void capture_initcalls_record(CaptureInitcalls *c, const CaptureRecord *rec)
{
    if (rec->kind == CAPTURE_SESSION ||
        (rec->kind == CAPTURE_VM && rec->u.vm.event == CAPTURE_VM_RESET)) {
        start_over(c);
    }
}

/* ------------------------------------------------------------------ */
/* Lines                                                               */

/* Behind what stands in a pair of brackets at the beginning. */
static const char *skip_brackets(const char *text, char open, char close)
{
    const char *end = *text == open ? strchr(text, close) : NULL;

    return end ? end + 1 : text;
}

/* Behind the kernel's time, "[    0.123456] ", and a level, "<7>". */
static const char *message(const char *text)
{
    text = skip_brackets(text, '<', '>');
    text = skip_brackets(text, '[', ']');
    while (*text == ' ') {
        text++;
    }
    return text;
}

/* Up to a space, and of a function up to its offset. */
static bool take_name(const char *from, char *name)
{
    size_t len = strcspn(from, " +");

    if (!len || len >= CAPTURE_NAME_MAX) {
        return false;
    }
    memcpy(name, from, len);
    name[len] = '\0';
    return true;
}

/* " returned 0 after 123 usecs" in @text. */
static bool take_result(const char *text, CaptureInitcall *call)
{
    static const char returned[] = " returned ", after[] = " after ";
    const char *at = strstr(text, returned);
    char *end;

    if (!at) {
        return false;
    }
    call->result = g_ascii_strtoll(at + strlen(returned), &end, 10);
    if (!g_str_has_prefix(end, after)) {
        return false;
    }
    call->usecs = g_ascii_strtoull(end + strlen(after), &end, 10);
    return g_str_has_prefix(end, " usecs");
}

static void add_row(CaptureInitcalls *c, const CaptureInitcall *call)
{
    if (c->rows->len == CAPTURE_INITCALLS_MAX) {
        c->dropped++;
    } else {
        g_array_append_val(c->rows, *call);
    }
}

static void handle_calling(CaptureInitcalls *c, const char *text, uint64_t time)
{
    char name[CAPTURE_NAME_MAX];

    if (take_name(text, name) &&
        g_hash_table_size(c->open) < CAPTURE_INITCALLS_MAX) {
        g_hash_table_replace(c->open, g_strdup(name),
                             g_memdup2(&time, sizeof(time)));
    }
}

static void handle_returned(CaptureInitcalls *c, const char *text,
                            CaptureInitcall *call)
{
    const uint64_t *start;

    if (take_name(text, call->name) && take_result(text, call)) {
        start = g_hash_table_lookup(c->open, call->name);
        if (start && *start <= call->end) {
            call->start = *start;
            add_row(c, call);
        }
        g_hash_table_remove(c->open, call->name);
    }
}

static void handle_probe(CaptureInitcalls *c, const char *text,
                         CaptureInitcall *call)
{
    call->kind = CAPTURE_INITCALL_PROBE;
    if (take_name(text, call->name) && take_result(text, call) &&
        call->usecs < UINT64_MAX / 1000) {
        call->start = call->end - MIN(call->usecs * 1000, call->end);
        add_row(c, call);
    }
}

void capture_initcalls_line(CaptureInitcalls *c, const CaptureLine *line)
{
    CaptureInitcall call = { .end = line->time, .pos = line->pos };
    char text[TEXT_MAX];
    const char *said;

    if (line->continued || line->len >= sizeof(text)) {
        return;
    }
    memcpy(text, line->text, line->len);
    text[line->len] = '\0';
    said = message(text);
    if (g_str_has_prefix(said, "calling  ")) {
        handle_calling(c, said + strlen("calling  "), line->time);
    } else if (g_str_has_prefix(said, "initcall ")) {
        handle_returned(c, said + strlen("initcall "), &call);
    } else if (g_str_has_prefix(said, "probe of ")) {
        handle_probe(c, said + strlen("probe of "), &call);
    }
}

/* ------------------------------------------------------------------ */
/* Answers                                                             */

guint capture_initcalls_count(const CaptureInitcalls *c)
{
    return c->rows->len;
}

const CaptureInitcall *capture_initcalls_get(const CaptureInitcalls *c, guint i)
{
    return i < c->rows->len ? &g_array_index(c->rows, CaptureInitcall, i)
                            : NULL;
}

uint64_t capture_initcalls_dropped(const CaptureInitcalls *c)
{
    return c->dropped;
}

uint64_t capture_initcall_ns(const CaptureInitcall *call)
{
    return call->end - call->start;
}

static gint slower_first(gconstpointer a, gconstpointer b)
{
    const CaptureInitcall *x = *(const CaptureInitcall *const *)a;
    const CaptureInitcall *y = *(const CaptureInitcall *const *)b;
    uint64_t x_ns = capture_initcall_ns(x), y_ns = capture_initcall_ns(y);

    return x_ns != y_ns ? (x_ns < y_ns) - (x_ns > y_ns)
                        : (x->pos > y->pos) - (x->pos < y->pos);
}

GPtrArray *capture_initcalls_slowest(const CaptureInitcalls *c)
{
    GPtrArray *sorted = g_ptr_array_sized_new(c->rows->len);

    for (guint i = 0; i < c->rows->len; i++) {
        g_ptr_array_add(sorted, &g_array_index(c->rows, CaptureInitcall, i));
    }
    g_ptr_array_sort(sorted, slower_first);
    return sorted;
}
