//! The fixed bits and the immediates of the compressed instructions (ISA
//! manual, "RVC Instruction Set Listings"), for decoder and encoder alike.

use crate::isa::field::Layout;
use crate::isa::{FReg, Reg};

/// The quadrant and `funct3`.
pub(super) const MASK: u32 = 0xe003;

pub(super) const ADDI4SPN: u32 = 0x0000;
pub(super) const FLD: u32 = 0x2000;
pub(super) const LW: u32 = 0x4000;
pub(super) const LD: u32 = 0x6000;
pub(super) const FSD: u32 = 0xa000;
pub(super) const SW: u32 = 0xc000;
pub(super) const SD: u32 = 0xe000;

pub(super) const ADDI: u32 = 0x0001;
pub(super) const ADDIW: u32 = 0x2001;
pub(super) const LI: u32 = 0x4001;
/// `c.addi16sp` where `rd` is `x2`.
pub(super) const LUI: u32 = 0x6001;
/// Told apart by [`ARITH_MASK`].
pub(super) const ARITH: u32 = 0x8001;
pub(super) const J: u32 = 0xa001;
pub(super) const BEQZ: u32 = 0xc001;
pub(super) const BNEZ: u32 = 0xe001;

pub(super) const SLLI: u32 = 0x0002;
pub(super) const FLDSP: u32 = 0x2002;
pub(super) const LWSP: u32 = 0x4002;
pub(super) const LDSP: u32 = 0x6002;
/// `c.jr`, `c.mv`, `c.jalr`, `c.add` and `c.ebreak`, told apart by [`LINK`] and the registers.
pub(super) const MOVES: u32 = 0x8002;
pub(super) const FSDSP: u32 = 0xa002;
pub(super) const SWSP: u32 = 0xc002;
pub(super) const SDSP: u32 = 0xe002;

/// The second code of [`ARITH`].
pub(super) const ARITH_MASK: u32 = MASK | 0x0c00;
pub(super) const SRLI: u32 = 0x8001;
pub(super) const SRAI: u32 = 0x8401;
pub(super) const ANDI: u32 = 0x8801;

/// The whole code of the register forms of [`ARITH`].
pub(super) const ARITH_RR_MASK: u32 = ARITH_MASK | 0x1060;
pub(super) const SUB: u32 = 0x8c01;
pub(super) const XOR: u32 = 0x8c21;
pub(super) const OR: u32 = 0x8c41;
pub(super) const AND: u32 = 0x8c61;
pub(super) const SUBW: u32 = 0x9c01;
pub(super) const ADDW: u32 = 0x9c21;

/// What makes a `c.jalr` of a `c.jr`, a `c.add` of a `c.mv`.
pub(super) const LINK: u32 = 0x1000;

pub(super) const IMM: Layout = Layout::signed(&[(0, 2, 5), (5, 12, 1)]);
pub(super) const SHAMT: Layout = Layout::unsigned(&[(0, 2, 5), (5, 12, 1)]);
pub(super) const UPPER: Layout = Layout::signed(&[(12, 2, 5), (17, 12, 1)]);
pub(super) const SP_ADJUST: Layout =
    Layout::signed(&[(4, 6, 1), (5, 2, 1), (6, 5, 1), (7, 3, 2), (9, 12, 1)]);
pub(super) const SP_OFFSET: Layout =
    Layout::unsigned(&[(2, 6, 1), (3, 5, 1), (4, 11, 2), (6, 7, 4)]);
pub(super) const WORD: Layout = Layout::unsigned(&[(2, 6, 1), (3, 10, 3), (6, 5, 1)]);
pub(super) const DOUBLE: Layout = Layout::unsigned(&[(3, 10, 3), (6, 5, 2)]);
pub(super) const LOAD_SP_WORD: Layout = Layout::unsigned(&[(2, 4, 3), (5, 12, 1), (6, 2, 2)]);
pub(super) const LOAD_SP_DOUBLE: Layout = Layout::unsigned(&[(3, 5, 2), (5, 12, 1), (6, 2, 3)]);
pub(super) const STORE_SP_WORD: Layout = Layout::unsigned(&[(2, 9, 4), (6, 7, 2)]);
pub(super) const STORE_SP_DOUBLE: Layout = Layout::unsigned(&[(3, 10, 3), (6, 7, 3)]);
pub(super) const BRANCH: Layout =
    Layout::signed(&[(1, 3, 2), (3, 10, 2), (5, 2, 1), (6, 5, 2), (8, 12, 1)]);
pub(super) const JUMP: Layout = Layout::signed(&[
    (1, 3, 3),
    (4, 11, 1),
    (5, 2, 1),
    (6, 7, 1),
    (7, 6, 1),
    (8, 9, 2),
    (10, 8, 1),
    (11, 12, 1),
]);

/// The register of bits 6–2.
pub(super) const fn rs2(parcel: u32) -> Reg {
    Reg::new(parcel >> 2)
}

/// One of `x8`–`x15` from bits 9–7: `rs1'`, or `rd'` where it is also a source.
pub(super) const fn high(parcel: u32) -> Reg {
    Reg::compressed(parcel >> 7)
}

/// One of `x8`–`x15` from bits 4–2: `rs2'`, or the `rd'` of a load.
pub(super) const fn low(parcel: u32) -> Reg {
    Reg::compressed(parcel >> 2)
}

/// The floating-point register of bits 6–2.
pub(super) const fn fs2(parcel: u32) -> FReg {
    FReg::new(parcel >> 2)
}

/// One of `f8`–`f15` from bits 4–2.
pub(super) const fn low_fp(parcel: u32) -> FReg {
    FReg::compressed(parcel >> 2)
}

/// `rs2` in place.
pub(super) const fn put_rs2(rs2: Reg) -> u32 {
    rs2.bits() << 2
}

/// One of `x8`–`x15` in bits 9–7; of others the low bits.
pub(super) const fn put_high(reg: Reg) -> u32 {
    (reg.bits() & 7) << 7
}

/// One of `x8`–`x15` in bits 4–2; of others the low bits.
pub(super) const fn put_low(reg: Reg) -> u32 {
    (reg.bits() & 7) << 2
}

/// A floating-point `rs2` in place.
pub(super) const fn put_fs2(rs2: FReg) -> u32 {
    rs2.bits() << 2
}

/// One of `f8`–`f15` in bits 4–2; of others the low bits.
pub(super) const fn put_low_fp(reg: FReg) -> u32 {
    (reg.bits() & 7) << 2
}
