/*
 * Identity, randomness, signals, limits, clocks: what does not depend on the host.
 * Not shown, as qemu 7.2 differs from Linux: nanosleep of nowhere.
 */
#include "kernel.h"

static char page[4096];
enum { FIELD = 65 };

static void names(void)
{
    show("uname", CALL(UNAME, page));
    print(page);
    print(" on ");
    print(page + 4 * FIELD);
    print("\n");
    show("uname into nowhere", CALL(UNAME, NOWHERE));
    show("pid is tid", CALL(GETPID) == CALL(GETTID));
}

static void randomness(void)
{
    show("getrandom", CALL(GETRANDOM, page, 100, 0));
    show("getrandom of nothing", CALL(GETRANDOM, page, 0, 0));
    show("getrandom without waiting", CALL(GETRANDOM, page, 256, 1));
    show("getrandom with bad flags", CALL(GETRANDOM, page, 1, 0x100));
    show("getrandom into nowhere", CALL(GETRANDOM, NOWHERE, 1, 0));
}

static void signals(void)
{
    word action[3] = {1, 0, 0}, old[3], mask = 1 << 9, was;
    show("sigaction", CALL(RT_SIGACTION, 10, action, old, 8));
    show("sigaction, old handler", (long)old[0]);
    show("sigaction again", CALL(RT_SIGACTION, 10, 0, old, 8));
    show("sigaction, handler", (long)old[0]);
    show("sigaction of kill", CALL(RT_SIGACTION, 9, action, 0, 8));
    show("sigaction of none", CALL(RT_SIGACTION, 0, action, 0, 8));
    show("sigaction of 65", CALL(RT_SIGACTION, 65, action, 0, 8));
    show("sigaction, wrong size", CALL(RT_SIGACTION, 10, action, 0, 4));
    show("sigprocmask", CALL(RT_SIGPROCMASK, 0, &mask, &was, 8));
    show("sigprocmask, old mask", (long)was);
    show("sigprocmask again", CALL(RT_SIGPROCMASK, 0, 0, &was, 8));
    show("sigprocmask, mask", (long)was);
    show("sigprocmask, unknown way", CALL(RT_SIGPROCMASK, 9, &mask, 0, 8));
    show("sigprocmask, wrong size", CALL(RT_SIGPROCMASK, 0, &mask, 0, 4));
    show("kill with nothing", CALL(KILL, CALL(GETPID), 0));
    show("kill with an ignored signal", CALL(KILL, CALL(GETPID), 10));
    show("kill with 65", CALL(KILL, CALL(GETPID), 65));
}

static void clocks(void)
{
    word time[2] = {0, 0}, bad[2] = {0, 1000000000}, nothing[2] = {0, 0};
    show("clock_gettime", CALL(CLOCK_GETTIME, 1, time));
    show("nanoseconds are less than a second", time[1] < 1000000000);
    show("clock_gettime of no clock", CALL(CLOCK_GETTIME, 99, time));
    show("clock_gettime into nowhere", CALL(CLOCK_GETTIME, 1, NOWHERE));
    show("clock_getres", CALL(CLOCK_GETRES, 1, time));
    show("nanosleep", CALL(NANOSLEEP, nothing, 0));
    show("nanosleep too many nanoseconds", CALL(NANOSLEEP, bad, 0));
}

static void others(void)
{
    word limit[2];
    int futex = 1;
    show("getrlimit", CALL(GETRLIMIT, 3, limit));
    show("getrlimit of none", CALL(GETRLIMIT, 99, limit));
    show("prlimit", CALL(PRLIMIT64, 0, 3, 0, limit));
    show("prlimit into nowhere", CALL(PRLIMIT64, 0, 3, 0, NOWHERE));
    show("futex wake", CALL(FUTEX, &futex, 1, 1));
    show("futex wait for another value", CALL(FUTEX, &futex, 0, 2, 0));
    show("no such call", CALL(5000));
    show("no such call either", CALL(-1));
}

static void program(void)
{
    names();
    randomness();
    signals();
    clocks();
    others();
    CALL(EXIT, 0x1234567);
}
