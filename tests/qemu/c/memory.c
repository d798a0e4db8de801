/*
 * brk, mmap, munmap, mprotect, mremap, madvise. Not shown, as qemu 7.2 differs
 * from Linux: MAP_FIXED_NOREPLACE, mprotect of no bytes, mremap to none.
 */
#include "kernel.h"

enum { PAGE = 4096, READABLE = 1, WRITABLE = 2, EXECUTABLE = 4 };
enum { SHARED = 1, PRIVATE = 2, FIXED = 0x10, ANONYMOUS = 0x20 };

static char *map(void *at, word size, long rights, long flags)
{
    return (char *)CALL(MMAP, at, size, rights, flags, -1, 0);
}


static void the_break(void)
{
    word start = (word)CALL(BRK, 0);
    show("brk query twice", (long)((word)CALL(BRK, 0) - start));
    show("brk grows", (long)((word)CALL(BRK, start + 3 * PAGE + 5) - start));
    *(volatile char *)(start + 3 * PAGE) = 1;
    show("brk is zeroed", *(volatile char *)(start + 3 * PAGE + 4));
    show("brk shrinks", (long)((word)CALL(BRK, start + 10) - start));
    show("brk grows again", (long)((word)CALL(BRK, start + 4 * PAGE) - start));
    show("brk is zeroed again", *(volatile char *)(start + 3 * PAGE));
    show("brk below the start", (long)((word)CALL(BRK, start - 1) - start));
    show("brk too far", (long)((word)CALL(BRK, (word)1 << 50) - start));
}

static void mappings(void)
{
    char *at = map(0, 4 * PAGE + 1, READABLE | WRITABLE, PRIVATE | ANONYMOUS);
    show_error("mmap", (long)at);
    show("mmap aligns", (long)at % PAGE);
    show("mmap zeroes", at[5 * PAGE - 1]);
    at[0] = 1;
    at[4 * PAGE] = 2;
    show("munmap the middle", CALL(MUNMAP, at + PAGE, PAGE));
    show("munmap it again", CALL(MUNMAP, at + PAGE, PAGE));
    show("the middle", CALL(WRITE, 1, at + PAGE, 1));
    show("the rest", at[0] + at[4 * PAGE]);
    char *again = map(at + PAGE, PAGE, READABLE, PRIVATE | ANONYMOUS | FIXED);
    show("mmap fixed", again - at);
    again = map(at, PAGE, READABLE, PRIVATE | ANONYMOUS | FIXED);
    show("mmap fixed, replacing", again - at);
    show("replaced", at[0]);
    show("munmap all", CALL(MUNMAP, at, 5 * PAGE));
    show("mmap of nothing", (long)map(0, 0, READABLE, PRIVATE | ANONYMOUS));
    show("mmap neither shared nor private", (long)map(0, PAGE, READABLE, ANONYMOUS));
    show("mmap fixed, not aligned", (long)map(at + 1, PAGE, READABLE, PRIVATE | ANONYMOUS | FIXED));
    show("mmap of no file", CALL(MMAP, 0, PAGE, READABLE, PRIVATE, 99, 0));
    show("mmap too large", (long)map(0, (word)1 << 60, READABLE, PRIVATE | ANONYMOUS));
    show("mmap wraps", (long)map(0, -(word)PAGE + 1, READABLE, PRIVATE | ANONYMOUS));
    show("munmap of nothing", CALL(MUNMAP, at, 0));
    show("munmap not aligned", CALL(MUNMAP, at + 8, PAGE));
    show_error("mmap shared", (long)map(0, PAGE, READABLE | WRITABLE, SHARED | ANONYMOUS));
}

static void protections(void)
{
    char *at = map(0, 4 * PAGE, READABLE | WRITABLE, PRIVATE | ANONYMOUS);
    at[0] = 'x';
    show("mprotect to nothing", CALL(MPROTECT, at, PAGE, 0));
    show("write from there", CALL(WRITE, 1, at, 1));
    show("mprotect back", CALL(MPROTECT, at, PAGE, READABLE));
    show("content", at[0]);
    show("uname into a page to be read", CALL(UNAME, at));
    show("mprotect part of a page", CALL(MPROTECT, at, 1, READABLE | WRITABLE));
    at[PAGE - 1] = 1;
    show("mprotect not aligned", CALL(MPROTECT, at + 1, PAGE, READABLE));
    CALL(MUNMAP, at + 2 * PAGE, PAGE);
    show("mprotect over a hole", CALL(MPROTECT, at, 4 * PAGE, READABLE | WRITABLE));
    show("madvise dontneed", CALL(MADVISE, at, PAGE, 4));
    show("content is gone", at[0]);
    show("madvise not aligned", CALL(MADVISE, at + 1, PAGE, 4));
}

static void moves(void)
{
    char *at = map(0, 2 * PAGE, READABLE | WRITABLE, PRIVATE | ANONYMOUS);
    at[0] = 1;
    at[PAGE] = 2;
    show("mremap shrinks", CALL(MREMAP, at, 2 * PAGE, PAGE, 0) - (long)at);
    char *moved = (char *)CALL(MREMAP, at, PAGE, 64 * PAGE, 1);
    show_error("mremap grows", (long)moved);
    show("mremap keeps", moved[0]);
    show("mremap zeroes", moved[PAGE]);
    show("mremap not aligned", CALL(MREMAP, moved + 8, PAGE, PAGE, 1));
    show("mremap of nowhere", CALL(MREMAP, 0x10000000000, PAGE, 2 * PAGE, 1));
}

static void program(void)
{
    the_break();
    mappings();
    protections();
    moves();
}
