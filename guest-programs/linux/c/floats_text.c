/* Floating-point numbers as text: every conversion of printf, and back by strtod and scanf. */
#include <float.h>
#include <math.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const double numbers[] = {
    0.0, -0.0, 1.0, -1.5, 0.1, 1.0 / 3, 2.5, 3.5, 1e15, 1e16, 123456789.125, 1e-5, 9.9999e-5,
    0.5, 1e22, 1e23, 1e100, -1e-100, 1e300, 5e-324, DBL_MIN, DBL_MAX, DBL_EPSILON,
    3.14159265358979323846, 6.02214076e23, 999999.5, 9999995, INFINITY, -INFINITY,
};

static void conversions(double x)
{
    printf("%f|%e|%g|%a|%F|%E|%G|%A\n", x, x, x, x, x, x, x, x);
    printf("%.0f|%.0e|%.0g|%.0a|%.17g|%.20f|%.30e\n", x, x, x, x, x, x, x);
    printf("%+.3f|% .3e|%#.0f|%#g|%012.2f|%-14.3g|%'.1f|%*.*f\n", x, x, x, x, x, x, x, 20, 4, x);
    printf("%Lf|%.25Lg|%La\n", (long double)x, (long double)x / 3, (long double)x);
}

static int comes_back(double x)
{
    char text[64];
    snprintf(text, sizeof text, "%.17g", x);
    double back = strtod(text, NULL);
    if (memcmp(&back, &x, sizeof x) != 0)
        return 0;
    snprintf(text, sizeof text, "%a", x);
    back = strtod(text, NULL);
    if (memcmp(&back, &x, sizeof x) != 0)
        return 0;
    snprintf(text, sizeof text, "%.9g", (float)x);
    return strtof(text, NULL) == (float)x;
}

static void random_numbers(void)
{
    uint64_t state = 88172645463325252u;
    int right = 0, finite = 0;
    for (int i = 0; i < 3000; i++) {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        double x;
        memcpy(&x, &state, sizeof x);
        if (!isfinite(x))
            continue;
        finite++;
        right += comes_back(x);
        if (i % 250 == 0)
            printf("%.17g %g %.3e\n", x, (double)(float)x, x);
    }
    printf("%d of %d come back\n", right, finite);
}

static void reading(void)
{
    static const char *const texts[] = {
        "1", "-0", ".5e1", "1e", "0x1.8p3", "inf", "-Infinity", "nan", "nan(12)", "1e400", "1e-400",
        "9007199254740993", "9007199254740992.9999", "2.2250738585072011e-308", "4.9e-324",
        "2.4703282292062327e-324", "2.4703282292062328e-324", "0.1e-6x", "junk",
        "179769313486231580793728971405303415079934132710037826936173778980444968292764750946649017977"
        "58720709633028641669288791094655554785194040263065748867150582068190890200070838367627385484"
        "58177115317644757302700698555713669596228429148198608349364752927190741684443655107043427115"
        "59699508093042880177904174497791.9",
    };
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        char *end;
        double x = strtod(texts[i], &end);
        float y = strtof(texts[i], NULL);
        long double z = strtold(texts[i], NULL);
        printf("%.20s -> %.17g, %.9g, %.36Lg, %zu read\n", texts[i], x, y, z, (size_t)(end - texts[i]));
    }
    double a;
    float b;
    int whole, count = sscanf("3.25e2 -7.5 42 x", "%lf %f %d", &a, &b, &whole);
    printf("%d: %g %g %d\n", count, a, b, whole);
}

int main(void)
{
    for (size_t i = 0; i < sizeof numbers / sizeof *numbers; i++)
        conversions(numbers[i]);
    random_numbers();
    reading();
    return 0;
}
