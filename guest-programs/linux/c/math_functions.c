/* The functions of math.h over ordinary and special operands, results to the last bit. */
#define _GNU_SOURCE
#include <complex.h>
#include <math.h>
#include <stdio.h>

static const double operands[] = {
    0.0, -0.0, 0.25, -0.5, 1.0, -1.0, 1.5, 2.5, -2.5, 3.7, 10, -20.25, 100.125, 709.5, -745.2,
    1e-8, 1e-310, -5e-324, 1e10, 1e22, 1e300, 4503599627370497.5, INFINITY, -INFINITY,
};
enum { COUNT = sizeof operands / sizeof *operands };

#define EACH(F) \
    F(acos) F(acosh) F(asin) F(asinh) F(atan) F(atanh) F(cbrt) F(ceil) F(cos) F(cosh) F(erf) \
    F(erfc) F(exp) F(exp2) F(expm1) F(fabs) F(floor) F(lgamma) F(log) F(log10) F(log1p) F(log2) \
    F(logb) F(nearbyint) F(rint) F(round) F(roundeven) F(sin) F(sinh) F(sqrt) F(tan) F(tanh) \
    F(tgamma) F(trunc) F(j0) F(y1)
#define EACH_BINARY(F) \
    F(atan2) F(copysign) F(fdim) F(fmax) F(fmin) F(fmod) F(hypot) F(nextafter) F(pow) F(remainder)

static const struct {
    const char *name;
    double (*in_double)(double);
    float (*in_float)(float);
} unary[] = {
#define F(name) {#name, name, name##f},
    EACH(F)
#undef F
};

static const struct {
    const char *name;
    double (*in_double)(double, double);
    float (*in_float)(float, float);
} binary[] = {
#define F(name) {#name, name, name##f},
    EACH_BINARY(F)
#undef F
};

static void each_unary(void)
{
    for (size_t f = 0; f < sizeof unary / sizeof *unary; f++)
        for (int i = 0; i < COUNT; i++) {
            double x = operands[i];
            printf("%s(%g) = %a %a\n", unary[f].name, x, unary[f].in_double(x),
                   unary[f].in_float(x));
        }
}

static void each_binary(void)
{
    for (size_t f = 0; f < sizeof binary / sizeof *binary; f++)
        for (int i = 0; i < COUNT; i++)
            for (int j = 0; j < COUNT; j += 3) {
                double x = operands[i], y = operands[j];
                printf("%s(%g, %g) = %a %a\n", binary[f].name, x, y, binary[f].in_double(x, y),
                       binary[f].in_float(x, y));
            }
}

static void others(double x)
{
    int exponent, quotient;
    double whole, fraction = frexp(x, &exponent);
    printf("%g: %a", x, fraction);
    if (isfinite(x) && x != 0)
        printf("*2^%d ilogb %d", exponent, ilogb(x));
    fraction = modf(x, &whole);
    printf(", %a + %a", whole, fraction);
    fraction = remquo(x, 1.75, &quotient);
    printf(", remquo %a %d", fraction, isfinite(x) ? quotient & 7 : 0);
    printf(", fma %a %a", fma(x, 1.1, -0.3), fmaf(x, 1.1f, -0.3f));
    printf(", scalbn %a %a", scalbn(x, 70), ldexp(x, -1070));
    printf(", %d%d%d%d%d\n", fpclassify(x), isnan(x) != 0, isnormal(x) != 0, signbit(x) != 0,
           isgreater(x, NAN));
    if (fabs(x) < 1e18)
        printf("  %ld %lld %ld %lld %lu %d\n", lrint(x), llround(x), lroundf(x), llrintf(x),
               (unsigned long)fabs(x), fabs(x) < 2e9 ? (int)x : 0);
}

static void complex_numbers(void)
{
    double complex z = 0.75 - 1.25 * I;
    double complex all[] = {z * z, z / (1 + 2 * I), csqrt(z), cexp(z), clog(z), cpow(z, z), csin(z)};
    for (size_t i = 0; i < sizeof all / sizeof *all; i++)
        printf("%a %a\n", creal(all[i]), cimag(all[i]));
    printf("%a %a\n", cabs(z), carg(z));
}

static void long_doubles(void)
{
    long double x = 2.0L, third = 1.0L / 3;
    printf("%.33Lg %.33Lg %.33Lg\n", sqrtl(x), third, expl(third));
    printf("%.33Lg %.33Lg %.33Lg\n", sinl(x), powl(x, third), logl(x) * third - x);
    printf("%d %d %ld %.20Lg\n", x > third, third != third, lrintl(third * 1e9L), (long double)0.1);
}

int main(void)
{
    each_unary();
    each_binary();
    for (int i = 0; i < COUNT; i++)
        others(operands[i]);
    complex_numbers();
    long_doubles();
    return 0;
}
