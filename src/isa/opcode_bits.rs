//! The fixed bits of bit manipulation and cache-block management, as in `opcode`.

use super::field::Layout;
use super::opcode::{self, MISC_MEM, OP, OP_32, OP_IMM, OP_IMM_32, funct3, r_type};
use super::{BitImmOp, BitOp, BitUnaryOp, CacheBlockOp};

/// The opcode, `funct3`, `funct7` and what stands for `rs2`.
pub(super) const UNARY_MASK: u32 = opcode::R_MASK | 0x1f << 20;
/// All but `rs1`.
pub(super) const CACHE_BLOCK_MASK: u32 = opcode::I_MASK | 0x1f << 7 | 0xfff << 20;

/// The fixed bits of `rd = rs1 op rs2`, under `R_MASK`.
pub(super) const fn bit(op: BitOp) -> u32 {
    match op {
        BitOp::AddUw => r_type(OP_32, 0, 0x04),
        BitOp::Sh1add => r_type(OP, 2, 0x10),
        BitOp::Sh1addUw => r_type(OP_32, 2, 0x10),
        BitOp::Sh2add => r_type(OP, 4, 0x10),
        BitOp::Sh2addUw => r_type(OP_32, 4, 0x10),
        BitOp::Sh3add => r_type(OP, 6, 0x10),
        BitOp::Sh3addUw => r_type(OP_32, 6, 0x10),
        BitOp::Andn => r_type(OP, 7, 0x20),
        BitOp::Orn => r_type(OP, 6, 0x20),
        BitOp::Xnor => r_type(OP, 4, 0x20),
        BitOp::Max => r_type(OP, 6, 0x05),
        BitOp::Maxu => r_type(OP, 7, 0x05),
        BitOp::Min => r_type(OP, 4, 0x05),
        BitOp::Minu => r_type(OP, 5, 0x05),
        BitOp::Rol => r_type(OP, 1, 0x30),
        BitOp::Rolw => r_type(OP_32, 1, 0x30),
        BitOp::Ror => r_type(OP, 5, 0x30),
        BitOp::Rorw => r_type(OP_32, 5, 0x30),
        BitOp::Bclr => r_type(OP, 1, 0x24),
        BitOp::Bext => r_type(OP, 5, 0x24),
        BitOp::Binv => r_type(OP, 1, 0x34),
        BitOp::Bset => r_type(OP, 1, 0x14),
        BitOp::Clmul => r_type(OP, 1, 0x05),
        BitOp::Clmulh => r_type(OP, 3, 0x05),
        BitOp::Clmulr => r_type(OP, 2, 0x05),
        BitOp::CzeroEqz => r_type(OP, 5, 0x07),
        BitOp::CzeroNez => r_type(OP, 7, 0x07),
    }
}

/// The fixed bits of `rd = rs1 op shamt`, under [`bit_imm_mask`].
pub(super) const fn bit_imm(op: BitImmOp) -> u32 {
    match op {
        BitImmOp::SlliUw => r_type(OP_IMM_32, 1, 0x04),
        BitImmOp::Rori => r_type(OP_IMM, 5, 0x30),
        BitImmOp::Roriw => r_type(OP_IMM_32, 5, 0x30),
        BitImmOp::Bclri => r_type(OP_IMM, 1, 0x24),
        BitImmOp::Bexti => r_type(OP_IMM, 5, 0x24),
        BitImmOp::Binvi => r_type(OP_IMM, 1, 0x34),
        BitImmOp::Bseti => r_type(OP_IMM, 1, 0x14),
    }
}

/// Which bits of `rd = rs1 op shamt` are fixed.
pub(super) const fn bit_imm_mask(op: BitImmOp) -> u32 {
    if op.is_word() {
        opcode::R_MASK
    } else {
        opcode::SHIFT_MASK
    }
}

/// Where the amount of `rd = rs1 op shamt` stands.
pub(super) const fn bit_imm_layout(op: BitImmOp) -> Layout {
    if op.is_word() {
        opcode::SHAMT_32
    } else {
        opcode::SHAMT
    }
}

/// A register form whose `rs2` says more of the operation.
const fn unary(opcode: u32, f3: u32, f7: u32, second: u32) -> u32 {
    r_type(opcode, f3, f7) | second << 20
}

/// The fixed bits of `rd = op rs1`, under [`UNARY_MASK`].
pub(super) const fn bit_unary(op: BitUnaryOp) -> u32 {
    match op {
        BitUnaryOp::Clz => unary(OP_IMM, 1, 0x30, 0),
        BitUnaryOp::Clzw => unary(OP_IMM_32, 1, 0x30, 0),
        BitUnaryOp::Ctz => unary(OP_IMM, 1, 0x30, 1),
        BitUnaryOp::Ctzw => unary(OP_IMM_32, 1, 0x30, 1),
        BitUnaryOp::Cpop => unary(OP_IMM, 1, 0x30, 2),
        BitUnaryOp::Cpopw => unary(OP_IMM_32, 1, 0x30, 2),
        BitUnaryOp::SextB => unary(OP_IMM, 1, 0x30, 4),
        BitUnaryOp::SextH => unary(OP_IMM, 1, 0x30, 5),
        BitUnaryOp::ZextH => unary(OP_32, 4, 0x04, 0),
        BitUnaryOp::Rev8 => unary(OP_IMM, 5, 0x35, 0x18),
        BitUnaryOp::OrcB => unary(OP_IMM, 5, 0x14, 0x07),
    }
}

/// The fixed bits of the management of a cache block, under [`CACHE_BLOCK_MASK`].
pub(super) const fn cache_block(op: CacheBlockOp) -> u32 {
    let code = match op {
        CacheBlockOp::Inval => 0,
        CacheBlockOp::Clean => 1,
        CacheBlockOp::Flush => 2,
        CacheBlockOp::Zero => 4,
    };
    MISC_MEM | funct3(2) | code << 20
}
