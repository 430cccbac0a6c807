/* elfutils: symbols and call frame information of ELF files. */
#include <elfutils/libdw.h>

int main(void)
{
    return dwarf_getcfi(NULL) != NULL;
}
