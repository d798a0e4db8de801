/* The heap: many blocks of many sizes, moved, aligned, given back, and checked. */
#define _GNU_SOURCE
#include <errno.h>
#include <malloc.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { BLOCKS = 400, ROUNDS = 30000 };

struct block {
    unsigned char *memory;
    size_t size;
    unsigned char mark;
};

static struct block blocks[BLOCKS];
static uint64_t state = 1;

static uint32_t next_random(void)
{
    state = state * 6364136223846793005u + 1442695040888963407u;
    return state >> 32;
}

static void check(const struct block *block)
{
    size_t ends[] = {0, block->size / 2, block->size - 1};
    for (int i = 0; block->memory != NULL && i < 3; i++)
        if (block->memory[ends[i]] != block->mark) {
            printf("a block of %zu bytes is damaged\n", block->size);
            exit(1);
        }
}

static size_t some_size(void)
{
    /* Now and then one that comes by mmap, and one that mremap moves. */
    uint32_t dice = next_random() % 1000;
    return 1 + (dice < 3 ? next_random() % 400000 : dice < 100 ? next_random() % 20000 : next_random() % 200);
}

static void fill(struct block *block)
{
    if (block->memory == NULL)
        abort();
    block->mark = next_random();
    memset(block->memory, block->mark, block->size);
}

static void replace(struct block *block)
{
    check(block);
    size_t size = some_size();
    switch (next_random() % 5) {
    case 0:
        block->memory = realloc(block->memory, size);
        break;
    case 1:
        free(block->memory);
        block->memory = calloc(size, 1);
        for (size_t i = 0; i < size; i++)
            if (block->memory[i] != 0)
                abort();
        break;
    case 2:
        free(block->memory);
        block->memory = memalign(64 << next_random() % 7, size);
        break;
    default:
        free(block->memory);
        block->memory = malloc(size);
    }
    block->size = size;
    fill(block);
}

int main(void)
{
    uint64_t total = 0;
    for (int round = 0; round < ROUNDS; round++)
        replace(&blocks[next_random() % BLOCKS]);
    for (int i = 0; i < BLOCKS; i++) {
        check(&blocks[i]);
        total += blocks[i].size;
        free(blocks[i].memory);
    }
    printf("%llu bytes at the end\n", (unsigned long long)total);
    malloc_trim(0);
    struct mallinfo2 left = mallinfo2();
    printf("%zu mapped blocks\n", left.hblks);
    char *large = malloc(8 << 20);
    memset(large, 7, 8 << 20);
    large = realloc(large, 32 << 20);
    printf("%d %d\n", large[0], large[(8 << 20) - 1]);
    free(large);
    errno = 0;
    volatile size_t impossible = SIZE_MAX / 2;
    void *none = malloc(impossible);
    printf("%d %s\n", none == NULL, strerror(errno));
    void *aligned;
    printf("%d %d\n", posix_memalign(&aligned, 4096, 100), (int)((uintptr_t)aligned % 4096));
    char *text;
    printf("%d", asprintf(&text, "%d-%s-%.2f", 12, "text", 0.125));
    printf(" %s\n", text);
    return 0;
}
