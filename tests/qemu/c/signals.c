/*
 * Handlers of signals: what they are told, where they go back to, and when they are called.
 * The first argument names what is tried: everything that goes on, or one way to end.
 * Not shown: process numbers, and addresses but against known ones.
 */
#include "kernel.h"

enum {
    SIGILL = 4, SIGTRAP = 5, SIGABRT = 6, SIGUSR1 = 10, SIGSEGV = 11, SIGUSR2 = 12,
    SIGALRM = 14, SIGTERM = 15, SIGCHLD = 17, SIGRT = 40,
    SA_SIGINFO = 4, SA_ONSTACK = 0x08000000, SA_NODEFER = 0x40000000,
    BLOCK = 0, UNBLOCK = 1, SETMASK = 2,
    PAGE = 4096,
};
#define SA_RESETHAND 0x80000000ul

enum {
    TKILL = 130, TGKILL = 131, RT_SIGSUSPEND = 133, RT_SIGPENDING = 136, RT_SIGTIMEDWAIT = 137,
    RT_SIGQUEUEINFO = 138, RT_SIGRETURN = 139,
};

/* Double words of a ucontext_t. */
enum { UC_STACK = 2, UC_MASK = 5, UC_PC = 22, UC_SP = 24, UC_A0 = 32 };

struct info {
    int signal, error, code, padding;
    union {
        word address;
        struct {
            int pid, uid;
            word value;
        };
    };
};

typedef void handler(int, struct info *, word *);

static char *area; /* Four pages: nothing, read only, all, not mapped. */

static word set(int signal)
{
    return 1ul << (signal - 1);
}

static void handle_masked(int signal, handler *with, word flags, word mask)
{
    word action[3] = {(word)with, SA_SIGINFO | flags, mask};
    long result = CALL(RT_SIGACTION, signal, action, 0, 8);
    if (result)
        show("sigaction", result);
}

static void handle(int signal, handler *with, word flags)
{
    handle_masked(signal, with, flags, 0);
}

static word mask(int how, word set)
{
    word old;
    CALL(RT_SIGPROCMASK, how, &set, &old, 8);
    return old;
}

static word blocked(void)
{
    return mask(BLOCK, 0);
}

static void raise(int signal)
{
    CALL(TGKILL, CALL(GETPID), CALL(GETTID), signal);
}

/* Where an address is: in the area, or as it is if it is none of a stack. */
static void show_place(const char *name, word address)
{
    word in_area = address - (word)area;
    show(name, in_area < 4 * PAGE ? (long)in_area : (long)address);
}

static void store_to_nowhere(void)
{
    __asm__ volatile("sb zero, 16(zero)");
}

/* Leaving a handler by a jump. */

__attribute__((returns_twice)) int save(word *to);
__attribute__((noreturn)) void jump(const word *to);
__asm__("save:\n"
        "sd ra, 0(a0)\nsd sp, 8(a0)\nsd s0, 16(a0)\nsd s1, 24(a0)\nsd s2, 32(a0)\n"
        "sd s3, 40(a0)\nsd s4, 48(a0)\nsd s5, 56(a0)\nsd s6, 64(a0)\nsd s7, 72(a0)\n"
        "sd s8, 80(a0)\nsd s9, 88(a0)\nsd s10, 96(a0)\nsd s11, 104(a0)\n"
        "li a0, 0\nret\n"
        "jump:\n"
        "ld ra, 0(a0)\nld sp, 8(a0)\nld s0, 16(a0)\nld s1, 24(a0)\nld s2, 32(a0)\n"
        "ld s3, 40(a0)\nld s4, 48(a0)\nld s5, 56(a0)\nld s6, 64(a0)\nld s7, 72(a0)\n"
        "ld s8, 80(a0)\nld s9, 88(a0)\nld s10, 96(a0)\nld s11, 104(a0)\n"
        "li a0, 1\nret\n");

static word out[14];
static volatile int faults;

static void jump_out(int signal, struct info *info, word *context)
{
    (void)context;
    faults++;
    show("signal", signal);
    show("as told", info->signal);
    show("error", info->error);
    show("code", info->code);
    if (signal == SIGSEGV)
        show_place("address", info->address);
    mask(UNBLOCK, set(signal));
    jump(out);
}

__attribute__((noinline)) static void try_load(const char *at)
{
    if (!save(out))
        show("loaded", *(volatile const char *)at);
}

