//! What is up to the execution environment (unprivileged manual, "RISC-V Software
//! Execution Environments and Harts").
#![forbid(unsafe_code)]

use crate::isa::Isa;

/// What an execution environment makes of instructions.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rules {
    /// The instructions that there are; any other is illegal.
    pub isa: Isa,
    /// Whether loads and stores of any alignment work. If not, a misaligned one traps.
    pub misaligned: bool,
}

impl Default for Rules {
    /// All instructions that are known, and misaligned accesses (Zicclsm).
    fn default() -> Rules {
        Rules {
            isa: Isa::default(),
            misaligned: true,
        }
    }
}
