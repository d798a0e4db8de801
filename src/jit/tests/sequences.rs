//! Instructions one after the other, at random: what one leaves known, the next relies on.

use super::shape::{CAREFUL, FAST, WITHOUT_BMI2, alu, alu_imm, branch, load, lui, muldiv, store};
use super::*;
use crate::isa::{
    AluOp, AmoOp, BitImmOp, BitOp, BitUnaryOp, Cond, Inst, LoadOp, MulDivOp, Ordering, Width,
};

/// Sequences that are tried, unless the environment says how many.
const SEQUENCES: u64 = 600;
const COUNT: &str = "RVJET_TEST_SEQUENCES";

/// Few registers, so that they meet, in every kind of home.
const REGS: [Reg; 7] = [ZERO, RBX, RSI, R12, SLOT0, SLOT88, SLOT128];

/// Numbers that follow from a seed (Marsaglia's xorshift).
struct Numbers(u64);

impl Numbers {
    fn below(&mut self, bound: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 >> 20) as usize % bound
    }

    fn one_of<T: Copy>(&mut self, values: &[T]) -> T {
        values[self.below(values.len())]
    }

    fn offset(&mut self) -> i32 {
        self.one_of(&[0, 8, 4, -8, 1, -2, 16, 255, -129, 2040, -2048, 2047])
    }

    /// An instruction; those that access memory or move a base do it by `base` often.
    fn inst(&mut self, base: Reg) -> Inst {
        let [rd, other, rs2] = [(); 3].map(|()| self.one_of(&REGS));
        let rs1 = self.one_of(&[base, base, other]);
        let order = Ordering::default();
        match self.below(14) {
            0..=2 => load(self.one_of(&LoadOp::ALL), rd, rs1, self.offset()),
            3 | 4 => store(self.one_of(&Width::ALL), rs2, rs1, self.offset()),
            5 => alu(self.one_of(&AluOp::ALL), rd, rs1, rs2),
            6 => alu_imm(AluOp::Add, self.one_of(&[rs1, rd]), rs1, self.offset()),
            7 => {
                let op = self.one_of(&[AluOp::And, AluOp::Xor, AluOp::Slt, AluOp::Addw]);
                alu_imm(op, rd, rs1, self.offset())
            }
            8 => {
                let op = self.one_of(&[AluOp::Sll, AluOp::Srl, AluOp::Sraw]);
                alu_imm(op, rd, rs1, self.one_of(&[0, 1, 12, 31]))
            }
            9 => match self.below(2) {
                0 => lui(rd, self.one_of(&[0x2_0000, 0x2_1000, i32::MIN, 0x1000])),
                _ => muldiv(self.one_of(&MulDivOp::ALL), rd, rs1, rs2),
            },
            10 => branch(self.one_of(&Cond::ALL), rs1, rs2, 256),
            11 => {
                let op = self.one_of(&BitOp::ALL);
                Inst::Bit { op, rd, rs1, rs2 }
            }
            12 => self.bits_of_one(rd, rs1),
            _ => Inst::Amo {
                op: self.one_of(&AmoOp::ALL),
                width: self.one_of(&[Width::Word, Width::Double]),
                rd,
                rs1,
                rs2,
                order,
            },
        }
    }
}

impl Numbers {
    /// Bit manipulation of one register.
    fn bits_of_one(&mut self, rd: Reg, rs1: Reg) -> Inst {
        if self.below(2) == 0 {
            let op = self.one_of(&BitUnaryOp::ALL);
            return Inst::BitUnary { op, rd, rs1 };
        }
        let op = self.one_of(&BitImmOp::ALL);
        let shamt = self.one_of(&[0, 1, 12, 31]);
        Inst::BitImm { op, rd, rs1, shamt }
    }

    /// So many instructions; of some programs they are mostly such as belong together.
    fn insts(&mut self, base: Reg, length: usize) -> Vec<Inst> {
        let idioms = self.below(3);
        let mut insns = Vec::new();
        while insns.len() < length {
            match self.below(3) < idioms {
                true => self.idiom(&mut insns),
                false => insns.push(self.inst(base)),
            }
        }
        insns.truncate(length);
        insns
    }

