//! What several instructions become together, and what is left out: `plan`.

use super::shape::{
    FAST, Shape, WITHOUT_BMI2, addi, alu, alu_imm, branch, load, lui, muldiv, store,
};
use super::*;
use crate::isa::{AluOp, Cond, Inst, LoadOp, MulDivOp, Width};

const HOT: Shape = FAST.hot(&[]);

/// The listings of `cases`, which do what the interpreter does.
fn checked(shape: Shape, cases: &[&[Inst]]) -> String {
    for case in cases {
        for other in [shape, FAST, WITHOUT_BMI2] {
            other.check(case);
        }
    }
    shape.listings(cases.iter().copied())
}

fn shift(op: AluOp, rd: Reg, rs1: Reg, by: i32) -> Inst {
    alu_imm(op, rd, rs1, by)
}

/// Two shifts and what joins them: in other registers, in the source's, in slots.
fn rotate(left: AluOp, right: AluOp, join: AluOp, by: i32, width: i32) -> [Vec<Inst>; 4] {
    let [a, b] = [by, width - by];
    let joined = |rd, rs1, one, other| {
        let mut insns = vec![
            shift(right, one, rs1, a),
            shift(left, other, rs1, b),
            alu(join, rd, one, other),
        ];
        // Nobody looks at the parts.
        let parts = [one, other].into_iter().filter(|&part| part != rd);
        insns.extend(parts.map(|part| addi(part, ZERO, 1)));
        insns
    };
    [
        joined(RBX, RBP, RSI, RDI),
        joined(RBX, RBP, RBX, RDI),
        joined(RBP, RBP, RSI, RBP),
        joined(SLOT0, SLOT128, SLOT8, SLOT0),
    ]
}

#[test]
fn rotates() {
    let words = rotate(AluOp::Sllw, AluOp::Srlw, AluOp::Or, 7, 32);
    let others = rotate(AluOp::Sll, AluOp::Srl, AluOp::Xor, 20, 64);
    let unlike = rotate(AluOp::Sllw, AluOp::Srlw, AluOp::Add, 7, 31);
    let cases: Vec<&[Inst]> = [&words[..], &others, &unlike[..1]]
        .into_iter()
        .flatten()
        .map(|case| &case[..])
        .collect();
    assert_listing!("rotate", checked(FAST, &cases));
    WITHOUT_BMI2.check(&words[3]);
    assert_listing!(
        "rotate_without_bmi2",
        WITHOUT_BMI2.listings([&words[3][..]])
    );
}

#[test]
fn parts_of_a_register() {
    let part = |op, left, right| {
        [
            shift(AluOp::Sll, RBX, RBP, left),
            shift(op, RBX, RBX, right),
            shift(AluOp::Sll, SLOT0, SLOT0, left),
            shift(op, SLOT0, SLOT0, right),
        ]
    };
    let cases = [
        part(AluOp::Srl, 32, 32),
        part(AluOp::Srl, 32, 29),
        part(AluOp::Srl, 32, 40),
        part(AluOp::Sra, 32, 32),
        part(AluOp::Sra, 32, 35),
        part(AluOp::Sra, 32, 30),
        part(AluOp::Srl, 48, 48),
        part(AluOp::Sra, 48, 50),
        part(AluOp::Sra, 48, 47),
        part(AluOp::Srl, 56, 56),
        part(AluOp::Srl, 56, 60),
        part(AluOp::Srl, 40, 40),
    ];
    let cases: Vec<&[Inst]> = cases.iter().map(|case| &case[..]).collect();
    assert_listing!("part", checked(FAST, &cases));
}

#[test]
fn sums() {
    let scaled = |by| shift(AluOp::Sll, RBX, RBP, by);
    let cases: [&[Inst]; 9] = [
        &[scaled(3), alu(AluOp::Add, RBX, RSI, RBX)],
        &[scaled(2), alu(AluOp::Add, RBX, RBX, SLOT0)],
        &[scaled(4), alu(AluOp::Add, RBX, RBX, RSI)],
        &[
            scaled(1),
            addi(RBX, RBX, 160),
            alu(AluOp::Add, RBX, RBX, RSI),
        ],
        // The source's own register, of an unsigned index.
        &[
            shift(AluOp::Sll, RBX, RBX, 32),
            shift(AluOp::Srl, RBX, RBX, 30),
            alu(AluOp::Add, RBX, RBX, SLOT128),
            addi(RBX, RBX, -8),
        ],
        &[alu(AluOp::Add, RBX, RBP, RBX), addi(RBX, RBX, 1)],
        &[addi(SLOT0, SLOT8, 5), addi(SLOT0, SLOT0, 6)],
        // What is added has been changed since.
        &[scaled(3), addi(RBP, RBP, 1), alu(AluOp::Add, RBP, RBP, RBX)],
        &[scaled(3), alu(AluOp::Add, RSI, RBX, RBX)],
    ];
    assert_listing!("sum", checked(FAST, &cases));
}

