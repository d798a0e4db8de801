/*
 * What the kernels share: their size from the command line, numbers that look
 * random and are the same everywhere, and a checksum of results.
 */
#ifndef KERNEL_H
#define KERNEL_H

#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* The size of the work: the first argument, or the default. */
static inline long size_of_work(int argc, char **argv, long otherwise)
{
    long size = argc > 1 ? strtol(argv[1], NULL, 10) : otherwise;
    if (size <= 0) {
        fprintf(stderr, "usage: %s [SIZE]\n", argv[0]);
        exit(2);
    }
    return size;
}

/* The next number of a linear congruential generator, its good upper half. */
static inline uint32_t next_random(uint64_t *state)
{
    *state = *state * 6364136223846793005u + 1442695040888963407u;
    return *state >> 32;
}

/* The next fraction in [0, 1), exact in a float as well. */
static inline double next_fraction(uint64_t *state)
{
    return (next_random(state) >> 8) / 16777216.0;
}

static inline uint64_t mix(uint64_t sum, uint64_t word)
{
    sum = (sum ^ word) * 0x9e3779b97f4a7c15u;
    return sum ^ sum >> 29;
}

/* The bits count, so a sign of zero or a last bit that differs shows. */
static inline uint64_t mix_double(uint64_t sum, double value)
{
    uint64_t bits;
    memcpy(&bits, &value, sizeof bits);
    return mix(sum, bits);
}

static inline uint64_t mix_float(uint64_t sum, float value)
{
    uint32_t bits;
    memcpy(&bits, &value, sizeof bits);
    return mix(sum, bits);
}

/* Memory for `count` elements; the kernels end with their process. */
static inline void *elements(size_t count, size_t size)
{
    void *memory = calloc(count, size);
    if (memory == NULL) {
        perror("calloc");
        exit(1);
    }
    return memory;
}

#endif
