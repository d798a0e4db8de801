/*
 * The ways to place n queens on an n by n board so that none attacks another:
 * deep recursion and bit tricks.
 *
 * queens [n], n from 1 to 32.
 */
#include "guest.h"

enum { DEFAULT = 11, LARGEST = 32 };

/* Fills the rows that are left. A set bit of `columns` is a column in use; of
   `left` and `right`, a column that a diagonal crosses in this row. */
__attribute__((noinline)) static uint64_t place(uint64_t board, uint64_t columns,
                                                uint64_t left, uint64_t right)
{
    if (columns == board)
        return 1;
    uint64_t ways = 0;
    for (uint64_t open = board & ~(columns | left | right); open != 0; open &= open - 1) {
        uint64_t queen = open & -open;
        ways += place(board, columns | queen, (left | queen) << 1, (right | queen) >> 1);
    }
    return ways;
}

int guest_main(int argc, char **argv, char **envp)
{
    (void)envp;
    uint64_t n = scale(argc, argv, DEFAULT);
    if (n < 1 || n > LARGEST)
        return 2;
    print_unsigned(n);
    print(" queens: ");
    print_unsigned(place(((uint64_t)1 << n) - 1, 0, 0, 0));
    print(" ways\n");
    return 0;
}
