//! Where the bits of an immediate stand in an instruction: one table a format,
//! read by the decoder and written by the encoder.

use super::{FReg, Reg};

/// The layout of an immediate: its pieces, the highest bit, the sign.
#[derive(Clone, Copy)]
pub(super) struct Layout {
    /// `(immediate bit, instruction bit, width)`, each of the lowest bit of the piece.
    pieces: &'static [(u32, u32, u32)],
    /// How far left the immediate stands from the sign bit of an `i32`.
    headroom: u32,
    signed: bool,
}

impl Layout {
    /// A layout whose highest bit is the sign.
    pub(super) const fn signed(pieces: &'static [(u32, u32, u32)]) -> Layout {
        Layout {
            pieces,
            headroom: 32 - bits(pieces),
            signed: true,
        }
    }

    /// A layout of zero-extended immediates.
    pub(super) const fn unsigned(pieces: &'static [(u32, u32, u32)]) -> Layout {
        Layout {
            pieces,
            headroom: 32 - bits(pieces),
            signed: false,
        }
    }

    /// The immediate in `word`.
    pub(super) fn get(self, word: u32) -> i32 {
        let imm = self.pieces.iter().fold(0, |imm, &(to, from, width)| {
            imm | piece(word, from, width) << to
        }) as i32;
        if self.signed {
            imm << self.headroom >> self.headroom
        } else {
            imm
        }
    }

    /// The bits of `imm` where they belong; what does not fit is dropped.
    pub(super) fn put(self, imm: i32) -> u32 {
        self.pieces.iter().fold(0, |word, &(from, to, width)| {
            word | piece(imm as u32, from, width) << to
        })
    }
}

/// The number of bits up to the highest one that a layout reaches.
const fn bits(pieces: &[(u32, u32, u32)]) -> u32 {
    let mut top = 0;
    let mut i = 0;
    while i < pieces.len() {
        let (imm, _, width) = pieces[i];
        if imm + width > top {
            top = imm + width;
        }
        i += 1;
    }
    top
}

/// `width` bits of `word` from bit `low`; `width` is below 32.
pub(super) const fn piece(word: u32, low: u32, width: u32) -> u32 {
    word >> low & ((1 << width) - 1)
}

/// The register of bits 11–7: `rd`, and `rs1` of some compressed formats.
pub(super) const fn rd(word: u32) -> Reg {
    Reg::new(word >> 7)
}

/// The register of bits 19–15.
pub(super) const fn rs1(word: u32) -> Reg {
    Reg::new(word >> 15)
}

/// The register of bits 24–20.
pub(super) const fn rs2(word: u32) -> Reg {
    Reg::new(word >> 20)
}

/// The floating-point register of bits 11–7.
pub(super) const fn fd(word: u32) -> FReg {
    FReg::new(word >> 7)
}

/// The floating-point register of bits 19–15.
pub(super) const fn fs1(word: u32) -> FReg {
    FReg::new(word >> 15)
}

/// The floating-point register of bits 24–20.
pub(super) const fn fs2(word: u32) -> FReg {
    FReg::new(word >> 20)
}

/// The floating-point register of bits 31–27.
pub(super) const fn fs3(word: u32) -> FReg {
    FReg::new(word >> 27)
}

/// `rd` in place.
pub(super) const fn put_rd(rd: Reg) -> u32 {
    rd.bits() << 7
}

/// `rs1` in place.
pub(super) const fn put_rs1(rs1: Reg) -> u32 {
    rs1.bits() << 15
}

/// `rs2` in place.
pub(super) const fn put_rs2(rs2: Reg) -> u32 {
    rs2.bits() << 20
}

/// A floating-point `rd` in place.
pub(super) const fn put_fd(rd: FReg) -> u32 {
    rd.bits() << 7
}

/// A floating-point `rs1` in place.
pub(super) const fn put_fs1(rs1: FReg) -> u32 {
    rs1.bits() << 15
}

/// A floating-point `rs2` in place.
pub(super) const fn put_fs2(rs2: FReg) -> u32 {
    rs2.bits() << 20
}

/// `rs3` in place.
pub(super) const fn put_fs3(rs3: FReg) -> u32 {
    rs3.bits() << 27
}

#[cfg(test)]
mod tests {
    use super::*;

    const SPLIT: Layout = Layout::signed(&[(1, 4, 3), (4, 0, 2)]);

    #[test]
    fn pieces_are_gathered_and_the_top_one_is_the_sign() {
        assert_eq!(SPLIT.get(0b101_0001), 0b1_1010);
        assert_eq!(SPLIT.get(0b000_0010), -32);
        assert_eq!(SPLIT.get(0b111_0011), -2);
    }

    #[test]
    fn every_immediate_comes_back() {
        for imm in (-32..32).step_by(2) {
            assert_eq!(SPLIT.get(SPLIT.put(imm)), imm);
        }
    }

    #[test]
    fn an_unsigned_layout_does_not_extend() {
        assert_eq!(Layout::unsigned(&[(0, 2, 6)]).get(0xff), 63);
    }
}
