#include <json-glib/json-glib.h>

int main(void)
{
    g_autoptr(JsonBuilder) builder = json_builder_new();

    return builder == NULL;
}
