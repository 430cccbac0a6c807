/*
 * Milestones out of records and lines, with the patterns that are compiled
 * in.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#include <string.h>
#include <time.h>

#include "capture/copies.h"
#include "capture/milestones.h"
#include "util.h"

typedef struct Boot {
    CaptureMilestones *phases;
    uint64_t pos;
} Boot;

static void record(Boot *b, uint64_t time, CaptureRecord rec)
{
    rec.time = time;
    rec.vtime = CAPTURE_NO_TIME;
    rec.pos = b->pos++;
    capture_milestones_record(b->phases, &rec);
}

static void vm(Boot *b, uint64_t time, CaptureVmEvent event, const char *detail)
{
    CaptureRecord rec = { .kind = CAPTURE_VM, .u.vm.event = event };

    g_strlcpy(rec.u.vm.detail, detail, sizeof(rec.u.vm.detail));
    record(b, time, rec);
}

static void text(Boot *b, uint64_t time, const char *line, bool continued)
{
    CaptureLine l = {
        .pos = b->pos++,
        .time = time,
        .vtime = CAPTURE_NO_TIME,
        .end_time = time,
        .text = line,
        .len = strlen(line),
        .continued = continued,
        .complete = true,
    };

    capture_milestones_line(b->phases, &l);
}

static void copy_bytes(Boot *b, uint64_t time, uint16_t key, uint32_t bytes)
{
    record(b, time,
           (CaptureRecord){ .kind = CAPTURE_SELECT, .u.select.key = key });
    record(b, time + 1,
           (CaptureRecord){ .kind = CAPTURE_DMA_END,
                            .u.dma_end = { .key = key, .offset = bytes } });
}

static void copy(Boot *b, uint64_t time, uint16_t key)
{
    copy_bytes(b, time, key, 4096);
}

static Boot begin(void)
{
    Boot b = { .phases = capture_milestones_new() };

    return b;
}

static const CaptureMilestone *row(const Boot *b, guint i)
{
    const CaptureMilestone *phase = capture_milestones_get(b->phases, i);

    g_assert_nonnull(phase);
    return phase;
}

static guint count_of(const Boot *b, CaptureMilestoneId milestone)
{
    guint n = 0;

    for (guint i = 0; i < capture_milestones_count(b->phases); i++) {
        n += row(b, i)->milestone == milestone;
    }
    return n;
}

static void whole_boot(Boot *b, uint64_t at)
{
    vm(b, at + 10, CAPTURE_VM_RUN, "running");
    text(b, at + 20, "SeaBIOS (version 1.16.2-debian-1.16.2-1)", false);
    text(b, at + 30, "enter handle_19:", false);
    text(b, at + 40, "Booting from ROM..", false);
    copy(b, at + 50, FWCFG_INITRD_DATA);
    copy(b, at + 60, FWCFG_KERNEL_DATA);
    copy(b, at + 70, FWCFG_CMDLINE_DATA);
}

static void all_ten_come_in_the_order_they_happened(void)
{
    static const CaptureMilestoneId want[] = {
        CAPTURE_MS_START,        CAPTURE_MS_RUN,
        CAPTURE_MS_BIOS_POST,    CAPTURE_MS_BIOS_INT19,
        CAPTURE_MS_BIOS_BOOT_OS, CAPTURE_MS_COPY_INITRD,
        CAPTURE_MS_COPY_KERNEL,  CAPTURE_MS_LINUX_BOOT_OS,
        CAPTURE_MS_SHUTDOWN,     CAPTURE_MS_STOP,
    };
    Boot b = begin();

    vm(&b, 0, CAPTURE_VM_START, "");
    vm(&b, 1, CAPTURE_VM_RESET, "none"); /* the machine's own creation */
    whole_boot(&b, 0);
    vm(&b, 100, CAPTURE_VM_SHUTDOWN, "guest-shutdown");
    vm(&b, 110, CAPTURE_VM_STOP, "");
    g_assert_cmpuint(capture_milestones_count(b.phases), ==,
                     G_N_ELEMENTS(want));
    for (guint i = 0; i < G_N_ELEMENTS(want); i++) {
        g_assert_cmpint(row(&b, i)->milestone, ==, want[i]);
        g_assert_cmpuint(row(&b, i)->boot, ==, 0);
        g_assert_nonnull(row(&b, i)->name);
    }
    /* The end of the last item of -kernel, not of the first. */
    g_assert_cmpuint(row(&b, 7)->time, ==, 71);
    g_assert_cmpstr(row(&b, 8)->detail, ==, "guest-shutdown");
    g_assert_null(capture_milestones_get(b.phases, 10));
    capture_milestones_free(b.phases);
}

