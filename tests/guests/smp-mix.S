# smp-mix.rom: smp.rom whose CPUs also write probes and select fw_cfg items, all side by side.
#
# With every 8th byte i CPU c writes a probe: id 0x38 + c, argument i; with every 16th it then selects the
# fw_cfg item c and reads a byte of whatever item is selected (`check-mix.pl FILE CPUS N`).
        .set MIX, 1
        .include "smp.S"
