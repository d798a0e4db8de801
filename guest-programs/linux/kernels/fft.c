/* A Fourier transform there and back: strided loads and stores of doubles. */
#include <math.h>

#include "kernel.h"

enum { LENGTH = 4096 };

struct complex {
    double re, im;
};

static struct complex numbers[LENGTH], roots[LENGTH / 2];

static void scramble(void)
{
    for (int i = 1, j = 0; i < LENGTH; i++) {
        int bit = LENGTH >> 1;
        for (; j & bit; bit >>= 1)
            j ^= bit;
        j ^= bit;
        if (i < j) {
            struct complex kept = numbers[i];
            numbers[i] = numbers[j];
            numbers[j] = kept;
        }
    }
}

static void butterfly(struct complex *a, struct complex *b, struct complex root, double sign)
{
    double re = b->re * root.re - sign * b->im * root.im;
    double im = b->im * root.re + sign * b->re * root.im;
    b->re = a->re - re;
    b->im = a->im - im;
    a->re += re;
    a->im += im;
}

static void transform(double sign)
{
    scramble();
    for (int half = 1; half < LENGTH; half *= 2)
        for (int start = 0; start < LENGTH; start += 2 * half)
            for (int k = 0; k < half; k++)
                butterfly(&numbers[start + k], &numbers[start + k + half],
                          roots[k * (LENGTH / 2 / half)], sign);
}

int main(int argc, char **argv)
{
    long rounds = size_of_work(argc, argv, 5);
    uint64_t random = 1, sum = 0;
    for (int k = 0; k < LENGTH / 2; k++) {
        double angle = 2 * 3.14159265358979323846 * k / LENGTH;
        roots[k] = (struct complex){cos(angle), sin(angle)};
    }
    for (int i = 0; i < LENGTH; i++)
        numbers[i] = (struct complex){next_fraction(&random), next_fraction(&random)};
    struct complex first = numbers[1];
    for (long round = 0; round < rounds; round++) {
        transform(1);
        sum = mix_double(sum, numbers[round % LENGTH].re);
        transform(-1);
        for (int i = 0; i < LENGTH; i++) {
            numbers[i].re /= LENGTH;
            numbers[i].im /= LENGTH;
        }
    }
    for (int i = 0; i < LENGTH; i++)
        sum = mix_double(mix_double(sum, numbers[i].re), numbers[i].im);
    double lost = fabs(numbers[1].re - first.re) + fabs(numbers[1].im - first.im);
    printf("fft %ld: %s, %016llx\n", rounds, lost < 1e-9 ? "restored" : "lost",
           (unsigned long long)sum);
    return lost < 1e-9 ? 0 : 1;
}
