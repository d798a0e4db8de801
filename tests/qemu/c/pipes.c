/*
 * Pipes, polls, locks, devices and files in memory. Not shown, as rvjet will not wait for
 * ever: reads and writes that would; as qemu 7.2 leaves its ends open: a pipe into nowhere.
 */
#include "kernel.h"

enum {
    HERE = -100, READ_WRITE = 2, CREATE = 0100, APPEND = 02000, NON_BLOCKING = 04000,
    CLOSE_ON_EXEC = 02000000, IGNORE = 1, BROKEN_PIPE = 13,
    READABLE = 1, WRITABLE = 4,
};

static char page[4096], large[1 << 17];

static long open(const char *path, long flags)
{
    return CALL(OPENAT, HERE, path, flags, 0644);
}

static void pipes(void)
{
    word action[3] = {IGNORE, 0, 0};
    int ends[2], other[2];
    show("pipe", CALL(PIPE2, ends, 0));
    show("pipe with bad flags", CALL(PIPE2, other, 1));
    show("ends", ends[0] * 10 + ends[1]);
    show("write", CALL(WRITE, ends[1], "hello", 5));
    show("read a part", CALL(READ, ends[0], page, 2));
    show("read the rest", CALL(READ, ends[0], page, 100));
    show("it is", page[0]);
    show("read the wrong end", CALL(READ, ends[1], page, 1));
    show("write the wrong end", CALL(WRITE, ends[0], page, 1));
    show("position", CALL(LSEEK, ends[0], 0, 1));
    show("pread", CALL(PREAD, ends[0], page, 1, 0));
    show("fcntl, not to wait", CALL(FCNTL, ends[0], 4, NON_BLOCKING));
    show("read of nothing", CALL(READ, ends[0], page, 1));
    show("read of no bytes", CALL(READ, ends[0], page, 0));
    show("fcntl, not to wait", CALL(FCNTL, ends[1], 4, NON_BLOCKING));
    show("write more than there is room for", CALL(WRITE, ends[1], large, sizeof large));
    show("write to the full pipe", CALL(WRITE, ends[1], page, 1));
    show("size", CALL(FCNTL, ends[0], 1032, 0));
    int left;
    show("what is left", CALL(IOCTL, ends[0], 0x541b, &left));
    show("left", left);
    long copy = CALL(DUP, ends[1]);
    show("dup", copy);
    show("close", CALL(CLOSE, ends[1]));
    show("read all", CALL(READ, ends[0], large, sizeof large));
    show("read of nothing", CALL(READ, ends[0], page, 1));
    show("close", CALL(CLOSE, copy));
    show("read at the end", CALL(READ, ends[0], page, 1));
    show("close", CALL(CLOSE, ends[0]));
    show("pipe", CALL(PIPE2, ends, CLOSE_ON_EXEC | NON_BLOCKING));
    show("fcntl", CALL(FCNTL, ends[0], 1, 0) + CALL(FCNTL, ends[1], 3, 0));
    show("close", CALL(CLOSE, ends[0]));
    show("sigaction", CALL(RT_SIGACTION, BROKEN_PIPE, action, 0, 8));
    show("write that nobody reads", CALL(WRITE, ends[1], page, 1));
    show("close", CALL(CLOSE, ends[1]));
}

struct poll {
    int fd;
    short wanted, found;
};

static void show_polls(const char *name, struct poll *polls)
{
    word now[2] = {0, 0};
    show(name, CALL(PPOLL, polls, 2, now, 0, 8));
    show("first", polls[0].found);
    show("second", polls[1].found);
}

static void polls(void)
{
    int ends[2];
    word now[2] = {0, 0}, reads, writes;
    show("pipe", CALL(PIPE2, ends, NON_BLOCKING));
    struct poll both[2] = {{ends[0], READABLE, 0}, {ends[1], WRITABLE | READABLE, 0}};
    show_polls("poll of an empty pipe", both);
    CALL(WRITE, ends[1], page, 1);
    show_polls("poll of a pipe", both);
    reads = 1ul << ends[0] | 1ul << ends[1];
    writes = reads;
    show("pselect", CALL(PSELECT6, 10, &reads, &writes, 0, now, 0));
    show("to read", (long)reads);
    show("to write", (long)writes);
    reads = 1ul << 9;
    show("pselect of nothing", CALL(PSELECT6, 10, &reads, 0, 0, now, 0));
    show("pselect of less than nothing", CALL(PSELECT6, -1, &reads, 0, 0, now, 0));
    CALL(WRITE, ends[1], large, sizeof large);
    show_polls("poll of a full pipe", both);
    CALL(CLOSE, ends[1]);
    both[1].fd = 99;
    show_polls("poll of a pipe that has ended", both);
    CALL(READ, ends[0], large, sizeof large);
    both[1].fd = -1;
    show_polls("poll of its end", both);
    CALL(CLOSE, ends[0]);
}

struct lock {
    short kind, whence;
    long start, length;
    int process;
};

