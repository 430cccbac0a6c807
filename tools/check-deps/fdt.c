/* QEMU's configure refuses x86 without it, as some machines hand out trees. */
#include <libfdt.h>

int main(void)
{
    return fdt_check_header("") == 0;
}
