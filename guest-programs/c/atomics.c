/*
 * Every instruction of the A extension, each compared with what it means in plain
 * C: the AMOs on operands that show signedness and width, with all orderings and
 * with destination and sources in one register; LR and SC with success, with
 * failure, and in the loop they are made for.
 *
 * atomics [rounds]
 */
#include "guest.h"

enum { DEFAULT = 400 };

static const uint64_t operands[] = {
    0, 1, 2, 0x7f, 0x80, 0x7fffffff, 0x80000000, 0xffffffff, 0x100000000, 0x7fffffffffffffff,
    0x8000000000000000, 0xffffffff7fffffff, 0xffffffff80000000, 0xffffffffffffffff,
    0x0123456789abcdef, 0xfedcba9876543210,
};
enum { OPERANDS = sizeof operands / sizeof *operands };

/* What is stored, given the old value and the operand, both as the instruction
   sees them: a .w form sees sign-extended words. */
static uint64_t after_swap(uint64_t old, uint64_t x) { (void)old; return x; }
static uint64_t after_add(uint64_t old, uint64_t x) { return old + x; }
static uint64_t after_xor(uint64_t old, uint64_t x) { return old ^ x; }
static uint64_t after_and(uint64_t old, uint64_t x) { return old & x; }
static uint64_t after_or(uint64_t old, uint64_t x) { return old | x; }
static uint64_t after_min(uint64_t old, uint64_t x) { return (int64_t)old < (int64_t)x ? old : x; }
static uint64_t after_max(uint64_t old, uint64_t x) { return (int64_t)old > (int64_t)x ? old : x; }
/* Sign extension keeps the unsigned order of words too. */
static uint64_t after_minu(uint64_t old, uint64_t x) { return old < x ? old : x; }
static uint64_t after_maxu(uint64_t old, uint64_t x) { return old > x ? old : x; }

typedef uint64_t amo_fn(uint64_t *at, uint64_t x);

/* An AMO with rd, rs1 and rs2 apart. */
#define AMO_APART(function, mnemonic)                                                 \
    static uint64_t function(uint64_t *at, uint64_t x)                                \
    {                                                                                 \
        uint64_t old;                                                                 \
        __asm__ volatile(mnemonic " %0, %2, (%1)"                                     \
                         : "=&r"(old) : "r"(at), "r"(x) : "memory");                  \
        return old;                                                                   \
    }

/* rd is rs2, rd is rs1, rd is x0. */
#define AMO_TOGETHER(function, mnemonic)                                              \
    static uint64_t function##_on_operand(uint64_t *at, uint64_t x)                   \
    {                                                                                 \
        __asm__ volatile(mnemonic " %0, %0, (%1)" : "+r"(x) : "r"(at) : "memory");    \
        return x;                                                                     \
    }                                                                                 \
    static uint64_t function##_on_address(uint64_t *at, uint64_t x)                   \
    {                                                                                 \
        uint64_t both = (uint64_t)at;                                                 \
        __asm__ volatile(mnemonic " %0, %1, (%0)" : "+r"(both) : "r"(x) : "memory");  \
        return both;                                                                  \
    }                                                                                 \
    static void function##_discard(uint64_t *at, uint64_t x)                          \
    {                                                                                 \
        __asm__ volatile(mnemonic " zero, %1, (%0)" : : "r"(at), "r"(x) : "memory");  \
    }

