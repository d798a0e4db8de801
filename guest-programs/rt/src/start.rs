//! From the loader's first instruction to the guest's `main`.

use core::arch::global_asm;

use crate::args;

// At entry `sp` is 16-byte aligned and points to argc; no other register holds
// anything. `gp` must be loaded without a detour over `gp`, hence `norelax`.
global_asm!(
    ".section .text._start, \"ax\"",
    ".globl _start",
    ".type _start, @function",
    "_start:",
    ".option push",
    ".option norelax",
    "la gp, __global_pointer$",
    ".option pop",
    "li ra, 0",
    "li s0, 0",
    "mv a0, sp",
    "andi sp, sp, -16",
    "call {start}",
    ".size _start, . - _start",
    start = sym start,
);

unsafe extern "Rust" {
    /// Defined by [`entry!`](crate::entry).
    safe fn guest_main() -> i32;
}

extern "C" fn start(stack: *const usize) -> ! {
    // SAFETY: `_start` passes the stack pointer the loader set up, which points
    // to argc and the vector of arguments behind it, and calls this once.
    unsafe { args::keep(stack) };
    crate::exit(guest_main())
}