static void locks(void)
{
    long fd = open("locked", READ_WRITE | CREATE), other = open("locked", 0);
    struct lock all = {1, 0, 0, 0, 0}, bad = {9, 0, 0, 0, 0}, before = {1, 0, -1, 0, 0};
    show("lock", CALL(FCNTL, fd, 6, &all));
    show("lock of what is only read", CALL(FCNTL, other, 6, &all));
    show("lock of a bad kind", CALL(FCNTL, fd, 6, &bad));
    show("lock before the start", CALL(FCNTL, fd, 6, &before));
    show("lock in nowhere", CALL(FCNTL, fd, 6, NOWHERE));
    show("is it locked", CALL(FCNTL, other, 5, &all));
    show("it is", all.kind);
    show("flock", CALL(FLOCK, fd, 2));
    show("flock of the other", CALL(FLOCK, other, 1 | 4));
    show("flock of a bad kind", CALL(FLOCK, other, 3));
    show("flock, released", CALL(FLOCK, fd, 8));
    show("flock of the other", CALL(FLOCK, other, 1 | 4));
    show("fsync", CALL(FSYNC, fd));
    show("fdatasync", CALL(FDATASYNC, fd));
    show("fsync of a pipe", CALL(FSYNC, 1));
    show("fallocate", CALL(FALLOCATE, fd, 0, 10, 90));
    show("fallocate of nothing", CALL(FALLOCATE, fd, 0, 0, 0));
    show("fallocate of what is read", CALL(FALLOCATE, other, 0, 0, 1));
    show("end", CALL(LSEEK, fd, 0, 2));
    show("close", CALL(CLOSE, fd) + CALL(CLOSE, other));
    show("unlink", CALL(UNLINKAT, HERE, "locked", 0));
}

static void devices(void)
{
    long null = open("/dev/null", READ_WRITE | APPEND), zero = open("/dev/zero", 0);
    show("write to null", CALL(WRITE, null, page, 100));
    show("read of null", CALL(READ, null, page, 100));
    page[99] = 1;
    show("read of zero", CALL(READ, zero, page, 100));
    show("it is", page[99]);
    long random = open("/dev/urandom", 0);
    show("read of random", CALL(READ, random, page, 100));
    show("fstat", CALL(FSTAT, null, page));
    show("its type", *(unsigned *)(page + 16) >> 12);
    show("its number", *(long *)(page + 32));
    show("null is no directory", open("/dev/null/x", 0));
    show("close", CALL(CLOSE, null) + CALL(CLOSE, zero) + CALL(CLOSE, random));
}

static void maps(void)
{
    long fd = open("input", 0);
    char *map = (char *)CALL(MMAP, 0, 100, 3, 2, fd, 0);
    show("mmap", (long)map > 0);
    print(map);
    print("\n");
    map[0] = 'x';
    show("private", CALL(PREAD, fd, page, 1, 0));
    show("it is", page[0]);
    show("msync", CALL(MSYNC, map, 100, 4));
    show("msync both ways", CALL(MSYNC, map, 100, 5));
    show("mincore", CALL(MINCORE, map, 100, page));
    show("munmap", CALL(MUNMAP, map, 100));
    show("msync of nowhere", CALL(MSYNC, map, 100, 4));
    show("mmap, shared, to be written", CALL(MMAP, 0, 100, 3, 1, fd, 0));
    show("mmap at an odd offset", CALL(MMAP, 0, 100, 1, 2, fd, 1));
    show("mmap of a pipe", CALL(MMAP, 0, 100, 1, 2, 1, 0));
    show("mmap of nothing", CALL(MMAP, 0, 100, 1, 2, 99, 0));
    map = (char *)CALL(MMAP, 0, 100, 1, 1, fd, 0);
    show("mmap, shared", map[9]);
    show("munmap", CALL(MUNMAP, map, 100));
    long to = open("copy", READ_WRITE | CREATE);
    show("copy_file_range", CALL(COPY_FILE_RANGE, fd, 0, to, 0, 4, 0));
    show("position", CALL(LSEEK, fd, 0, 1));
    show("sendfile", CALL(SENDFILE, to, fd, 0, 100));
    show("position", CALL(LSEEK, to, 0, 1));
    show("pread", CALL(PREAD, to, page, 100, 3));
    show("it is", page[0]);
    show("copy to what is read", CALL(COPY_FILE_RANGE, to, 0, fd, 0, 4, 0));
    show("close", CALL(CLOSE, fd) + CALL(CLOSE, to));
    show("unlink", CALL(UNLINKAT, HERE, "copy", 0));
}

/* A page of a file, in memory and not. */
static void sharing(void)
{
    long fd = open("shared", READ_WRITE | CREATE), other = open("shared", READ_WRITE);
    show("write", CALL(WRITE, fd, "0123456789", 10));
    char *map = (char *)CALL(MMAP, 0, 4096, 3, 1, fd, 0);
    show("mmap", (long)map > 0);
    map[2] = 'x';
    map[11] = 'y';
    show("read", CALL(READ, other, page, 100));
    page[10] = 0;
    print(page);
    show(", written", CALL(PWRITE, other, "abcdefgh", 8, 5));
    print(map);
    show(", truncated", CALL(FTRUNCATE, fd, 4));
    print(map);
    show(", msync", CALL(MSYNC, map, 4096, 4));
    show("ftruncate", CALL(FTRUNCATE, fd, 6));
    map[5] = 'z';
    show("munmap", CALL(MUNMAP, map, 4096));
    show("read", CALL(PREAD, other, page, 100, 0));
    show("the last", page[5]);
    show("close", CALL(CLOSE, fd) + CALL(CLOSE, other));
    show("unlink", CALL(UNLINKAT, HERE, "shared", 0));
}

static void program(void)
{
    pipes();
    polls();
    locks();
    devices();
    maps();
    sharing();
}
