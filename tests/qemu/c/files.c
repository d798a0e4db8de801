/* Files of the current directory, where `input` holds "0123456789" and there is nothing else. */
#include "kernel.h"

enum { HERE = -100, WRITE_ONLY = 1, DIRECTORY = 0200000 };

static char page[4096];

static long open(const char *path, long flags)
{
    return CALL(OPENAT, HERE, path, flags, 0644);
}

static void reading(void)
{
    long fd = open("input", 0);
    show("open", fd);
    show("read", CALL(READ, fd, page, 4));
    show("read into nowhere", CALL(READ, fd, NOWHERE, 4));
    show("position", CALL(LSEEK, fd, 0, 1));
    show("pread", CALL(PREAD, fd, page, 4, 8));
    show("pread behind the end", CALL(PREAD, fd, page, 4, 100));
    show("pread at minus one", CALL(PREAD, fd, page, 4, -1));
    show("position still", CALL(LSEEK, fd, 0, 1));
    show("lseek to the end", CALL(LSEEK, fd, -1, 2));
    show("read the last", CALL(READ, fd, page, 4));
    show("it is", page[0]);
    show("read at the end", CALL(READ, fd, page, 4));
    show("lseek before the start", CALL(LSEEK, fd, -1, 0));
    show("lseek behind the end", CALL(LSEEK, fd, 1000, 0));
    show("lseek from nowhere", CALL(LSEEK, fd, 0, 9));
    show("write to what is read", CALL(WRITE, fd, "x", 1));
    show("mode", CALL(FCNTL, fd, 3) & 3);
    show("close", CALL(CLOSE, fd));
}

static void facts(void)
{
    long size;
    unsigned mode;
    show("newfstatat", CALL(NEWFSTATAT, HERE, "input", page, 0));
    memcpy(&mode, page + 16, sizeof mode);
    memcpy(&size, page + 48, sizeof size);
    show("type", mode >> 12);
    show("size", size);
    show("newfstatat of nothing", CALL(NEWFSTATAT, HERE, "", page, 0));
    show("newfstatat of nowhere", CALL(NEWFSTATAT, HERE, "none", page, 0));
    show("newfstatat through a file", CALL(NEWFSTATAT, HERE, "input/x", page, 0));
    show("newfstatat with bad flags", CALL(NEWFSTATAT, HERE, "input", page, 0x80000000));
    show("newfstatat at a bad path", CALL(NEWFSTATAT, HERE, NOWHERE, page, 0));
    show("faccessat", CALL(FACCESSAT, HERE, "input", 4));
    show("faccessat of nowhere", CALL(FACCESSAT, HERE, "none", 0));
    show("faccessat in a bad mode", CALL(FACCESSAT, HERE, "input", 8));
    show("readlinkat of a file", CALL(READLINKAT, HERE, "input", page, 10));
}

static void refusals(void)
{
    static char name[300];
    memset(name, 'n', sizeof name - 1);
    show("open nowhere", open("none", 0));
    show("open through a file", open("input/x", 0));
    show("open a file as a directory", open("input", DIRECTORY));
    show("open a directory to write", open(".", WRITE_ONLY));
    show("open a long name", open(name, 0));
    show("open a bad path", open(NOWHERE, 0));
    show("open the empty path", open("", 0));
    show("open in no directory", CALL(OPENAT, 99, "input", 0, 0));
    show("open in a pipe", CALL(OPENAT, 1, "input", 0, 0));
    long fd = open(".", DIRECTORY);
    show("open the directory", fd);
    show("read it", CALL(READ, fd, page, 10));
    long inner = CALL(OPENAT, fd, "input", 0, 0);
    show("open in it", inner);
    show("close both", CALL(CLOSE, inner) + CALL(CLOSE, fd));
}

static void program(void)
{
    reading();
    facts();
    refusals();
}