static void what_the_main_loop_stamped_is_marked(void)
{
    CaptureRecord by_guest = {
        .kind = CAPTURE_VM,
        .u.vm.event = CAPTURE_VM_SHUTDOWN,
        .u.vm.by_guest = true,
    };

    for (int i = 0; i < 2; i++) {
        Boot b = begin();

        vm(&b, 0, CAPTURE_VM_START, "");
        whole_boot(&b, 0);
        vm(&b, 80, CAPTURE_VM_RESET, "");
        if (i) {
            record(&b, 100, by_guest);
        } else {
            vm(&b, 100, CAPTURE_VM_SHUTDOWN, "host-signal");
        }
        vm(&b, 110, CAPTURE_VM_STOP, "");
        for (guint j = 0; j < capture_milestones_count(b.phases); j++) {
            CaptureMilestoneId m = row(&b, j)->milestone;

            g_assert_cmpint(row(&b, j)->outside, ==,
                            m == CAPTURE_MS_RESET || m == CAPTURE_MS_STOP ||
                                (m == CAPTURE_MS_SHUTDOWN && !i));
        }
        g_assert_cmpuint(count_of(&b, CAPTURE_MS_SHUTDOWN), ==, 1);
        capture_milestones_free(b.phases);
    }
}

static void a_boot_without_an_initrd_has_no_such_row(void)
{
    Boot b = begin();

    /* The option ROM asks for it all the same. */
    copy_bytes(&b, 8, FWCFG_INITRD_DATA, 0);
    copy(&b, 10, FWCFG_KERNEL_DATA);
    g_assert_cmpuint(count_of(&b, CAPTURE_MS_COPY_INITRD), ==, 0);
    g_assert_cmpuint(count_of(&b, CAPTURE_MS_COPY_KERNEL), ==, 1);
    g_assert_cmpuint(row(&b, 0)->time, ==, 10); /* its select */
    capture_milestones_free(b.phases);
}

/* As OpenBIOS does, which boots no kernel so. */
static void a_command_line_alone_boots_nothing(void)
{
    Boot b = begin();

    copy_bytes(&b, 10, FWCFG_CMDLINE_DATA, 1);
    g_assert_cmpuint(capture_milestones_count(b.phases), ==, 0);
    capture_milestones_free(b.phases);
}

/* QEMU's multiboot.bin: what is the initrd elsewhere is a list of modules. */
static void a_multiboot_kernel_has_names_of_its_own(void)
{
    static const char *const want[] = { "Multiboot copy module list",
                                        "Multiboot copy kernel",
                                        "Multiboot boot OS" };
    Boot b = begin();

    copy(&b, 10, FWCFG_INITRD_DATA);
    copy(&b, 20, FWCFG_KERNEL_DATA);
    copy(&b, 30, FWCFG_KERNEL_ENTRY);
    for (guint i = 0; i < G_N_ELEMENTS(want); i++) {
        g_assert_cmpstr(row(&b, i)->name, ==, want[i]);
    }
    g_assert_cmpuint(capture_milestones_count(b.phases), ==, 3);
    capture_milestones_free(b.phases);
}

static void check_names(const Boot *b, const char *want)
{
    g_autoptr(GString) got = g_string_new(NULL);

    for (guint i = 0; i < capture_milestones_count(b->phases); i++) {
        const CaptureMilestone *p = row(b, i);

        g_string_append_printf(got, "%s%s@%" G_GUINT64_FORMAT, i ? ", " : "",
                               p->name, p->time);
        if (p->detail[0]) {
            g_string_append_printf(got, " (%s)", p->detail);
        }
    }
    g_assert_cmpstr(got->str, ==, want);
}

