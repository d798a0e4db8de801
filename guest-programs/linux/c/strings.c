/* string.h, wide characters, encodings, and patterns. */
#define _GNU_SOURCE
#include <ctype.h>
#include <errno.h>
#include <fnmatch.h>
#include <iconv.h>
#include <langinfo.h>
#include <locale.h>
#include <regex.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <wchar.h>
#include <wctype.h>

static void bytes(void)
{
    char text[300];
    unsigned sum = 0;
    for (int i = 0; i < 299; i++)
        text[i] = 'a' + i * 7 % 26;
    text[299] = '\0';
    /* Every alignment and many lengths. */
    for (int from = 0; from < 17; from++)
        for (int length = 0; length < 70; length++) {
            char copy[128];
            memset(copy, '#', sizeof copy);
            memcpy(copy + from, text + 2 * from, length);
            memmove(copy + from / 2, copy + from, length);
            copy[127] = '\0';
            sum = sum * 31 + strlen(copy) + (memcmp(copy, text, length) > 0);
            sum = sum * 31 + (char *)memchr(copy, '#', sizeof copy) - copy;
            sum = sum * 31 + strnlen(text + from, length) + (strncmp(text, copy, length) < 0);
            sum = sum * 31 + strcspn(copy, "xyz") + strspn(copy, "abcdefghij");
        }
    printf("%u\n", sum);
    printf("%s|%s|%s\n", strstr(text, "hov"), strrchr("a/b/c", '/'), strpbrk("key=value", "=:"));
    char list[] = "one,two,,three", *rest = list, *part;
    while ((part = strsep(&rest, ",")) != NULL)
        printf("<%s>", part);
    char words[] = "  several  words ";
    for (part = strtok(words, " "); part != NULL; part = strtok(NULL, " "))
        printf("<%s>", part);
    printf("%d %d %s\n", strcasecmp("Hello", "hELLO") == 0, strverscmp("a9", "a10") < 0,
           strerror(2));
}

static void numbers(void)
{
    char *end;
    printf("%ld %ld %lu %lld %d\n", strtol("-0x7f", NULL, 0), strtol("99999999999999999999", &end, 10),
           strtoul("-1", NULL, 10), strtoll("zz", NULL, 36), atoi("12 monkeys"));
    printf("%hhd %hu %lx %#o %+d % d %05d %-5d| %'d %zu %jd %c %5.3s| %%\n", (signed char)300,
           (unsigned short)70000, 0xfeedUL, 8u, 5, 5, -42, 42, 1234567, (size_t)9, INTMAX_MIN, 'x',
           "abcdef");
    printf("%2$s %1$d%3$n", 1, "two", &(int){0});
    printf("\n");
}

static void wide(void)
{
    wchar_t text[64];
    size_t length = mbstowcs(text, "wide text, 10 letters", 64);
    printf("%zu %d %d\n", length, iswalpha(text[2]) != 0, wcwidth(text[length - 1]));
    for (size_t i = 0; i < length; i++)
        text[i] = towupper(text[i]);
    char back[128];
    printf("%zu %s %ls\n", wcstombs(back, text, sizeof back), back, text);
    printf("%.3f %ld %ls\n", wcstod(L"2.5e-1 x", NULL), wcstol(L"-77", NULL, 8), wcsstr(text, L"TEXT"));
    wchar_t formatted[64];
    swprintf(formatted, 64, L"%ls-%g-%08.3f", L"w", 0.0001, 3.14159);
    printf("%ls %d\n", formatted, wcscmp(formatted, L"w") > 0);
    printf("%s %s %s\n", setlocale(LC_ALL, NULL), nl_langinfo(CODESET),
           setlocale(LC_ALL, "xx_XX") == NULL ? "no such locale" : "?");
}

/* By the conversions that iconv has built in. */
static void encodings(void)
{
    char text[] = "Gr\303\266\303\237e \342\202\254 \360\237\246\200 \377", *from = text;
    uint32_t letters[32] = {0};
    char *to = (char *)letters;
    size_t left = sizeof text - 1, room = sizeof letters;
    iconv_t conversion = iconv_open("UCS-4LE", "UTF-8");
    size_t result = iconv(conversion, &from, &left, &to, &room);
    printf("%zd %s, %zu left:", (ssize_t)result, strerror(errno), left);
    for (int i = 0; letters[i] != 0; i++)
        printf(" %x", letters[i]);
    printf("\n");
    iconv_close(conversion);
}

static void patterns(void)
{
    regex_t regex;
    regmatch_t match[3];
    int wrong = regcomp(&regex, "([a-z]+)=([0-9]+\\.?[0-9]*)", REG_EXTENDED | REG_ICASE);
    const char *text = "set: Width=12.75; height=3";
    while (wrong == 0 && regexec(&regex, text, 3, match, 0) == 0) {
        printf("%.*s -> %.2f\n", (int)(match[1].rm_eo - match[1].rm_so), text + match[1].rm_so,
               atof(text + match[2].rm_so));
        text += match[0].rm_eo;
    }
    regfree(&regex);
    printf("%d %d\n", fnmatch("*.[ch]", "file.c", 0), fnmatch("a?c", "a/c", FNM_PATHNAME) != 0);
}

int main(void)
{
    bytes();
    numbers();
    wide();
    encodings();
    patterns();
    int kinds = 0;
    for (int c = 0; c < 256; c++)
        kinds = kinds * 5 + !!isalpha(c) + !!ispunct(c) * 2 + !!isspace(c) * 3 + toupper(c);
    printf("%u\n", (unsigned)kinds);
    return 0;
}
