/* Dates and times: text from seconds and seconds from text. The clocks only have to go on. */
#define _GNU_SOURCE
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/time.h>
#include <sys/times.h>
#include <time.h>
#include <unistd.h>

static const time_t instants[] = {
    0, -1, 86399, 951782400, 1078012800, 1234567890, 1719792000, 2147483647, 4102444800, -2208988800,
};

static void texts(time_t instant)
{
    char text[200];
    struct tm broken;
    gmtime_r(&instant, &broken);
    strftime(text, sizeof text, "%a %A %b %B %c %d %e %F %H %I %j %M %p %r %S %T %u %U %V %w %x %y %Z %%",
             &broken);
    printf("%s | %s", text, asctime(&broken));
    printf("%d\n", timegm(&broken) == instant);
    localtime_r(&instant, &broken);
    strftime(text, sizeof text, "%Y-%m-%d %H:%M:%S %z %Z", &broken);
    printf("%s %d %d\n", text, broken.tm_isdst, mktime(&broken) == instant);
}

static double seconds(clockid_t clock)
{
    struct timespec now;
    clock_gettime(clock, &now);
    return now.tv_sec + now.tv_nsec * 1e-9;
}

static void clocks(void)
{
    static const clockid_t all[] = {CLOCK_REALTIME, CLOCK_MONOTONIC, CLOCK_PROCESS_CPUTIME_ID,
                                    CLOCK_MONOTONIC_RAW, CLOCK_BOOTTIME};
    double before[5];
    for (int i = 0; i < 5; i++)
        before[i] = seconds(all[i]);
    volatile double work = 1;
    for (int i = 0; i < 300000; i++)
        work *= 1.0000001;
    for (int i = 0; i < 5; i++)
        printf("%d", seconds(all[i]) >= before[i]);
    struct timeval day;
    struct tms used;
    struct rusage usage;
    printf("%d%d%d", gettimeofday(&day, NULL), times(&used) != -1, getrusage(RUSAGE_SELF, &usage));
    printf("%d%d\n", clock() >= 0, time(NULL) >= (time_t)before[0]);
    struct timespec pause = {0, 2000000}, resolution;
    double start = seconds(CLOCK_MONOTONIC);
    printf("%d %d\n", nanosleep(&pause, NULL), seconds(CLOCK_MONOTONIC) - start >= 0.002);
    printf("%d %d\n", clock_getres(CLOCK_MONOTONIC, &resolution), resolution.tv_sec == 0);
}

int main(void)
{
    static const char *const zones[] = {"UTC0", "CET-1CEST,M3.5.0,M10.5.0/3", "EST5EDT,M3.2.0,M11.1.0"};
    for (int zone = 0; zone < 3; zone++) {
        setenv("TZ", zones[zone], 1);
        tzset();
        printf("%s %s %ld\n", tzname[0], tzname[1], timezone);
        for (size_t i = 0; i < sizeof instants / sizeof *instants; i++)
            texts(instants[i]);
    }
    struct tm parsed = {0};
    char *rest = strptime("12 March 2021 07:08:09 tail", "%d %B %Y %T", &parsed);
    printf("%d-%d-%d %d:%d:%d <%s>\n", parsed.tm_year, parsed.tm_mon, parsed.tm_mday, parsed.tm_hour,
           parsed.tm_min, parsed.tm_sec, rest);
    printf("%.1f\n", difftime(1000, 250));
    clocks();
    return 0;
}