__attribute__((noinline)) static void try_long_load(const char *at)
{
    word value;
    if (!save(out)) {
        __asm__ volatile("ld %0, 0(%1)" : "=r"(value) : "r"(at));
        show("loaded", (long)value);
    }
}

__attribute__((noinline)) static void try_store(char *at)
{
    if (!save(out)) {
        *(volatile char *)at = 1;
        print("stored\n");
    }
}

__attribute__((noinline)) static void try_amo(char *at)
{
    if (!save(out)) {
        __asm__ volatile("amoadd.d zero, zero, (%0)" : : "r"(at) : "memory");
        print("modified\n");
    }
}

__attribute__((noinline)) static void try_jump(char *at)
{
    if (!save(out))
        __asm__ volatile("jalr ra, 0(%0)" : : "r"(at) : "ra");
}

static void faults_and_jumps(void)
{
    handle(SIGSEGV, jump_out, 0);
    try_load((char *)8);
    try_load(area);
    try_load(area + PAGE);
    try_load(area + 3 * PAGE);
    try_load((char *)(1ul << 40));
    try_store(area);
    try_store(area + PAGE + 5);
    try_store(area + 2 * PAGE);
    try_store(area + 3 * PAGE - 1);
    try_store(area + 3 * PAGE);
    try_amo(area + PAGE + 8);
    try_amo(area + 2 * PAGE + 8);
    try_jump((char *)16);
    try_jump(area + 2 * PAGE);
    try_jump(area + 3 * PAGE);
    try_long_load(area + 2 * PAGE + 1);
    show("faults", faults);
    show("mask", (long)blocked());
}

/* A handler that makes the access possible. */

static void allow(int signal, struct info *info, word *context)
{
    (void)signal;
    (void)context;
    faults++;
    CALL(MPROTECT, info->address & -PAGE, PAGE, 3);
}

static void faults_that_are_mended(void)
{
    handle(SIGSEGV, allow, 0);
    faults = 0;
    for (int round = 0; round < 100; round++) {
        word sum = 0;
        CALL(MPROTECT, area, 2 * PAGE, 0);
        for (word i = 0; i < 2 * PAGE / 8; i++) {
            ((volatile word *)area)[i] = i * round;
            sum += ((volatile word *)area)[i];
        }
        if (sum != (word)round * (2 * PAGE / 8) * (2 * PAGE / 8 - 1) / 2)
            show("wrong sum", (long)sum);
    }
    show("mended", faults);
}

/* Instructions that are stepped over, all registers as they were. */

static const unsigned *where;

static void step_over(int signal, struct info *info, word *context)
{
    show("signal", signal);
    show("code", info->code);
    show("at", info->address == (word)where || signal == SIGTRAP);
    show("pc", context[UC_PC] == (word)where);
    context[UC_PC] += (*(const unsigned short *)context[UC_PC] & 3) == 3 ? 4 : 2;
    context[UC_A0] += 5;
}

#define STEPPED(instruction) ({ \
    register word a0 __asm__("a0") = 37; \
    word before, after; \
    __asm__ volatile("la %0, 1f\n sd %0, 0(%3)\n" \
                     ".option push\n.option norvc\n" \
                     "li t0, 1\nli t1, 2\nli t2, 3\nli t3, 4\nli t4, 5\nli t5, 6\nli t6, 7\n" \
                     "li a1, 8\nli a2, 9\nli a7, 10\nmv %1, sp\n" \
                     ".option pop\n" \
                     "1: " instruction "\n" \
                     "sub %1, %1, sp\n" \
                     "slli t0, t0, 1\nadd t0, t0, t1\nslli t0, t0, 1\nadd t0, t0, t2\n" \
                     "slli t0, t0, 1\nadd t0, t0, t3\nslli t0, t0, 1\nadd t0, t0, t4\n" \
                     "slli t0, t0, 1\nadd t0, t0, t5\nslli t0, t0, 1\nadd t0, t0, t6\n" \
                     "slli t0, t0, 1\nadd t0, t0, a1\nslli t0, t0, 1\nadd t0, t0, a2\n" \
                     "slli t0, t0, 1\nadd %0, t0, a7\n" \
                     : "=&r"(after), "=&r"(before), "+r"(a0) : "r"(&where) \
                     : "t0", "t1", "t2", "t3", "t4", "t5", "t6", "a1", "a2", "a7", "memory"); \
    show("a0", (long)a0); \
    show("registers", (long)after); \
    show("stack", (long)before); \
})

