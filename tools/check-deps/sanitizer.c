/* Linked with -fsanitize=...: is the runtime installed, and does it start? */
int main(void)
{
    return 0;
}
