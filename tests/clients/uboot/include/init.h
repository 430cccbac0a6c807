/* SPDX-License-Identifier: GPL-2.0-or-later */
int board_late_init(void);
