//! How far away labels are, which decides the length of instructions that name them.

use alloc::vec::Vec;

use super::encode::{self, ImmOp, Reg};
use super::{Asm, Kind, Label, MOST_BYTES, TooLong, Use, constant};
use crate::jit::regs::RESTORE;

/// After so many rounds of looking for what is near, the rest is taken to be far.
const ROUNDS: usize = 8;

impl Asm {
    /// The code, with all labels resolved.
    ///
    /// At first, all are near. What is not near then becomes longer, and moves others apart.
    pub fn finish(mut self) -> Result<Vec<u32>, TooLong> {
        for _ in 0..ROUNDS {
            let places = Places::of(&self);
            let far = |one: &Use| one.far || !self.is_near(one, &places);
            let far: Vec<bool> = self.uses.iter().map(far).collect();
            if far.iter().zip(&self.uses).all(|(&far, one)| far == one.far) {
                return self.resolve(&places);
            }
            let uses = self.uses.iter_mut().zip(far);
            uses.for_each(|(one, far)| one.far = far);
        }
        let uses = self.uses.iter_mut();
        uses.for_each(|one| one.far = !matches!(one.kind, Kind::Jump));
        self.resolve(&Places::of(&self))
    }

    fn is_near(&self, one: &Use, places: &Places) -> bool {
        match one.kind {
            Kind::Branch => {
                let distance = places.label(one.label) - places.word(one.at);
                (-0x1000..0x1000).contains(&distance)
            }
            Kind::Jump => true,
            Kind::Address(_) => constant::fits(self.behind_anchor(one.label, places)).is_some(),
        }
    }

    fn behind_anchor(&self, label: Label, places: &Places) -> i64 {
        let anchor = self.anchor.map_or(0, |anchor| places.label(anchor));
        places.label(label) - anchor
    }

    fn resolve(&self, places: &Places) -> Result<Vec<u32>, TooLong> {
        let length = places.word(self.words.len()) as usize;
        if length >= MOST_BYTES {
            return Err(TooLong);
        }
        let mut code = Vec::with_capacity(length / 4);
        let mut done = 0;
        for one in &self.uses {
            code.extend_from_slice(&self.words[done..one.at]);
            done = one.at + 1;
            self.resolve_use(one, places, &mut code);
        }
        code.extend_from_slice(&self.words[done..]);
        Ok(code)
    }

    fn resolve_use(&self, one: &Use, places: &Places, code: &mut Vec<u32>) {
        let word = self.words[one.at];
        // Code is short, so that all of these fit.
        let distance = (places.label(one.label) - places.word(one.at)) as i32;
        match (one.kind, one.far) {
            (Kind::Branch, false) => code.push(word | encode::branch_offset(distance)),
            (Kind::Branch, true) => {
                code.push(word ^ encode::INVERTS_BRANCH | encode::branch_offset(8));
                code.push(encode::jal(Reg::Zero) | encode::jal_offset(distance - 4));
            }
            (Kind::Jump, _) => code.push(word | encode::jal_offset(distance)),
            (Kind::Address(d), false) => {
                let offset = self.behind_anchor(one.label, places) as i32;
                code.push(encode::immediate(ImmOp::Addi, d, RESTORE, offset));
            }
            (Kind::Address(d), true) => {
                let high = (distance + 0x800) & !0xfff;
                code.push(encode::auipc(d, high));
                code.push(encode::immediate(ImmOp::Addi, d, d, distance - high));
            }
        }
    }
}

/// Where words and labels are, in bytes.
struct Places<'a> {
    asm: &'a Asm,
    /// How many of the first so many uses are far.
    fars: Vec<usize>,
}

impl<'a> Places<'a> {
    fn of(asm: &'a Asm) -> Places<'a> {
        let count = |sum: &mut usize, one: &Use| {
            *sum += usize::from(one.far);
            Some(*sum)
        };
        let sums = asm.uses.iter().scan(0, count);
        let fars = core::iter::once(0).chain(sums).collect();
        Self { asm, fars }
    }

    fn word(&self, at: usize) -> i64 {
        let before = self.asm.uses.partition_point(|one| one.at < at);
        4 * (at + self.fars[before]) as i64
    }

    fn label(&self, label: Label) -> i64 {
        match self.asm.labels[label.0] {
            Some(at) => self.word(at),
            None => unreachable!("every label that is used is bound"),
        }
    }
}
