//! RV64GC with bit manipulation and what else user mode sees, with no notion of execution.
//!
//! Enters: a parcel or two of instruction bits. Leaves: an [`Inst`], its text,
//! its bits, or the value that it computes. Every function here is total: no
//! input panics. Imports nothing of the crate.

#![forbid(unsafe_code)]

mod bit;
mod compressed;
mod decode;
mod decode_bits;
mod decode_float;
mod disasm;
mod encode;
mod encode_float;
mod extension;
mod field;
mod float;
mod fp_inst;
mod inst;
mod op;
mod opcode;
mod opcode_bits;
mod reg;
mod register;
pub mod semantics;
mod subset;

pub use bit::{BitImmOp, BitOp, BitUnaryOp, CACHE_BLOCK, CacheBlockOp};
pub use compressed::{Compressed, CompressedUnary};
pub use decode::{Decoded, decode, instruction_len};
pub use disasm::{Disassembly, disassemble};
pub use encode::encode;
pub use extension::Extension;
pub use float::{FReg, Format, FpCompare, FpOp, FpPick, FusedOp, IntFormat, Rounding};
pub use fp_inst::{FpInst, FpRegisters};
pub use inst::Inst;
pub use op::{AluOp, AmoOp, Cond, CsrOp, CsrSource, LoadOp, MulDivOp, Ordering, Width};
pub use reg::Reg;
pub use register::Register;
pub use subset::{Isa, IsaError};
