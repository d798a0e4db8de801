/*
 * Loads and stores of every width at every offset in a span around a page
 * boundary, written with the instructions themselves so that the compiler cannot
 * split them. Each is compared with its bytes one by one.
 *
 * unaligned [rounds]
 */
#include "guest.h"

enum { DEFAULT = 300, PAGE = 4096, AROUND = 32 };

/* A span of 2 * AROUND bytes with the page boundary in its middle. */
static uint8_t *span;

#define LOAD(name)                                                                       \
    static uint64_t name(const uint8_t *at)                                              \
    {                                                                                    \
        uint64_t value;                                                                  \
        __asm__ volatile(#name " %0, 0(%1)" : "=r"(value) : "r"(at) : "memory");         \
        return value;                                                                    \
    }

#define STORE(name)                                                                      \
    static void name(uint8_t *at, uint64_t value)                                        \
    {                                                                                    \
        __asm__ volatile(#name " %1, 0(%0)" : : "r"(at), "r"(value) : "memory");         \
    }

LOAD(lb) LOAD(lbu) LOAD(lh) LOAD(lhu) LOAD(lw) LOAD(lwu) LOAD(ld)
STORE(sb) STORE(sh) STORE(sw) STORE(sd)

static const struct load {
    const char *name;
    uint64_t (*load)(const uint8_t *at);
    unsigned width;
    int is_signed;
} loads[] = {
    {"lb", lb, 1, 1}, {"lbu", lbu, 1, 0}, {"lh", lh, 2, 1}, {"lhu", lhu, 2, 0},
    {"lw", lw, 4, 1}, {"lwu", lwu, 4, 0}, {"ld", ld, 8, 1},
};

static const struct store {
    const char *name;
    void (*store)(uint8_t *at, uint64_t value);
    unsigned width;
} stores[] = {{"sb", sb, 1}, {"sh", sh, 2}, {"sw", sw, 4}, {"sd", sd, 8}};

static uint8_t byte_at(const volatile uint8_t *at)
{
    return *at;
}

static uint64_t by_bytes(const struct load *load, const uint8_t *at)
{
    uint64_t value = 0;
    for (unsigned byte = load->width; byte-- > 0;)
        value = value << 8 | byte_at(at + byte);
    unsigned above = 64 - 8 * load->width;
    return load->is_signed ? (uint64_t)((int64_t)(value << above) >> above) : value;
}

/* Whether bytes `first` to `end` of the span are what `fill` put there. */
static int untouched(uint64_t round, unsigned first, unsigned end)
{
    for (unsigned i = first; i < end; i++)
        if (byte_at(span + i) != (uint8_t)(i * 29 + round))
            return 0;
    return 1;
}

static void fill(uint64_t round)
{
    for (unsigned i = 0; i < 2 * AROUND; i++)
        *(volatile uint8_t *)(span + i) = (uint8_t)(i * 29 + round);
}

static int test_load(const struct load *load, uint64_t rounds)
{
    uint64_t sum = CHECKSUM_START;
    int right = 1;
    for (uint64_t round = 0; round < rounds; round++) {
        fill(round);
        for (unsigned at = 0; at + load->width <= 2 * AROUND; at++) {
            uint64_t value = load->load(span + at);
            right &= value == by_bytes(load, span + at);
            sum = checksum(sum, value);
        }
    }
    return report(load->name, sum, right);
}

static int test_store(const struct store *store, uint64_t rounds)
{
    uint64_t sum = CHECKSUM_START;
    int right = 1;
    for (uint64_t round = 0; round < rounds; round++) {
        for (unsigned at = 8; at + store->width + 8 <= 2 * AROUND; at += 3) {
            uint64_t value = sum ^ round;
            fill(round);
            store->store(span + at, value);
            for (unsigned byte = 0; byte < store->width; byte++)
                right &= byte_at(span + at + byte) == (uint8_t)(value >> (8 * byte));
            unsigned end = at + store->width;
            right &= untouched(round, at - 8, at) & untouched(round, end, end + 8);
            sum = checksum(sum, ld(span + at - 1));
        }
    }
    return report(store->name, sum, right);
}

int guest_main(int argc, char **argv, char **envp)
{
    (void)envp;
    uint64_t rounds = scale(argc, argv, DEFAULT);
    uint8_t *pages = map_pages(2 * PAGE, PROT_READ | PROT_WRITE);
    if (pages == NULL) {
        print("no memory\n");
        return 1;
    }
    span = pages + PAGE - AROUND;
    int right = 1;
    for (size_t i = 0; i < sizeof loads / sizeof *loads; i++)
        right &= test_load(&loads[i], rounds);
    for (size_t i = 0; i < sizeof stores / sizeof *stores; i++)
        right &= test_store(&stores[i], rounds);
    return !right;
}
