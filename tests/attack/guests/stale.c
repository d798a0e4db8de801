#include "g.h"
// many units in many pages, then one munmap over a region with alternating permissions
void main_(void){
  u64 R=1ul<<31; // 2 GiB = 512K pages, uncommitted
  u64 N=15000; char*c=(char*)mmap(N*4096,3);
  u64 r=mmap(R,5);
  for(u64 i=0;i<R;i+=8192) mprotect(r+i,4096,7);
  put("alternated\n");
  for(u64 i=0;i<N;i++) *(u16*)(c+i*4096)=0x8082;
  mprotect((u64)c,N*4096,5);
  for(u64 i=0;i<N;i++) ((void(*)(void))(c+i*4096))();
  put("units\n");
  i64 x=mprotect(r,R,1); num(-x);
  put("done\n");
}
