//! Instructions one after the other, at random: what one leaves known, the next relies on.

use super::shape::{CAREFUL, FAST, WITHOUT_BMI2, alu, alu_imm, branch, load, lui, muldiv, store};
use super::*;
use crate::isa::{AluOp, AmoOp, Cond, Inst, LoadOp, MulDivOp, Ordering, Width};

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
        match self.below(12) {
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

#[test]
fn sequences_do_what_the_interpreter_does() {
    let count = std::env::var(COUNT).ok();
    let count = count.map_or(SEQUENCES, |count| count.parse().unwrap());
    for seed in 1..=count {
        let mut numbers = Numbers(seed.wrapping_mul(0x9e37_79b9_7f4a_7c15));
        let length = 2 + numbers.below(10);
        let base = numbers.one_of(&REGS[1..]);
        let insns: Vec<Inst> = (0..length).map(|_| numbers.inst(base)).collect();
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
        let mut insns: Vec<Inst> = (0..length).map(|_| numbers.inst(base)).collect();
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
