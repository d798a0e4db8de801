/*
 * Files as a C program has them, through the C library: streams, directories, links, times.
 * What it makes it removes again.
 */
#define _GNU_SOURCE
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <glob.h>
#include <limits.h>
#include <locale.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/select.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <sys/time.h>
#include <sys/utsname.h>
#include <time.h>
#include <unistd.h>

static char text[PATH_MAX];

static void streams(void)
{
    char *line = NULL;
    size_t room = 0;
    ssize_t got;
    FILE *file = fopen("t/a.txt", "w");
    fprintf(file, "line one\nline two\nline three %.3f %a\n", 3.14159265, 1.5);
    fclose(file);
    file = fopen("t/a.txt", "r+");
    while ((got = getline(&line, &room, file)) > 0)
        printf("%zd %s", got, line);
    fseek(file, 5, SEEK_SET);
    fputs("ONE", file);
    rewind(file);
    printf("%s", fgets(line, (int)room, file));
    fclose(file);
    free(line);
    file = fopen("/dev/null", "w");
    fprintf(file, "x");
    printf("null %d\n", fclose(file));
    file = fopen("/dev/urandom", "r");
    printf("urandom %zu\n", fread(text, 1, 16, file));
    fclose(file);
    printf("none %d\n", fopen("t/none", "r") == NULL ? errno : 0);
}

static void temporary(void)
{
    char name[] = "t/XXXXXX", directory[] = "t/dXXXXXX";
    struct stat found;
    int fd = mkstemp(name);
    fstat(fd, &found);
    printf("mkstemp %ld %d\n", (long)found.st_size, (int)found.st_nlink);
    printf("fallocate %d\n", posix_fallocate(fd, 0, 1000));
    fstat(fd, &found);
    printf("size %ld\n", (long)found.st_size);
    close(fd);
    printf("rename %d\n", rename(name, "t/u/renamed"));
    printf("mkdtemp %d\n", mkdtemp(directory) != NULL);
    printf("rmdir %d\n", rmdir(directory));
}

static void links(void)
{
    struct stat found;
    printf("symlink %d\n", symlink("a.txt", "t/link"));
    printf("readlink %d\n", (int)readlink("t/link", text, sizeof text));
    printf("link %d\n", link("t/a.txt", "t/hard"));
    stat("t/hard", &found);
    printf("names %d\n", (int)found.st_nlink);
    lstat("t/link", &found);
    printf("is a link %d\n", S_ISLNK(found.st_mode));
    printf("realpath %d %s\n", realpath("t/u/../link", text) != NULL, strrchr(text, '/'));
    printf("chdir %d\n", chdir("t/u"));
    printf("getcwd %s\n", getcwd(text, sizeof text) + strlen(text) - 4);
    printf("chdir %d\n", chdir("../.."));
    printf("access %d %d\n", access("t/a.txt", R_OK), access("t/none", F_OK));
}

static void directories(void)
{
    struct dirent **sorted, *entry;
    int count = scandir("t", &sorted, NULL, alphasort), found = 0;
    long place = 0;
    for (int i = 0; i < count; i++) {
        printf("%s %d\n", sorted[i]->d_name, sorted[i]->d_type);
        free(sorted[i]);
    }
    free(sorted);
    DIR *directory = opendir("t");
    while ((entry = readdir(directory)))
        if (found++ == 1)
            place = telldir(directory);
    printf("readdir %d\n", found);
    rewinddir(directory);
    for (found = 0; readdir(directory); found++)
        ;
    printf("again %d\n", found);
    seekdir(directory, place);
    for (found = 0; readdir(directory); found++)
        ;
    printf("from the third %d\n", found);
    closedir(directory);
    glob_t names;
    glob("t/*", 0, NULL, &names);
    for (size_t i = 0; i < names.gl_pathc; i++)
        puts(names.gl_pathv[i]);
    globfree(&names);
}

static void open_file(void)
{
    struct flock lock = {.l_type = F_WRLCK, .l_whence = SEEK_SET};
    struct timespec times[2] = {{1, 0}, {2, 0}};
    struct stat found;
    struct statvfs system;
    int fd = open("t/a.txt", O_RDWR);
    char *map = mmap(NULL, 100, PROT_READ, MAP_PRIVATE, fd, 0);
    printf("mmap %.8s\n", map);
    munmap(map, 100);
    printf("locks %d %d %d\n", fcntl(fd, F_SETLK, &lock), lockf(fd, F_TLOCK, 0), flock(fd, LOCK_EX));
    printf("ftruncate %d fsync %d\n", ftruncate(fd, 4), fsync(fd));
    fstat(fd, &found);
    printf("size %ld\n", (long)found.st_size);
    printf("fchmod %d futimens %d\n", fchmod(fd, 0644), futimens(fd, times));
    close(fd);
    printf("statvfs %d %lu\n", statvfs("t", &system), system.f_namemax);
}

static void pipes(void)
{
    int ends[2];
    fd_set set;
    struct timeval now = {0, 0};
    printf("pipe %d write %d\n", pipe(ends), (int)write(ends[1], "abc", 3));
    struct pollfd one = {ends[0], POLLIN, 0};
    printf("poll %d %d\n", poll(&one, 1, 0), one.revents);
    FD_ZERO(&set);
    FD_SET(ends[0], &set);
    printf("select %d\n", select(10, &set, NULL, NULL, &now));
    printf("read %d\n", (int)read(ends[0], text, 3));
    close(ends[1]);
    printf("end %d\n", (int)read(ends[0], text, 3));
    close(ends[0]);
}

static void environment(void)
{
    struct tm parts;
    struct utsname names;
    struct rlimit limit;
    time_t time = 1700000000;
    gmtime_r(&time, &parts);
    strftime(text, sizeof text, "%a %d %b %Y %H:%M:%S %j %U", &parts);
    printf("%s, %ld\n", text, (long)mktime(&parts));
    uname(&names);
    printf("%s %d\n", names.machine, (int)sysconf(_SC_PAGESIZE));
    printf("processors %d\n", sysconf(_SC_NPROCESSORS_ONLN) > 0);
    printf("limit %d nice %d\n", getrlimit(RLIMIT_STACK, &limit), getpriority(PRIO_PROCESS, 0));
    printf("locale %s\n", setlocale(LC_ALL, "C"));
    printf("alarm %u\n", alarm(0));
    char *large = malloc(1 << 24);
    memset(large, 7, 1 << 24);
    large = realloc(large, 1 << 26);
    printf("realloc %d\n", large[(1 << 24) - 1]);
    free(large);
}

static int forget(const char *path, const struct stat *found, int kind, struct FTW *way)
{
    (void)found;
    (void)way;
    return kind == FTW_DP ? rmdir(path) : unlink(path);
}

int main(void)
{
    printf("mkdir %d %d\n", mkdir("t", 0777), mkdir("t/u", 0777));
    streams();
    temporary();
    links();
    directories();
    open_file();
    pipes();
    environment();
    printf("nftw %d\n", nftw("t", forget, 10, FTW_DEPTH | FTW_PHYS));
    printf("gone %d\n", access("t", F_OK));
    return 7;
}
