/*
 * One HTML file with the picture and a log that can be searched.  It loads
 * nothing, and its policy lets no other script run than its own.
 *
 * The picture comes before the log and is known after it: rows wait in a
 * temporary file, not in memory.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#include <errno.h>
#include <inttypes.h>
#include <string.h>

#include "event.h"
#include "profile-export.h"
#include "viewer/common/loss.h"

/* A line that came this long after the one before is marked. */
#define SLOW_NS 10000000
#define SLOWER_NS 100000000

typedef struct State {
    BootData *boot;
    ProfileBoot *profile;
    FILE *rows;
} State;

static const char style[] =
    ":root{color-scheme:light dark;--bg:#fff;--fg:#24292f;--dim:#57606a;"
    "--line:#d8dee4;--slow:#fff3d6;--slower:#ffd9cc;--hit:#fff8b8}\n"
    "@media (prefers-color-scheme:dark){:root{--bg:#0d1117;--fg:#e6edf3;"
    "--dim:#9da7b3;--line:#2a313a;--slow:#3a2f10;--slower:#4d2015;"
    "--hit:#4a4410}}\n"
    "body{margin:0 auto;max-width:1100px;padding:0 12px 40px;"
    "background:var(--bg);color:var(--fg);"
    "font:14px system-ui,-apple-system,'Segoe UI','DejaVu Sans',sans-serif}\n"
    "svg{max-width:100%;height:auto}\n"
    "form{position:sticky;top:0;display:flex;flex-wrap:wrap;gap:8px;"
    "align-items:center;padding:10px 0;background:var(--bg);"
    "border-bottom:1px solid var(--line)}\n"
    "input[type=search]{flex:1;min-width:160px;font:inherit;padding:5px 8px;"
    "color:inherit;background:transparent;border:1px solid var(--dim);"
    "border-radius:4px}\n"
    "#count,label{color:var(--dim)}\n"
    "#log{font:12px/1.5 ui-monospace,'DejaVu Sans Mono',monospace;"
    "margin-top:8px}\n"
    "#log div{display:flex;content-visibility:auto;"
    "contain-intrinsic-size:auto 18px}\n"
    "#log div[hidden]{display:none}\n"
    "#log i{flex:none;font-style:normal;color:var(--dim);width:96px;"
    "text-align:right;padding-right:12px}\n"
    "#log b{flex:none;font-weight:normal;color:var(--dim);width:84px;"
    "padding-left:10px;overflow:hidden;text-overflow:ellipsis}\n"
    "#log span{white-space:pre-wrap;overflow-wrap:anywhere;min-width:0}\n"
    "#log .s i+i{color:inherit;background:var(--slow)}\n"
    "#log .w i+i{color:inherit;background:var(--slower);font-weight:600}\n"
    "#log .e span{color:var(--dim)}\n";

/* Rows are shown and hidden; no guest text is ever made into markup. */
static const char script[] =
    "(function(){'use strict';\n"
    "var q=document.getElementById('q'),slow=document.getElementById('slow'),"
    "n=document.getElementById('count'),"
    "rows=document.getElementById('log').children,timer=0;\n"
    "function show(){var want=q.value.toLowerCase(),hits=0;\n"
    "for(var i=0;i<rows.length;i++){var r=rows[i],"
    "ok=(!want||r.textContent.toLowerCase().indexOf(want)>=0)&&"
    "(!slow.checked||r.className==='s'||r.className==='w');\n"
    "if(r.hidden===ok){r.hidden=!ok;}hits+=ok;}\n"
    "n.textContent=hits+' of '+rows.length+' lines';}\n"
    "q.addEventListener('input',function(){clearTimeout(timer);"
    "timer=setTimeout(show,120);});\n"
    "slow.addEventListener('change',show);\n"
    "q.form.addEventListener('submit',function(e){e.preventDefault();show();"
    "});\n"
    "show();})();\n";

static bool html_begin(Export *e)
{
    State *s = g_new0(State, 1);

    e->state = s;
    s->boot = boot_data_new(e->virtual_clock);
    boot_data_want_boot_copies(s->boot);
    s->profile = profile_export_new(e, s->boot->phases);
    s->rows = tmpfile();
    if (!s->rows) {
        fail("temporary file", "cannot create: %s", g_strerror(errno));
    }
    return s->rows;
}

