#include <zstd.h>

int main(void)
{
    ZSTD_DStream *d = ZSTD_createDStream();

    return d ? (int)ZSTD_freeDStream(d) : 1;
}
