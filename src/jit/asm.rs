//! The one place that knows the assembler: `dynasm!` with the architecture fixed.
#![forbid(unsafe_code)]

use dynasmrt::VecAssembler;
use dynasmrt::x64::X64Relocation;

/// Host code under construction. Addresses in it count from the start of the code memory.
pub(super) type Asm = VecAssembler<X64Relocation>;

/// Appends x86-64 instructions to anything with a field `asm`. The registers
/// with a role for the whole call go by it (see `regs`).
macro_rules! x64 {
    ($into:expr ; $($code:tt)*) => {
        ::dynasmrt::dynasm!($into.asm
            ; .arch x64
            ; .alias budget, r14
            ; .alias mem, r15
            ; .alias zero, r15b
            ; $($code)*
        )
    };
}

pub(super) use x64;
