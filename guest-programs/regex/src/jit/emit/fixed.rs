//! Ops on stretches of fixed length.

use super::Emitter;
use super::facts::Facts;
use crate::backtrack::program::{NextSet, Op, Pc, SetId, Width};
use crate::jit::asm::encode::{Cond, ImmOp, Load, Reg, RegOp};
use crate::jit::regs::{BYTE, END, POSITION, X1, X3};
use crate::set::ByteSet;

impl Emitter<'_> {
    /// Fails unless so many bytes are ahead
    pub fn need(&mut self, count: u32) {
        let length = count as usize;
        match count {
            _ if length <= self.facts.ahead => return,
            1 if !self.facts.next.end => return,
            1 => self.asm.branch(Cond::Geu, POSITION, END, self.fail),
            _ => {
                self.asm.add(X1, POSITION, i64::from(count));
                self.asm.branch(Cond::Ltu, END, X1, self.fail);
            }
        }
        self.facts.ahead = length;
        self.facts.next.end = false;
    }

    /// Fails unless load(position + offset) & mask = value
    pub fn compare(&mut self, offset: u32, width: Width, mask: u64, value: u64) {
        let (load, all) = match width {
            Width::B1 => (Load::Lbu, 0xff),
            Width::B2 => (Load::Lhu, 0xffff),
            Width::B4 => (Load::Lwu, 0xffff_ffff),
            Width::B8 => (Load::Ld, u64::MAX),
        };
        self.asm.load(load, X1, POSITION, i64::from(offset));
        let mask = mask & all;
        if mask != all {
            self.mask(mask);
        }
        match value {
            0 => self.asm.branch(Cond::Ne, X1, Reg::Zero, self.fail),
            1..=0x800 => {
                self.asm.add(X1, X1, -(value as i64));
                self.asm.branch(Cond::Ne, X1, Reg::Zero, self.fail);
            }
            _ => {
                self.pool_word(X3, value);
                self.asm.branch(Cond::Ne, X1, X3, self.fail);
            }
        }
    }

    /// X1 = X1 & mask
    fn mask(&mut self, mask: u64) {
        if let -0x800..0x800 = mask as i64 {
            return self.asm.imm(ImmOp::Andi, X1, X1, mask as i64);
        }
        self.pool_word(X3, mask);
        self.asm.op(RegOp::And, X1, X1, X3);
    }

    /// Fails unless the byte at position + offset is in the set
    pub fn member(&mut self, offset: u32, set: SetId) {
        let bytes = self.next_set(Some(set)).bytes;
        if offset == 0 && self.facts.next_is_of(&bytes) {
            return;
        }
        self.asm.load(Load::Lbu, BYTE, POSITION, i64::from(offset));
        self.branch_byte(&bytes, BYTE, X1, false, self.fail);
    }

    /// position = position + count
    pub fn advance(&mut self, pc: Pc, count: u32) {
        if count == 0 {
            return;
        }
        self.asm.add(POSITION, POSITION, i64::from(count));
        self.facts = Facts {
            before: self.last_of(pc, count),
            begin: false,
            next: NextSet::ANY,
            ahead: self.facts.ahead.saturating_sub(count as usize),
        };
        self.facts.next.end = self.facts.ahead == 0;
    }

    /// What the last byte that the advance at `pc` moves over is one of, by the ops before
    /// it, which are executed whenever it is.
    fn last_of(&self, pc: Pc, count: u32) -> ByteSet {
        let last = count - 1;
        let mut known = ByteSet::ALL;
        for before in (0..pc as usize).rev() {
            if self.places[before + 1].joins {
                break;
            }
            match self.program.ops[before] {
                Op::Member { offset, set } if offset == last => {
                    known = known.intersection(&self.next_set(Some(set)).bytes);
                }
                Op::Compare {
                    offset,
                    mask,
                    value,
                    ..
                } if (offset..offset + 8).contains(&last) => {
                    let shift = 8 * (last - offset);
                    let (mask, value) = ((mask >> shift) as u8, (value >> shift) as u8);
                    let equal: ByteSet =
                        (0..=u8::MAX).filter(|byte| byte & mask == value).collect();
                    known = known.intersection(&equal);
                }
                Op::Member { .. } | Op::Compare { .. } | Op::Need(_) => {}
                _ => break,
            }
        }
        known
    }
}
