/* Files below the directory that the argument names: stdio and what is below it. */
#define _GNU_SOURCE
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <glob.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <unistd.h>

static char base[256];

/* The path of a name below the directory; valid until the fourth next call. */
static const char *at(const char *name)
{
    static char paths[4][512];
    static int turn;
    turn = (turn + 1) % 4;
    snprintf(paths[turn], sizeof paths[turn], "%s/%s", base, name);
    return paths[turn];
}

static void tell(const char *what, long result)
{
    printf("%s: %ld%s%s\n", what, result, result < 0 ? " " : "", result < 0 ? strerror(errno) : "");
}

static void streams(void)
{
    FILE *file = fopen(at("numbers"), "w+");
    for (int i = 0; i < 2000; i++)
        fprintf(file, "%d %.3f line\n", i, i * 0.125);
    tell("ftell", ftell(file));
    fseek(file, 1000, SEEK_SET);
    char line[80];
    printf("%s", fgets(line, sizeof line, file));
    int number, count = 0;
    double fraction, sum = 0;
    rewind(file);
    while (fscanf(file, "%d %lf line", &number, &fraction) == 2) {
        count++;
        sum += fraction;
    }
    printf("%d lines, sum %.3f, end %d\n", count, sum, feof(file) != 0);
    fseek(file, -7, SEEK_END);
    int c = getc(file);
    ungetc('#', file);
    printf("%c %c\n", c, getc(file));
    fclose(file);
    file = fopen(at("numbers"), "a");
    setvbuf(file, NULL, _IOLBF, 100);
    fputs("appended\n", file);
    tell("appended", ftell(file));
    fclose(file);
    file = fopen(at("numbers"), "r+");
    fwrite("XYZ", 1, 3, file);
    fflush(file);
    fseek(file, 0, SEEK_SET);
    tell("read", fread(line, 1, 10, file));
    printf("%.10s\n", line);
    fclose(file);
    char *all = NULL;
    size_t room = 0;
    file = fopen(at("numbers"), "r");
    long lines = 0, longest = 0, length;
    while ((length = getline(&all, &room, file)) > 0) {
        lines++;
        longest = length > longest ? length : longest;
    }
    printf("%ld lines, longest %ld\n", lines, longest);
    fclose(file);
    printf("%d %s\n", fopen(at("missing"), "r") == NULL, strerror(errno));
    printf("%d %s\n", fopen(at("new"), "wx") == NULL, strerror(errno));
    printf("%d %s\n", fopen(at("new"), "wx") == NULL, strerror(errno));
}

static void memory_streams(void)
{
    char *text;
    size_t size;
    FILE *file = open_memstream(&text, &size);
    fprintf(file, "in memory %d", 5);
    fclose(file);
    printf("%s, %zu\n", text, size);
    file = fmemopen(text, size, "r");
    char word[16];
    printf("%d %s\n", fscanf(file, "%15s", word), word);
    fclose(file);
    free(text);
}

