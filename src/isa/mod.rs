//! RV64GC: RV64IMAFDC with Zicsr and Zifencei, with no notion of execution.
//!
//! Enters: a parcel or two of instruction bits. Leaves: an [`Inst`], its text,
//! its bits, or the value that it computes. Every function here is total: no
//! input panics. Imports nothing of the crate.

#![forbid(unsafe_code)]

mod compressed;
mod decode;
mod decode_float;
mod disasm;
mod encode;
mod encode_float;
mod field;
mod float;
mod inst;
mod opcode;
mod reg;
mod register;
pub mod semantics;
mod subset;

pub use compressed::Compressed;
pub use decode::{Decoded, decode, instruction_len};
pub use disasm::{Disassembly, disassemble};
pub use encode::encode;
pub use float::{FReg, Format, FpCompare, FpOp, FpPick, FusedOp, IntFormat, Rounding};
pub use inst::{
    AluOp, AmoOp, Cond, CsrOp, CsrSource, FpRegisters, Inst, LoadOp, MulDivOp, Ordering, Width,
};
pub use reg::Reg;
pub use register::Register;
pub use subset::Isa;
