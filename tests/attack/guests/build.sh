#!/bin/sh
# Rebuilds the attack programs; needs gcc-riscv64-linux-gnu.
cd "$(dirname "$0")" || exit 1
for source in *.c; do
    riscv64-linux-gnu-gcc -nostdlib -static -O2 -march=rv64imac -mabi=lp64 -fno-pic -no-pie -ffreestanding -s \
        -fno-tree-loop-distribute-patterns -Wl,--build-id=none -o "${source%.c}.elf" "$source" || exit 1
done
