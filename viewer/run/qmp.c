/*
 * Questions to a QEMU that hangs.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <glib/gstdio.h>
#include <json-glib/json-glib.h>

#include "qmp.h"

#define ANSWER_US (2 * G_USEC_PER_SEC)
#define ANSWER_MAX (4 << 20) /* bytes: registers of a thousand vCPUs */

struct Qmp {
    char *dir, *path;
    int listen, fd; /* -1: none */
    GString *input;
    gint64 deadline; /* us */
};

void qmp_free(Qmp *q)
{
    if (!q) {
        return;
    }
    if (q->fd >= 0) {
        close(q->fd);
    }
    if (q->listen >= 0) {
        close(q->listen);
    }
    if (q->path) {
        unlink(q->path);
    }
    if (q->dir) {
        g_rmdir(q->dir);
    }
    g_string_free(q->input, TRUE);
    g_free(q->path);
    g_free(q->dir);
    g_free(q);
}

static bool bind_socket(Qmp *q)
{
    struct sockaddr_un address = { .sun_family = AF_UNIX };

    /* Only the folder's owner can connect. */
    q->dir = g_dir_make_tmp("bootstamp-qmp-XXXXXX", NULL);
    if (!q->dir) {
        return false;
    }
    q->path = g_build_filename(q->dir, "qmp", NULL);
    if (g_strlcpy(address.sun_path, q->path, sizeof(address.sun_path)) >=
        sizeof(address.sun_path)) {
        return false;
    }
    q->listen = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    return q->listen >= 0 &&
           !bind(q->listen, (struct sockaddr *)&address, sizeof(address)) &&
           !listen(q->listen, 8);
}

Qmp *qmp_listen(void)
{
    Qmp *q = g_new0(Qmp, 1);

    q->listen = q->fd = -1;
    q->input = g_string_new(NULL);
    if (!bind_socket(q)) {
        g_clear_pointer(&q, qmp_free);
    }
    return q;
}

const char *qmp_path(const Qmp *q)
{
    return q->path;
}

/* The last that came: a QEMU that was only asked what it can came before it. */
static void take_connection(Qmp *q)
{
    int fd;

    while ((fd = accept4(q->listen, NULL, NULL,
                         SOCK_CLOEXEC | SOCK_NONBLOCK)) >= 0) {
        if (q->fd >= 0) {
            close(q->fd);
        }
        q->fd = fd;
    }
}

/* False: the time is over, or nobody is there any more. */
static bool wait_for_input(Qmp *q)
{
    struct pollfd p = { .fd = q->fd, .events = POLLIN };
    gint64 left = q->deadline - g_get_monotonic_time();
    char buf[4096];
    ssize_t n;

    if (left <= 0 || q->input->len > ANSWER_MAX ||
        poll(&p, 1, left / 1000 + 1) <= 0) {
        return false;
    }
    n = read(q->fd, buf, sizeof(buf));
    if (n > 0) {
        g_string_append_len(q->input, buf, n);
    }
    return n > 0 || (n < 0 && errno == EAGAIN);
}

/* The next line, which the caller frees; NULL: none came. */
static char *read_line(Qmp *q)
{
    char *end, *line;

    while (!(end = memchr(q->input->str, '\n', q->input->len))) {
        if (!wait_for_input(q)) {
            return NULL;
        }
    }
    line = g_strndup(q->input->str, end - q->input->str);
    g_string_erase(q->input, 0, end - q->input->str + 1);
    return line;
}

static bool send_text(Qmp *q, const char *text)
{
    size_t len = strlen(text);

    return send(q->fd, text, len, MSG_NOSIGNAL) == (ssize_t)len;
}

/* Its answer, events left out; NULL: none, or an error. */
static JsonNode *command(Qmp *q, const char *text)
{
    bool sent = send_text(q, text);
    char *line;

    while (sent && (line = read_line(q))) {
        g_autoptr(JsonNode) node = json_from_string(line, NULL);
        JsonObject *o = node && JSON_NODE_HOLDS_OBJECT(node)
                            ? json_node_get_object(node)
                            : NULL;

        g_free(line);
        if (o && json_object_has_member(o, "return")) {
            return json_node_copy(json_object_get_member(o, "return"));
        }
        if (!o || json_object_has_member(o, "error")) {
            break;
        }
    }
    return NULL;
}

static char *string_of(JsonNode *node)
{
    return node && JSON_NODE_HOLDS_VALUE(node) ? json_node_dup_string(node)
                                               : NULL;
}

void qmp_ask(Qmp *q, char **state, char **registers)
{
    g_autofree char *greeting = NULL;
    g_autoptr(JsonNode) ready = NULL, status = NULL, text = NULL;

    *state = *registers = NULL;
    q->deadline = g_get_monotonic_time() + ANSWER_US;
    take_connection(q);
    if (q->fd < 0) {
        return;
    }
    greeting = read_line(q);
    ready =
        greeting ? command(q, "{\"execute\":\"qmp_capabilities\"}\n") : NULL;
    status = ready ? command(q, "{\"execute\":\"query-status\"}\n") : NULL;
    if (status && JSON_NODE_HOLDS_OBJECT(status)) {
        JsonObject *o = json_node_get_object(status);

        if (json_object_has_member(o, "status")) {
            *state = string_of(json_object_get_member(o, "status"));
        }
    }
    text = status ? command(q, "{\"execute\":\"human-monitor-command\","
                               "\"arguments\":{\"command-line\":"
                               "\"info registers -a\"}}\n")
                  : NULL;
    *registers = string_of(text);
}