static void instructions_that_are_stepped_over(void)
{
    handle(SIGILL, step_over, 0);
    handle(SIGTRAP, step_over, 0);
    STEPPED(".word 0xffffffff");
    STEPPED(".half 0");
    STEPPED(".word 0xc0001073"); /* csrw cycle, zero */
    STEPPED("ebreak");
    STEPPED("c.ebreak");
}

/* Signals that are sent, and when they come. */

static void tell(int signal, struct info *info, word *context)
{
    show("handler of", signal);
    show("code", info->code);
    show("mask before", (long)context[UC_MASK]);
    show("mask", (long)blocked());
}

static void tell_and_raise(int signal, struct info *info, word *context)
{
    print("outer\n");
    tell(signal, info, context);
    raise(SIGUSR2);
    raise(signal);
    print("outer ends\n");
}

static word pending(void)
{
    word set = 0;
    CALL(RT_SIGPENDING, &set, 8);
    return set;
}

static void sent(void)
{
    handle(SIGUSR1, tell, 0);
    handle(SIGUSR2, tell, 0);
    handle(SIGTERM, tell, SA_NODEFER);
    print("raised\n");
    raise(SIGUSR1);
    show("kill", CALL(KILL, CALL(GETPID), SIGUSR2));
    show("tkill", CALL(TKILL, CALL(GETTID), SIGTERM));

    print("blocked\n");
    mask(BLOCK, set(SIGUSR1) | set(SIGUSR2) | set(SIGTERM));
    raise(SIGTERM);
    raise(SIGUSR2);
    raise(SIGUSR1);
    raise(SIGUSR1);
    show("pending", (long)pending());
    print("unblocked\n");
    mask(UNBLOCK, set(SIGUSR1));
    show("pending", (long)pending());
    mask(SETMASK, 0);
    show("pending", (long)pending());

    print("nested\n");
    static volatile int rounds;
    if (rounds++ == 0) {
        handle_masked(SIGUSR2, tell, 0, 0);
        handle_masked(SIGALRM, tell_and_raise, 0, 0);
        handle(SIGUSR1, tell, 0);
    }
    mask(BLOCK, set(SIGALRM));
    raise(SIGALRM);
    handle(SIGALRM, tell_and_raise, SA_RESETHAND);
    word ignored[3] = {1, 0, 0}, old[3];
    raise(SIGUSR1);
    CALL(RT_SIGACTION, SIGALRM, ignored, old, 8);
    show("pending", (long)pending());
    handle_masked(SIGALRM, tell_and_raise, SA_RESETHAND, set(SIGALRM));
    mask(UNBLOCK, set(SIGALRM));
}

static void nested(int signal, struct info *info, word *context)
{
    static volatile int depth;
    (void)info;
    (void)context;
    depth++;
    show("depth", depth);
    if (depth < 5)
        raise(signal);
    depth--;
}

static void stacked(void)
{
    handle(SIGUSR1, nested, SA_NODEFER);
    raise(SIGUSR1);
    word old[3];
    handle(SIGUSR1, tell, SA_RESETHAND);
    raise(SIGUSR1);
    CALL(RT_SIGACTION, SIGUSR1, 0, old, 8);
    show("reset", (long)old[0]);
}

static void ignored(void)
{
    word action[3] = {1, 0, 0};
    raise(SIGCHLD);
    CALL(RT_SIGACTION, SIGUSR1, action, 0, 8);
    raise(SIGUSR1);
    mask(BLOCK, set(SIGUSR1));
    raise(SIGUSR1);
    show("ignored and pending", (long)pending());
    handle(SIGUSR1, tell, 0);
    mask(UNBLOCK, set(SIGUSR1));
}

/* Waiting for a signal that is there. */

