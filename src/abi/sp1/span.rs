//! Which words a precompile accesses, in which order, at which ticks of the clock: what
//! provers of SP1 find in a trace.

use std::ops::Range;

use super::call::Precompile;

/// Neighbouring words that are accessed one after the other.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Span {
    /// The first word's address.
    pub(crate) addr: u64,
    /// How many there are.
    pub(crate) words: u64,
    pub(crate) way: Way,
    /// Clock ticks after the start of the call.
    pub(crate) tick: u64,
}

/// How words are accessed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Way {
    /// Read, to be written later in the same call: that counts for the clock of the word.
    Peek,
    /// Read.
    Read,
    /// Written.
    Write,
}

impl Span {
    /// The addresses of its bytes.
    pub(crate) const fn range(&self) -> Range<u64> {
        self.addr..self.addr.saturating_add(8 * self.words)
    }

    /// Entries that it has in a trace: what is written counts twice, before and after.
    pub(crate) const fn entries(&self) -> u64 {
        match self.way {
            Way::Peek | Way::Read => self.words,
            Way::Write => 2 * self.words,
        }
    }
}

/// Words of the schedule of SHA-256, and those of them that are given.
const SCHEDULE: u64 = 64;
const BLOCK: u64 = 16;

/// Gives `each` what a precompile with these arguments accesses, in order. Addresses
/// wrap: whoever uses them has them checked.
pub(crate) fn spans(precompile: Precompile, args: &[u64; 5], mut each: impl FnMut(Span)) {
    use Precompile as P;
    use Way::{Read, Write};
    let [a, b, c, d, e] = *args;
    let mut all = |spans: &[(u64, u64, Way, u64)]| {
        for &(addr, words, way, tick) in spans {
            each(Span {
                addr,
                words,
                way,
                tick,
            });
        }
    };
    match precompile {
        P::ShaExtend => (BLOCK..SCHEDULE).for_each(|i| all(&extension(a, i))),
        P::ShaCompress => all(&[(b, 8, Read, 0), (a, SCHEDULE, Read, 1), (b, 8, Write, 2)]),
        P::KeccakPermute => all(&[(a, 25, Read, 0), (a, 25, Write, 1)]),
        P::CurveAdd(curve) => all(&with_operand(a, b, curve.words(), curve.words())),
        P::CurveDouble(curve) => all(&in_place(a, curve.words())),
        P::EdAdd => all(&with_operand(a, b, 8, 8)),
        P::EdDecompress => all(&[(a.wrapping_add(32), 4, Read, 0), (a, 4, Write, 1)]),
        P::Uint256Mul => all(&with_operand(a, b, 4, 8)),
        P::Uint256AddCarry | P::Uint256MulCarry => all(&[
            (a, 4, Read, 0),
            (b, 4, Read, 1),
            (c, 4, Read, 2),
            (d, 4, Write, 3),
            (e, 4, Write, 4),
        ]),
        P::Field(field, _) => all(&with_operand(a, b, field.words(), field.words())),
        P::Extension(field, _) => {
            all(&with_operand(a, b, 2 * field.words(), 2 * field.words()));
        }
        P::Poseidon2 => all(&in_place(a, 8)),
    }
}

/// `words` at `addr` are replaced.
const fn in_place(addr: u64, words: u64) -> [(u64, u64, Way, u64); 2] {
    [(addr, words, Way::Peek, 0), (addr, words, Way::Write, 0)]
}

/// `words` at `addr` are replaced by what they and `others` at `other` make.
const fn with_operand(addr: u64, other: u64, words: u64, others: u64) -> [(u64, u64, Way, u64); 3] {
    [
        (addr, words, Way::Peek, 0),
        (other, others, Way::Read, 0),
        (addr, words, Way::Write, 1),
    ]
}

/// How word `i` of the schedule at `schedule` is made of earlier ones (FIPS 180-4, 6.2.2).
fn extension(schedule: u64, i: u64) -> [(u64, u64, Way, u64); 5] {
    let word = |index, way| {
        let addr = schedule.wrapping_add(8 * index);
        (addr, 1, way, 1 + i - BLOCK)
    };
    [
        word(i - 15, Way::Read),
        word(i - 2, Way::Read),
        word(i - 16, Way::Read),
        word(i - 7, Way::Read),
        word(i, Way::Write),
    ]
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::abi::sp1::call::{Curve, Field, Operation};

    #[test]
    fn entries_are_as_many_as_provers_expect() {
        use Precompile as P;
        let op = Operation::Mul;
        let expected = [
            (P::ShaExtend, 288),
            (P::ShaCompress, 88),
            (P::KeccakPermute, 75),
            (P::CurveAdd(Curve::Secp256k1), 32),
            (P::CurveAdd(Curve::Bls12381), 48),
            (P::CurveDouble(Curve::Bn254), 24),
            (P::CurveDouble(Curve::Bls12381), 36),
            (P::EdAdd, 32),
            (P::EdDecompress, 12),
            (P::Uint256Mul, 20),
            (P::Uint256AddCarry, 28),
            (P::Field(Field::Bls12381, op), 24),
            (P::Field(Field::Bn254, op), 16),
            (P::Extension(Field::Bls12381, op), 48),
            (P::Extension(Field::Bn254, op), 32),
            (P::Poseidon2, 24),
        ];
        for (precompile, entries) in expected {
            let mut sum = 0;
            spans(precompile, &[0x1000; 5], |span| sum += span.entries());
            assert_eq!(sum, entries, "{precompile:?}");
        }
    }
}
