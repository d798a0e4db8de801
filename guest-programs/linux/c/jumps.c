/* Control that leaves functions otherwise: longjmp, contexts, alloca, atexit. */
#include <alloca.h>
#include <setjmp.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <ucontext.h>

static jmp_buf places[4];

static double descend(int depth, double x)
{
    if (depth == 0 && x >= 0)
        longjmp(places[(int)x % 4], (int)x + 1);
    return depth == 0 ? x : descend(depth - 1, x) * 0.5;
}

static int nested(volatile double x)
{
    volatile double kept = x * 1.5;
    int came = setjmp(places[(int)x % 4]);
    if (came == 0)
        kept = descend(20 + (int)x, x);
    return came * 1000 + (int)kept;
}

static ucontext_t back, routine;
static double passed;

static void generator(int from, int to)
{
    double sum = 0.25;
    for (int i = from; i < to; i++) {
        sum += i * 0.5;
        passed = sum;
        swapcontext(&routine, &back);
    }
    passed = -1;
}

static void contexts(void)
{
    static char stack[1 << 16];
    getcontext(&routine);
    routine.uc_stack.ss_sp = stack;
    routine.uc_stack.ss_size = sizeof stack;
    routine.uc_link = &back;
    makecontext(&routine, (void (*)(void))generator, 2, 3, 9);
    do {
        swapcontext(&back, &routine);
        printf("%.2f ", passed);
    } while (passed >= 0);
    printf("\n");
}

static void on_stack(void)
{
    long sum = 0;
    for (int i = 1; i < 200; i++) {
        char *memory = alloca(i * 16);
        memset(memory, i, i * 16);
        sum += memory[i * 16 - 1];
    }
    printf("%ld\n", sum);
}

static void first(void)
{
    printf("first registered, last called\n");
}

static void last(void)
{
    printf("last registered, first called\n");
}

int main(void)
{
    for (int i = 0; i < 8; i++)
        printf("%d ", nested(i));
    printf("\n");
    sigjmp_buf place;
    volatile int times = 0;
    sigset_t blocked, now;
    sigemptyset(&blocked);
    sigaddset(&blocked, SIGUSR1);
    if (sigsetjmp(place, 1) < 3) {
        sigprocmask(SIG_BLOCK, &blocked, &now);
        printf("blocked before: %d\n", sigismember(&now, SIGUSR1));
        siglongjmp(place, ++times);
    }
    contexts();
    on_stack();
    atexit(first);
    atexit(last);
    exit(42);
}
