/*
 * A program against a C library: stdio, the heap, time and the environment.
 *
 * build.sh does not build it. A static glibc for riscv64 is rv64gc, so it needs
 * the F and D extensions, and its licence puts conditions on passing the binary
 * on. To try it:
 *
 *     riscv64-linux-gnu-gcc -O2 -static -o hello-libc.elf hello-libc.c
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

static int compare(const void *a, const void *b)
{
    const char *const *left = a, *const *right = b;
    return strcmp(*left, *right);
}

int main(int argc, char **argv)
{
    char **sorted = malloc((size_t)argc * sizeof *sorted);
    if (sorted == NULL) {
        perror("malloc");
        return EXIT_FAILURE;
    }
    memcpy(sorted, argv, (size_t)argc * sizeof *sorted);
    qsort(sorted + 1, (size_t)argc - 1, sizeof *sorted, compare);
    printf("hello, %d arguments in order:", argc - 1);
    for (int i = 1; i < argc; i++)
        printf(" %s", sorted[i]);
    const char *home = getenv("HOME");
    printf("\nhome is %s, the clock %s\n", home ? home : "unknown",
           time(NULL) == (time_t)-1 ? "missing" : "there");
    free(sorted);
    return EXIT_SUCCESS;
}
