/* What can be done with the standard streams, which are pipes; the input has ended. */
#include "kernel.h"

static char page[4096];

struct part {
    const void *from;
    word size;
};

static void writes(void)
{
    show("write nothing", CALL(WRITE, 1, NOWHERE, 0));
    show("write from nowhere", CALL(WRITE, 1, NOWHERE, 1));
    show("write to nowhere", CALL(WRITE, 99, "x", 1));
    show("write to minus one", CALL(WRITE, -1, "x", 1));
    show("write to stderr", CALL(WRITE, 2, "x", 1));
    show("pwrite", CALL(PWRITE, 1, "x", 1, 0));
    struct part parts[] = {{"ab", 2}, {NOWHERE, 0}, {"c\n", 2}};
    show("writev", CALL(WRITEV, 1, parts, 3));
    show("writev of nothing", CALL(WRITEV, 1, parts, 0));
    show("writev of too many", CALL(WRITEV, 1, parts, 1025));
    show("writev of parts nowhere", CALL(WRITEV, 1, NOWHERE, 1));
    struct part bad[] = {{NOWHERE, 2}, {"c\n", 2}};
    show("writev of nowhere first", CALL(WRITEV, 1, bad, 2));
    struct part huge[] = {{"ab", 2}, {"c", (word)1 << 63}};
    show("writev of too much", CALL(WRITEV, 1, huge, 2));
}

static void reads(void)
{
    show("read", CALL(READ, 0, page, sizeof page));
    show("read nothing", CALL(READ, 0, page, 0));
    show("read from nowhere", CALL(READ, 99, page, 1));
    show("pread", CALL(PREAD, 0, page, 1, 0));
    show("readv of nothing", CALL(READV, 0, page, 0));
}

static void positions(void)
{
    show("lseek stdin", CALL(LSEEK, 0, 0, 1));
    show("lseek stdout", CALL(LSEEK, 1, 0, 0));
    show("lseek nowhere", CALL(LSEEK, 99, 0, 0));
}

static void facts(void)
{
    unsigned mode;
    for (long fd = 0; fd < 3; fd++) {
        show("fstat", CALL(FSTAT, fd, page));
        memcpy(&mode, page + 16, sizeof mode);
        show("fstat's type", mode >> 12);
    }
    show("fstat nowhere", CALL(FSTAT, 99, page));
    show("fstat into nowhere", CALL(FSTAT, 1, NOWHERE));
    show("is stdout a terminal", CALL(IOCTL, 1, 0x5401, page));
    show("ioctl nowhere", CALL(IOCTL, 99, 0x5401, page));
}

static void numbers(void)
{
    show("dup", CALL(DUP, 1));
    show("write to it", CALL(WRITE, 3, "dup\n", 4));
    show("dup3", CALL(DUP3, 1, 7, 0));
    show("dup3 to itself", CALL(DUP3, 1, 1, 0));
    show("dup3 of nowhere", CALL(DUP3, 99, 7, 0));
    show("dup3 with bad flags", CALL(DUP3, 1, 7, 1));
    show("dup again", CALL(DUP, 7));
    show("close", CALL(CLOSE, 3));
    show("close again", CALL(CLOSE, 3));
    show("fcntl dupfd", CALL(FCNTL, 1, 0, 5));
    show("fcntl getfd", CALL(FCNTL, 5, 1));
    show("fcntl setfd", CALL(FCNTL, 5, 2, 1));
    show("fcntl getfd now", CALL(FCNTL, 5, 1));
    show("fcntl dupfd cloexec", CALL(FCNTL, 1, 1030, 5));
    show("fcntl getfd of it", CALL(FCNTL, 6, 1));
    show("fcntl mode of stdin", CALL(FCNTL, 0, 3) & 3);
    show("fcntl mode of stdout", CALL(FCNTL, 1, 3) & 3);
    show("fcntl unknown", CALL(FCNTL, 1, 4711));
    show("fcntl nowhere", CALL(FCNTL, 99, 1));
    show("close stderr", CALL(CLOSE, 2));
    show("write to stderr", CALL(WRITE, 2, "x", 1));
    show("dup takes its place", CALL(DUP, 1));
}

static void program(void)
{
    writes();
    reads();
    positions();
    facts();
    numbers();
}
