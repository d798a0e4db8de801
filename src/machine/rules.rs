//! What is up to the execution environment (unprivileged manual, "RISC-V Software
//! Execution Environments and Harts").
#![forbid(unsafe_code)]

use crate::isa::{Decoded, Inst, Isa};

/// What an execution environment makes of instructions.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rules {
    /// The instructions that there are; any other is illegal.
    pub isa: Isa,
    /// Whether there are fences, which the base has; SP1 leaves them out.
    pub fences: bool,
    /// Whether loads and stores of any alignment work. If not, a misaligned one traps.
    pub misaligned: bool,
}

impl Rules {
    /// Whether there is this instruction.
    #[inline]
    pub fn has(&self, decoded: &Decoded) -> bool {
        self.isa.has(decoded) && (self.fences || !matches!(decoded.inst, Inst::Fence { .. }))
    }
}

impl Default for Rules {
    /// All instructions that are known, and misaligned accesses (Zicclsm).
    fn default() -> Rules {
        Rules {
            isa: Isa::default(),
            fences: true,
            misaligned: true,
        }
    }
}
