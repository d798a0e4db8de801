//! From the bits of bit manipulation and cache-block management to [`Inst`].

use super::field::{rd, rs1, rs2};
use super::{BitImmOp, BitOp, BitUnaryOp, CacheBlockOp, Inst, opcode, opcode_bits};

/// An instruction of the opcodes `OP` and `OP-32`.
pub(super) fn register(word: u32) -> Option<Inst> {
    let code = word & opcode::R_MASK;
    let mut ops = BitOp::ALL.into_iter();
    match ops.find(|&op| opcode_bits::bit(op) == code) {
        Some(op) => {
            let (rd, rs1, rs2) = (rd(word), rs1(word), rs2(word));
            Some(Inst::Bit { op, rd, rs1, rs2 })
        }
        None => unary(word),
    }
}

/// An instruction of the opcodes `OP-IMM` and `OP-IMM-32`.
pub(super) fn immediate(word: u32) -> Option<Inst> {
    let mut ops = BitImmOp::ALL.into_iter();
    let fits = |op: &BitImmOp| word & opcode_bits::bit_imm_mask(*op) == opcode_bits::bit_imm(*op);
    match ops.find(fits) {
        Some(op) => Some(Inst::BitImm {
            op,
            rd: rd(word),
            rs1: rs1(word),
            shamt: opcode_bits::bit_imm_layout(op).get(word) as u8,
        }),
        None => unary(word),
    }
}

fn unary(word: u32) -> Option<Inst> {
    let code = word & opcode_bits::UNARY_MASK;
    let op = BitUnaryOp::ALL
        .into_iter()
        .find(|&op| opcode_bits::bit_unary(op) == code)?;
    let (rd, rs1) = (rd(word), rs1(word));
    Some(Inst::BitUnary { op, rd, rs1 })
}

/// The management of a cache block.
pub(super) fn cache_block(word: u32) -> Option<Inst> {
    let code = word & opcode_bits::CACHE_BLOCK_MASK;
    let op = CacheBlockOp::ALL
        .into_iter()
        .find(|&op| opcode_bits::cache_block(op) == code)?;
    let rs1 = rs1(word);
    Some(Inst::CacheBlock { op, rs1 })
}
