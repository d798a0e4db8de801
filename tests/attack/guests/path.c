#include "g.h"
char p[4096]; 
void main_(void){
  for(int i=0;i<4094;i+=2){p[i]='.';p[i+1]='/';} p[4094]=0;
  i64 fd=S(56,-100,"/d",0,0); i64 n=1000, r;
  for(i64 i=0;i<n;i++){ r=S(56,fd,p,0,0); if(r<0){put("err ");num(-r);EXIT(1);} S(57,fd); fd=r; }
  put("grown\n");
  i64 k=0; for(;;k++){ r=S(56,fd,".",0,0); if(r<0) break; }
  num(k); put("descriptors\n");
}
