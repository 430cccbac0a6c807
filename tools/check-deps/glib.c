/* The version that Debian 11 has: g_memdup2(), g_test_init() with TAP. */
#include <glib.h>

#if !GLIB_CHECK_VERSION(2, 66, 0)
#error glib 2.66 or newer is needed
#endif

int main(void)
{
    g_autofree char *text = g_strdup_printf("%d", 1);

    return text == NULL;
}
