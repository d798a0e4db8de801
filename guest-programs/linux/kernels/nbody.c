/* Bodies that attract each other: additions, products, a square root and a quotient. */
#include <math.h>

#include "kernel.h"

enum { BODIES = 6 };

struct body {
    double position[3], velocity[3], mass;
};

static void attract(struct body *a, struct body *b, double step)
{
    double away[3], square = 1e-3;
    for (int axis = 0; axis < 3; axis++) {
        away[axis] = a->position[axis] - b->position[axis];
        square += away[axis] * away[axis];
    }
    double pull = step / (square * sqrt(square));
    for (int axis = 0; axis < 3; axis++) {
        a->velocity[axis] -= away[axis] * b->mass * pull;
        b->velocity[axis] += away[axis] * a->mass * pull;
    }
}

static void advance(struct body *bodies, double step)
{
    for (int i = 0; i < BODIES; i++)
        for (int j = i + 1; j < BODIES; j++)
            attract(&bodies[i], &bodies[j], step);
    for (int i = 0; i < BODIES; i++)
        for (int axis = 0; axis < 3; axis++)
            bodies[i].position[axis] += step * bodies[i].velocity[axis];
}

static double energy(const struct body *bodies)
{
    double sum = 0;
    for (int i = 0; i < BODIES; i++)
        for (int axis = 0; axis < 3; axis++)
            sum += bodies[i].velocity[axis] * bodies[i].velocity[axis] * bodies[i].mass / 2;
    return sum;
}

int main(int argc, char **argv)
{
    long steps = size_of_work(argc, argv, 20000);
    struct body bodies[BODIES];
    uint64_t random = 1, sum = 0;
    for (int i = 0; i < BODIES; i++) {
        bodies[i].mass = 0.01 + next_fraction(&random);
        for (int axis = 0; axis < 3; axis++) {
            bodies[i].position[axis] = 10 * next_fraction(&random) - 5;
            bodies[i].velocity[axis] = next_fraction(&random) - 0.5;
        }
    }
    for (long step = 0; step < steps; step++)
        advance(bodies, 0.001);
    for (int i = 0; i < BODIES; i++)
        for (int axis = 0; axis < 3; axis++)
            sum = mix_double(sum, bodies[i].position[axis]);
    printf("nbody %ld: energy %.12f, %016llx\n", steps, energy(bodies), (unsigned long long)sum);
    return 0;
}
