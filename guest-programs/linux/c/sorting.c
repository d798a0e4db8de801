/* qsort, bsearch, the trees and hash tables of search.h, and the generators of stdlib.h. */
#define _GNU_SOURCE
#include <search.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct record {
    double weight;
    int number;
    char name[12];
};

static int by_weight(const void *a, const void *b)
{
    double x = ((const struct record *)a)->weight, y = ((const struct record *)b)->weight;
    return (x > y) - (x < y);
}

static int by_name(const void *a, const void *b, void *descending)
{
    int order = strcmp(((const struct record *)a)->name, ((const struct record *)b)->name);
    return *(int *)descending ? -order : order;
}

static int by_int(const void *a, const void *b)
{
    return (*(const int *)a > *(const int *)b) - (*(const int *)a < *(const int *)b);
}

static void records(void)
{
    enum { COUNT = 5000 };
    struct record *all = malloc(COUNT * sizeof *all);
    srand(7);
    for (int i = 0; i < COUNT; i++) {
        all[i].weight = rand() / (double)RAND_MAX - 0.5;
        all[i].number = i;
        snprintf(all[i].name, sizeof all[i].name, "%x", rand());
    }
    qsort(all, COUNT, sizeof *all, by_weight);
    struct record *found = bsearch(&all[1234], all, COUNT, sizeof *all, by_weight);
    printf("%d %.6f %s, %d\n", all[0].number, all[0].weight, all[0].name, found == &all[1234]);
    for (int descending = 0; descending < 2; descending++) {
        qsort_r(all, COUNT, sizeof *all, by_name, &descending);
        printf("%s %s %s\n", all[0].name, all[COUNT / 2].name, all[COUNT - 1].name);
    }
    free(all);
}

static long walked;

static void walk(const void *node, VISIT visit, int depth)
{
    if (visit == postorder || visit == leaf)
        walked = walked * 31 + **(const int *const *)node + depth;
}

static void trees(void)
{
    static int keys[2000];
    void *root = NULL;
    srandom(3);
    for (int i = 0; i < 2000; i++) {
        keys[i] = random() % 3000;
        tsearch(&keys[i], &root, by_int);
    }
    for (int i = 0; i < 2000; i += 3)
        tdelete(&keys[i], &root, by_int);
    twalk(root, walk);
    int wanted = keys[1];
    printf("%ld %d\n", walked, tfind(&wanted, &root, by_int) != NULL);
}

static void tables(void)
{
    char names[300][8];
    hcreate(400);
    for (long i = 0; i < 300; i++) {
        snprintf(names[i], sizeof names[i], "k%ld", i * 37 % 300);
        hsearch((ENTRY){names[i], (void *)i}, ENTER);
    }
    ENTRY *found = hsearch((ENTRY){"k111", NULL}, FIND);
    printf("%ld\n", (long)found->data);
    hdestroy();
}

int main(void)
{
    records();
    trees();
    tables();
    unsigned short seed[3] = {1, 2, 3};
    printf("%.12f %ld %ld\n", erand48(seed), nrand48(seed), jrand48(seed));
    return 0;
}
