/* Elementary functions of the C library, over arrays of numbers from 0 to 3, however long
   it runs. */
#include <math.h>

#include "kernel.h"

enum { COUNT = 64 };

static double round_trips(double *x)
{
    double sum = 0;
    for (int i = 0; i < COUNT; i++) {
        double v = x[i];
        sum += exp(log(v + 1)) - v;
        sum += sin(v) * cos(v) + tan(v / 4);
        sum += atan2(v, sum + 2) + atan(v);
        sum += sqrt(pow(v + 0.5, 1.5));
        x[i] = 1.5 + 1.5 * sin(sum + i);
    }
    return sum;
}

static float single_round_trips(float *x)
{
    float sum = 0;
    for (int i = 0; i < COUNT; i++) {
        float v = x[i];
        sum += expf(-v) + logf(v + 1) + sinf(v) + cosf(v);
        sum += sqrtf(v) + powf(v + 0.5f, 0.75f);
        x[i] = 1.5f + 1.5f * sinf(sum + i);
    }
    return sum;
}

int main(int argc, char **argv)
{
    long rounds = size_of_work(argc, argv, 150);
    double x[COUNT];
    float y[COUNT];
    uint64_t random = 1, sum = 0;
    for (int i = 0; i < COUNT; i++) {
        x[i] = 3 * next_fraction(&random);
        y[i] = 3 * next_fraction(&random);
    }
    for (long round = 0; round < rounds; round++) {
        sum = mix_double(sum, round_trips(x));
        sum = mix_float(sum, single_round_trips(y));
    }
    printf("libm %ld: %.6f %.6f, %016llx\n", rounds, x[1], y[1], (unsigned long long)sum);
    return 0;
}
