//! Blocks that are run but not proven: the host forgets what they did to memory
//! and registers, and keeps what they print and hand out.

use core::arch::asm;

use alloc::vec::Vec;

use crate::syscall::{self, Code, Fd};
use crate::{input, output};

/// Runs `block`, after which memory is as before. It must make no system calls but
/// by [`hand_out`], [`ask`](input::ask) and printing, and must not panic.
pub fn run(block: impl FnOnce()) {
    // What is printed inside is gone with the memory it is gathered in.
    output::flush();
    if enter() {
        block();
        output::flush();
        exit();
    }
}

/// Makes `bytes` the next input item, of which the block's result consists.
pub fn hand_out(bytes: &[u8]) {
    syscall::write(Fd::Hint, bytes);
}

/// Runs `block` and returns the bytes it came to. They are as good as an input:
/// the guest has to check them.
pub fn compute<T: AsRef<[u8]>>(block: impl FnOnce() -> T) -> Vec<u8> {
    run(|| hand_out(block().as_ref()));
    input::read_vec()
}

/// True within the block; when the block is done this returns again, with false.
fn enter() -> bool {
    let inside: u64;
    // SAFETY: memory and registers are the same on both returns, but for the result.
    unsafe {
        asm!("ecall", inlateout("t0") Code::EnterUnconstrained as u64 => inside);
    }
    inside != 0
}

/// Goes back to where the block was entered.
fn exit() -> ! {
    // SAFETY: nothing happens after it but what happens after `enter`.
    unsafe {
        asm!("ecall", in("t0") Code::ExitUnconstrained as u64, options(noreturn));
    }
}