static void waits(void)
{
    word all = -1ul, none = 0, no_time[2] = {0, 0};
    struct info info = {0};
    char queued[128] = {0};
    handle(SIGUSR1, tell, 0);
    handle(SIGRT, tell, 0);
    mask(SETMASK, set(SIGUSR1) | set(SIGRT));
    show("timed wait", CALL(RT_SIGTIMEDWAIT, &all, &info, no_time, 8));
    show("timed wait, wrong size", CALL(RT_SIGTIMEDWAIT, &all, &info, no_time, 4));
    raise(SIGUSR1);
    show("timed wait", CALL(RT_SIGTIMEDWAIT, &all, queued, no_time, 8));
    show("code", ((struct info *)queued)->code);
    raise(SIGUSR1);
    show("suspend", CALL(RT_SIGSUSPEND, &none, 8));
    show("mask", (long)blocked());
    show("suspend, wrong size", CALL(RT_SIGSUSPEND, &none, 4));
    for (int value = 1; value <= 3; value++) {
        struct info *queue = (struct info *)queued;
        queue->code = -1;
        queue->value = (word)value;
        show("queued", CALL(RT_SIGQUEUEINFO, CALL(GETPID), SIGRT, queued));
    }
    show("timed wait", CALL(RT_SIGTIMEDWAIT, &all, queued, no_time, 8));
    show("value", (long)((struct info *)queued)->value);
    mask(SETMASK, 0);
    show("queue into nowhere", CALL(RT_SIGQUEUEINFO, CALL(GETPID), SIGRT, NOWHERE));
    show("pending into nowhere", CALL(RT_SIGPENDING, NOWHERE, 8));
}

/* The alternate stack. */

static char other_stack[8 * PAGE];

static int on_other(word sp)
{
    return sp - (word)other_stack <= sizeof other_stack;
}

static void tell_stack(int signal, struct info *info, word *context)
{
    word stack[3], none[3] = {0, 2, 0};
    CALL(SIGALTSTACK, 0, stack);
    show("stacked", signal);
    show("on the other stack", on_other((word)&stack));
    show("info there", on_other((word)info));
    show("aligned", ((word)info & 15) == 0);
    show("flags", (long)stack[1] & 0xffffffff);
    show("in the frame", (long)context[UC_STACK + 2]);
    show("was there", on_other(context[UC_SP]));
    show("change", CALL(SIGALTSTACK, none, 0));
    if (signal == SIGUSR1)
        raise(SIGUSR2);
}

static void other(void)
{
    word stack[3] = {(word)other_stack, 0, sizeof other_stack}, old[3];
    show("sigaltstack", CALL(SIGALTSTACK, stack, 0));
    handle(SIGUSR1, tell_stack, SA_ONSTACK);
    handle(SIGUSR2, tell_stack, SA_ONSTACK);
    raise(SIGUSR1);
    handle(SIGUSR2, tell_stack, 0);
    raise(SIGUSR2);
    CALL(SIGALTSTACK, 0, old);
    show("flags afterwards", (long)old[1] & 0xffffffff);
    stack[1] = 2;
    show("disable", CALL(SIGALTSTACK, stack, 0));
    raise(SIGUSR1);
}

static void overflow(void)
{
    __asm__ volatile("1: addi sp, sp, -512\nsd zero, 0(sp)\nj 1b");
}

static void leave(int signal, struct info *info, word *context)
{
    (void)info;
    show("left by", signal);
    show("from the other stack", on_other((word)&signal) && !on_other(context[UC_SP]));
    mask(UNBLOCK, set(signal));
    jump(out);
}

static void stack_overflow(void)
{
    word stack[3] = {(word)other_stack, 0, sizeof other_stack};
    CALL(SIGALTSTACK, stack, 0);
    handle(SIGSEGV, leave, SA_ONSTACK);
    for (int round = 0; round < 3; round++)
        if (!save(out))
            overflow();
}

/* A reservation does not outlive a handler. */
static void reservation(void)
{
    static word value = 5;
    long failed;
    handle(SIGILL, step_over, 0);
    __asm__ volatile("la %0, 1f\nsd %0, 0(%2)\nlr.d %0, (%1)\n1: .word 0xffffffff\nsc.d %0, %0, (%1)"
                     : "=&r"(failed) : "r"(&value), "r"(&where) : "memory", "a0");
    show("store failed", failed != 0);
}

/* Ways to end. */

static void nothing(int signal, struct info *info, word *context)
{
    (void)signal;
    (void)info;
    (void)context;
}

static void fault_again(int signal, struct info *info, word *context)
{
    (void)signal;
    (void)info;
    (void)context;
    print("once\n");
    store_to_nowhere();
}

static int is(const char *a, const char *b)
{
    while (*a && *a == *b)
        a++, b++;
    return *a == *b;
}

