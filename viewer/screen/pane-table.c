/*
 * The table of panes.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#include "pane-table.h"

#define PANE_OPS(id, name, kind) &pane_##name,
static const PaneOps *const ops[PANE_COUNT] = { PANES(PANE_OPS) };

#define PANE_KIND(id, name, kind) PANE_##kind,
static const PaneKind kinds[PANE_COUNT] = { PANES(PANE_KIND) };

const PaneOps *pane_ops(PaneId id)
{
    const PaneOps *o = ops[id];

    g_assert(o->draw && !o->count == !o->text && !o->count == !o->selected &&
             !o->count == !o->select);
    return o;
}

PaneKind pane_kind(PaneId id)
{
    return kinds[id];
}

PaneId pane_with_keys(const View *v)
{
    return v->open != PANE_LOG ? v->open : v->focus;
}
