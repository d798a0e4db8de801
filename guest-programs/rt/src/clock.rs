//! How far the program has come: in time, and in instructions.

use core::arch::asm;

/// Nanoseconds of the clock that never goes back, since some moment in the past. Where
/// execution is deterministic, it follows the instructions.
pub fn monotonic() -> u64 {
    let (seconds, nanoseconds) = abi::monotonic_clock().expect("the host has a clock");
    seconds * 1_000_000_000 + nanoseconds
}

/// The instructions that were executed so far. `qemu-riscv64` has ticks of the host's
/// processor here unless it is told to count.
#[inline(always)]
pub fn instructions() -> u64 {
    let count;
    // SAFETY: it reads a counter and nothing else. That it might touch memory is left open,
    // so that the work around it stays on its side.
    unsafe { asm!("rdinstret {}", out(reg) count, options(nostack, preserves_flags)) };
    count
}
