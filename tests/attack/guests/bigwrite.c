#include "g.h"
void main_(void){
  u64 n=1ul<<30; u64 a=mmap(n,3);
#if 1
  i64 r=S(64,1,a,n); num(r<0?-r:r);
#else
  for(u64 i=0;i<n;i+=4096) *(volatile char*)(a+i)=1;
  put("touched\n"); u64 b=S(216,a,n,n+(1ul<<20),1); put("moved\n");
#endif
}
