/* The process: its arguments, environment, limits and names, and how it ends. */
#define _GNU_SOURCE
#include <errno.h>
#include <poll.h>
#include <pthread.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/auxv.h>
#include <sys/random.h>
#include <sys/resource.h>
#include <sys/sysinfo.h>
#include <sys/utsname.h>
#include <unistd.h>

static __thread int own = 5;
static pthread_once_t once = PTHREAD_ONCE_INIT;
static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;

static void initialise(void)
{
    own *= 2;
}

__attribute__((constructor)) static void before_main(void)
{
    printf("before main\n");
}

__attribute__((destructor)) static void after_main(void)
{
    printf("after main\n");
}

int main(int argc, char **argv)
{
    for (int i = 1; i < argc; i++)
        printf("<%s>", argv[i]);
    int option;
    while ((option = getopt(argc, argv, "ab:")) != -1)
        printf(" %c=%s", option, option == 'b' ? optarg : "");
    printf("\n%s %d %d\n", getenv("NAME"), getenv("OTHER") == NULL, setenv("OTHER", "x", 1));
    printf("%s %d %d\n", getenv("OTHER"), unsetenv("OTHER"), getenv("OTHER") == NULL);
    struct utsname name;
    printf("%d %s %s\n", uname(&name), name.sysname, name.machine);
    printf("%ld %d\n", sysconf(_SC_PAGESIZE), getpagesize());
    printf("%d %d %d\n", getpid() > 0, getppid() >= 0, (int)getauxval(AT_PAGESZ));
    struct rlimit limit;
    printf("%d %d\n", getrlimit(RLIMIT_STACK, &limit), limit.rlim_cur >= 1 << 20);
    struct sysinfo system;
    printf("%d %d\n", sysinfo(&system), system.totalram > 0);
    unsigned char bytes[16] = {0};
    printf("%zd %d\n", getrandom(bytes, sizeof bytes, 0), getentropy(bytes, sizeof bytes));
    printf("%d\n", sched_yield());
    pthread_once(&once, initialise);
    pthread_once(&once, initialise);
    pthread_mutex_lock(&mutex);
    printf("%d %s\n", own, pthread_mutex_trylock(&mutex) == EBUSY ? "locked" : "free");
    pthread_mutex_unlock(&mutex);
    char line[64];
    printf("%d %s", fgets(line, sizeof line, stdin) != NULL, line);
    struct pollfd out = {STDOUT_FILENO, POLLOUT, 0};
    fflush(stdout);
    printf("%d %d\n", poll(&out, 1, 1000), out.revents == POLLOUT);
    char host[65];
    printf("%d %d\n", gethostname(host, sizeof host), isatty(STDIN_FILENO));
    fflush(stdout);
    fprintf(stderr, "to standard error\n");
    return 7;
}
