/* Counted loops over two streams of loads: the product of integer matrices. */
#include "rt.h"

#define SIDE 200
#define ROUNDS SIZED(1, 12)

static u64 a[SIDE][SIDE], b[SIDE][SIDE], c[SIDE][SIDE];

__attribute__((noinline)) static void multiply(void)
{
    for (int i = 0; i < SIDE; i++) {
        for (int j = 0; j < SIDE; j++) {
            u64 sum = 0;
            for (int k = 0; k < SIDE; k++)
                sum += a[i][k] * b[k][j];
            c[i][j] = sum;
        }
    }
}

static u64 kernel(void)
{
    u64 state = 1, sum = 0;
    for (int i = 0; i < SIDE; i++) {
        for (int j = 0; j < SIDE; j++) {
            a[i][j] = next_random(&state);
            b[i][j] = next_random(&state);
        }
    }
    for (u64 round = 0; round < ROUNDS; round++) {
        multiply();
        for (int i = 0; i < SIDE; i++) {
            for (int j = 0; j < SIDE; j++) {
                sum = mix(sum, c[i][j]);
                a[i][j] = sum;
            }
        }
    }
    return sum;
}
