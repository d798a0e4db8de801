//! Over the bytes of a set, up to the first that is not in it.

use alloc::vec::Vec;

use super::Emitter;
use crate::jit::asm::Label;
use crate::jit::asm::encode::{Cond, ImmOp, Load, Reg, RegOp};
use crate::jit::regs::{BYTE, COUNT, LINK, POOL, X1, X3, X4};
use crate::set::ByteSet;

/// How many bytes are looked at between checks of the bound.
const UNROLL: usize = 4;
/// The same where most bytes are in the set, so that a scan is likely to be long.
const UNROLL_LONG: usize = 8;

/// The lowest bit of each byte, and the highest.
const LOWEST: u64 = 0x0101_0101_0101_0101;
const HIGHEST: u64 = LOWEST << 7;

impl Emitter<'_> {
    /// Moves `cursor` over bytes of `set`, up to `bound` at most, which it is not behind.
    /// Clobbers `X1`, `BYTE` and `X3`.
    pub fn scan(&mut self, cursor: Reg, bound: Reg, set: &ByteSet) {
        if set.is_empty() {
            return;
        }
        if *set == ByteSet::ALL {
            return self.asm.copy(cursor, bound);
        }
        let unroll = if set.len() > 0x80 {
            UNROLL_LONG
        } else {
            UNROLL
        };
        let (slow, done) = (self.asm.label(), self.asm.label());
        self.asm.add(X3, bound, 1 - unroll as i64);
        self.asm.branch(Cond::Geu, cursor, X3, slow);
        let fast = self.asm.here();
        let mut exits = Vec::with_capacity(unroll);
        for offset in 0..unroll {
            let exit = if offset == 0 { done } else { self.asm.label() };
            self.asm.load(Load::Lbu, BYTE, cursor, offset as i64);
            self.branch_byte(set, BYTE, X1, false, exit);
            exits.push(exit);
        }
        self.asm.add(cursor, cursor, unroll as i64);
        self.asm.branch(Cond::Ltu, cursor, X3, fast);
        self.asm.bind(slow);
        self.scan_slowly(cursor, bound, set, done);
        self.asm.jump(done);
        for (offset, exit) in exits.into_iter().enumerate().skip(1) {
            self.asm.bind(exit);
            self.asm.add(cursor, cursor, offset as i64);
            if offset + 1 < unroll {
                self.asm.jump(done);
            }
        }
        self.asm.bind(done);
    }

    /// The same, a byte at a time; goes on at `done` or falls through.
    fn scan_slowly(&mut self, cursor: Reg, bound: Reg, set: &ByteSet, done: Label) {
        self.asm.branch(Cond::Geu, cursor, bound, done);
        let again = self.asm.here();
        self.asm.load(Load::Lbu, BYTE, cursor, 0);
        self.branch_byte(set, BYTE, X1, false, done);
        self.asm.add(cursor, cursor, 1);
        self.asm.branch(Cond::Ltu, cursor, bound, again);
    }

    /// Moves `cursor` up to the next `byte`, or to `bound`, which it is not behind. For
    /// long ways: eight bytes at a time. Clobbers `LINK`, `COUNT`, `X1`, `BYTE`, `X3`, `X4`.
    ///
    /// With `v` the bytes xor-ed with the one that is looked for, a byte of `v` is 0 just
    /// where the lowest such one has its highest bit set in `(v - LOWEST) & !v`.
    pub fn scan_to(&mut self, cursor: Reg, bound: Reg, byte: u8) {
        let (lowest, highest, wanted) = (LINK, COUNT, X4);
        let (slow, done) = (self.asm.label(), self.asm.label());
        self.pool_word(wanted, LOWEST * u64::from(byte));
        self.pool_word(lowest, LOWEST);
        self.pool_word(highest, HIGHEST);
        self.asm.add(X3, bound, -7);
        self.asm.branch(Cond::Geu, cursor, X3, slow);
        let fast = self.asm.here();
        self.asm.ld(X1, cursor, 0);
        self.asm.op(RegOp::Xor, X1, X1, wanted);
        self.asm.op(RegOp::Sub, BYTE, X1, lowest);
        self.asm.imm(ImmOp::Xori, X1, X1, -1);
        self.asm.op(RegOp::And, BYTE, BYTE, X1);
        self.asm.op(RegOp::And, BYTE, BYTE, highest);
        self.asm.branch(Cond::Ne, BYTE, Reg::Zero, slow);
        self.asm.add(cursor, cursor, 8);
        self.asm.branch(Cond::Ltu, cursor, X3, fast);
        self.asm.bind(slow);
        let others = ByteSet::range(byte, byte).complement();
        self.scan_slowly(cursor, bound, &others, done);
        self.asm.bind(done);
    }

    /// `d = value`, by a load if that is shorter.
    pub fn pool_word(&mut self, d: Reg, value: u64) {
        if let -0x800..0x800 = value as i64 {
            return self.asm.constant(d, value as i64);
        }
        let offset = self.pool.constant(value);
        match offset {
            -0x800..0x800 => self.asm.ld(d, POOL, offset),
            _ => self.asm.constant(d, value as i64),
        }
    }
}
