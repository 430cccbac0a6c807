/* The wide-character flavour: logs of firmware hold UTF-8 line drawing. */
#include <curses.h>

int main(void)
{
    cchar_t cell;

    return setcchar(&cell, L"x", A_NORMAL, 0, NULL) == OK ? 0 : 1;
}
