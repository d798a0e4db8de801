/* Branches that nothing predicts: quicksort of random numbers. */
#include "rt.h"

#define NUMBERS 200000
#define ROUNDS SIZED(1, 30)

static u32 numbers[NUMBERS];

static void swap(u32 *a, u32 *b)
{
    u32 t = *a;
    *a = *b;
    *b = t;
}

static void sort(u32 *low, u32 *high)
{
    while (high - low > 16) {
        u32 *middle = low + (high - low) / 2, *i = low, *j = high - 1;
        if (*middle < *low)
            swap(middle, low);
        if (*j < *low)
            swap(j, low);
        if (*j < *middle)
            swap(j, middle);
        u32 pivot = *middle;
        while (i <= j) {
            while (*i < pivot)
                i++;
            while (pivot < *j)
                j--;
            if (i <= j)
                swap(i++, j--);
        }
        /* Recursion into the smaller part keeps the stack small. */
        if (j + 1 - low < high - i) {
            sort(low, j + 1);
            low = i;
        } else {
            sort(i, high);
            high = j + 1;
        }
    }
    for (u32 *i = low + 1; i < high; i++) {
        u32 value = *i, *j = i;
        for (; j > low && value < j[-1]; j--)
            *j = j[-1];
        *j = value;
    }
}

static u64 kernel(void)
{
    u64 state = 1, sum = 0;
    for (u64 round = 0; round < ROUNDS; round++) {
        for (u64 i = 0; i < NUMBERS; i++)
            numbers[i] = (u32)next_random(&state);
        sort(numbers, numbers + NUMBERS);
        for (u64 i = 1; i < NUMBERS; i++)
            sum += numbers[i - 1] > numbers[i];
        sum = mix(sum, numbers[round]);
    }
    return sum;
}
