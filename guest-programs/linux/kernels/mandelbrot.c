/* Points that stay: short dependent products, and a comparison that ends the loop. */
#include "kernel.h"

enum { LIMIT = 60 };

static int steps(double re, double im)
{
    double x = 0, y = 0;
    int step = 0;
    while (step < LIMIT) {
        double xx = x * x, yy = y * y;
        if (xx + yy > 4)
            break;
        y = 2 * x * y + im;
        x = xx - yy + re;
        step++;
    }
    return step;
}

int main(int argc, char **argv)
{
    long side = size_of_work(argc, argv, 180);
    uint64_t sum = 0, inside = 0;
    for (long row = 0; row < side; row++)
        for (long column = 0; column < side; column++) {
            int taken = steps(3.0 * column / side - 2.2, 3.0 * row / side - 1.5);
            inside += taken == LIMIT;
            sum = mix(sum, taken);
        }
    printf("mandelbrot %ld: %llu inside, %016llx\n", side, (unsigned long long)inside,
           (unsigned long long)sum);
    return 0;
}
