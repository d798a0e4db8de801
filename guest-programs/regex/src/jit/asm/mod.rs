//! An assembler for what the compiler emits of RV64I.
//!
//! In come instructions, labels and constants of any size; out come words in which every
//! label has become an offset. Instructions that name a label are one word as long as what
//! it stands for is near, and two otherwise, which [`Asm::finish`] finds out.
//!
//! An immediate or an offset that does not fit its field goes through [`AT`],
//! which therefore nobody else may use.

mod constant;
pub mod encode;
mod layout;
#[cfg(test)]
mod tests;

use alloc::vec::Vec;

use super::regs::AT;
use encode::{Cond, ImmOp, Load, Reg, RegOp};

/// `jal` reaches this many bytes, so code is no longer.
pub const MOST_BYTES: usize = 1 << 20;

/// A place in the code.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Label(usize);

/// The code is longer than [`MOST_BYTES`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TooLong;

/// Code under way.
#[derive(Debug, Default)]
pub struct Asm {
    /// A word for each instruction; one that names a label lacks the offset.
    words: Vec<u32>,
    /// Before which word each label is.
    labels: Vec<Option<usize>>,
    /// The instructions that name labels, in order.
    uses: Vec<Use>,
    /// What is at the address that register [`RESTORE`](super::regs::RESTORE) has.
    anchor: Option<Label>,
}

#[derive(Clone, Copy, Debug)]
struct Use {
    at: usize,
    label: Label,
    kind: Kind,
    /// Whether it takes two words.
    far: bool,
}

#[derive(Clone, Copy, Debug)]
enum Kind {
    Branch,
    Jump,
    /// Near means near to the anchor.
    Address(Reg),
}

impl Asm {
    /// How many bytes there are, if every label is near.
    pub fn len(&self) -> usize {
        4 * self.words.len()
    }

    /// A label that is yet to be bound.
    pub fn label(&mut self) -> Label {
        self.labels.push(None);
        Label(self.labels.len() - 1)
    }

    /// Lets a label stand for the place of the next instruction.
    pub fn bind(&mut self, label: Label) {
        self.labels[label.0] = Some(self.words.len());
    }

    /// A label for the place of the next instruction.
    pub fn here(&mut self) -> Label {
        let label = self.label();
        self.bind(label);
        label
    }

    /// Says what is at the address that register [`RESTORE`](super::regs::RESTORE) has.
    pub fn set_anchor(&mut self, label: Label) {
        self.anchor = Some(label);
    }

    /// Appends an instruction as it is.
    pub fn word(&mut self, word: u32) {
        self.words.push(word);
    }

    /// `d = s op t`
    pub fn op(&mut self, op: RegOp, d: Reg, s: Reg, t: Reg) {
        self.word(encode::register(op, d, s, t));
    }

    /// `d = s op imm`
    pub fn imm(&mut self, op: ImmOp, d: Reg, s: Reg, imm: i64) {
        if let Some(imm) = constant::fits(imm) {
            return self.word(encode::immediate(op, d, s, imm));
        }
        self.constant(AT, imm);
        let op = match op {
            ImmOp::Addi => RegOp::Add,
            ImmOp::Andi => RegOp::And,
            ImmOp::Xori => RegOp::Xor,
            ImmOp::Sltiu => RegOp::Sltu,
        };
        self.op(op, d, s, AT);
    }

    /// `d = s + imm`
    pub fn add(&mut self, d: Reg, s: Reg, imm: i64) {
        self.imm(ImmOp::Addi, d, s, imm);
    }

    /// `d = s`
    pub fn copy(&mut self, d: Reg, s: Reg) {
        self.add(d, s, 0);
    }

    /// `d = s << amount`
    pub fn shift(&mut self, d: Reg, s: Reg, amount: u32) {
        self.word(encode::slli(d, s, amount));
    }

    /// `d = value`
    pub fn constant(&mut self, d: Reg, value: i64) {
        constant::load(&mut self.words, d, value);
    }

    /// `d = memory[base + offset]`
    pub fn load(&mut self, op: Load, d: Reg, base: Reg, offset: i64) {
        let (base, offset) = self.address(base, offset);
        self.word(encode::load(op, d, base, offset));
    }

    /// `d = memory[base + offset]`, eight bytes
    pub fn ld(&mut self, d: Reg, base: Reg, offset: i64) {
        self.load(Load::Ld, d, base, offset);
    }

    /// `memory[base + offset] = t`, eight bytes
    pub fn sd(&mut self, t: Reg, base: Reg, offset: i64) {
        let (base, offset) = self.address(base, offset);
        self.word(encode::sd(t, base, offset));
    }

    /// The same place in memory by an offset that fits.
    fn address(&mut self, base: Reg, offset: i64) -> (Reg, i32) {
        if let Some(offset) = constant::fits(offset) {
            return (base, offset);
        }
        self.constant(AT, offset);
        self.op(RegOp::Add, AT, AT, base);
        (AT, 0)
    }

    /// Goes on at `label` if `s cond t`.
    pub fn branch(&mut self, cond: Cond, s: Reg, t: Reg, label: Label) {
        self.refer(encode::branch(cond, s, t), label, Kind::Branch, false);
    }

    /// Goes on at `label`.
    pub fn jump(&mut self, label: Label) {
        self.call(Reg::Zero, label);
    }

    /// Goes on at `label`; `link` = address of the next instruction.
    pub fn call(&mut self, link: Reg, label: Label) {
        self.refer(encode::jal(link), label, Kind::Jump, false);
    }

    /// Goes on at the address in `target`; `link` = address of the next instruction.
    pub fn call_register(&mut self, link: Reg, target: Reg) {
        self.word(encode::jalr(link, target));
    }

    /// `d` = address of `label`. Register [`RESTORE`](super::regs::RESTORE) must be set.
    pub fn address_of(&mut self, d: Reg, label: Label) {
        self.refer(0, label, Kind::Address(d), self.anchor.is_none());
    }

    /// The same when [`RESTORE`](super::regs::RESTORE) is not set yet.
    pub fn far_address_of(&mut self, d: Reg, label: Label) {
        self.refer(0, label, Kind::Address(d), true);
    }

    fn refer(&mut self, word: u32, label: Label, kind: Kind, far: bool) {
        self.uses.push(Use {
            at: self.words.len(),
            label,
            kind,
            far,
        });
        self.word(word);
    }
}
