/*
 * Memory copies: loops by bytes and by words, up and down, fills, and what the
 * compiler makes of assignments of structures. All of it stays in a second-level cache.
 */
#include "rt.h"

#define SIZE 65536
#define ROUNDS SIZED(10, 2500)

/* Else the compiler makes calls of the loops. */
#define LOOP __attribute__((noinline, optimize("no-tree-loop-distribute-patterns")))

struct record {
    u64 key;
    u32 parts[10];
    u8 name[24];
};

static u64 from[SIZE / 8], to[SIZE / 8];
static struct record records[SIZE / sizeof(struct record)];

LOOP static void copy_bytes(u8 *t, const u8 *f, u64 size)
{
    for (u64 i = 0; i < size; i++)
        t[i] = f[i];
}

LOOP static void copy_bytes_down(u8 *t, const u8 *f, u64 size)
{
    for (u64 i = size; i-- != 0;)
        t[i] = f[i];
}

LOOP static void copy_words(u64 *t, const u64 *f, u64 words)
{
    for (u64 i = 0; i < words; i++)
        t[i] = f[i];
}

LOOP static void fill_words(u64 *t, u64 value, u64 words)
{
    for (u64 i = 0; i < words; i++)
        t[i] = value;
}

__attribute__((noinline)) static void rotate_records(struct record *all, u64 count)
{
    struct record first = all[0];
    for (u64 i = 1; i < count; i++)
        all[i - 1] = all[i];
    all[count - 1] = first;
}

static u64 kernel(void)
{
    u64 state = 1, sum = 0;
    u64 count = sizeof records / sizeof records[0];
    for (u64 i = 0; i < SIZE / 8; i++)
        from[i] = next_random(&state);
    for (u64 i = 0; i < count; i++)
        records[i].key = next_random(&state);
    for (u64 round = 0; round < ROUNDS; round++) {
        u64 offset = opaque(round % 61);
        copy_words(to, from, SIZE / 8);
        copy_bytes((u8 *)to + offset, (const u8 *)from + 7, SIZE / 4);
        copy_bytes_down((u8 *)from + 64, (const u8 *)from + offset, SIZE / 4);
        fill_words(to + SIZE / 16, round, SIZE / 32);
        memmove(from + 8, from, SIZE / 2);
        memcpy(to + SIZE / 32, from, SIZE / 4);
        memset(from, (int)round, offset);
        rotate_records(records, count);
        sum = mix(sum, to[opaque(round * 97 % (SIZE / 8))]);
        from[round % (SIZE / 8)] ^= sum;
    }
    for (u64 i = 0; i < SIZE / 8; i++)
        sum = mix(mix(sum, from[i]), to[i]);
    return mix(sum, records[opaque(0)].key);
}
