/* The largest singular value of an infinite matrix: conversions, quotients, sums. */
#include <math.h>

#include "kernel.h"

static double element(long i, long j)
{
    return 1.0 / ((i + j) * (i + j + 1) / 2 + i + 1);
}

static void times(const double *vector, double *product, long n)
{
    for (long i = 0; i < n; i++) {
        double sum = 0;
        for (long j = 0; j < n; j++)
            sum += element(i, j) * vector[j];
        product[i] = sum;
    }
}

static void times_transposed(const double *vector, double *product, long n)
{
    for (long i = 0; i < n; i++) {
        double sum = 0;
        for (long j = 0; j < n; j++)
            sum += element(j, i) * vector[j];
        product[i] = sum;
    }
}

int main(int argc, char **argv)
{
    long n = size_of_work(argc, argv, 150);
    double *u = elements(n, sizeof *u), *v = elements(n, sizeof *v), *w = elements(n, sizeof *w);
    for (long i = 0; i < n; i++)
        u[i] = 1;
    for (int round = 0; round < 10; round++) {
        times(u, w, n);
        times_transposed(w, v, n);
        times(v, w, n);
        times_transposed(w, u, n);
    }
    double uv = 0, vv = 0;
    uint64_t sum = 0;
    for (long i = 0; i < n; i++) {
        uv += u[i] * v[i];
        vv += v[i] * v[i];
        sum = mix_double(sum, u[i]);
    }
    printf("spectral %ld: %.9f, %016llx\n", n, sqrt(uv / vv), (unsigned long long)sum);
    return 0;
}
