/* Calls and returns: naive recursion, of which the compiler must keep every call. */
#include "rt.h"

__attribute__((noinline, optimize("no-optimize-sibling-calls"))) static u64 fib(u64 n)
{
    return n < 2 ? n : fib(n - 1) + fib(n - 2);
}

static u64 kernel(void)
{
    return fib(opaque(SIZED(24, 36)));
}