static void put_row(Export *e, uint64_t time, const char *class,
                    const char *tag, const char *text)
{
    State *s = e->state;
    GString *row = e->buf;
    RowDelta delta = row_clock_next(&e->clock, time);
    uint64_t wait = row_delta_wait(delta);

    if (delta.first) {
        delta.ns = 0;
    }
    if (!class && wait >= SLOW_NS) {
        class = wait >= SLOWER_NS ? "w" : "s";
    }
    g_string_truncate(row, 0);
    g_string_append(row, "<div");
    if (class) {
        g_string_append(row, " class=\"");
        g_string_append(row, class);
        g_string_append_c(row, '"');
    }
    g_string_append(row, "><i>");
    append_seconds(row, time, 6);
    g_string_append(row, "</i><i>");
    append_delta(row, delta, 6);
    g_string_append(row, "</i><b>");
    append_escaped(row, tag);
    g_string_append(row, "</b><span>");
    append_escaped(row, text);
    g_string_append(row, "</span></div>\n");
    fwrite_unlocked(row->str, 1, row->len, s->rows);
}

static void html_record(Export *e, const CaptureRecord *rec)
{
    State *s = e->state;

    boot_data_record(s->boot, rec);
    profile_boot_record(s->profile, rec);
}

static void html_event(Export *e, const CaptureRecord *rec)
{
    if (rec->kind == CAPTURE_VM || is_missing(rec) ||
        rec->kind == CAPTURE_PROBE || rec->kind == CAPTURE_NAMED ||
        rec->kind == CAPTURE_POST || e->options->events) {
        g_string_truncate(e->text, 0);
        if (append_event(e->text, rec)) {
            put_row(e, rec->time, "e", "", e->text->str);
        }
    }
}

static void html_line(Export *e, const CaptureLine *line)
{
    State *s = e->state;

    boot_data_line(s->boot, line);
    profile_boot_line(s->profile, line);
}

static void html_row(Export *e, const CaptureLine *line)
{
    g_autofree char *tag = stream_tag(&e->names, line->stream);

    g_string_truncate(e->text, 0);
    append_line_text(e->text, line);
    put_row(e, line->time, NULL, tag, e->text->str);
}

/* The base64 of the script's SHA-256, for the policy. */
static char *script_hash(void)
{
    guint8 digest[32];
    gsize len = sizeof(digest);
    GChecksum *sum = g_checksum_new(G_CHECKSUM_SHA256);

    g_checksum_update(sum, (const guchar *)script, strlen(script));
    g_checksum_get_digest(sum, digest, &len);
    g_checksum_free(sum);
    return g_base64_encode(digest, len);
}

static void put_page_head(Export *e)
{
    g_autofree char *hash = script_hash();

    fprintf(e->out,
            "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n"
            "<meta charset=\"utf-8\">\n"
            "<meta http-equiv=\"Content-Security-Policy\" "
            "content=\"default-src 'none'; style-src 'unsafe-inline'; "
            "script-src 'sha256-%s'\">\n"
            "<meta name=\"viewport\" content=\"width=device-width\">\n"
            "<title>Boot</title>\n<style>\n%s</style>\n</head>\n<body>\n",
            hash, style);
}

/* What waits in the temporary file, behind the picture. */
static bool copy_rows(Export *e)
{
    State *s = e->state;
    char buf[65536];
    size_t n;

    if (fflush(s->rows) || ferror(s->rows)) {
        fail("temporary file", "cannot write: %s", g_strerror(errno));
        return false;
    }
    rewind(s->rows);
    while ((n = fread(buf, 1, sizeof(buf), s->rows)) > 0) {
        fwrite(buf, 1, n, e->out);
    }
    return !ferror(s->rows);
}

static bool put_page(Export *e)
{
    State *s = e->state;
    g_autoptr(GString) svg = g_string_new(NULL);
    bool ok;

    profile_sort(s->profile->profile);
    append_timeline_svg(svg, s->boot, s->profile, false);
    put_page_head(e);
    fwrite(svg->str, 1, svg->len, e->out);
    fputs("<form><input type=\"search\" id=\"q\" placeholder=\"Search the "
          "log\" aria-label=\"Search the log\"><label><input "
          "type=\"checkbox\" id=\"slow\"> slow lines only</label>"
          "<span id=\"count\"></span></form>\n<div id=\"log\">\n",
          e->out);
    ok = copy_rows(e);
    fprintf(e->out, "</div>\n<script>%s</script>\n</body>\n</html>\n", script);
    return ok;
}

static bool html_end(Export *e)
{
    State *s = e->state;
    bool ok = s->rows && profile_export_has_vcpu(e, s->profile) && put_page(e);

    if (s->rows) {
        fclose(s->rows);
    }
    profile_boot_free(s->profile);
    boot_data_free(s->boot);
    g_clear_pointer(&e->state, g_free);
    return ok;
}

const ExportFormat export_html = {
    .info = {
        .name = "html",
        .summary = "one page: the picture and a log to search",
        .extension = ".html",
        .samples = true,
    },
    .begin = html_begin,
    .record = html_record,
    .line = html_line,
    .row_event = html_event,
    .row_line = html_row,
    .end = html_end,
    .tells_loss = true,
};
