/*
 * Labels of a capture.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#include <string.h>

#include "format.h"
#include "labels.h"

/* Letters, digits, and what is usual between them. */
static bool is_name(const char *text, size_t len)
{
    for (size_t i = 0; i < len; i++) {
        if (!g_ascii_isalnum(text[i]) && !strchr("._-", text[i])) {
            return false;
        }
    }
    return len > 0;
}

bool capture_label_add(GString *labels, const char *text, char **error)
{
    const char *equals = strchr(text, '=');
    g_autofree char *name = equals ? g_strndup(text, equals - text) : NULL;
    g_autofree char *before =
        name ? capture_label_get(labels->str, name) : NULL;

    if (!name || !is_name(name, strlen(name)) || strchr(text, '\n') ||
        !g_utf8_validate(text, -1, NULL)) {
        *error = g_strdup_printf("'%s' is no label such as commit=abc", text);
        return false;
    }
    if (before) {
        *error = g_strdup_printf("label '%s' is given twice", name);
        return false;
    }
    if (labels->len + strlen(text) + 1 >=
        sizeof(((CaptureHeader *)NULL)->labels)) {
        *error = g_strdup_printf("labels of more than %zu bytes",
                                 sizeof(((CaptureHeader *)NULL)->labels) - 1);
        return false;
    }
    g_string_append_printf(labels, "%s\n", text);
    return true;
}

char *capture_label_get(const char *labels, const char *name)
{
    size_t len = strlen(name);

    while (labels && *labels) {
        const char *end = strchrnul(labels, '\n');

        if (!strncmp(labels, name, len) && labels[len] == '=') {
            return g_strndup(labels + len + 1, end - labels - len - 1);
        }
        labels = *end ? end + 1 : end;
    }
    return NULL;
}
