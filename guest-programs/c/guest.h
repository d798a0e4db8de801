/*
 * What the C guests have instead of a libc. See start.c.
 */
#ifndef GUEST_H
#define GUEST_H

#include <stddef.h>
#include <stdint.h>

/* Every guest defines it; the result is the exit code. envp ends in NULL. */
int guest_main(int argc, char **argv, char **envp);

/* Printing is gathered in a buffer that goes out when it is full and at exit. */
void print(const char *text);
void print_unsigned(uint64_t number);
/* `digits` hexadecimal digits, from the lowest ones of `number`. */
void print_hex(uint64_t number, unsigned digits);

/* Prints the line "name: sum right", or WRONG; gives `right` back. */
int report(const char *name, uint64_t sum, int right);

/* Ends the guest after writing out what was printed. */
_Noreturn void guest_exit(int code);

/* The first argument as a number, or `fallback` without one. Anything but a
   decimal number ends the guest with exit code 2. */
uint64_t scale(int argc, char **argv, uint64_t fallback);

/* A Linux system call; a negative result is a negated error number. */
long syscall6(long number, long a, long b, long c, long d, long e, long f);

enum { SYS_READ = 63, SYS_WRITE = 64, SYS_EXIT_GROUP = 94, SYS_MUNMAP = 215, SYS_MMAP = 222 };

enum { PROT_READ = 1, PROT_WRITE = 2, PROT_EXEC = 4 };

/* Fresh zeroed memory with these rights, or NULL. */
void *map_pages(size_t length, int rights);

/* FNV-1a with a whole word a step: the checksum of results. */
#define CHECKSUM_START 0xcbf29ce484222325u
static inline uint64_t checksum(uint64_t sum, uint64_t word)
{
    sum = (sum ^ word) * 0x100000001b3u;
    return sum << 23 | sum >> 41;
}

#endif
