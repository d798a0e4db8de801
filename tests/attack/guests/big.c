#include "g.h"
void main_(void){ i64 fd=S(56,-100,"/d/new",0x42,0644); put("fd "); num(fd); S(62,fd,10000000,0); i64 r=S(64,fd,"abcd",4); num(r<0?-r:r); r=S(46,fd,1ul<<62); num(r<0?-r:r); put("end\n"); }