    /// What compilers write for one operation that this ISA does not have, or
    /// nearly that: with other registers, amounts and widths now and then, and
    /// with something in between.
    fn idiom(&mut self, insns: &mut Vec<Inst>) {
        let [a, b, t, u, rd] = [(); 5].map(|()| self.one_of(&REGS));
        let [t, u] = [self.one_of(&[t, t, a]), self.one_of(&[u, u, rd])];
        let rd = self.one_of(&[rd, t, u, a]);
        let word = self.below(2) == 0;
        let shift = |op, rd, rs1, imm| alu_imm(op, rd, rs1, imm);
        let [left, right] = match word {
            true => [AluOp::Sllw, AluOp::Srlw],
            false => [AluOp::Sll, AluOp::Srl],
        };
        let width = if word { 32 } else { 64 };
        let by = self.one_of(&[1, 7, 8, 24, 31]);
        let rest = self.one_of(&[width - by, width - by, width - by, 1]);
        let parts = match self.below(6) {
            0 => {
                let op = self.one_of(&[AluOp::Or, AluOp::Xor, AluOp::Add, AluOp::And]);
                let [first, second] = self.one_of(&[[t, u], [u, t]]);
                vec![
                    shift(left, t, a, by),
                    shift(right, u, a, rest),
                    alu(op, rd, first, second),
                ]
            }
            1 => {
                let amount = self.one_of(&[32, 48, 56]);
                let other = self.one_of(&[amount, amount, 29, 31, 52, 60, 63, 0]);
                let op = self.one_of(&[AluOp::Srl, AluOp::Sra]);
                vec![shift(AluOp::Sll, t, a, amount), shift(op, rd, t, other)]
            }
            2 => {
                let [first, second] = self.one_of(&[[t, b], [b, t]]);
                vec![
                    shift(AluOp::Sll, t, a, self.one_of(&[1, 2, 3, 4])),
                    alu(self.one_of(&[AluOp::Add, AluOp::Addw]), rd, first, second),
                ]
            }
            3 => vec![
                shift(AluOp::Sll, t, a, 32),
                shift(AluOp::Srl, u, t, self.one_of(&[29, 30, 31, 28, 32])),
                alu(AluOp::Add, rd, b, u),
            ],
            4 => vec![
                alu_imm(AluOp::Xor, t, a, self.one_of(&[-1, -1, 1])),
                alu(AluOp::And, rd, b, t),
            ],
            _ => {
                let [div, rem] = self.one_of(&[
                    [MulDivOp::Div, MulDivOp::Rem],
                    [MulDivOp::Divu, MulDivOp::Remu],
                    [MulDivOp::Divw, MulDivOp::Remw],
                    [MulDivOp::Divuw, MulDivOp::Remuw],
                    [MulDivOp::Div, MulDivOp::Remw],
                ]);
                vec![muldiv(div, t, a, b), muldiv(rem, rd, a, b)]
            }
        };
        for part in parts {
            if self.below(8) == 0 {
                insns.push(self.inst(b));
            }
            insns.push(part);
        }
    }
}

#[test]
fn sequences_do_what_the_interpreter_does() {
    let count = std::env::var(COUNT).ok();
    let count = count.map_or(SEQUENCES, |count| count.parse().unwrap());
    for seed in 1..=count {
        let mut numbers = Numbers(seed.wrapping_mul(0x9e37_79b9_7f4a_7c15));
        let length = 2 + numbers.below(10);
        let base = numbers.one_of(&REGS[1..]);
        let insns: Vec<Inst> = numbers.insts(base, length);
        for shape in [FAST, CAREFUL, WITHOUT_BMI2, FAST.hot(&[])] {
            shape.compare_at(base, &insns);
        }
    }
}

