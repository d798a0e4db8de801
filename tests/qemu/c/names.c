/*
 * Names of the current directory that are made, moved and removed; all are gone at the end.
 * Not shown, as a file system decides: the order of a directory, and what it calls its files.
 */
#include "kernel.h"

enum {
    HERE = -100, READ_WRITE = 2, CREATE = 0100, EXCLUSIVE = 0200, DIRECTORY = 0200000,
    REMOVE_DIRECTORY = 0x200, FOLLOW = 0x400, NO_REPLACE = 1, NO_FOLLOW = 0x100, EMPTY_PATH = 0x1000,
};

static char page[4096];

static long open(const char *path, long flags)
{
    return CALL(OPENAT, HERE, path, flags, 0644);
}

static long make(const char *path)
{
    return CALL(MKDIRAT, HERE, path, 0755);
}

static long rename(const char *old, const char *new, long flags)
{
    return CALL(RENAMEAT2, HERE, old, HERE, new, flags);
}

static long unlink(const char *path, long flags)
{
    return CALL(UNLINKAT, HERE, path, flags);
}

static void make_all(void)
{
    show("mkdir", make("d"));
    show("mkdir again", make("d"));
    show("mkdir of a file", make("input"));
    show("mkdir of a dot", make("."));
    show("mkdir of two dots", make("d/.."));
    show("mkdir below", make("d/below/"));
    show("mkdir below nothing", make("none/x"));
    show("mkdir below a file", make("input/x"));
    show("mkdir of the empty path", make(""));
    show("mkdir at a bad path", make(NOWHERE));
    show("mkdir in no directory", CALL(MKDIRAT, 99, "x", 0755));
    show("mkdir in a pipe", CALL(MKDIRAT, 1, "x", 0755));
    long fd = open("d/file", READ_WRITE | CREATE | EXCLUSIVE);
    show("open", fd);
    show("write", CALL(WRITE, fd, "hello", 5));
    show("close", CALL(CLOSE, fd));
    show("mknod", CALL(MKNODAT, HERE, "d/node", 0100644, 0));
    show("mknod again", CALL(MKNODAT, HERE, "d/node", 0100644, 0));
}

static void links(void)
{
    show("symlink", CALL(SYMLINKAT, "file", HERE, "d/soft"));
    show("symlink again", CALL(SYMLINKAT, "file", HERE, "d/soft"));
    show("symlink to nothing", CALL(SYMLINKAT, "", HERE, "d/x"));
    show("symlink nowhere", CALL(SYMLINKAT, "file", HERE, "none/x"));
    show("symlink from a bad path", CALL(SYMLINKAT, NOWHERE, HERE, "d/x"));
    show("readlink", CALL(READLINKAT, HERE, "d/soft", page, 100));
    show("link", CALL(LINKAT, HERE, "d/file", HERE, "d/hard", 0));
    show("link again", CALL(LINKAT, HERE, "d/file", HERE, "d/hard", 0));
    show("link through a link", CALL(LINKAT, HERE, "d/soft", HERE, "d/through", FOLLOW));
    show("link of nothing", CALL(LINKAT, HERE, "none", HERE, "d/x", 0));
    show("link of a file with a slash", CALL(LINKAT, HERE, "d/file/", HERE, "d/x", 0));
    show("link of a directory", CALL(LINKAT, HERE, "d", HERE, "x", 0));
    show("link with bad flags", CALL(LINKAT, HERE, "d/file", HERE, "d/x", 1));
    show("newfstatat", CALL(NEWFSTATAT, HERE, "d/hard", page, 0));
    show("names of the file", *(unsigned *)(page + 20));
    show("newfstatat of a link", CALL(NEWFSTATAT, HERE, "d/soft", page, NO_FOLLOW));
    show("its type", *(unsigned *)(page + 16) >> 12);
    show("statx", CALL(STATX, HERE, "d/soft", 0, 0x7ff, page));
    show("its mode", *(unsigned short *)(page + 28));
    show("its size", *(long *)(page + 40));
    show("its names", *(unsigned *)(page + 16));
    show("statx with flags that contradict", CALL(STATX, HERE, "d/soft", 0x6000, 0x7ff, page));
    show("statx of what is reserved", CALL(STATX, HERE, "d/soft", 0, 0x80000000, page));
    show("statx of nothing", CALL(STATX, HERE, "", 0, 0x7ff, page));
    show("statx of here", CALL(STATX, HERE, "", EMPTY_PATH, 0x7ff, page));
    show("type of here", *(unsigned short *)(page + 28) >> 12);
    show("statx into nowhere", CALL(STATX, HERE, "d", 0, 0x7ff, NOWHERE));
}

static void move(void)
{
    show("rename of nothing", rename("none", "x", 0));
    show("rename to nowhere", rename("d/file", "none/x", 0));
    show("rename of a file to a directory", rename("d/file", "d/below", 0));
    show("rename of a directory to a file", rename("d/below", "d/file", 0));
    show("rename into itself", rename("d", "d/below/x", 0));
    show("rename of a dot", rename(".", "x", 0));
    show("rename to what is there", rename("d/node", "d/file", NO_REPLACE));
    show("rename with bad flags", rename("d/node", "d/x", 99));
    show("rename of a file to a slash", rename("d/node", "d/x/", 0));
    show("rename of the same file", rename("d/hard", "d/through", 0));
    show("rename", rename("d/node", "d/through", 0));
    show("rename of a directory", rename("d/below/", "d/moved/", 0));
    show("what was replaced", CALL(NEWFSTATAT, HERE, "d/hard", page, 0));
    show("names of the file", *(unsigned *)(page + 20));
}

