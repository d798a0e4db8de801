/* Start-up alone: nothing to do, and much memory that is never touched. */
#include "rt.h"

__attribute__((used)) static u64 untouched[SIZED(2, 25) << 20];

static u64 kernel(void)
{
    return opaque(0);
}
