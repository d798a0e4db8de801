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
            ; .alias log, r13
            ; .alias zero, r15b
            ; $($code)*
        )
    };
}

/// One instruction with a guest register's slot in the frame, with the shortest
/// displacement: `op reg, slot`, `op slot, reg` or `op slot, DWORD imm`.
macro_rules! slot {
    ($into:expr, $at:expr ; $op:ident $kind:ident($reg:expr), slot) => {
        match i8::try_from($at) {
            Ok(near) => x64!($into ; $op $kind($reg), [BYTE rsp + near]),
            Err(_) => x64!($into ; $op $kind($reg), [rsp + $at]),
        }
    };
    ($into:expr, $at:expr ; $op:ident slot, $kind:ident($reg:expr)) => {
        match i8::try_from($at) {
            Ok(near) => x64!($into ; $op [BYTE rsp + near], $kind($reg)),
            Err(_) => x64!($into ; $op [rsp + $at], $kind($reg)),
        }
    };
    ($into:expr, $at:expr ; $op:ident slot, DWORD $imm:expr) => {
        match i8::try_from($at) {
            Ok(near) => x64!($into ; $op QWORD [BYTE rsp + near], DWORD $imm),
            Err(_) => x64!($into ; $op QWORD [rsp + $at], DWORD $imm),
        }
    };
}

pub(super) use slot;
pub(super) use x64;
