/* A picture of bytes, blurred in single precision: conversions both ways, and clamping. */
#include <math.h>

#include "kernel.h"

enum { WIDTH = 320, HEIGHT = 200, RADIUS = 3, TAPS = 2 * RADIUS + 1 };

static uint8_t picture[HEIGHT][WIDTH];
static float between[HEIGHT][WIDTH], weights[TAPS];

static int clamp(int value, int end)
{
    return value < 0 ? 0 : value >= end ? end - 1 : value;
}

static void along_rows(void)
{
    for (int y = 0; y < HEIGHT; y++)
        for (int x = 0; x < WIDTH; x++) {
            float sum = 0;
            for (int tap = 0; tap < TAPS; tap++)
                sum += weights[tap] * picture[y][clamp(x + tap - RADIUS, WIDTH)];
            between[y][x] = sum;
        }
}

static void along_columns(float sharpen)
{
    for (int y = 0; y < HEIGHT; y++)
        for (int x = 0; x < WIDTH; x++) {
            float sum = 0;
            for (int tap = 0; tap < TAPS; tap++)
                sum += weights[tap] * between[clamp(y + tap - RADIUS, HEIGHT)][x];
            float value = picture[y][x] + sharpen * (picture[y][x] - sum);
            picture[y][x] = lrintf(fminf(fmaxf(value, 0), 255));
        }
}

int main(int argc, char **argv)
{
    long rounds = size_of_work(argc, argv, 3);
    uint64_t random = 1, sum = 0;
    float total = 0;
    for (int tap = 0; tap < TAPS; tap++)
        total += weights[tap] = expf(-0.25f * (tap - RADIUS) * (tap - RADIUS));
    for (int tap = 0; tap < TAPS; tap++)
        weights[tap] /= total;
    for (int y = 0; y < HEIGHT; y++)
        for (int x = 0; x < WIDTH; x++)
            picture[y][x] = next_random(&random) >> 3 & (x + y);
    for (long round = 0; round < rounds; round++) {
        along_rows();
        along_columns(round % 2 ? 0.5f : -1.0f);
    }
    for (int y = 0; y < HEIGHT; y++)
        for (int x = 0; x < WIDTH; x++)
            sum = mix(sum, picture[y][x]);
    printf("blur %ld: %016llx\n", rounds, (unsigned long long)sum);
    return 0;
}
