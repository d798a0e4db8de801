//! A small assembler: instructions, parcels, raw words and labels.

use rvjet::isa::{AluOp, AmoOp, Compressed, Cond, Inst, MulDivOp, Ordering, Reg, Width, encode};

use crate::inst::jal;
pub use crate::inst::{addi, alu, alu_imm, branch, jalr, ld, load, sd, store};

/// A place in the code, to be jumped to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Label(usize);

/// An instruction whose offset is known when its label is bound.
#[derive(Clone, Copy, Debug)]
enum Hole {
    Branch {
        cond: Cond,
        rs1: Reg,
        rs2: Reg,
    },
    Jal {
        rd: Reg,
    },
    /// `auipc rd` and `addi rd, rd`.
    Address {
        rd: Reg,
    },
}

/// Code under construction.
#[derive(Clone, Debug)]
pub struct Asm {
    base: u64,
    bytes: Vec<u8>,
    labels: Vec<Option<u64>>,
    holes: Vec<(usize, Label, Hole)>,
}

impl Asm {
    /// No code yet; the first instruction will stand at `base`.
    pub fn at(base: u64) -> Asm {
        Asm {
            base,
            bytes: Vec::new(),
            labels: Vec::new(),
            holes: Vec::new(),
        }
    }

    /// The address of the next instruction.
    pub fn here(&self) -> u64 {
        self.base + self.bytes.len() as u64
    }

    /// A label that is bound later.
    pub fn label(&mut self) -> Label {
        self.labels.push(None);
        Label(self.labels.len() - 1)
    }

    /// Binds a label to this place.
    pub fn bind(&mut self, label: Label) {
        self.labels[label.0] = Some(self.here());
    }

    /// Binds a label to an address, which may be within an instruction.
    pub fn bind_at(&mut self, label: Label, addr: u64) {
        self.labels[label.0] = Some(addr);
    }

    /// A label of this place.
    pub fn here_label(&mut self) -> Label {
        let label = self.label();
        self.bind(label);
        label
    }

    pub fn word(&mut self, word: u32) {
        self.bytes.extend(word.to_le_bytes());
    }

    pub fn parcel(&mut self, parcel: u16) {
        self.bytes.extend(parcel.to_le_bytes());
    }

    pub fn inst(&mut self, inst: Inst) {
        self.word(word_of(inst));
    }

    pub fn insts(&mut self, insts: impl IntoIterator<Item = Inst>) {
        for inst in insts {
            self.inst(inst);
        }
    }

    pub fn short(&mut self, short: Compressed) {
        let parcel = short.encode();
        self.parcel(parcel.unwrap_or_else(|| panic!("no such instruction: {short:?}")));
    }

    /// Fills up with `c.nop` to a multiple of `alignment`.
    pub fn align(&mut self, alignment: u64) {
        while !self.here().is_multiple_of(alignment) {
            self.parcel(0x0001);
        }
    }

    /// Fills up with `c.nop` to the address `to`.
    pub fn pad_to(&mut self, to: u64) {
        assert!(self.here() <= to, "already at {:#x}", self.here());
        while self.here() < to {
            self.parcel(0x0001);
        }
    }

    pub fn branch(&mut self, cond: Cond, rs1: Reg, rs2: Reg, to: Label) {
        self.hole(to, Hole::Branch { cond, rs1, rs2 }, 4);
    }

    pub fn jal(&mut self, rd: Reg, to: Label) {
        self.hole(to, Hole::Jal { rd }, 4);
    }

    pub fn jump(&mut self, to: Label) {
        self.jal(Reg::ZERO, to);
    }

    /// `rd = address of to`, in two instructions.
    pub fn la(&mut self, rd: Reg, to: Label) {
        self.hole(to, Hole::Address { rd }, 8);
    }

    /// `rd = value`, in one to eight instructions.
    pub fn li(&mut self, rd: Reg, value: u64) {
        let low = (value as i64) << 52 >> 52;
        if let Ok(imm) = i32::try_from(value as i64) {
            let high = imm.wrapping_sub(low as i32);
            if high == 0 {
                return self.inst(addi(rd, Reg::ZERO, low as i32));
            }
            self.inst(Inst::Lui { rd, imm: high });
            return self.inst(alu_imm(AluOp::Addw, rd, rd, low as i32));
        }
        let high = (value as i64).wrapping_sub(low) >> 12;
        self.li(rd, high as u64);
        self.inst(alu_imm(AluOp::Sll, rd, rd, 12));
        if low != 0 {
            self.inst(addi(rd, rd, low as i32));
        }
    }

    fn hole(&mut self, to: Label, hole: Hole, len: usize) {
        self.holes.push((self.bytes.len(), to, hole));
        self.bytes.resize(self.bytes.len() + len, 0);
    }

    /// The code, all labels resolved.
    pub fn finish(mut self) -> Vec<u8> {
        for (at, to, hole) in std::mem::take(&mut self.holes) {
            let target = self.labels[to.0].unwrap_or_else(|| panic!("{to:?} is not bound"));
            let offset = target.wrapping_sub(self.base + at as u64) as i32;
            let words = fill(hole, offset).map(word_of);
            for (index, word) in words.enumerate() {
                self.bytes[at + 4 * index..][..4].copy_from_slice(&word.to_le_bytes());
            }
        }
        self.bytes
    }
}

/// The instructions of a hole whose label is `offset` away.
fn fill(hole: Hole, offset: i32) -> impl Iterator<Item = Inst> {
    let low = offset << 20 >> 20;
    let (first, second) = match hole {
        Hole::Branch { cond, rs1, rs2 } => (branch(cond, rs1, rs2, offset), None),
        Hole::Jal { rd } => (jal(rd, offset), None),
        Hole::Address { rd } => {
            let imm = offset.wrapping_sub(low);
            (Inst::Auipc { rd, imm }, Some(addi(rd, rd, low)))
        }
    };
    [Some(first), second].into_iter().flatten()
}

/// The word of an instruction that exists.
pub fn word_of(inst: Inst) -> u32 {
    encode(inst).unwrap_or_else(|| panic!("no such instruction: {inst:?}"))
}

pub const fn x(n: u32) -> Reg {
    Reg::new(n)
}

pub const fn nop() -> Inst {
    addi(Reg::ZERO, Reg::ZERO, 0)
}

pub const fn muldiv(op: MulDivOp, rd: Reg, rs1: Reg, rs2: Reg) -> Inst {
    Inst::MulDiv { op, rd, rs1, rs2 }
}

const UNORDERED: Ordering = Ordering {
    aq: false,
    rl: false,
};

pub const fn lr(width: Width, rd: Reg, rs1: Reg) -> Inst {
    Inst::LoadReserved {
        width,
        rd,
        rs1,
        order: UNORDERED,
    }
}

pub const fn sc(width: Width, rd: Reg, rs1: Reg, rs2: Reg) -> Inst {
    Inst::StoreConditional {
        width,
        rd,
        rs1,
        rs2,
        order: UNORDERED,
    }
}

pub const fn amo(op: AmoOp, width: Width, rd: Reg, rs1: Reg, rs2: Reg) -> Inst {
    Inst::Amo {
        op,
        width,
        rd,
        rs1,
        rs2,
        order: UNORDERED,
    }
}

pub const fn fence_i() -> Inst {
    Inst::FenceI {
        rd: Reg::ZERO,
        rs1: Reg::ZERO,
        imm: 0,
    }
}
