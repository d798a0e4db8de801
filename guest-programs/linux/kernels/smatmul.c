/* A product of matrices in single precision, in blocks. */
#include "kernel.h"

enum { BLOCK = 32 };

static long least(long a, long b)
{
    return a < b ? a : b;
}

static void multiply_block(const float *a, const float *b, float *c, long n, long k0, long j0)
{
    for (long i = 0; i < n; i++)
        for (long k = k0; k < least(k0 + BLOCK, n); k++) {
            float factor = a[i * n + k];
            for (long j = j0; j < least(j0 + BLOCK, n); j++)
                c[i * n + j] += factor * b[k * n + j];
        }
}

int main(int argc, char **argv)
{
    long n = size_of_work(argc, argv, 110);
    float *a = elements(n * n, sizeof *a), *b = elements(n * n, sizeof *b),
          *c = elements(n * n, sizeof *c);
    uint64_t random = 1, sum = 0;
    for (long i = 0; i < n * n; i++) {
        a[i] = next_fraction(&random) - 0.5;
        b[i] = next_fraction(&random) - 0.5;
    }
    for (long k = 0; k < n; k += BLOCK)
        for (long j = 0; j < n; j += BLOCK)
            multiply_block(a, b, c, n, k, j);
    for (long i = 0; i < n * n; i++)
        sum = mix_float(sum, c[i]);
    printf("smatmul %ld: %016llx\n", n, (unsigned long long)sum);
    return 0;
}
