/* SPDX-License-Identifier: GPL-2.0-or-later */
#define BOOTSTAGE_ID_CHECK_MAGIC 1
#define BOOTSTAGE_ID_RUN_OS 15
void show_boot_progress(int progress);
