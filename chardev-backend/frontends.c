/*
 * Devices that are the front end of a chardev.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#include "qemu-compat.h"
#include "qom/object.h"

#include "frontends.h"

typedef struct Visit {
    void (*visit)(const char *label, const char *type, uint64_t port,
                  void *opaque);
    void *opaque;
} Visit;

/*
 * A device whose "chardev" property is a front end's, or an alias of one, is
 * that of the chardev which it names; one with a mere name there
 * (isa-bootprobe) stands beside.
 */
static int visit_object(Object *obj, void *opaque)
{
    const Visit *v = opaque;
    g_autofree char *label = NULL;
    ObjectProperty *property;
    uint64_t port = UINT64_MAX;

    if (!object_dynamic_cast(obj, TYPE_DEVICE)) {
        return 0;
    }
    property = object_property_find(obj, "chardev");
    if (!property ||
        g_strcmp0(property->description, qdev_prop_chr.description)) {
        return 0;
    }
    label = object_property_get_str(obj, "chardev", NULL);
    if (!label || !label[0]) {
        return 0;
    }
    if (object_property_find(obj, "iobase")) {
        port = object_property_get_uint(obj, "iobase", NULL);
    }
    v->visit(label, object_get_typename(obj), port, v->opaque);
    return 0;
}

void frontends_foreach(void (*visit)(const char *label, const char *type,
                                     uint64_t port, void *opaque),
                       void *opaque)
{
    Visit v = { visit, opaque };

    object_child_foreach_recursive(object_get_root(), visit_object, &v);
}

char *frontend_name(const char *type, uint64_t port)
{
    return port == UINT64_MAX ? g_strdup(type)
                              : g_strdup_printf("%s 0x%" PRIx64, type, port);
}
