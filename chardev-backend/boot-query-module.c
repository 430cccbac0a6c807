/*
 * x-query-boot-timestamps and info boot-timestamps in a QEMU that has neither
 * in its schema and tables: for the loadable module only.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#include "qemu-compat.h"
#include "../monitor/monitor-internal.h" /* beside QEMU's include/ */
#include "monitor/hmp.h"
#include "qapi/qobject-input-visitor.h"
#include "qapi/util.h"
#include "qapi/visitor.h"
#include "qemu/module.h"

#include "boot-query.h"

#define NS_PER_S 1000000000
#define QMP_NAME "x-query-boot-timestamps"
#define HMP_NAME "boot-timestamps"

/* ------------------------------------------------------------------ */
/* QMP                                                                 */

static void put_uint(QDict *dict, const char *name, uint64_t value)
{
    qdict_put(dict, name, qnum_from_uint(value));
}

static QDict *milestone(const CaptureBoot *boot, const CaptureMilestone *p)
{
    static const char *const sources[] = {
        [CAPTURE_SOURCE_EVENT] = "event",
        [CAPTURE_SOURCE_LOG] = "log",
        [CAPTURE_SOURCE_PROBE] = "probe",
    };
    QDict *dict = qdict_new();

    qdict_put_str(dict, "name", p->name);
    put_uint(dict, "boot", p->boot);
    put_uint(dict, "time-ns", boot_since_start(boot, p->time));
    if (p->vtime != CAPTURE_NO_TIME) {
        put_uint(dict, "virtual-ns", p->vtime);
    }
    qdict_put_str(dict, "source", sources[p->source]);
    if (p->detail[0]) {
        qdict_put_str(dict, "detail", p->detail);
    }
    return dict;
}

static const char *interface_of(const CaptureCopy *c)
{
    return c->pio && c->dma ? "both" : c->dma ? "dma" : "pio";
}

static QDict *fw_cfg_item(const CaptureBoot *boot, const CaptureCopy *c)
{
    QDict *dict = qdict_new();

    put_uint(dict, "key", c->key);
    qdict_put_str(dict, "name", c->name);
    put_uint(dict, "size", c->size);
    put_uint(dict, "copied", c->bytes);
    put_uint(dict, "offset", c->offset);
    qdict_put_bool(dict, "running", c->running);
    qdict_put_str(dict, "interface", interface_of(c));
    put_uint(dict, "start-ns", boot_since_start(boot, c->first));
    put_uint(dict, "end-ns", boot_since_start(boot, c->last));
    put_uint(dict, "active-ns", c->active_ns);
    return dict;
}

static const char *clock_of(const CaptureBoot *boot)
{
    static const char *const clocks[] = {
        [CAPTURE_CLOCK_MODE_BOTH] = "both",
        [CAPTURE_CLOCK_MODE_HOST] = "host",
        [CAPTURE_CLOCK_MODE_VIRTUAL] = "virtual",
    };

    return clocks[boot->clock];
}

static void put_boot(QDict *dict, const CaptureBoot *boot, uint64_t now)
{
    QList *milestones = qlist_new();
    QList *items = qlist_new();

    for (guint i = 0; i < boot->phases->len; i++) {
        qlist_append(
            milestones,
            milestone(boot, &g_array_index(boot->phases, CaptureMilestone, i)));
    }
    for (guint i = 0; i < boot->copies->len; i++) {
        qlist_append(items, fw_cfg_item(boot, &g_array_index(boot->copies,
                                                             CaptureCopy, i)));
    }
    qdict_put_str(dict, "clock", clock_of(boot));
    put_uint(dict, "start-sec", boot->wall_ns / NS_PER_S);
    put_uint(dict, "start-nsec", boot->wall_ns % NS_PER_S);
    put_uint(dict, "now-ns", boot_since_start(boot, now));
    qdict_put_bool(dict, "ended", boot->state != CAPTURE_LIVE);
    qdict_put(dict, "milestones", milestones);
    put_uint(dict, "milestones-dropped", boot->dropped);
    qdict_put(dict, "fw-cfg", items);
}

static QDict *timestamps(const BootTimestamps *t)
{
    QDict *dict = qdict_new();
    QList *chardevs = qlist_new();

    for (guint i = 0; i < t->chardevs->len; i++) {
        qlist_append_str(chardevs, t->chardevs->pdata[i]);
    }
    qdict_put(dict, "chardevs", chardevs);
    qdict_put_str(dict, "filename", t->filename);
    put_boot(dict, t->boot, t->now_ns);
    if (t->error) {
        qdict_put_str(dict, "error", t->error);
    }
    put_uint(dict, "lost-bytes", t->lost_bytes);
    put_uint(dict, "lost-events", t->lost_events);
    return dict;
}

