//! What the instructions compute, as functions of their operands.
//!
//! Enters: an operation and 64-bit operands. Leaves: the 64-bit result, of
//! floating-point operations with the exceptions that they raise. Every function
//! is total and has no state; each engine must agree with it.

mod alu;
mod bits;
mod csr;
mod float;
mod memory;
mod muldiv;

pub use alu::{alu, taken};
pub use bits::{bit, bit_imm, bit_unary};
pub use csr::{Counter, Csr, FpCsr, csr_access, csr_value, csr_writes};
pub use float::{
    Flags, RoundingMode, fp_alu, fp_bits, fp_box, fp_class, fp_compare, fp_convert, fp_fused,
    fp_pick, fp_sqrt, fp_to_int, int_to_fp,
};
pub use memory::{amo, extend, sign_extend};
pub use muldiv::muldiv;

/// The low 32 bits, sign-extended: the result of every `W` instruction.
const fn sext32(value: u64) -> u64 {
    value as i32 as i64 as u64
}
