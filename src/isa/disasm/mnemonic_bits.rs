//! The names of bit manipulation and cache-block management.

use crate::isa::{BitImmOp, BitOp, BitUnaryOp, CacheBlockOp, CompressedUnary};

pub(super) const fn bit(op: BitOp) -> &'static str {
    match op {
        BitOp::AddUw => "add.uw",
        BitOp::Sh1add => "sh1add",
        BitOp::Sh1addUw => "sh1add.uw",
        BitOp::Sh2add => "sh2add",
        BitOp::Sh2addUw => "sh2add.uw",
        BitOp::Sh3add => "sh3add",
        BitOp::Sh3addUw => "sh3add.uw",
        BitOp::Andn => "andn",
        BitOp::Orn => "orn",
        BitOp::Xnor => "xnor",
        BitOp::Max => "max",
        BitOp::Maxu => "maxu",
        BitOp::Min => "min",
        BitOp::Minu => "minu",
        BitOp::Rol => "rol",
        BitOp::Rolw => "rolw",
        BitOp::Ror => "ror",
        BitOp::Rorw => "rorw",
        BitOp::Bclr => "bclr",
        BitOp::Bext => "bext",
        BitOp::Binv => "binv",
        BitOp::Bset => "bset",
        BitOp::Clmul => "clmul",
        BitOp::Clmulh => "clmulh",
        BitOp::Clmulr => "clmulr",
        BitOp::CzeroEqz => "czero.eqz",
        BitOp::CzeroNez => "czero.nez",
    }
}

pub(super) const fn bit_imm(op: BitImmOp) -> &'static str {
    match op {
        BitImmOp::SlliUw => "slli.uw",
        BitImmOp::Rori => "rori",
        BitImmOp::Roriw => "roriw",
        BitImmOp::Bclri => "bclri",
        BitImmOp::Bexti => "bexti",
        BitImmOp::Binvi => "binvi",
        BitImmOp::Bseti => "bseti",
    }
}

pub(super) const fn bit_unary(op: BitUnaryOp) -> &'static str {
    match op {
        BitUnaryOp::Clz => "clz",
        BitUnaryOp::Clzw => "clzw",
        BitUnaryOp::Ctz => "ctz",
        BitUnaryOp::Ctzw => "ctzw",
        BitUnaryOp::Cpop => "cpop",
        BitUnaryOp::Cpopw => "cpopw",
        BitUnaryOp::SextB => "sext.b",
        BitUnaryOp::SextH => "sext.h",
        BitUnaryOp::ZextH => "zext.h",
        BitUnaryOp::Rev8 => "rev8",
        BitUnaryOp::OrcB => "orc.b",
    }
}

pub(super) const fn cache_block(op: CacheBlockOp) -> &'static str {
    match op {
        CacheBlockOp::Inval => "cbo.inval",
        CacheBlockOp::Clean => "cbo.clean",
        CacheBlockOp::Flush => "cbo.flush",
        CacheBlockOp::Zero => "cbo.zero",
    }
}

pub(super) const fn compressed_unary(op: CompressedUnary) -> &'static str {
    match op {
        CompressedUnary::ZextB => "c.zext.b",
        CompressedUnary::SextB => "c.sext.b",
        CompressedUnary::ZextH => "c.zext.h",
        CompressedUnary::SextH => "c.sext.h",
        CompressedUnary::ZextW => "c.zext.w",
        CompressedUnary::Not => "c.not",
    }
}
