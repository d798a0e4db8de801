//! The text of the 32-bit instructions.

use std::fmt;

use super::{float, mnemonic, mnemonic_bits, target, upper};
use crate::isa::{AluOp, CsrSource, Inst, Ordering, Reg};

/// Writes `inst` at `pc`.
pub(super) fn write(f: &mut fmt::Formatter<'_>, pc: u64, inst: Inst) -> fmt::Result {
    match inst {
        Inst::Lui { rd, imm } => write!(f, "lui\t{rd},{:#x}", upper(imm)),
        Inst::Auipc { rd, imm } => write!(f, "auipc\t{rd},{:#x}", upper(imm)),
        Inst::Jal { rd, offset } => write!(f, "jal\t{rd},{:x}", target(pc, offset)),
        Inst::Jalr { rd, rs1, offset } => write!(f, "jalr\t{rd},{offset}({rs1})"),
        Inst::Branch {
            cond,
            rs1,
            rs2,
            offset,
        } => {
            let name = mnemonic::branch(cond);
            write!(f, "{name}\t{rs1},{rs2},{:x}", target(pc, offset))
        }
        Inst::Load {
            op,
            rd,
            rs1,
            offset,
        } => write!(f, "{}\t{rd},{offset}({rs1})", mnemonic::load(op)),
        Inst::Store {
            width,
            rs1,
            rs2,
            offset,
        } => write!(f, "s{}\t{rs2},{offset}({rs1})", mnemonic::width(width)),
        Inst::AluImm { op, rd, rs1, imm } => alu_imm(f, op, rd, rs1, imm),
        Inst::Alu { op, rd, rs1, rs2 } => write!(f, "{}\t{rd},{rs1},{rs2}", mnemonic::alu(op)),
        Inst::MulDiv { op, rd, rs1, rs2 } => {
            write!(f, "{}\t{rd},{rs1},{rs2}", mnemonic::muldiv(op))
        }
        Inst::Bit { op, rd, rs1, rs2 } => {
            write!(f, "{}\t{rd},{rs1},{rs2}", mnemonic_bits::bit(op))
        }
        Inst::BitImm { op, rd, rs1, shamt } => {
            write!(f, "{}\t{rd},{rs1},{shamt:#x}", mnemonic_bits::bit_imm(op))
        }
        Inst::BitUnary { op, rd, rs1 } => {
            write!(f, "{}\t{rd},{rs1}", mnemonic_bits::bit_unary(op))
        }
        Inst::CacheBlock { op, rs1 } => write!(f, "{}\t({rs1})", mnemonic_bits::cache_block(op)),
        Inst::LoadReserved {
            width,
            rd,
            rs1,
            order,
        } => {
            let (width, order) = (mnemonic::width(width), ordering(order));
            write!(f, "lr.{width}{order}\t{rd},({rs1})")
        }
        Inst::StoreConditional {
            width,
            rd,
            rs1,
            rs2,
            order,
        } => {
            let (width, order) = (mnemonic::width(width), ordering(order));
            write!(f, "sc.{width}{order}\t{rd},{rs2},({rs1})")
        }
        Inst::Amo {
            op,
            width,
            rd,
            rs1,
            rs2,
            order,
        } => {
            let (name, width, order) = (mnemonic::amo(op), mnemonic::width(width), ordering(order));
            write!(f, "{name}.{width}{order}\t{rd},{rs2},({rs1})")
        }
        Inst::Fence { sets, .. } => fence(f, sets),
        Inst::FenceI { .. } => f.write_str("fence.i"),
        Inst::Ecall => f.write_str("ecall"),
        Inst::Ebreak => f.write_str("ebreak"),
        Inst::Csr {
            op,
            rd,
            csr: number,
            source,
        } => {
            write!(f, "{}\t{rd},", mnemonic::csr(op, source))?;
            csr(f, number)?;
            match source {
                CsrSource::Reg(rs1) => write!(f, ",{rs1}"),
                CsrSource::Imm(imm) => write!(f, ",{imm}"),
            }
        }
        Inst::Fp(inst) => float::write(f, inst),
    }
}

/// Shift amounts are hexadecimal, other immediates signed decimal.
fn alu_imm(f: &mut fmt::Formatter<'_>, op: AluOp, rd: Reg, rs1: Reg, imm: i32) -> fmt::Result {
    let name = mnemonic::alu_imm(op);
    if op.is_shift() {
        write!(f, "{name}\t{rd},{rs1},{imm:#x}")
    } else {
        write!(f, "{name}\t{rd},{rs1},{imm}")
    }
}

/// The suffix of an atomic.
const fn ordering(order: Ordering) -> &'static str {
    match (order.aq, order.rl) {
        (false, false) => "",
        (true, false) => ".aq",
        (false, true) => ".rl",
        (true, true) => ".aqrl",
    }
}

/// A fence; `fm` shows only in `fence.tso`, its one use. One of writes before nothing
/// is a hint to wait (Zihintpause).
fn fence(f: &mut fmt::Formatter<'_>, sets: u16) -> fmt::Result {
    const TSO: u16 = 0x833;
    const PAUSE: u16 = 0x010;
    if sets == PAUSE {
        return f.write_str("pause");
    }
    if sets == TSO {
        return f.write_str("fence.tso");
    }
    write!(f, "fence\t{},{}", fence_set(sets >> 4), fence_set(sets))
}

/// The accesses that a fence orders: input, output, reads, writes.
fn fence_set(set: u16) -> &'static str {
    const SETS: [&str; 16] = [
        "unknown", "w", "r", "rw", "o", "ow", "or", "orw", "i", "iw", "ir", "irw", "io", "iow",
        "ior", "iorw",
    ];
    SETS[usize::from(set & 15)]
}

/// The name of a floating-point or counter CSR, the number of another.
fn csr(f: &mut fmt::Formatter<'_>, number: u16) -> fmt::Result {
    match number {
        0x001 => f.write_str("fflags"),
        0x002 => f.write_str("frm"),
        0x003 => f.write_str("fcsr"),
        0xc00 => f.write_str("cycle"),
        0xc01 => f.write_str("time"),
        0xc02 => f.write_str("instret"),
        0xc03..=0xc1f => write!(f, "hpmcounter{}", number - 0xc00),
        _ => write!(f, "{number:#x}"),
    }
}
