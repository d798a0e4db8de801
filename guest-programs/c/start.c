/*
 * Start, system calls, printing and the memory functions that the compiler may
 * call on its own, for the C guests.
 */
#include "guest.h"

/* At entry sp is 16-byte aligned and points to argc, then argv, then envp. gp
   must be loaded without a detour over gp, hence norelax. */
__asm__(".section .text._start, \"ax\"\n"
        ".globl _start\n"
        ".type _start, @function\n"
        "_start:\n"
        ".option push\n"
        ".option norelax\n"
        "la gp, __global_pointer$\n"
        ".option pop\n"
        "li ra, 0\n"
        "li s0, 0\n"
        "mv a0, sp\n"
        "andi sp, sp, -16\n"
        "call start\n"
        ".size _start, . - _start\n"
        ".text\n");

static char out[4096];
static size_t out_length;

long syscall6(long number, long a, long b, long c, long d, long e, long f)
{
    register long a7 __asm__("a7") = number;
    register long a0 __asm__("a0") = a;
    register long a1 __asm__("a1") = b;
    register long a2 __asm__("a2") = c;
    register long a3 __asm__("a3") = d;
    register long a4 __asm__("a4") = e;
    register long a5 __asm__("a5") = f;
    __asm__ volatile("ecall"
                     : "+r"(a0)
                     : "r"(a1), "r"(a2), "r"(a3), "r"(a4), "r"(a5), "r"(a7)
                     : "memory");
    return a0;
}

static void write_all(int fd, const char *bytes, size_t length)
{
    while (length > 0) {
        long written = syscall6(SYS_WRITE, fd, (long)bytes, (long)length, 0, 0, 0);
        if (written <= 0)
            break;
        bytes += written;
        length -= (size_t)written;
    }
}

static void flush(void)
{
    write_all(1, out, out_length);
    out_length = 0;
}

_Noreturn void guest_exit(int code)
{
    flush();
    for (;;)
        syscall6(SYS_EXIT_GROUP, code, 0, 0, 0, 0, 0);
}

static void print_byte(char byte)
{
    if (out_length == sizeof out)
        flush();
    out[out_length++] = byte;
}

void print(const char *text)
{
    while (*text)
        print_byte(*text++);
}

void print_unsigned(uint64_t number)
{
    if (number >= 10)
        print_unsigned(number / 10);
    print_byte((char)('0' + number % 10));
}

void print_hex(uint64_t number, unsigned digits)
{
    while (digits-- > 0)
        print_byte("0123456789abcdef"[number >> (4 * digits) & 15]);
}

int report(const char *name, uint64_t sum, int right)
{
    print(name);
    print(": ");
    print_hex(sum, 16);
    print(right ? " right\n" : " WRONG\n");
    return right;
}

uint64_t scale(int argc, char **argv, uint64_t fallback)
{
    if (argc < 2)
        return fallback;
    uint64_t number = 0;
    const char *digit = argv[1];
    do {
        if (*digit < '0' || *digit > '9') {
            static const char message[] = "the argument is not a number\n";
            write_all(2, message, sizeof message - 1);
            guest_exit(2);
        }
        number = number * 10 + (uint64_t)(*digit - '0');
    } while (*++digit);
    return number;
}

void *map_pages(size_t length, int rights)
{
    enum { PRIVATE_ANONYMOUS = 0x2 | 0x20 };
    long address = syscall6(SYS_MMAP, 0, (long)length, rights, PRIVATE_ANONYMOUS, -1, 0);
    return address < 0 && address >= -4095 ? NULL : (void *)address;
}

void *memcpy(void *restrict to, const void *restrict from, size_t length)
{
    char *out_byte = to;
    const char *in_byte = from;
    while (length-- > 0)
        *out_byte++ = *in_byte++;
    return to;
}

void *memset(void *to, int byte, size_t length)
{
    char *out_byte = to;
    while (length-- > 0)
        *out_byte++ = (char)byte;
    return to;
}

__attribute__((used)) static _Noreturn void start(long *stack)
{
    int argc = (int)stack[0];
    char **argv = (char **)(stack + 1);
    guest_exit(guest_main(argc, argv, argv + argc + 1));
}
