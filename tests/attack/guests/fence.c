#include "g.h"
// N W+X pages with `jr ra` executed in each (a copy each), then all changed, one fence.i
void main_(void){
  u64 N=60000; char*c=(char*)mmap(N*4096,7);
  for(u64 i=0;i<N;i++) *(u16*)(c+i*4096)=0x8082;
  fencei();
  for(u64 i=0;i<N;i++) ((void(*)(void))(c+i*4096))();
  put("copied\n");
  for(u64 i=0;i<N;i++) c[i*4096+8]=1;
  fencei();
  put("fenced\n");
}
