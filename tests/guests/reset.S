# reset.rom: N boots (default 5) in one QEMU, then power off.
#
# Each boot writes "boot K\n", K = 1 .. N (one digit, so N <= 9), and then resets the machine, by turns
# through port 0xcf9 (K odd) and the keyboard controller at 0x64 (K even; always where there is no
# PCI: isapc has no 0xcf9).  No triple 
text:   .asciz "boot "