static void calls(void)
{
    int fd = open(at("data"), O_RDWR | O_CREAT | O_TRUNC, 0640);
    tell("write", write(fd, "0123456789", 10));
    tell("pwrite", pwrite(fd, "abc", 3, 4));
    char bytes[64] = {0};
    tell("pread", pread(fd, bytes, 20, 2));
    printf("%s\n", bytes);
    struct iovec parts[2] = {{"first ", 6}, {"second", 6}};
    tell("writev", writev(fd, parts, 2));
    tell("lseek", lseek(fd, -3, SEEK_CUR));
    struct iovec places[2] = {{bytes, 2}, {bytes + 10, 10}};
    tell("readv", readv(fd, places, 2));
    tell("ftruncate", ftruncate(fd, 5000));
    struct stat stat;
    tell("fstat", fstat(fd, &stat));
    printf("%ld %o %d\n", (long)stat.st_size, stat.st_mode & 0600, S_ISREG(stat.st_mode));
    int copy = dup(fd);
    lseek(copy, 17, SEEK_SET);
    tell("shared offset", lseek(fd, 0, SEEK_CUR));
    tell("close", close(copy));
    tell("close again", close(copy));
    printf("append %d\n", (fcntl(fd, F_GETFL) & O_APPEND) != 0);
    tell("mode", fcntl(fd, F_GETFL) & O_ACCMODE);
    const char *mapped = mmap(NULL, 5000, PROT_READ, MAP_PRIVATE, fd, 0);
    printf("%.10s %d\n", mapped, mapped[4999]);
    munmap((void *)mapped, 5000);
    tell("fsync", fsync(fd));
    close(fd);
    tell("read of closed", read(fd, bytes, 1));
    tell("open of missing", open(at("none/data"), O_RDONLY));
    tell("open of directory", open(base, O_WRONLY));
    tell("below a file", open(at("data/x"), O_RDONLY));
    fd = open(at("data"), O_RDONLY);
    tell("write of read-only", write(fd, "x", 1));
    close(fd);
}

static int is_plain(const struct dirent *entry)
{
    return entry->d_name[0] != '.';
}

static void directories(void)
{
    tell("mkdir", mkdir(at("sub"), 0755));
    tell("mkdir again", mkdir(at("sub"), 0755));
    for (int i = 0; i < 100; i++) {
        char name[32];
        snprintf(name, sizeof name, "sub/file-%d", i);
        fclose(fopen(at(name), "w"));
    }
    struct dirent **found;
    int count = scandir(at("sub"), &found, is_plain, alphasort);
    printf("%d entries: %s .. %s, %d\n", count, found[0]->d_name, found[count - 1]->d_name,
           found[0]->d_type == DT_REG);
    glob_t matched;
    tell("glob", glob(at("sub/file-1?"), 0, NULL, &matched));
    printf("%zu %s\n", matched.gl_pathc, strrchr(matched.gl_pathv[3], '/'));
    tell("rename", rename(at("sub/file-7"), at("moved")));
    tell("rename of missing", rename(at("sub/file-7"), at("moved")));
    tell("rmdir of full", rmdir(at("sub")));
    tell("unlink", unlink(at("sub/file-8")));
    tell("unlink again", unlink(at("sub/file-8")));
    tell("unlink of directory", unlink(at("sub")) == -1);
    tell("access", access(at("moved"), R_OK | W_OK));
    tell("access of missing", access(at("sub/file-7"), F_OK));
    struct stat stat;
    tell("stat", lstat(at("sub"), &stat));
    printf("%d\n", S_ISDIR(stat.st_mode));
    struct statx extended;
    tell("statx", statx(AT_FDCWD, at("data"), 0, STATX_SIZE, &extended));
    printf("%llu\n", (unsigned long long)extended.stx_size);
    mkdir(at("empty"), 0700);
    tell("rmdir", rmdir(at("empty")));
    DIR *directory = opendir(base);
    int entries = 0;
    while (readdir(directory) != NULL)
        entries++;
    rewinddir(directory);
    while (readdir(directory) != NULL)
        entries++;
    closedir(directory);
    printf("%d\n", entries);
}

static void pipes(void)
{
    int ends[2];
    char bytes[16] = {0};
    tell("pipe", pipe(ends));
    tell("write", write(ends[1], "through", 7));
    tell("read", read(ends[0], bytes, 4));
    close(ends[1]);
    tell("read", read(ends[0], bytes + 4, 9));
    tell("read", read(ends[0], bytes, 9));
    tell("lseek", lseek(ends[0], 0, SEEK_SET));
    printf("%s\n", bytes);
    close(ends[0]);
}

int main(int argc, char **argv)
{
    if (argc < 2)
        return 2;
    snprintf(base, sizeof base, "%s", argv[1]);
    streams();
    memory_streams();
    calls();
    directories();
    pipes();
    return 0;
}
