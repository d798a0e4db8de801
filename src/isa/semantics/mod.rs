//! What the instructions compute, as functions of their operands.
//!
//! Enters: an operation and 64-bit operands. Leaves: the 64-bit result. Every
//! function is total and has no state; each engine must agree with it.

mod alu;
mod bits;
mod counter;
mod memory;
mod muldiv;

pub use alu::{alu, taken};
pub use bits::{bit, bit_imm, bit_unary};
pub use counter::{Counter, csr_counter};
pub use memory::{amo, extend, sign_extend};
pub use muldiv::muldiv;

/// The low 32 bits, sign-extended: the result of every `W` instruction.
const fn sext32(value: u64) -> u64 {
    value as i32 as i64 as u64
}
