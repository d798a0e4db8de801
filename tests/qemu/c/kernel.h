/*
 * What the programs of this folder share: the start, system calls, and lines
 * of the form "name: result" where a failure is shown as its error number.
 */
#ifndef KERNEL_H
#define KERNEL_H

typedef unsigned long word;

static void program(void);

/* Where the stack pointer is at first: at argc. */
static const word *initial_stack;

__asm__(".globl _start\n"
        "_start:\n"
        ".option push\n"
        ".option norelax\n"
        "la gp, __global_pointer$\n"
        ".option pop\n"
        "mv a0, sp\n"
        "andi sp, sp, -16\n"
        "call start\n");

static long call(long number, long a, long b, long c, long d, long e, long f)
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

#define CALL_(n, a, b, c, d, e, f, ...) \
    call(n, (long)(a), (long)(b), (long)(c), (long)(d), (long)(e), (long)(f))
#define CALL(...) CALL_(__VA_ARGS__, 0, 0, 0, 0, 0, 0, 0)

enum {
    GETCWD = 17, DUP = 23, DUP3 = 24, FCNTL = 25, IOCTL = 29, FLOCK = 32, MKNODAT = 33,
    MKDIRAT = 34, UNLINKAT = 35, SYMLINKAT = 36, LINKAT = 37, TRUNCATE = 45, FTRUNCATE = 46,
    FALLOCATE = 47, FACCESSAT = 48, CHDIR = 49, FCHDIR = 50, FCHMODAT = 53, OPENAT = 56,
    CLOSE = 57, PIPE2 = 59, GETDENTS64 = 61, LSEEK = 62, READ = 63, WRITE = 64, READV = 65,
    WRITEV = 66, PREAD = 67, PWRITE = 68, SENDFILE = 71, PSELECT6 = 72, PPOLL = 73,
    READLINKAT = 78, NEWFSTATAT = 79, FSTAT = 80, FSYNC = 82, FDATASYNC = 83, UTIMENSAT = 88,
    EXIT = 93, EXIT_GROUP = 94, FUTEX = 98, NANOSLEEP = 101, CLOCK_GETTIME = 113,
    CLOCK_GETRES = 114, KILL = 129, SIGALTSTACK = 132, RT_SIGACTION = 134,
    RT_SIGPROCMASK = 135, UNAME = 160, GETRLIMIT = 163, UMASK = 166, GETPID = 172,
    GETTID = 178, BRK = 214, MUNMAP = 215, MREMAP = 216, MMAP = 222, MPROTECT = 226,
    MSYNC = 227, MINCORE = 232, MADVISE = 233, PRLIMIT64 = 261, RENAMEAT2 = 276,
    GETRANDOM = 278, COPY_FILE_RANGE = 285, STATX = 291,
};

/* An address at which nothing is ever mapped. */
#define NOWHERE ((void *)8)

static word length(const char *text)
{
    word n = 0;
    while (text[n])
        n++;
    return n;
}

static void print(const char *text)
{
    CALL(WRITE, 1, text, length(text));
}

static void print_number(long number)
{
    char digits[24], *at = digits + sizeof digits;
    word rest = number < 0 ? -(word)number : (word)number;
    *--at = 0;
    do
        *--at = (char)('0' + rest % 10);
    while (rest /= 10);
    if (number < 0)
        *--at = '-';
    print(at);
}

/* "name: number" */
static void show(const char *name, long number)
{
    print(name);
    print(": ");
    print_number(number);
    print("\n");
}

/* As show, of a call whose result differs from system to system where it succeeds. */
static void show_error(const char *name, long result)
{
    show(name, result < 0 && result >= -4095 ? result : 0);
}

void *memset(void *to, int byte, word size)
{
    for (char *at = to; size > 0; size--)
        *at++ = (char)byte;
    return to;
}

void *memcpy(void *to, const void *from, word size)
{
    const char *source = from;
    for (char *at = to; size > 0; size--)
        *at++ = *source++;
    return to;
}

__attribute__((used)) static void start(const word *stack)
{
    initial_stack = stack;
    program();
    for (;;)
        CALL(EXIT_GROUP, 0);
}

#endif
