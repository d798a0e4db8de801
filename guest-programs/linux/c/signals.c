/* Signals: those that the program raises itself, and those that its accesses cause. */
#define _GNU_SOURCE
#include <setjmp.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <ucontext.h>

static sigjmp_buf place;
static volatile sig_atomic_t caught;
static void *volatile address;

static void count(int signal)
{
    caught = caught * 100 + signal;
}

static void leave(int signal, siginfo_t *about, void *context)
{
    (void)context;
    address = about->si_addr;
    siglongjmp(place, signal);
}

/* Lets the program go on behind the instruction, which has four bytes. */
static void step_over(int signal, siginfo_t *about, void *context)
{
    (void)about;
    ucontext_t *user = context;
    caught = signal;
    user->uc_mcontext.__gregs[REG_PC] += 4;
    user->uc_mcontext.__gregs[REG_A0] = 77;
}

static void install(int signal, void (*handler)(int, siginfo_t *, void *), int flags)
{
    struct sigaction action = {.sa_sigaction = handler, .sa_flags = SA_SIGINFO | flags};
    sigaction(signal, &action, NULL);
}

static void raised(void)
{
    signal(SIGUSR1, count);
    signal(SIGUSR2, SIG_IGN);
    raise(SIGUSR1);
    raise(SIGUSR2);
    printf("caught %d\n", caught);
    sigset_t set, pending;
    sigemptyset(&set);
    sigaddset(&set, SIGUSR1);
    sigprocmask(SIG_BLOCK, &set, NULL);
    raise(SIGUSR1);
    sigpending(&pending);
    printf("blocked %d, pending %d\n", caught, sigismember(&pending, SIGUSR1));
    sigprocmask(SIG_UNBLOCK, &set, NULL);
    printf("delivered %d\n", caught);
}

static void faults(void)
{
    install(SIGSEGV, leave, 0);
    install(SIGILL, leave, 0);
    volatile double kept = 2.5;
    for (int i = 0; i < 3; i++) {
        int signal = sigsetjmp(place, 1);
        if (signal == 0)
            *(volatile int *)(uintptr_t)(16 + i) = 1;
        printf("signal %d at %p, %.1f\n", signal, address, kept * i);
    }
    char *page = mmap(NULL, 8192, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (sigsetjmp(place, 1) == 0)
        page[4097] = 1;
    printf("at byte %ld of the read-only pages\n", (long)((char *)address - page));
    int signal = sigsetjmp(place, 1);
    if (signal == 0)
        __asm__ volatile(".word 0" ::: "memory");
    printf("signal %d\n", signal);
}

static void resumed(void)
{
    static char stack[1 << 16];
    stack_t alternative = {.ss_sp = stack, .ss_size = sizeof stack};
    sigaltstack(&alternative, NULL);
    install(SIGILL, step_over, SA_ONSTACK);
    double sum = 1.25;
    for (int i = 0; i < 3; i++) {
        long value;
        __asm__ volatile("li a0, 1\n\t.word 0xffffffff\n\tmv %0, a0" : "=r"(value)::"a0", "memory");
        sum = sum * 2 + value;
    }
    printf("signal %d, resumed with %.2f\n", caught, sum);
}

int main(void)
{
    raised();
    faults();
    resumed();
    fflush(stdout);
    signal(SIGABRT, SIG_DFL);
    abort();
}
