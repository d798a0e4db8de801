/*
 * All that a kernel has of a C library.
 *
 * A kernel defines `kernel`, which makes a checksum of what it computes. The
 * checksum is printed, and its low byte is the exit code.
 */
#ifndef RT_H
#define RT_H

typedef unsigned char u8;
typedef unsigned short u16;
typedef unsigned int u32;
typedef unsigned long u64;
typedef __SIZE_TYPE__ size_t;

/* How much a kernel is to do: one number for tests, another to be measured. */
#ifdef SHORT
#define SIZED(short_size, long_size) (short_size)
#else
#define SIZED(short_size, long_size) (long_size)
#endif

/*
 * A number that the compiler is not to know. Else it could work out a kernel,
 * or a part of it, as it compiles.
 */
static inline u64 opaque(u64 number)
{
    __asm__ volatile("" : "+r"(number));
    return number;
}

/* The next of a sequence without a pattern (xorshift64). */
static inline u64 next_random(u64 *state)
{
    u64 x = *state;
    x ^= x << 13;
    x ^= x >> 7;
    x ^= x << 17;
    return *state = x;
}

/* A checksum that depends on the order of what goes into it. */
static inline u64 mix(u64 sum, u64 value)
{
    sum = (sum ^ value) * 0x9e3779b97f4a7c15;
    return sum ^ sum >> 29;
}

static u64 kernel(void);

#ifdef __riscv

#define STACK_SIZE 65536
#define STRING(x) #x
#define STRING_OF(x) STRING(x)

__attribute__((used, aligned(16))) static u8 stack[STACK_SIZE];

/* SP1's executor starts a program with all registers zero, sp too. */
__asm__(".pushsection .text.start, \"ax\"\n"
        ".globl _start\n"
        "_start:\n"
        "    la sp, stack + " STRING_OF(STACK_SIZE) "\n"
        "    call start\n"
        ".popsection\n");

/*
 * A system call of Linux, which has its number in a7, and of SP1, which has it
 * in t0. Arguments are in the same registers for both; results are not.
 */
static inline void system_call(u64 linux_number, u64 sp1_number, u64 a, u64 b, u64 c)
{
    register u64 a0 __asm__("a0") = a;
    register u64 a1 __asm__("a1") = b;
    register u64 a2 __asm__("a2") = c;
    register u64 a7 __asm__("a7") = linux_number;
    register u64 t0 __asm__("t0") = sp1_number;
    __asm__ volatile("ecall" : "+r"(a0), "+r"(t0) : "r"(a1), "r"(a2), "r"(a7) : "memory");
}

#define WRITE 64, 2
#define EXIT 93, 0

#else

__asm__(".pushsection .text.start, \"ax\"\n"
        ".globl _start\n"
        "_start:\n"
        "    xor %ebp, %ebp\n"
        "    call start\n"
        ".popsection\n");

static inline void system_call(u64 number, u64 a, u64 b, u64 c)
{
    __asm__ volatile("syscall"
                     : "+a"(number)
                     : "D"(a), "S"(b), "d"(c)
                     : "rcx", "r11", "memory");
}

#define WRITE 1
#define EXIT 60

#endif

/* What the compiler calls where it finds a loop or an assignment to be one of these. */
#define LIBRARY __attribute__((used, noinline, optimize("no-tree-loop-distribute-patterns")))

LIBRARY void *memcpy(void *restrict to, const void *restrict from, size_t size)
{
    u8 *t = to;
    const u8 *f = from;
    if ((((size_t)t | (size_t)f) & 7) == 0) {
        for (; size >= 8; size -= 8, t += 8, f += 8)
            *(u64 *)t = *(const u64 *)f;
    }
    for (; size != 0; size--)
        *t++ = *f++;
    return to;
}

LIBRARY void *memmove(void *to, const void *from, size_t size)
{
    u8 *t = to;
    const u8 *f = from;
    if ((size_t)t - (size_t)f >= size)
        return memcpy(to, from, size);
    t += size;
    f += size;
    if ((((size_t)t | (size_t)f) & 7) == 0) {
        for (; size >= 8; size -= 8) {
            t -= 8;
            f -= 8;
            *(u64 *)t = *(const u64 *)f;
        }
    }
    for (; size != 0; size--)
        *--t = *--f;
    return to;
}

LIBRARY void *memset(void *to, int value, size_t size)
{
    u8 *t = to;
    u64 bytes = (u8)value * 0x0101010101010101;
    for (; size != 0 && ((size_t)t & 7) != 0; size--)
        *t++ = (u8)value;
    for (; size >= 8; size -= 8, t += 8)
        *(u64 *)t = bytes;
    for (; size != 0; size--)
        *t++ = (u8)value;
    return to;
}

__attribute__((used, noreturn)) static void start(void)
{
    u64 sum = kernel();
    char line[17];
    for (int i = 0; i < 16; i++)
        line[i] = "0123456789abcdef"[sum >> (60 - 4 * i) & 15];
    line[16] = '\n';
    system_call(WRITE, 1, (u64)line, sizeof line);
    system_call(EXIT, sum & 0xff, 0, 0);
    __builtin_unreachable();
}

#endif