/// Loops that go back from their last instruction, by how many they are long.
const LOOPS: [[(usize, usize); 1]; 13] = {
    let mut loops = [[(0, 0)]; 13];
    let mut last = 0;
    while last < loops.len() {
        loops[last] = [(last, 0)];
        last += 1;
    }
    loops
};

#[test]
fn loops_of_sequences_do_what_the_interpreter_does() {
    let count = std::env::var(COUNT).ok();
    let count = count.map_or(SEQUENCES / 4, |count| count.parse().unwrap());
    for seed in 1..=count {
        let mut numbers = Numbers(seed.wrapping_mul(0xd134_2543_de82_ef95));
        let length = 1 + numbers.below(11);
        let base = numbers.one_of(&REGS[1..]);
        let mut insns: Vec<Inst> = numbers.insts(base, length);
        // Some branches stay inside.
        for (index, inst) in insns.iter_mut().enumerate() {
            if let Inst::Branch { offset, .. } = inst
                && numbers.below(2) == 0
            {
                *offset = 4 * (1 + numbers.below(length - index)) as i32;
            }
        }
        let cond = numbers.one_of(&[Cond::Ne, Cond::Lt, Cond::Geu]);
        let other = numbers.one_of(&REGS);
        insns.push(branch(
            cond,
            numbers.one_of(&REGS),
            other,
            -4 * length as i32,
        ));
        FAST.hot(&LOOPS[length]).compare_at(base, &insns);
        FAST.hot(&LOOPS[length]).compare(&insns);
    }
}

/// Computation mostly, with the amounts and masks that go together.
fn computation(numbers: &mut Numbers) -> Inst {
    const OPS: [AluOp; 9] = [
        AluOp::Add,
        AluOp::Add,
        AluOp::Or,
        AluOp::Xor,
        AluOp::And,
        AluOp::Sub,
        AluOp::Addw,
        AluOp::Subw,
        AluOp::Sltu,
    ];
    const SHIFTS: [AluOp; 6] = [
        AluOp::Sll,
        AluOp::Sll,
        AluOp::Srl,
        AluOp::Sra,
        AluOp::Sllw,
        AluOp::Srlw,
    ];
    let regs = [RBX, RBP, SLOT0, SLOT128];
    let [rd, rs1, rs2] = [(); 3].map(|()| numbers.one_of(&regs));
    match numbers.below(16) {
        0..=4 => alu(numbers.one_of(&OPS), rd, rs1, rs2),
        5..=9 => {
            let op = numbers.one_of(&SHIFTS);
            let by = match op.is_word() {
                true => numbers.one_of(&[7, 25, 16]),
                false => numbers.one_of(&[1, 3, 32, 32, 30, 48, 56, 20, 44]),
            };
            alu_imm(op, rd, rs1, by)
        }
        10 | 11 => alu_imm(AluOp::Add, rd, rs1, numbers.one_of(&[0, 1, -8])),
        12 => alu_imm(AluOp::Xor, rd, rs1, -1),
        13 => muldiv(numbers.one_of(&MulDivOp::ALL), rd, rs1, rs2),
        14 => branch(numbers.one_of(&Cond::ALL), rs1, rs2, 256),
        _ => match numbers.below(3) {
            0 => load(LoadOp::Lw, rd, R12, numbers.offset()),
            1 => store(Width::Word, rs2, R12, numbers.offset()),
            _ => lui(rd, 0x1000),
        },
    }
}

#[test]
fn computations_do_what_the_interpreter_does() {
    let count = std::env::var(COUNT).ok();
    let count = count.map_or(SEQUENCES, |count| count.parse().unwrap());
    for seed in 1..=count {
        let mut numbers = Numbers(seed.wrapping_mul(0x9e37_79b9_7f4a_7c15));
        let length = 3 + numbers.below(14);
        let insns: Vec<Inst> = (0..length).map(|_| computation(&mut numbers)).collect();
        for shape in [FAST, WITHOUT_BMI2, FAST.hot(&[])] {
            shape.compare_at(R12, &insns);
        }
    }
}
