#include "g.h"
// straight line of branches that are taken, to the next instruction: each is a unit of 64 branches
asm(".section .text\n.option norvc\n.globl blk\nblk:\n.rept 60000\nbne a0,a1,.+4\n.endr\n jr ra\n.globl blkend\nblkend:\n.option rvc\n");
extern char blk[];
void main_(void){
  for(;;){
    register u64 a0 asm("a0")=1; register u64 a1 asm("a1")=0;
    asm volatile("jalr ra,0(%0)"::"r"(blk),"r"(a0),"r"(a1):"ra","memory");
  }
}
