/* A terminal emulator, for the screens of full-screen programs. */
#include <vterm.h>

int main(void)
{
    VTerm *term = vterm_new(25, 80);

    vterm_screen_reset(vterm_obtain_screen(term), 1);
    vterm_free(term);
    return 0;
}
