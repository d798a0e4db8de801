//! The text of the compressed instructions.

use std::fmt;

use super::{mnemonic, target, upper};
use crate::isa::{AluOp, Compressed, Reg};

/// Writes `inst` at `pc`.
pub(super) fn write(f: &mut fmt::Formatter<'_>, pc: u64, inst: Compressed) -> fmt::Result {
    match inst {
        Compressed::Addi4spn { rd, imm } => write!(f, "c.addi4spn\t{rd},x2,{imm}"),
        Compressed::Addi16sp { imm } => write!(f, "c.addi16sp\tx2,{imm}"),
        Compressed::Load {
            width,
            rd,
            rs1,
            offset,
        } => write!(f, "c.l{}\t{rd},{offset}({rs1})", mnemonic::width(width)),
        Compressed::Store {
            width,
            rs1,
            rs2,
            offset,
        } => write!(f, "c.s{}\t{rs2},{offset}({rs1})", mnemonic::width(width)),
        Compressed::LoadSp { width, rd, offset } => {
            write!(f, "c.l{}sp\t{rd},{offset}(x2)", mnemonic::width(width))
        }
        Compressed::StoreSp { width, rs2, offset } => {
            write!(f, "c.s{}sp\t{rs2},{offset}(x2)", mnemonic::width(width))
        }
        Compressed::FpLoad { rd, rs1, offset } => write!(f, "c.fld\t{rd},{offset}({rs1})"),
        Compressed::FpStore { rs1, rs2, offset } => write!(f, "c.fsd\t{rs2},{offset}({rs1})"),
        Compressed::FpLoadSp { rd, offset } => write!(f, "c.fldsp\t{rd},{offset}(x2)"),
        Compressed::FpStoreSp { rs2, offset } => write!(f, "c.fsdsp\t{rs2},{offset}(x2)"),
        Compressed::Li { rd, imm } => write!(f, "c.li\t{rd},{imm}"),
        Compressed::Lui { rd, imm } => write!(f, "c.lui\t{rd},{:#x}", upper(imm)),
        Compressed::AluImm { op, rd, imm } => alu_imm(f, op, rd, imm),
        Compressed::Alu { op, rd, rs2 } => write!(f, "c.{}\t{rd},{rs2}", mnemonic::alu(op)),
        Compressed::Mv { rd, rs2 } => write!(f, "c.mv\t{rd},{rs2}"),
        Compressed::Jump { offset } => write!(f, "c.j\t{:x}", target(pc, offset)),
        Compressed::Jr { rs1 } => write!(f, "c.jr\t{rs1}"),
        Compressed::Jalr { rs1 } => write!(f, "c.jalr\t{rs1}"),
        Compressed::Branch { cond, rs1, offset } => {
            let name = mnemonic::branch(cond);
            write!(f, "c.{name}z\t{rs1},{:x}", target(pc, offset))
        }
        Compressed::Ebreak => f.write_str("c.ebreak"),
    }
}

/// Shift amounts are hexadecimal. A shift by zero, a HINT, has a name of its own:
/// it is the shift by 64 of the 128-bit architecture.
fn alu_imm(f: &mut fmt::Formatter<'_>, op: AluOp, rd: Reg, imm: i32) -> fmt::Result {
    let name = mnemonic::alu_imm(op);
    match (op.is_shift(), imm) {
        (true, 0) => write!(f, "c.{name}64\t{rd}"),
        (true, _) => write!(f, "c.{name}\t{rd},{imm:#x}"),
        (false, _) => write!(f, "c.{name}\t{rd},{imm}"),
    }
}
