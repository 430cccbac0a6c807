/*
 * Boots: one in front of the viewer, many of them, one of yesterday.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#ifndef VIEWER_RUN_RUN_H
#define VIEWER_RUN_RUN_H

#include "ab.h"
#include "alone.h"
#include "many.h"
#include "native.h"
#include "replay.h"
#include "start.h"
#include "with-view.h"

#endif
