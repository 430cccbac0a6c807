/*
 * An EFI application that calls the entry point of BootProbeDxe.c as the DXE
 * dispatcher would, and powers the machine off.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#include <Uefi.h>
#include <Library/UefiBootServicesTableLib.h>

#define EFI_RESET_SHUTDOWN 2

EFI_BOOT_SERVICES *gBS;

EFI_STATUS BootProbeDxeEntryPoint(EFI_HANDLE image, EFI_SYSTEM_TABLE *table);
EFI_STATUS efi_main(EFI_HANDLE image, EFI_SYSTEM_TABLE *table);

EFI_STATUS efi_main(EFI_HANDLE image, EFI_SYSTEM_TABLE *table)
{
    gBS = table->BootServices;
    BootProbeDxeEntryPoint(image, table);
    table->RuntimeServices->ResetSystem(EFI_RESET_SHUTDOWN, EFI_SUCCESS, 0, 0);
    return EFI_SUCCESS;
}