#define AMO(name, suffix)                                                             \
    AMO_APART(name##_##suffix##_relaxed, "amo" #name "." #suffix)                     \
    AMO_APART(name##_##suffix##_aq, "amo" #name "." #suffix ".aq")                    \
    AMO_APART(name##_##suffix##_rl, "amo" #name "." #suffix ".rl")                    \
    AMO_APART(name##_##suffix##_aqrl, "amo" #name "." #suffix ".aqrl")                \
    AMO_TOGETHER(name##_##suffix, "amo" #name "." #suffix)

#define AMO_BOTH(name) AMO(name, w) AMO(name, d)

AMO_BOTH(swap) AMO_BOTH(add) AMO_BOTH(xor) AMO_BOTH(and) AMO_BOTH(or)
AMO_BOTH(min) AMO_BOTH(max) AMO_BOTH(minu) AMO_BOTH(maxu)

enum { FORMS = 6 };

static const struct amo {
    const char *name;
    int is_word;
    uint64_t (*after)(uint64_t old, uint64_t x);
    amo_fn *forms[FORMS];
    void (*discard)(uint64_t *at, uint64_t x);
} amos[] = {
#define ENTRY(name, suffix, is_word)                                                  \
    {"amo" #name "." #suffix, is_word, after_##name,                                  \
     {name##_##suffix##_relaxed, name##_##suffix##_aq, name##_##suffix##_rl,          \
      name##_##suffix##_aqrl, name##_##suffix##_on_operand,                           \
      name##_##suffix##_on_address},                                                  \
     name##_##suffix##_discard},
#define ENTRIES(name) ENTRY(name, w, 1) ENTRY(name, d, 0)
    ENTRIES(swap) ENTRIES(add) ENTRIES(xor) ENTRIES(and) ENTRIES(or)
    ENTRIES(min) ENTRIES(max) ENTRIES(minu) ENTRIES(maxu)
};

static uint64_t sign_extend_word(uint64_t value)
{
    return (uint64_t)(int64_t)(int32_t)value;
}

/* A word form leaves the other half of the doubleword alone. */
static uint64_t merge(const struct amo *amo, uint64_t before, uint64_t stored)
{
    return amo->is_word ? (before & ~(uint64_t)0xffffffff) | (stored & 0xffffffff) : stored;
}

static int test_amo(const struct amo *amo, uint64_t rounds)
{
    static uint64_t cell;
    uint64_t sum = CHECKSUM_START;
    int right = 1;
    for (uint64_t round = 0; round < rounds; round++) {
        uint64_t before = operands[round % OPERANDS] ^ (round / OPERANDS);
        uint64_t old = amo->is_word ? sign_extend_word(before) : before;
        for (unsigned i = 0; i < OPERANDS; i++) {
            uint64_t x = amo->is_word ? sign_extend_word(operands[i]) : operands[i];
            uint64_t expected = merge(amo, before, amo->after(old, x));
            cell = before;
            uint64_t result = amo->forms[(round + i) % FORMS](&cell, operands[i]);
            right &= (result == old) & (cell == expected);
            sum = checksum(checksum(sum, result), cell);
            cell = before;
            amo->discard(&cell, operands[i]);
            right &= cell == expected;
        }
    }
    return report(amo->name, sum, right);
}

#define LR_SC(suffix, type, extend)                                                   \
    static uint64_t lr_##suffix(type *at)                                             \
    {                                                                                 \
        uint64_t value;                                                               \
        __asm__ volatile("lr." #suffix " %0, (%1)" : "=r"(value) : "r"(at) : "memory");\
        return value;                                                                 \
    }                                                                                 \
    /* Whether the store was done. */                                                 \
    static int sc_##suffix(type *at, uint64_t x)                                      \
    {                                                                                 \
        uint64_t failure;                                                             \
        __asm__ volatile("sc." #suffix " %0, %2, (%1)"                                \
                         : "=&r"(failure) : "r"(at), "r"(x) : "memory");              \
        return failure == 0;                                                          \
    }                                                                                 \
    /* A pair with nothing between. */                                                \
    static int pair_##suffix(type *at, type *then, uint64_t x)                        \
    {                                                                                 \
        uint64_t failure;                                                             \
        __asm__ volatile("lr." #suffix " %0, (%1)\n sc." #suffix " %0, %3, (%2)"      \
                         : "=&r"(failure) : "r"(at), "r"(then), "r"(x) : "memory");   \
        return failure == 0;                                                          \
    }                                                                                 \
    /* *at += x by the loop of the manual. */                                         \
    static void add_##suffix(type *at, uint64_t x)                                    \
    {                                                                                 \
        uint64_t value, failure;                                                      \
        __asm__ volatile("1: lr." #suffix ".aq %0, (%2)\n add %0, %0, %3\n"           \
                         "sc." #suffix ".rl %1, %0, (%2)\n bnez %1, 1b"               \
                         : "=&r"(value), "=&r"(failure) : "r"(at), "r"(x) : "memory");\
    }                                                                                 \
    static int test_lr_sc_##suffix(uint64_t rounds)                                   \
    {                                                                                 \
        /* Far apart, so that no reservation covers both. */                          \
        static type cells[1024];                                                      \
        type *one = &cells[0], *other = &cells[1023], total = 0;                      \
        uint64_t sum = CHECKSUM_START;                                                \
        int right = 1;                                                                \
        for (uint64_t round = 0; round < rounds; round++) {                           \
            type value = (type)operands[round % OPERANDS];                            \
            right &= pair_##suffix(one, one, value) & (*one == value);                \
            /* The reservation is used up. */                                         \
            right &= !sc_##suffix(one, value + 1) & (*one == value);                  \
            uint64_t loaded = lr_##suffix(one);                                       \
            right &= sc_##suffix(one, value + 2) & (*one == (type)(value + 2));       \
            right &= loaded == extend(value);                                         \
            *other = value;                                                           \
            right &= !pair_##suffix(one, other, value + 3) & (*other == value);       \
            /* The failure above used the reservation up as well. */                  \
            right &= !sc_##suffix(one, value + 4) & (*one == (type)(value + 2));      \
            *other = total;                                                           \
            add_##suffix(other, value);                                               \
            total += value;                                                           \
            right &= *other == total;                                                 \
            sum = checksum(checksum(sum, loaded), total);                             \
        }                                                                             \
        return report("lr." #suffix " sc." #suffix, sum, right);                      \
    }

#define AS_IT_IS(value) (value)
LR_SC(w, uint32_t, sign_extend_word)
LR_SC(d, uint64_t, AS_IT_IS)

int guest_main(int argc, char **argv, char **envp)
{
    (void)envp;
    uint64_t rounds = scale(argc, argv, DEFAULT);
    int right = 1;
    for (size_t i = 0; i < sizeof amos / sizeof *amos; i++)
        right &= test_amo(&amos[i], rounds);
    right &= test_lr_sc_w(rounds * OPERANDS);
    right &= test_lr_sc_d(rounds * OPERANDS);
    return !right;
}