static void bad_stack(int signal)
{
    word way = signal == SIGILL;
    __asm__ volatile("li sp, 64\nbeqz %0, 1f\n.word 0xffffffff\n1: sw zero, 8(zero)" : : "r"(way));
}

static void caught(int signal, struct info *info, word *context)
{
    (void)context;
    show("caught", signal);
    show("code", info->code);
    CALL(EXIT, 7);
}

static void end(const char *way)
{
    word stack[3] = {(word)other_stack, 0, sizeof other_stack};
    if (is(way, "abort")) {
        handle(SIGABRT, tell, 0);
        raise(SIGABRT);
        word plain[3] = {0, 0, 0};
        CALL(RT_SIGACTION, SIGABRT, plain, 0, 8);
        mask(BLOCK, set(SIGABRT));
        raise(SIGABRT);
        print("not yet\n");
        mask(UNBLOCK, set(SIGABRT));
    } else if (is(way, "blocked")) {
        handle(SIGSEGV, tell, 0);
        mask(BLOCK, set(SIGSEGV));
        store_to_nowhere();
    } else if (is(way, "ignored")) {
        word action[3] = {1, 0, 0};
        CALL(RT_SIGACTION, SIGSEGV, action, 0, 8);
        store_to_nowhere();
    } else if (is(way, "again")) {
        handle(SIGSEGV, fault_again, 0);
        store_to_nowhere();
    } else if (is(way, "again without end")) {
        handle(SIGSEGV, fault_again, SA_NODEFER);
        mask(SETMASK, 0);
        handle(SIGSEGV, (handler *)0x1000, SA_NODEFER);
        store_to_nowhere();
    } else if (is(way, "no handler there")) {
        handle(SIGSEGV, (handler *)0x1000, 0);
        store_to_nowhere();
    } else if (is(way, "bad stack")) {
        handle(SIGSEGV, tell, 0);
        bad_stack(SIGSEGV);
    } else if (is(way, "bad stack, other signal")) {
        handle(SIGILL, nothing, 0);
        bad_stack(SIGILL);
    } else if (is(way, "bad stack, caught")) {
        CALL(SIGALTSTACK, stack, 0);
        handle(SIGILL, nothing, 0);
        handle(SIGSEGV, caught, SA_ONSTACK);
        bad_stack(SIGILL);
    } else if (is(way, "full other stack")) {
        stack[2] = PAGE;
        CALL(SIGALTSTACK, stack, 0);
        handle(SIGUSR1, nested, SA_ONSTACK | SA_NODEFER);
        raise(SIGUSR1);
    } else if (is(way, "return from nowhere")) {
        __asm__ volatile("li sp, 64\nli a7, 139\necall\n");
    } else if (is(way, "return from nowhere, caught")) {
        CALL(SIGALTSTACK, stack, 0);
        handle(SIGSEGV, caught, SA_ONSTACK);
        __asm__ volatile("li sp, 64\nli a7, 139\necall\n");
    } else if (is(way, "return from zeros")) {
        static char zeros[2 * PAGE];
        __asm__ volatile("mv sp, %0\nli a7, 139\necall\n" : : "r"(zeros));
    } else if (is(way, "not mended")) {
        handle(SIGSEGV, nothing, 0);
        store_to_nowhere();
    } else if (is(way, "reservation")) {
        reservation();
        CALL(EXIT, 0);
    } else if (is(way, "mask")) {
        handle_masked(SIGUSR2, tell, 0, set(SIGTERM) | set(9));
        raise(SIGUSR2);
        CALL(EXIT, 0);
    } else if (is(way, "suspended")) {
        word none = 0;
        mask(BLOCK, set(SIGTERM));
        raise(SIGTERM);
        CALL(RT_SIGSUSPEND, &none, 8);
    }
    print("still there\n");
}

static void program(void)
{
    const char *way = ((const char **)initial_stack)[2];
    area = (char *)CALL(MMAP, 0, 5 * PAGE, 3, 0x22, -1, 0);
    CALL(MUNMAP, area + 3 * PAGE, 2 * PAGE);
    CALL(MPROTECT, area, PAGE, 0);
    CALL(MPROTECT, area + PAGE, PAGE, 1);
    if (!is(way, "all"))
        return end(way);
    faults_and_jumps();
    faults_that_are_mended();
    instructions_that_are_stepped_over();
    sent();
    stacked();
    ignored();
    waits();
    other();
    stack_overflow();
}
