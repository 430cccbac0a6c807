/* SPDX-License-Identifier: GPL-2.0-or-later */
extern EFI_BOOT_SERVICES *gBS;
