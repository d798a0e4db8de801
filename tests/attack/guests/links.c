#include "g.h"
// 1000 branches, X, 1000 branches: every entry is a unit of 64 links to X
asm(".section .text\n.option norvc\n.globl blk\nblk:\n.rept 1000\nbeq a0,a1,blkx\n.endr\nblkx: jr ra\n.rept 1000\nbeq a0,a1,blkx\n.endr\n.globl blkend\nblkend:\n.option rvc\n");
extern char blk[],blkend[];
void main_(void){
  u64 n=blkend-blk; u64 K=5;
  char*c=(char*)mmap(K*8192*2,7);
  for(u64 k=0;k<K;k++) for(u64 i=0;i<n;i++) c[k*16384+i]=blk[i];
  fencei();
  for(u64 k=0;k<K;k++) for(u64 i=0;i<n;i+=4) if(i!=4000){
    register u64 a0 asm("a0")=1; register u64 a1 asm("a1")=1;
    asm volatile("jalr ra,0(%0)"::"r"(c+k*16384+i),"r"(a0),"r"(a1):"ra","memory");
  }
  put("compiled\n");
  for(u64 k=0;k<K;k++){ c[k*16384+n]++; c[k*16384+4096]=c[k*16384+4096]; c[k*16384+3]^=0; ((u32*)(c+k*16384))[0]^=0x80; ((u32*)(c+k*16384))[0x1024/4]^=0x80; }
  fencei();
  put("fenced\n");
}
