/*
 * Prints what it was started with: argc, argv and envp, one a line.
 *
 * Of argv[0] only the file name is printed, so that the result does not depend
 * on where the ELF is.
 */
#include "guest.h"

static const char *file_name(const char *path)
{
    const char *name = path;
    for (; *path; path++)
        if (*path == '/')
            name = path + 1;
    return name;
}

static void print_entry(const char *vector, int index, const char *text)
{
    print(vector);
    print("[");
    print_unsigned((uint64_t)index);
    print("] = ");
    print(text);
    print("\n");
}

int guest_main(int argc, char **argv, char **envp)
{
    print("argc = ");
    print_unsigned((uint64_t)argc);
    print("\n");
    for (int i = 0; i < argc; i++)
        print_entry("argv", i, i == 0 ? file_name(argv[0]) : argv[i]);
    for (int i = 0; envp[i]; i++)
        print_entry("envp", i, envp[i]);
    /* The convention ends argv in a NULL that argc does not count. */
    return argv[argc] != NULL;
}