static void what_failed_to_boot_is_an_attempt(void)
{
    Boot b = begin();

    text(&b, 1, "Booting from ROM...", false);
    text(&b, 2, "Booting from c900:0371", false);
    text(&b, 9, "Booting from DVD/CD...", false);
    text(&b, 10, "Boot failed: Could not read from CDROM (code 0003)", false);
    text(&b, 11, "Booting from Hard Disk...", false);
    text(&b, 12, "Booting from 0000:7c00", false);
    check_names(&b, "BIOS boot attempt@1 (ROM: failed), "
                    "BIOS boot attempt@9 (DVD/CD: failed), "
                    "BIOS boot OS@11 (Hard Disk)");
    text(&b, 20, "Boot failed: not a bootable disk", false);
    text(&b, 21, "No bootable device.", false);
    check_names(&b, "BIOS boot attempt@1 (ROM: failed), "
                    "BIOS boot attempt@9 (DVD/CD: failed), "
                    "BIOS boot attempt@11 (Hard Disk: failed), "
                    "BIOS no boot device@21");
    capture_milestones_free(b.phases);
}

static void efi_attempts_have_their_boot_option(void)
{
    Boot b = begin();

    text(&b, 1, "UEFI firmware (version 1 built at x)", false);
    text(&b, 2, "BdsDxe: loading Boot0001 \"UEFI PXEv4\" from Pci", false);
    text(&b, 3, ">>Start PXE over IPv4.", false);
    text(&b, 4,
         "BdsDxe: failed to load Boot0001 \"UEFI PXEv4\" from Pci: "
         "Not Found",
         false);
    text(&b, 5, "BdsDxe: loading Boot0002 \"UEFI disk\" from Pci", false);
    check_names(&b,
                "EFI SEC@1, "
                "EFI boot attempt@2 (0001 \"UEFI PXEv4\" from Pci: failed), "
                "EFI PXE@3, EFI boot option@5 (0002 \"UEFI disk\" from Pci)");
    capture_milestones_free(b.phases);
}

/* A kernel asks for its reset in several ways, and SeaBIOS for one more. */
static void resets_with_nothing_between_are_one(void)
{
    Boot b = begin();

    vm(&b, 0, CAPTURE_VM_RUN, "");
    text(&b, 1, "SeaBIOS (version 1", false);
    for (int i = 0; i < 30; i++) {
        vm(&b, 10 + i, CAPTURE_VM_RESET, "guest-reset");
    }
    text(&b, 50, "In resume (status=0)", false);
    text(&b, 51, "In 32bit resume", false);
    text(&b, 52, "Attempting a hard reboot", false);
    vm(&b, 60, CAPTURE_VM_RESET, "guest-reset");
    g_assert_cmpuint(capture_milestones_boots(b.phases), ==, 1);
    text(&b, 61, "SeaBIOS (version 1", false);
    g_assert_cmpuint(capture_milestones_boots(b.phases), ==, 2);
    check_names(&b, "Run@0, BIOS post@1, Reset@10 (guest-reset), BIOS post@61");
    /* The last one is followed by nothing: QEMU ended. */
    vm(&b, 70, CAPTURE_VM_RESET, "guest-reset");
    g_assert_cmpuint(capture_milestones_boots(b.phases), ==, 2);
    capture_milestones_free(b.phases);
}

/* The option ROM with probes tells of its copy of 0 KiB, too. */
static void a_probe_of_no_initrd_has_no_row(void)
{
    CaptureRecord rec = { .kind = CAPTURE_PROBE };
    Boot b = begin();

    rec.u.probe.id = 0x63; /* begin of copy initrd */
    record(&b, 1, rec);
    check_names(&b, "");
    rec.u.probe.arg = 1;
    record(&b, 2, rec);
    check_names(&b, "LinuxBoot copy initrd@2");
    capture_milestones_free(b.phases);
}

/* With probes the firmware says twice that it resumes. */
static void a_line_and_a_probe_of_it_are_one(void)
{
    CaptureRecord rec = { .kind = CAPTURE_PROBE };
    Boot b = begin();

    rec.u.probe.id = 0x4f; /* begin of BIOS resume */
    vm(&b, 0, CAPTURE_VM_RUN, "");
    for (int i = 0; i < 200; i += 100) {
        vm(&b, i + 10, CAPTURE_VM_SUSPEND, "");
        vm(&b, i + 21, CAPTURE_VM_WAKEUP, "");
        text(&b, i + 22, "In resume (status=254)", false);
        record(&b, i + 23, rec);
    }
    vm(&b, 210, CAPTURE_VM_SUSPEND, "");
    vm(&b, 221, CAPTURE_VM_WAKEUP, "");
    record(&b, 222, rec);
    text(&b, 223, "In resume (status=254)", false);
    check_names(&b, "Run@0, "
                    "Suspended@10, Woken up@21, BIOS resume@23, "
                    "Suspended@110, Woken up@121, BIOS resume@123, "
                    "Suspended@210, Woken up@221, BIOS resume@222");
    capture_milestones_free(b.phases);
}

