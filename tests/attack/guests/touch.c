#include "g.h"
char b[1<<20];
void main_(void){ for(int i=0;i<1<<20;i+=4096) ((volatile char*)b)[i]=1; put("ok\n"); }