/* As QAPI's generator would write it, so that errors are QEMU's own. */
static bool take_arguments(QDict *args, char **chardev, Error **errp)
{
    Visitor *v = qobject_input_visitor_new(QOBJECT(args));
    bool has = false;
    bool ok = false;

    if (visit_start_struct(v, NULL, NULL, 0, errp)) {
        ok = !visit_optional(v, "chardev", &has) ||
             visit_type_str(v, "chardev", chardev, errp);
        ok = ok && visit_check_struct(v, errp);
        visit_end_struct(v, NULL);
    }
    visit_free(v);
    return ok;
}

static void coroutine_fn query_boot_timestamps(QDict *args, QObject **ret,
                                               Error **errp)
{
    g_autofree char *chardev = NULL;
    g_autoptr(GPtrArray) list = NULL;
    QList *result;

    if (!take_arguments(args, &chardev, errp)) {
        return;
    }
    list = boot_query_co(chardev, errp);
    if (!list) {
        return;
    }
    result = qlist_new();
    for (guint i = 0; i < list->len; i++) {
        qlist_append(result, timestamps(list->pdata[i]));
    }
    *ret = QOBJECT(result);
}

/* ------------------------------------------------------------------ */
/* HMP                                                                 */

/*
 * QEMU's table of info commands is an array of fixed size, and
 * monitor_register_hmp() fills in entries that are there.  But hmp_cmds[]
 * points to it, and can point to a longer copy.
 *
 * A module that QEMU loads later still registers in the original: an entry
 * that has no handler yet gets one of these, which looks there.
 */
#define LATE_MAX 8

static const HMPCommand *late[LATE_MAX];

static void call_late(Monitor *mon, const QDict *qdict,
                      const HMPCommand *original)
{
    g_autoptr(HumanReadableText) text = NULL;
    Error *err = NULL;

    if (original->cmd) {
        original->cmd(mon, qdict);
    } else if (!original->cmd_info_hrt) {
        monitor_printf(mon, "Command \"info %s\" is not available.\n",
                       original->name);
    } else {
        text = original->cmd_info_hrt(&err);
        if (!hmp_handle_error(mon, err)) {
            monitor_puts(mon, text->human_readable_text);
        }
    }
}

#define LATE(n)                                                                \
    static void late_##n(Monitor *mon, const QDict *qdict)                     \
    {                                                                          \
        call_late(mon, qdict, late[n]);                                        \
    }

LATE(0)
LATE(1)
LATE(2)
LATE(3)
LATE(4)
LATE(5)
LATE(6)
LATE(7)

static void (*const late_handlers[LATE_MAX])(Monitor *, const QDict *) = {
    late_0, late_1, late_2, late_3, late_4, late_5, late_6, late_7,
};

static HMPCommand *find_hmp(HMPCommand *table, const char *name)
{
    while (table->name && strcmp(table->name, name)) {
        table++;
    }
    return table->name ? table : NULL;
}

static const HMPCommand info_boot_timestamps = {
    .name = HMP_NAME,
    .args_type = "chardev:s?",
    .params = "[chardev]",
    .help = "show the milestones of the boot and the fw_cfg items copied",
    .flags = "p",
    .cmd = hmp_info_boot_timestamps,
};

/* The copy, sorted as the original; NULL: more without handler than ours. */
static HMPCommand *longer_table(const HMPCommand *table)
{
    GArray *copy = g_array_new(TRUE, TRUE, sizeof(HMPCommand));
    unsigned n = 0;
    bool in = false;

    for (; table->name; table++) {
        HMPCommand entry = *table;

        if (!entry.cmd && !entry.cmd_info_hrt) {
            if (n == LATE_MAX) {
                g_array_unref(copy);
                return NULL;
            }
            late[n] = table;
            entry.cmd = late_handlers[n++];
        }
        if (!in && strcmp(entry.name, HMP_NAME) > 0) {
            g_array_append_val(copy, info_boot_timestamps);
            in = true;
        }
        g_array_append_val(copy, entry);
    }
    return (HMPCommand *)(void *)g_array_free(copy, FALSE);
}

static void register_hmp(void)
{
    HMPCommand *info = find_hmp(bootstamp_hmp_commands(), "info");
    HMPCommand *table = info ? info->sub_table : NULL;

    if (table && !find_hmp(table, HMP_NAME)) {
        table = longer_table(table);
        info->sub_table = table ? table : info->sub_table;
    }
}

/* ------------------------------------------------------------------ */
/* Registration                                                        */

/*
 * QEMU fills its tables of commands between calling the modules' init
 * functions for types and those for block drivers.
 */
static void register_commands(void)
{
    if (!qmp_find_command(&qmp_commands, "query-version") ||
        qmp_find_command(&qmp_commands, QMP_NAME)) {
        return;
    }
    qmp_register_command(&qmp_commands, QMP_NAME, query_boot_timestamps,
                         QCO_COROUTINE | QCO_ALLOW_PRECONFIG,
                         1u << QAPI_UNSTABLE);
    register_hmp();
}

block_init(register_commands)
