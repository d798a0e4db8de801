/* A system of linear equations by elimination: fused multiply-adds along rows. */
#include <math.h>

#include "kernel.h"

static void swap_rows(double **a, double *b, long i, long j)
{
    double *row = a[i], value = b[i];
    a[i] = a[j];
    a[j] = row;
    b[i] = b[j];
    b[j] = value;
}

static long largest(double **a, long column, long n)
{
    long found = column;
    for (long i = column + 1; i < n; i++)
        if (fabs(a[i][column]) > fabs(a[found][column]))
            found = i;
    return found;
}

static void eliminate(double **a, double *b, long n)
{
    for (long k = 0; k < n; k++) {
        swap_rows(a, b, k, largest(a, k, n));
        for (long i = k + 1; i < n; i++) {
            double factor = a[i][k] / a[k][k];
            for (long j = k; j < n; j++)
                a[i][j] -= factor * a[k][j];
            b[i] -= factor * b[k];
        }
    }
}

static void substitute(double **a, double *b, long n)
{
    for (long i = n - 1; i >= 0; i--) {
        for (long j = i + 1; j < n; j++)
            b[i] -= a[i][j] * b[j];
        b[i] /= a[i][i];
    }
}

int main(int argc, char **argv)
{
    long n = size_of_work(argc, argv, 150);
    double *cells = elements(n * n, sizeof *cells), *b = elements(n, sizeof *b);
    double **a = elements(n, sizeof *a);
    uint64_t random = 1, sum = 0;
    for (long i = 0; i < n; i++) {
        a[i] = cells + i * n;
        for (long j = 0; j < n; j++) {
            a[i][j] = next_fraction(&random) - 0.5;
            b[i] += a[i][j] * (j % 7 + 1);
        }
    }
    eliminate(a, b, n);
    substitute(a, b, n);
    double lost = 0;
    for (long i = 0; i < n; i++) {
        lost = fmax(lost, fabs(b[i] - (i % 7 + 1)));
        sum = mix_double(sum, b[i]);
    }
    printf("lu %ld: %s, %016llx\n", n, lost < 1e-6 ? "solved" : "wrong", (unsigned long long)sum);
    return lost < 1e-6 ? 0 : 1;
}