static void a_wakeup_is_no_boot(void)
{
    Boot b = begin();

    vm(&b, 0, CAPTURE_VM_RUN, "");
    text(&b, 1, "SeaBIOS (version 1", false);
    for (int i = 0; i < 200; i += 100) {
        vm(&b, i + 10, CAPTURE_VM_SUSPEND, "");
        vm(&b, i + 20, CAPTURE_VM_RESET, "");
        vm(&b, i + 21, CAPTURE_VM_WAKEUP, "");
        text(&b, i + 22, "In resume (status=254)", false);
        text(&b, i + 23, "In 32bit resume", false);
        text(&b, i + 30, "PM: suspend exit", false);
    }
    check_names(&b, "Run@0, BIOS post@1, "
                    "Suspended@10, Woken up@21, BIOS resume@22, "
                    "Suspended@110, Woken up@121, BIOS resume@122");
    g_assert_cmpuint(capture_milestones_boots(b.phases), ==, 1);
    vm(&b, 300, CAPTURE_VM_RESET, "");
    text(&b, 301, "SeaBIOS (version 1", false);
    g_assert_cmpuint(capture_milestones_boots(b.phases), ==, 2);
    capture_milestones_free(b.phases);
}

/* Lines of real boots, each with the milestone that it is. */
static void what_guests_say_is_known(void)
{
    static const struct {
        const char *line, *name;
    } lines[] = {
        /* clang-format off: a row each */
        { "GRUB loading.", "GRUB" },
        { "Welcome to GRUB!", "GRUB" },
        { "GNU GRUB  version 2.06-13+deb12u2", "GRUB" },
        { "     Use the ^ and v keys to select which entry is highlighted.",
          "GRUB menu" },
        { "Loading Xen 4.17-amd64 ...", "GRUB loads Xen" },
        { "Loading Linux 6.1.0-50-amd64 ...", "GRUB loads kernel" },
        { "Loading initial ramdisk ...", "GRUB loads initrd" },
        { "iPXE (PCI 00:02.0) starting execution...ok", "iPXE" },
        { "iPXE initialising devices...ok", "iPXE" },
        { "Configuring (net0 52:54:00:12:34:56)...... ok", "iPXE DHCP" },
        { "tftp://10.0.2.2//pxelinux.0... ok", "iPXE transfer" },
        { "PXELINUX 6.04 PXE 20200816 Copyright (C) 1994-2015 H. Peter Anvin et al",
          "SYSLINUX" },
        { "ISOLINUX 6.04 20200816 ETCD Copyright (C) 1994-2015 H. Peter Anvin et al",
          "SYSLINUX" },
        { "U-Boot SPL 2023.01+dfsg-2+deb12u1 (Jan 01 2023 - 00:00:00 +0000)",
          "U-Boot SPL" },
        { "U-Boot 2023.01+dfsg-2+deb12u1 (Jan 01 2023 - 00:00:00 +0000)",
          "U-Boot" },
        { "Hit any key to stop autoboot:  2 ", "U-Boot autoboot" },
        { "OpenSBI v1.1", "OpenSBI" },
        { "SLOF **********************************************************************",
          "SLOF" },
        { ">> OpenBIOS 1.1 [Aug  4 2022 14:34]", "OpenBIOS" },
        { "(XEN) Xen version 4.17.5 (Debian 4.17.5+23)", "Xen" },
        { "(XEN) [    0.000000] Xen version 4.17.5 (Debian 4.17.5+23)", "Xen" },
        { "Probing EDD (edd=off to disable)... ok", "Kernel setup" },
        { "Decompressing Linux... Parsing ELF... done.",
          "Kernel decompression" },
        { "Linux version 6.1.0-56-cloud-amd64 (debian-kernel@lists.debian.org)",
          "Kernel start" },
        { "[    0.000000] Linux version 6.1.0", "Kernel start" },
        { "[    0.000000][    T0] Linux version 6.1.0", "Kernel start" },
        { "[    0.000000] Booting Linux on physical CPU 0x0000000000 [0x411fd070]",
          "Kernel start" },
        { "[    7.416461] Run /init as init process", "User space start" },
        { "[   17.922916] systemd[1]: systemd 252.39-1~deb12u2 running in system mode (+PAM)",
          "systemd" },
        { "Welcome to Debian GNU/Linux 12 (bookworm)!", "systemd" },
        { "INIT: version 3.06 booting", "SysV init" },
        { "[  OK  ] Reached target multi-user.target - Multi-User System.",
          "Target reached" },
        { "[  OK  ] Reached target Graphical Interface.", "Target reached" },
        { "[   52.1] systemd[1]: Startup finished in 7.4s (kernel) + 45s (userspace) = 52s.",
          "systemd finished" },
        { "deb1 login: ", "Login prompt" },
        { "debian login: root", "Login prompt" },
        { "Last login: Mon", NULL },
        { "Loading vmlinuz... ok", NULL },
        { "BIOS-provided Linux version 6", NULL },
        /* clang-format on */
    };

    for (size_t i = 0; i < G_N_ELEMENTS(lines); i++) {
        Boot b = begin();

        text(&b, 5, lines[i].line, false);
        if (lines[i].name) {
            g_assert_cmpstr(row(&b, 0)->name, ==, lines[i].name);
        }
        g_assert_cmpuint(capture_milestones_count(b.phases), ==,
                         !!lines[i].name);
        capture_milestones_free(b.phases);
    }
}

