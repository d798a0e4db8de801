//! Zcb (ISA manual, "Zc* Extension for Code Size Reduction"): loads and stores of
//! bytes and halves, and what changes one register.

use super::Compressed;
use super::bits::{high, low, put_high, put_low};
use crate::isa::field::Layout;
use crate::isa::{AluOp, BitOp, BitUnaryOp, Inst, LoadOp, MulDivOp, Reg, Width};

/// The quadrant and the six highest bits, and for halves bit 6: loads and stores.
const ACCESS_MASK: u32 = 0xfc03;
const LBU: u32 = 0x8000;
/// `c.lhu`, or `c.lh` with [`SIGNED`].
const LHU: u32 = 0x8400;
const SB: u32 = 0x8800;
const SH: u32 = 0x8c00;
const SIGNED: u32 = 0x40;

const BYTE: Layout = Layout::unsigned(&[(0, 6, 1), (1, 5, 1)]);
const HALF: Layout = Layout::unsigned(&[(1, 5, 1)]);

/// The whole code of `c.mul`, in the rows of the register forms.
pub(super) const MUL: u32 = 0x9c41;
/// The row of what changes one register.
pub(super) const UNARY: u32 = 0x9c61;

/// What changes one register.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum CompressedUnary {
    /// The low 8 bits, zero-extended.
    ZextB,
    /// The low 8 bits, sign-extended.
    SextB,
    /// The low 16 bits, zero-extended.
    ZextH,
    /// The low 16 bits, sign-extended.
    SextH,
    /// The low 32 bits, zero-extended.
    ZextW,
    /// All bits inverted.
    Not,
}

impl CompressedUnary {
    /// Every operation, by its code.
    pub const ALL: [CompressedUnary; 6] = [
        CompressedUnary::ZextB,
        CompressedUnary::SextB,
        CompressedUnary::ZextH,
        CompressedUnary::SextH,
        CompressedUnary::ZextW,
        CompressedUnary::Not,
    ];
}

/// A load or store.
pub(super) fn access(p: u32) -> Option<Compressed> {
    let (rd, rs1, rs2) = (low(p), high(p), low(p));
    let load = |op, layout: Layout| Compressed::LoadPart {
        op,
        rd,
        rs1,
        offset: layout.get(p),
    };
    let store = |width, layout: Layout| Compressed::Store {
        width,
        rs1,
        rs2,
        offset: layout.get(p),
    };
    let signed = p & SIGNED != 0;
    match p & ACCESS_MASK {
        LBU => Some(load(LoadOp::Lbu, BYTE)),
        LHU if signed => Some(load(LoadOp::Lh, HALF)),
        LHU => Some(load(LoadOp::Lhu, HALF)),
        SB => Some(store(Width::Byte, BYTE)),
        SH if !signed => Some(store(Width::Half, HALF)),
        _ => None,
    }
}

/// What changes one register, `p` being of the row [`UNARY`].
pub(super) fn unary(p: u32) -> Option<Compressed> {
    let op = CompressedUnary::ALL.get((p >> 2 & 7) as usize).copied()?;
    Some(Compressed::Unary { op, rd: high(p) })
}

/// The bits of a load, without its registers.
pub(super) fn put_load(op: LoadOp, offset: i32) -> Option<u32> {
    match op {
        LoadOp::Lbu => Some(LBU | BYTE.put(offset)),
        LoadOp::Lhu => Some(LHU | HALF.put(offset)),
        LoadOp::Lh => Some(LHU | SIGNED | HALF.put(offset)),
        _ => None,
    }
}

/// The bits of a store of a byte.
pub(super) fn put_store_byte(offset: i32) -> u32 {
    SB | BYTE.put(offset)
}

/// The bits of a store of a half.
pub(super) fn put_store_half(offset: i32) -> u32 {
    SH | HALF.put(offset)
}

/// The bits of a product.
pub(super) fn put_mul(rd: Reg, rs2: Reg) -> u32 {
    MUL | put_high(rd) | put_low(rs2)
}

/// The bits of what changes one register.
pub(super) fn put_unary(op: CompressedUnary, rd: Reg) -> u32 {
    let code = CompressedUnary::ALL.iter().position(|&one| one == op);
    UNARY | put_high(rd) | (code.unwrap_or_default() as u32) << 2
}

/// The instruction that `rd = op rd` stands for.
pub(super) fn expand_unary(op: CompressedUnary, rd: Reg) -> Inst {
    let rs1 = rd;
    let with_immediate = |op, imm| Inst::AluImm { op, rd, rs1, imm };
    let unary = |op| Inst::BitUnary { op, rd, rs1 };
    match op {
        CompressedUnary::ZextB => with_immediate(AluOp::And, 0xff),
        CompressedUnary::SextB => unary(BitUnaryOp::SextB),
        CompressedUnary::ZextH => unary(BitUnaryOp::ZextH),
        CompressedUnary::SextH => unary(BitUnaryOp::SextH),
        CompressedUnary::ZextW => Inst::Bit {
            op: BitOp::AddUw,
            rd,
            rs1,
            rs2: Reg::ZERO,
        },
        CompressedUnary::Not => with_immediate(AluOp::Xor, -1),
    }
}

/// The product that `rd = rd * rs2` stands for.
pub(super) fn expand_mul(rd: Reg, rs2: Reg) -> Inst {
    let (op, rs1) = (MulDivOp::Mul, rd);
    Inst::MulDiv { op, rd, rs1, rs2 }
}