/* How many entries a directory has, read by so many bytes, and the sum of their kinds. */
static void count(const char *path, long bytes)
{
    long fd = open(path, DIRECTORY), got, entries = 0, kinds = 0, letters = 0;
    while ((got = CALL(GETDENTS64, fd, page, bytes)) > 0)
        for (long at = 0; at < got; at += *(unsigned short *)(page + at + 16)) {
            entries++;
            kinds += page[at + 18];
            letters += (long)length(page + at + 19);
        }
    show("end of the directory", got);
    show("entries", entries);
    show("kinds", kinds);
    show("letters", letters);
    show("back to the start", CALL(LSEEK, fd, 0, 0));
    show("something again", CALL(GETDENTS64, fd, page, bytes) > 0);
    show("too little room", CALL(GETDENTS64, fd, page, 3));
    show("close", CALL(CLOSE, fd));
}

static void list(void)
{
    count("d", sizeof page);
    count("d", 64);
    show("getdents of a pipe", CALL(GETDENTS64, 1, page, 100));
    show("getdents of nothing", CALL(GETDENTS64, 99, page, 100));
    long fd = open("input", 0);
    show("getdents of a file", CALL(GETDENTS64, fd, page, 100));
    show("close", CALL(CLOSE, fd));
}

static void current(void)
{
    show("chdir", CALL(CHDIR, "d/moved"));
    show("open from there", CALL(CLOSE, open("../file", 0)));
    show("chdir to nothing", CALL(CHDIR, "none"));
    show("chdir to a file", CALL(CHDIR, "../file"));
    show("chdir back", CALL(CHDIR, "../.."));
    long fd = open("d", DIRECTORY);
    show("fchdir", CALL(FCHDIR, fd));
    show("fchdir to a pipe", CALL(FCHDIR, 1));
    show("newfstatat", CALL(NEWFSTATAT, HERE, "file", page, 0));
    show("chdir back", CALL(CHDIR, ".."));
    show("getcwd without room", CALL(GETCWD, page, 1));
    show("close", CALL(CLOSE, fd));
}

static void attributes(void)
{
    word times[4] = {1, 0, 2, 0}, bad[4] = {0, 1000000000, 0, 0};
    show("umask", CALL(UMASK, 022));
    show("umask", CALL(UMASK, 022));
    show("fchmodat", CALL(FCHMODAT, HERE, "d/soft", 0755));
    show("newfstatat", CALL(NEWFSTATAT, HERE, "d/file", page, 0));
    show("mode", *(unsigned *)(page + 16) & 0777);
    show("fchmodat of nothing", CALL(FCHMODAT, HERE, "none", 0755));
    show("utimensat", CALL(UTIMENSAT, HERE, "d/file", times, 0));
    show("utimensat of now", CALL(UTIMENSAT, HERE, "d/soft", 0, NO_FOLLOW));
    show("utimensat of bad times", CALL(UTIMENSAT, HERE, "d/file", bad, 0));
    show("utimensat of nothing", CALL(UTIMENSAT, HERE, "none", times, 0));
    show("truncate", CALL(TRUNCATE, "d/file", 3));
    show("truncate of a directory", CALL(TRUNCATE, "d", 3));
    show("truncate to less than nothing", CALL(TRUNCATE, "d/file", -1));
    show("newfstatat", CALL(NEWFSTATAT, HERE, "d/soft", page, 0));
    show("size", *(long *)(page + 48));
}

static void remove_all(void)
{
    show("unlink of a directory", unlink("d", 0));
    show("rmdir of what is not empty", unlink("d", REMOVE_DIRECTORY));
    show("rmdir of a file", unlink("d/file", REMOVE_DIRECTORY));
    show("rmdir of a dot", unlink("d/moved/.", REMOVE_DIRECTORY));
    show("rmdir of two dots", unlink("d/moved/..", REMOVE_DIRECTORY));
    show("unlink of a file with a slash", unlink("d/file/", 0));
    show("unlink with bad flags", unlink("d/file", 1));
    show("unlink of nothing", unlink("none", 0));
    long fd = open("d/file", READ_WRITE);
    show("unlink", unlink("d/file", 0));
    show("read what has no name", CALL(READ, fd, page, 10));
    show("close", CALL(CLOSE, fd));
    show("a link to nothing", open("d/soft", 0));
    show("unlink the rest", unlink("d/soft", 0) + unlink("d/hard", 0) + unlink("d/through", 0));
    show("rmdir", unlink("d/moved/", REMOVE_DIRECTORY));
    show("rmdir", unlink("d", REMOVE_DIRECTORY));
}

static void program(void)
{
    make_all();
    links();
    move();
    list();
    current();
    attributes();
    remove_all();
}