static void only_the_first_time_counts(void)
{
    Boot b = begin();

    whole_boot(&b, 0);
    text(&b, 200, "Booting from Hard Disk...", false);
    vm(&b, 210, CAPTURE_VM_PAUSE, "paused");
    vm(&b, 220, CAPTURE_VM_RUN, "running");
    g_assert_cmpuint(count_of(&b, CAPTURE_MS_BIOS_BOOT_OS), ==, 1);
    g_assert_cmpuint(count_of(&b, CAPTURE_MS_RUN), ==, 1);
    capture_milestones_free(b.phases);
}

static void each_reset_begins_another_boot(void)
{
    Boot b = begin();

    vm(&b, 0, CAPTURE_VM_START, "");
    for (guint i = 0; i < 3; i++) {
        whole_boot(&b, 1000 * i);
        vm(&b, 1000 * i + 900, CAPTURE_VM_RESET, "guest-reset");
    }
    g_assert_cmpuint(count_of(&b, CAPTURE_MS_RESET), ==, 3);
    g_assert_cmpuint(count_of(&b, CAPTURE_MS_BIOS_POST), ==, 3);
    g_assert_cmpuint(count_of(&b, CAPTURE_MS_LINUX_BOOT_OS), ==, 3);
    for (guint i = 1; i < capture_milestones_count(b.phases); i++) {
        g_assert_cmpuint(row(&b, i)->time, >=, row(&b, i - 1)->time);
        g_assert_cmpuint(row(&b, i)->boot, >=, row(&b, i - 1)->boot);
    }
    capture_milestones_free(b.phases);
}

/* A guest that resets for ever must not make its reader slower and slower. */
static void many_resets_take_no_quadratic_time(void)
{
    Boot b = begin();
    clock_t begun;

    vm(&b, 0, CAPTURE_VM_RUN, "");
    begun = clock();
    for (guint i = 0; i < 100000; i++) {
        vm(&b, 10 * i, CAPTURE_VM_RESET, "guest-reset");
        text(&b, 10 * i + 1, "SeaBIOS (version", false);
        copy(&b, 10 * i + 2, FWCFG_KERNEL_DATA);
    }
    /* Of the CPU: the machine may be busy. */
    g_assert_cmpfloat((double)(clock() - begun) / CLOCKS_PER_SEC, <, 60);
    g_assert_cmpuint(capture_milestones_count(b.phases), ==,
                     CAPTURE_MILESTONES_MAX);
    capture_milestones_free(b.phases);
}

static void text_elsewhere_in_a_line_or_of_the_rest_of_one_is_none(void)
{
    Boot b = begin();

    text(&b, 1, "xSeaBIOS (version", false);
    text(&b, 2, "SeaBIOS (versio", false);
    text(&b, 3, "SeaBIOS (version 1", true);
    text(&b, 4, "", false);
    g_assert_cmpuint(count_of(&b, CAPTURE_MS_BIOS_POST), ==, 0);
    capture_milestones_free(b.phases);
}