#[test]
fn remainders_and_inversions() {
    let both = |div, rem, rd| [muldiv(div, RBX, RBP, RSI), muldiv(rem, rd, RBP, RSI)];
    let cases: [&[Inst]; 6] = [
        &both(MulDivOp::Div, MulDivOp::Rem, RDI),
        &both(MulDivOp::Divu, MulDivOp::Remu, SLOT0),
        &both(MulDivOp::Divw, MulDivOp::Remw, RBP),
        &both(MulDivOp::Divuw, MulDivOp::Remuw, RBX),
        &both(MulDivOp::Div, MulDivOp::Remu, RDI),
        &[
            alu_imm(AluOp::Xor, RBX, RBP, -1),
            alu(AluOp::And, RBX, RBX, SLOT0),
            alu_imm(AluOp::Xor, SLOT8, SLOT8, -1),
            alu(AluOp::And, SLOT8, RBX, SLOT8),
        ],
    ];
    assert_listing!("remainder", checked(FAST, &cases));
}

#[test]
fn what_nobody_looks_at() {
    let word = |rd, rs1, rs2| alu(AluOp::Addw, rd, rs1, rs2);
    let cases: [&[Inst]; 4] = [
        &[addi(RBX, RBP, 1), lui(RBX, 0x1000), addi(RBX, RBX, 5)],
        &[addi(ZERO, RBP, 1), muldiv(MulDivOp::Div, ZERO, RBX, RBP)],
        // The upper half, which may be of use after all.
        &[
            word(RBX, RBP, RSI),
            word(RBX, RBX, RDI),
            word(RBX, RBX, RBP),
        ],
        &[word(RBX, RBP, RSI), alu(AluOp::Add, RBX, RBX, RDI)],
    ];
    assert_listing!("unseen", checked(FAST, &cases));
}

/// Who leaves at the load or the branch does what the path has not done.
#[test]
fn what_only_who_leaves_looks_at() {
    let out = branch(Cond::Eq, R8, R12, 64);
    let word = alu(AluOp::Addw, RBX, RBX, RSI);
    let cases: [&[Inst]; 5] = [
        &[addi(RBX, RSI, 1), out, addi(RBX, RSI, 2)],
        &[word, out, alu(AluOp::Addw, RBX, RBX, RDI)],
        // One builds on the other; the second could not, later.
        &[
            addi(RBX, RBX, 1),
            alu_imm(AluOp::Xor, RBX, RBX, 3),
            out,
            lui(RBX, 0),
        ],
        &[addi(RBX, RSI, 1), lui(RSI, 0x1000), out, lui(RBX, 0)],
        &[lui(SLOT0, 0x1000), out, out, lui(SLOT0, 0)],
    ];
    cases.iter().for_each(|case| HOT.check(case));
    assert_listing!("later", HOT.listings(cases));
    let at = |access| {
        [
            load(LoadOp::Ld, R13, R12, 0),
            word,
            addi(RDI, RSI, 7),
            access,
            lui(RBX, 0),
            lui(RDI, 0),
        ]
    };
    let cases = [
        at(load(LoadOp::Lw, RBP, R12, 8)),
        at(store(Width::Half, RSI, R12, 2)),
        at(load(LoadOp::Lw, RBX, SLOT0, 8)),
    ];
    for case in &cases {
        for shape in [FAST, HOT, FAST.recorded(), HOT.recorded()] {
            shape.compare_at(R12, case);
            shape.compare_at(SLOT0, case);
        }
    }
    assert_listing!(
        "later_access",
        FAST.listings(cases.iter().map(|case| &case[..]))
    );
}
