/** @file
  A DXE driver that reports its work to the boot probe device: a sample of how
  EDK2 firmware uses docs/probe-protocol.md.  ovmf-debug.sh builds it in, and
  tests/boot/clients.t runs it on the firmware that is installed.

  SPDX-License-Identifier: MIT-0
**/

// EDK2's style:
// clang-format off

#include <Uefi.h>
#include <Library/UefiBootServicesTableLib.h>

#include "probe.h"

#define STEP_US  2000

//
// Firmware memory is mapped one to one, so a pointer is its physical address.
//
STATIC UINT8  mBuffer[BOOTPROBE_NAME_BUFFER];

/**
  Report the begin or the end of a span.

  @param[in]  Kind  BOOTPROBE_BEGIN or BOOTPROBE_END.
  @param[in]  Name  What a person should read.
  @param[in]  Size  What was worked on, in bytes.

  @retval EFI_SUCCESS      The device has taken it.
  @retval EFI_UNSUPPORTED  There is no such device, or it takes no names.
**/
STATIC
EFI_STATUS
BootProbeReport (
  IN UINT8        Kind,
  IN CONST CHAR8  *Name,
  IN UINT64       Size
  )
{
  if (!bootprobe_present () || ((bootprobe_features () & BOOTPROBE_NAMES) == 0)) {
    return EFI_UNSUPPORTED;
  }

  if ((UINTN)mBuffer > MAX_UINT32 - sizeof (mBuffer)) {
    return EFI_UNSUPPORTED;
  }

  bootprobe_name (
    mBuffer,
    Kind,
    0,
    Size != 0 ? BOOTPROBE_UNIT_BYTES : BOOTPROBE_UNIT_NONE,
    (UINT32)Size,
    (UINT32)(Size >> 32),
    Name
    );
  return bootprobe_send ((UINT32)(UINTN)mBuffer) ? EFI_SUCCESS : EFI_UNSUPPORTED;
}

/**
  The driver's entry point: two spans, one inside the other.

  @param[in]  ImageHandle  The driver's image.
  @param[in]  SystemTable  The EFI system table.

  @retval EFI_UNSUPPORTED  Always: nothing of it has to stay.
**/
EFI_STATUS
EFIAPI
BootProbeDxeEntryPoint (
  IN EFI_HANDLE        ImageHandle,
  IN EFI_SYSTEM_TABLE  *SystemTable
  )
{
  BootProbeReport (BOOTPROBE_BEGIN, "BootProbeDxe", 0);
  BootProbeReport (BOOTPROBE_BEGIN, "BootProbeDxe: stall", 5368709120ULL);
  gBS->Stall (STEP_US);
  BootProbeReport (BOOTPROBE_END, "BootProbeDxe: stall", 5368709120ULL);
  BootProbeReport (BOOTPROBE_END, "BootProbeDxe", 0);
  return EFI_UNSUPPORTED;
}
