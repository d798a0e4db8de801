#include "g.h"
char b[4096];
void main_(void){ i64 n; while((n=S(63,0,b,4096))>0) S(64,1,b,n); }
