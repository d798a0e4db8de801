/*
 * Handlers of signals by way of the C library: jumps out of them, floating-point registers,
 * rounding and exceptions across them, abort.
 */
#define _GNU_SOURCE
#include <fenv.h>
#include <math.h>
#include <setjmp.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <ucontext.h>
#include <unistd.h>

static sigjmp_buf out;
static volatile int calls;

static void jump_out(int signal, siginfo_t *info, void *context)
{
    (void)context;
    printf("signal %d, code %d\n", signal, info->si_code);
    siglongjmp(out, signal);
}

static void clobber(int signal, siginfo_t *info, void *context)
{
    (void)info;
    ucontext_t *at = context;
    fesetround(FE_UPWARD);
    feclearexcept(FE_ALL_EXCEPT);
    __asm__ volatile("fmv.d.x fs0, zero\nfmv.d.x ft3, zero\nfmv.d.x fa0, zero\nfmv.d.x fs11, zero"
                     : : : "fs0", "ft3", "fa0", "fs11");
    feraiseexcept(FE_OVERFLOW);
    printf("fs0 %g, fcsr %x\n", ((double *)at->uc_mcontext.__fpregs.__d.__f)[8],
           at->uc_mcontext.__fpregs.__d.__fcsr);
    calls++;
    if (signal == SIGILL) {
        at->uc_mcontext.__gregs[REG_PC] += 4;
        ((double *)at->uc_mcontext.__fpregs.__d.__f)[8] *= 2;
    }
}

static void handle(int signal, void (*with)(int, siginfo_t *, void *), int flags)
{
    struct sigaction action = {.sa_sigaction = with, .sa_flags = SA_SIGINFO | flags};
    if (sigaction(signal, &action, NULL) != 0)
        perror("sigaction");
}

static void jumps(void)
{
    handle(SIGSEGV, jump_out, 0);
    handle(SIGILL, jump_out, 0);
    handle(SIGTRAP, jump_out, 0);
    volatile double kept = 1.5;
    for (volatile int round = 0; round < 3; round++) {
        int signal = sigsetjmp(out, 1);
        if (signal != 0) {
            sigset_t now;
            sigprocmask(SIG_BLOCK, NULL, &now);
            printf("back from %d, %g, blocked %d\n", signal, kept, sigismember(&now, signal));
            kept *= 3;
            continue;
        }
        if (round == 0)
            __asm__ volatile("fsd fs0, 0(zero)" : : : "memory");
        else if (round == 1)
            __asm__ volatile(".word 0xffffffff");
        else
            __asm__ volatile("ebreak");
    }
}

static void floats(void)
{
    handle(SIGUSR1, clobber, 0);
    handle(SIGILL, clobber, 0);
    fesetround(FE_DOWNWARD);
    feclearexcept(FE_ALL_EXCEPT);
    feraiseexcept(FE_DIVBYZERO);
    register double fs0 __asm__("fs0") = 1.25;
    register double ft3 __asm__("ft3") = 2.5;
    register double fa0 __asm__("fa0") = 3.75;
    register double fs11 __asm__("fs11") = -0.5;
    __asm__ volatile(".word 0xffffffff" : "+f"(fs0), "+f"(ft3), "+f"(fa0), "+f"(fs11));
    printf("%g %g %g %g\n", fs0, ft3, fa0, fs11);
    printf("rounding %x, exceptions %x\n", fegetround(), fetestexcept(FE_ALL_EXCEPT));
    raise(SIGUSR1);
    printf("rounding %x, exceptions %x\n", fegetround(), fetestexcept(FE_ALL_EXCEPT));
    fesetround(FE_TONEAREST);
    printf("calls %d, %.17g\n", calls, sqrt(2.0));
}

static char *page;

static void mend(int signal, siginfo_t *info, void *context)
{
    (void)signal;
    (void)context;
    calls++;
    mprotect((void *)((unsigned long)info->si_addr & -4096ul), 4096, PROT_READ | PROT_WRITE);
}

static void mending(void)
{
    handle(SIGSEGV, mend, 0);
    page = mmap(NULL, 16 * 4096, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    calls = 0;
    double sum = 0;
    for (int i = 0; i < 16 * 512; i++) {
        ((volatile double *)page)[i] = i * 0.5;
        sum += ((volatile double *)page)[i];
    }
    printf("mended %d, sum %g\n", calls, sum);
}

static void say(int signal)
{
    char text[] = "signal 0\n";
    text[7] += signal;
    if (write(1, text, sizeof text - 1) < 0)
        _exit(1);
}

int main(void)
{
    jumps();
    floats();
    mending();
    struct sigaction action = {.sa_handler = say};
    sigaction(SIGABRT, &action, NULL);
    fflush(stdout);
    abort();
}
