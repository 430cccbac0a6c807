/*
 * As much of EDK2's Uefi.h as BootProbeDxe.c and efi-app.c need: types and
 * places are the UEFI specification's.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#ifndef TESTS_CLIENTS_UEFI_H
#define TESTS_CLIENTS_UEFI_H

typedef unsigned char UINT8;
typedef unsigned short CHAR16;
typedef char CHAR8;
typedef unsigned int UINT32;
typedef unsigned long long UINT64;
typedef UINT64 UINTN;
typedef UINTN EFI_STATUS;
typedef void *EFI_HANDLE;

#define IN
#define CONST const
#define STATIC static
#define EFIAPI
#define MAX_UINT32 ((UINT32)0xffffffff)
#define EFI_SUCCESS 0
#define EFI_UNSUPPORTED (0x8000000000000000ULL | 3)

typedef struct {
    UINT8 Header[24];
    void *Before[28];
    EFI_STATUS (*Stall)(UINTN Microseconds);
} EFI_BOOT_SERVICES;

typedef struct {
    UINT8 Header[24];
    void *Before[10];
    void (*ResetSystem)(int Type, EFI_STATUS Status, UINTN Size, void *Data);
} EFI_RUNTIME_SERVICES;

typedef struct {
    UINT8 Header[24];
    void *Before[8]; /* vendor, revision, consoles */
    EFI_RUNTIME_SERVICES *RuntimeServices;
    EFI_BOOT_SERVICES *BootServices;
} EFI_SYSTEM_TABLE;

#endif
