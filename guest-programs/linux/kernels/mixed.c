/*
 * Integers, as embedded programs use them: linked lists that are searched,
 * reversed and merge-sorted, small matrices of 16-bit numbers, a state machine
 * that reads numbers from text, and a CRC of all results.
 */
#include "kernel.h"

enum { NODES = 256, SIDE = 24, TEXT = 512 };

struct node {
    struct node *next;
    int16_t key, value;
};

static uint16_t crc16(uint16_t crc, uint32_t word)
{
    for (int bit = 0; bit < 32; bit++, word >>= 1)
        crc = (crc ^ word) & 1 ? crc >> 1 ^ 0xa001 : crc >> 1;
    return crc;
}

static int by_key(const struct node *a, const struct node *b)
{
    return a->key - b->key;
}

static int by_value(const struct node *a, const struct node *b)
{
    return (a->value & 0xff) - (b->value & 0xff);
}

static struct node *merge(struct node *a, struct node *b,
                          int (*compare)(const struct node *, const struct node *))
{
    struct node *head = NULL, **tail = &head;
    while (a != NULL && b != NULL) {
        struct node **least = compare(a, b) <= 0 ? &a : &b;
        *tail = *least;
        tail = &(*least)->next;
        *least = (*least)->next;
    }
    *tail = a != NULL ? a : b;
    return head;
}

static struct node *sort(struct node *list,
                         int (*compare)(const struct node *, const struct node *))
{
    if (list == NULL || list->next == NULL)
        return list;
    struct node *middle = list, *end = list->next;
    while (end != NULL && end->next != NULL) {
        middle = middle->next;
        end = end->next->next;
    }
    struct node *second = middle->next;
    middle->next = NULL;
    return merge(sort(list, compare), sort(second, compare), compare);
}

static struct node *reverse(struct node *list)
{
    struct node *reversed = NULL;
    while (list != NULL) {
        struct node *next = list->next;
        list->next = reversed;
        reversed = list;
        list = next;
    }
    return reversed;
}

static uint16_t lists(struct node *nodes, uint64_t *random, uint16_t crc)
{
    for (int i = 0; i < NODES; i++) {
        nodes[i].next = i + 1 < NODES ? &nodes[i + 1] : NULL;
        nodes[i].key = next_random(random) & 0x3ff;
        nodes[i].value = next_random(random) & 0x7fff;
    }
    struct node *list = sort(nodes, by_key);
    for (int round = 0; round < 16; round++) {
        int16_t wanted = next_random(random) & 0x3ff;
        int steps = 0;
        struct node *at = list;
        for (; at != NULL && at->key < wanted; at = at->next)
            steps++;
        crc = crc16(crc, steps << 16 | (at != NULL ? (uint16_t)at->value : 0));
        list = round % 2 ? sort(list, by_key) : reverse(list);
    }
    list = sort(list, by_value);
    for (struct node *at = list; at != NULL; at = at->next)
        crc = crc16(crc, (uint16_t)at->key);
    return crc;
}

static uint16_t matrices(uint64_t *random, uint16_t crc)
{
    static int16_t a[SIDE][SIDE], b[SIDE][SIDE];
    static int32_t product[SIDE][SIDE];
    for (int i = 0; i < SIDE; i++)
        for (int j = 0; j < SIDE; j++) {
            a[i][j] = next_random(random) & 0xff;
            b[i][j] = (next_random(random) & 0xff) - 128;
        }
    for (int i = 0; i < SIDE; i++)
        for (int j = 0; j < SIDE; j++) {
            int32_t sum = 0;
            for (int k = 0; k < SIDE; k++)
                sum += a[i][k] * b[k][j];
            product[i][j] = sum;
        }
    for (int i = 0; i < SIDE; i++) {
        int32_t sum = 0;
        for (int j = 0; j < SIDE; j++)
            sum += (product[i][j] >> 2 & 0xf) * (product[i][j] >> 5 & 0x7f);
        crc = crc16(crc, sum);
    }
    return crc;
}

enum state { START, SIGN, INTEGER, POINT, FRACTION, EXPONENT, SCIENTIFIC, WRONG, STATES };

static enum state step(enum state state, char c)
{
    int digit = c >= '0' && c <= '9';
    switch (state) {
    case START:
        return digit ? INTEGER : c == '+' || c == '-' ? SIGN : c == '.' ? POINT : WRONG;
    case SIGN:
        return digit ? INTEGER : c == '.' ? POINT : WRONG;
    case INTEGER:
        return digit ? INTEGER : c == '.' ? FRACTION : c == 'e' ? EXPONENT : WRONG;
    case POINT:
    case FRACTION:
        return digit ? FRACTION : c == 'e' && state == FRACTION ? EXPONENT : WRONG;
    case EXPONENT:
        return digit || c == '-' ? SCIENTIFIC : WRONG;
    case SCIENTIFIC:
        return digit ? SCIENTIFIC : WRONG;
    default:
        return WRONG;
    }
}

static uint16_t numbers(uint64_t *random, uint16_t crc)
{
    static const char letters[32] = "0123456789012345678901234+-..ee,";
    char text[TEXT + 1];
    for (int i = 0; i < TEXT; i++)
        text[i] = next_random(random) % 6 == 0 ? ',' : letters[next_random(random) % 32];
    text[TEXT] = '\0';
    uint32_t ends[STATES] = {0}, visits[STATES] = {0};
    enum state state = START;
    for (const char *c = text; *c != '\0'; c++) {
        if (*c == ',') {
            ends[state]++;
            state = START;
        } else {
            state = step(state, *c);
            visits[state]++;
        }
    }
    for (int i = 0; i < STATES; i++)
        crc = crc16(crc, ends[i] << 16 | visits[i]);
    return crc;
}

int main(int argc, char **argv)
{
    long rounds = size_of_work(argc, argv, 40);
    struct node *nodes = elements(NODES, sizeof *nodes);
    uint64_t random = 1;
    uint16_t crc = 0;
    for (long round = 0; round < rounds; round++) {
        crc = lists(nodes, &random, crc);
        crc = matrices(&random, crc);
        crc = numbers(&random, crc);
    }
    printf("mixed %ld: %04x\n", rounds, crc);
    return 0;
}