static void a_late_end_of_a_copy_is_no_milestone(void)
{
    Boot b = begin();

    record(&b, 10,
           (CaptureRecord){ .kind = CAPTURE_PIO, .u.pio = { 0x11, 100, 0 } });
    record(&b, 90,
           (CaptureRecord){ .kind = CAPTURE_PIO, .u.pio = { 0x11, 200, 1 } });
    g_assert_cmpuint(count_of(&b, CAPTURE_MS_LINUX_BOOT_OS), ==, 1);
    g_assert_cmpuint(row(&b, 0)->time, ==, 10);
    capture_milestones_free(b.phases);
}

/* What comes out of order by a thread's delay is put in its place. */
static void rows_are_sorted_by_time(void)
{
    Boot b = begin();

    vm(&b, 50, CAPTURE_VM_RUN, "");
    vm(&b, 5, CAPTURE_VM_START, "");
    g_assert_cmpint(row(&b, 0)->milestone, ==, CAPTURE_MS_START);
    g_assert_cmpint(row(&b, 1)->milestone, ==, CAPTURE_MS_RUN);
    capture_milestones_free(b.phases);
}

static void a_new_session_starts_over(void)
{
    Boot b = begin();

    whole_boot(&b, 0);
    vm(&b, 500, CAPTURE_VM_RESET, "");
    record(&b, 600, (CaptureRecord){ .kind = CAPTURE_SESSION });
    g_assert_cmpuint(capture_milestones_count(b.phases), ==, 0);
    whole_boot(&b, 1000);
    g_assert_cmpuint(row(&b, 0)->boot, ==, 0);
    capture_milestones_free(b.phases);
    capture_milestones_free(NULL);
}

/* Memory has a bound, whatever a guest does; a session begins anew. */
static void rows_have_a_limit(void)
{
    Boot b = begin();
    uint64_t i;

    vm(&b, 0, CAPTURE_VM_RUN, "");
    for (i = 1; i < 3 * CAPTURE_MILESTONES_MAX; i++) {
        text(&b, i, "boot", false);
        vm(&b, i, CAPTURE_VM_RESET, "");
    }
    g_assert_cmpuint(capture_milestones_count(b.phases), ==,
                     CAPTURE_MILESTONES_MAX);
    g_assert_cmpuint(capture_milestones_dropped(b.phases), ==,
                     2 * CAPTURE_MILESTONES_MAX);
    /* One that would be moved has no row: it is dropped once. */
    copy(&b, i, FWCFG_KERNEL_DATA);
    copy(&b, i + 2, FWCFG_INITRD_DATA);
    g_assert_cmpuint(capture_milestones_dropped(b.phases), ==,
                     2 * CAPTURE_MILESTONES_MAX + 3);
    record(&b, i, (CaptureRecord){ .kind = CAPTURE_SESSION });
    g_assert_cmpuint(capture_milestones_dropped(b.phases), ==, 0);
    capture_milestones_free(b.phases);
}

int main(int argc, char **argv)
{
    g_setenv("XDG_CONFIG_HOME", "/nonexistent", TRUE);
    test_begin(&argc, &argv);
#define ADD(name) g_test_add_func("/phases/" #name, name)
    ADD(all_ten_come_in_the_order_they_happened);
    ADD(what_the_main_loop_stamped_is_marked);
    ADD(a_boot_without_an_initrd_has_no_such_row);
    ADD(a_command_line_alone_boots_nothing);
    ADD(a_probe_of_no_initrd_has_no_row);
    ADD(a_multiboot_kernel_has_names_of_its_own);
    ADD(what_failed_to_boot_is_an_attempt);
    ADD(efi_attempts_have_their_boot_option);
    ADD(resets_with_nothing_between_are_one);
    ADD(a_wakeup_is_no_boot);
    ADD(a_line_and_a_probe_of_it_are_one);
    ADD(what_guests_say_is_known);
    ADD(only_the_first_time_counts);
    ADD(each_reset_begins_another_boot);
    ADD(many_resets_take_no_quadratic_time);
    ADD(text_elsewhere_in_a_line_or_of_the_rest_of_one_is_none);
    ADD(a_late_end_of_a_copy_is_no_milestone);
    ADD(rows_are_sorted_by_time);
    ADD(a_new_session_starts_over);
    ADD(rows_have_a_limit);
    return g_test_run();
}
