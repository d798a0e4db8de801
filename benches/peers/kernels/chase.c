/* Loads that wait for loads: a ring in random order, larger than a second-level cache. */
#include "rt.h"

#define NODES (1 << 19)
#define STEPS SIZED(1000000, 60000000)

struct node {
    struct node *next;
    u64 value;
};

static struct node nodes[NODES];

static u64 kernel(void)
{
    u64 state = 1, sum = 0;
    for (u64 i = 0; i < NODES; i++) {
        nodes[i].next = &nodes[i];
        nodes[i].value = next_random(&state);
    }
    /* Sattolo's shuffle: one cycle through all of them. */
    for (u64 i = NODES - 1; i > 0; i--) {
        u64 j = next_random(&state) % i;
        struct node *t = nodes[i].next;
        nodes[i].next = nodes[j].next;
        nodes[j].next = t;
    }
    const struct node *at = nodes;
    for (u64 i = opaque(STEPS); i != 0; i--) {
        at = at->next;
        sum += at->value;
    }
    return sum;
}
