/* Captures are little-endian, and so is the code that reads and writes them. */
#if __BYTE_ORDER__ != __ORDER_LITTLE_ENDIAN__
#error "big-endian"
#endif

int main(void)
{
    return 0;
}
