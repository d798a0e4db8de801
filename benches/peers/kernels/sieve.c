/* Strided stores: the sieve of Eratosthenes, a byte a number. */
#include "rt.h"

#define NUMBERS 1000000
#define ROUNDS SIZED(1, 40)

static u8 composite[NUMBERS];

static u64 count_primes(u64 numbers)
{
    u64 primes = 0;
    for (u64 i = 0; i < numbers; i++)
        composite[i] = 0;
    for (u64 i = 2; i < numbers; i++) {
        if (composite[i])
            continue;
        primes++;
        for (u64 j = i * i; j < numbers; j += i)
            composite[j] = 1;
    }
    return primes;
}

static u64 kernel(void)
{
    u64 sum = 0;
    for (u64 round = 0; round < ROUNDS; round++)
        sum = mix(sum, count_primes(opaque(NUMBERS - round)));
    return sum;
}
