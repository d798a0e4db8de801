/*
 * The floating-point environment: rounding modes and exception flags as fenv.h
 * has them. The compiler is told by -frounding-math.
 */
#include <fenv.h>
#include <float.h>
#include <limits.h>
#include <math.h>
#include <stdio.h>

static const struct {
    const char *name;
    int mode;
} modes[] = {
    {"nearest", FE_TONEAREST},
    {"zero", FE_TOWARDZERO},
    {"down", FE_DOWNWARD},
    {"up", FE_UPWARD},
};

/* Volatile, so that each operation happens at run time and in its place. */
static volatile double one = 1, three = 3, tiny = DBL_MIN, huge = DBL_MAX, zero = 0;
static volatile double result;
static volatile float single;
static volatile long whole;

static void flags(const char *what)
{
    int raised = fetestexcept(FE_ALL_EXCEPT);
    printf("  %-12s %a %a %ld%s%s%s%s%s\n", what, result, single, whole,
           raised & FE_INEXACT ? " inexact" : "", raised & FE_UNDERFLOW ? " underflow" : "",
           raised & FE_OVERFLOW ? " overflow" : "", raised & FE_DIVBYZERO ? " by-zero" : "",
           raised & FE_INVALID ? " invalid" : "");
    feclearexcept(FE_ALL_EXCEPT);
}

static void arithmetic(void)
{
    result = one / three, flags("1/3");
    result = -one / three, flags("-1/3");
    result = one + 1e-20, flags("1+1e-20");
    result = one - 1e-20, flags("1-1e-20");
    result = huge * three, flags("overflow");
    result = -huge * three, flags("-overflow");
    result = tiny / three, flags("underflow");
    result = tiny / 4, flags("subnormal");
    result = 5e-324 * (one / 2), flags("least/2");
    result = one / zero, flags("1/0");
    result = zero / zero, flags("0/0");
    result = sqrt(-one), flags("sqrt(-1)");
    result = sqrt(three), flags("sqrt(3)");
    result = one - one, flags("1-1");
    result = fma(one / 3, three, -one), flags("fma");
    single = 0.1, flags("narrowed");
    single = huge, flags("to float");
    single = 1e-42, flags("small float");
}

static void conversions(void)
{
    static const double halves[] = {0.5, 1.5, 2.5, -0.5, -1.5, 2.25, -2.75, 1e10, 9.3e18, -1e19};
    for (size_t i = 0; i < sizeof halves / sizeof *halves; i++) {
        volatile double x = halves[i];
        result = rint(x), whole = lrint(x), flags("rint");
        result = nearbyint(x), flags("nearbyint");
        whole = (long)x, flags("truncated");
    }
    volatile long large = LONG_MAX;
    volatile unsigned long larger = ULONG_MAX;
    result = large, single = larger, flags("from integer");
}

int main(void)
{
    for (int i = 0; i < 4; i++) {
        int refused = fesetround(modes[i].mode);
        printf("%s: %d %d\n", modes[i].name, refused, fegetround() == modes[i].mode);
        arithmetic();
        conversions();
        /* The text is rounded by the mode as well. */
        printf("  %.3f %.3e %.0f\n", 1.0005, one / three, 2.5);
    }
    fesetround(FE_UPWARD);
    fenv_t kept;
    feholdexcept(&kept);
    feraiseexcept(FE_INVALID | FE_OVERFLOW);
    printf("held: %d\n", fetestexcept(FE_ALL_EXCEPT) == (FE_INVALID | FE_OVERFLOW));
    feupdateenv(&kept);
    printf("updated: %d %d\n", fetestexcept(FE_ALL_EXCEPT) == (FE_INVALID | FE_OVERFLOW),
           fegetround() == FE_UPWARD);
    fesetenv(FE_DFL_ENV);
    printf("default: %d %d\n", fetestexcept(FE_ALL_EXCEPT), fegetround() == FE_TONEAREST);
    fexcept_t saved;
    feraiseexcept(FE_DIVBYZERO);
    fegetexceptflag(&saved, FE_ALL_EXCEPT);
    feclearexcept(FE_ALL_EXCEPT);
    fesetexceptflag(&saved, FE_DIVBYZERO);
    printf("set: %d\n", fetestexcept(FE_ALL_EXCEPT) == FE_DIVBYZERO);
    return 0;
}
