/* What a program finds on its stack, and the stack itself. */
#include "kernel.h"

enum { AT_PHDR = 3, AT_PHENT = 4, AT_PHNUM = 5, AT_PAGESZ = 6, AT_BASE = 7, AT_FLAGS = 8 };
enum { AT_ENTRY = 9, AT_SECURE = 23, AT_RANDOM = 25, AT_EXECFN = 31 };

extern const char __ehdr_start[];
extern const char _start[];

static const word *auxiliary;

/* The value of a key, or minus one. */
static long value(word key)
{
    for (const word *at = auxiliary; at[0] != 0; at += 2)
        if (at[0] == key)
            return (long)at[1];
    return -1;
}

static void strings(const char *name, const word *at)
{
    for (; *at; at++) {
        print(name);
        print((const char *)*at);
        print("\n");
    }
}

static void program(void)
{
    const word *argv = initial_stack + 1, *envp = argv + initial_stack[0] + 1, *end = envp;
    while (*end)
        end++;
    auxiliary = end + 1;
    show("aligned", (long)initial_stack % 16);
    show("argc", (long)initial_stack[0]);
    strings("argument: ", argv + 1);
    strings("variable: ", envp);
    show("page size", value(AT_PAGESZ));
    show("program headers", value(AT_PHDR) - (long)__ehdr_start);
    show("their size", value(AT_PHENT));
    show("their number", value(AT_PHNUM));
    show("base", value(AT_BASE));
    show("flags", value(AT_FLAGS));
    show("entry", value(AT_ENTRY) - (long)_start);
    show("secure", value(AT_SECURE));
    show("has random bytes", value(AT_RANDOM) != -1);
    show("name is argv[0]", ((const char *)value(AT_EXECFN))[0] == ((const char *)argv[0])[0]);
    volatile char *deep = (volatile char *)initial_stack - (7 << 20);
    deep[0] = 1;
    show("deep in the stack", deep[0] + deep[1]);
    print("too deep\n");
    deep[-(2 << 20)] = 1;
}
