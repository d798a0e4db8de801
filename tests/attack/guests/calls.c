#include "g.h"
void main_(void){ for(;;) S(172); }
