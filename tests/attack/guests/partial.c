#include "g.h"
void main_(void){
  u64 P=131072;
  u64 big=mmap(1ul<<29,3);           // 512M
  big=(big+P-1)&-P;
  u64 v=big; volatile char*p;
  // separate pieces, different anon_vmas
  p=(char*)(v+0); *p=1; p=(char*)(v+2*P); *p=1; p=(char*)(v+P); *p=1;
  // now use up the host's mappings
  u64 w=v+8*P; u64 i; i64 r=0;
  for(i=0;i<80000;i++){ p=(char*)(w+i*8192); if (w+i*8192+8192 > big+(1ul<<29)-P) break; *p=1; *(p+4096)=1; r=mprotect(w+i*8192,4096,0); if(r) break; }
  put("pages: "); num(i); put("errno "); num(-r);
  r=mprotect(v,3*P-4096,1); put("mprotect: "); num(-r);
  p=(char*)v; *p=2; put("stored\n");
}
