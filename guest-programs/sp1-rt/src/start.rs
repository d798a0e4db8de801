//! From the first instruction to the guest's `main`, and from there to the end.

use core::arch::global_asm;

use crate::{output, syscall};

// At entry every register is 0. `gp` must be loaded without a detour over `gp`,
// hence `norelax`.
global_asm!(
    ".section .text._start, \"ax\"",
    ".globl _start",
    ".type _start, @function",
    "_start:",
    ".option push",
    ".option norelax",
    "la gp, __global_pointer$",
    ".option pop",
    "la sp, __stack_top",
    "call {start}",
    ".size _start, . - _start",
    start = sym start,
);

unsafe extern "Rust" {
    /// Defined by [`entry!`](crate::entry).
    safe fn guest_main();
}

extern "C" fn start() -> ! {
    guest_main();
    output::flush();
    output::commit_digest();
    syscall::halt(0)
}
