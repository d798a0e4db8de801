//! Computation: `lower/alu`.

use super::shape::{FAST, Shape, WITHOUT_BMI2, addi, alu, alu_imm, lui, muldiv};
use super::*;
use crate::isa::{AluOp, Inst, MulDivOp};

/// `rd`, `rs1`, `rs2`: the ways in which they can coincide, in each kind of home.
pub(super) const TRIPLES: [[Reg; 3]; 20] = [
    [RBX, RBP, RSI],
    [RBX, RBX, RSI],
    [RBX, RBP, RBX],
    [RBX, RBP, RBP],
    [RBX, RBX, RBX],
    [R8, R12, R13],
    [RBP, R13, R12],
    [SLOT80, SLOT0, SLOT8],
    [SLOT0, SLOT0, SLOT0],
    [SLOT88, SLOT104, SLOT136],
    [SLOT128, SLOT136, SLOT104],
    [SLOT128, SLOT88, SLOT128],
    [RBX, SLOT0, RBX],
    [RBX, RBX, SLOT128],
    [SLOT88, RBX, SLOT0],
    [SLOT0, SLOT88, RBX],
    [RBX, ZERO, RBP],
    [RBX, RBP, ZERO],
    [SLOT0, ZERO, ZERO],
    [ZERO, RBX, SLOT0],
];

/// The same for `rd` and `rs1`.
pub(super) const PAIRS: [[Reg; 2]; 10] = [
    [RBX, RBP],
    [RBX, RBX],
    [R13, R12],
    [SLOT0, SLOT8],
    [SLOT88, SLOT128],
    [SLOT128, SLOT128],
    [RBX, SLOT0],
    [SLOT128, RBX],
    [RBX, ZERO],
    [ZERO, RBX],
];

fn in_all_homes(shape: Shape, op: AluOp) -> String {
    let cases = TRIPLES.map(|[rd, rs1, rs2]| [alu(op, rd, rs1, rs2)]);
    shape.listings(cases.iter().map(|case| &case[..]))
}

/// Operations that differ from others in the opcode alone, in few homes.
fn in_some_homes(shape: Shape, ops: &[AluOp]) -> String {
    let homes = [[RBX, RBP, RSI], [SLOT128, SLOT0, RDI]];
    let cases: Vec<[Inst; 1]> = ops
        .iter()
        .flat_map(|&op| homes.map(|[rd, rs1, rs2]| [alu(op, rd, rs1, rs2)]))
        .collect();
    shape.listings(cases.iter().map(|case| &case[..]))
}

fn with_immediates(op: AluOp, imms: &[i32]) -> String {
    let (first, rest) = imms.split_first().unwrap();
    let mut cases: Vec<[Inst; 1]> = PAIRS
        .iter()
        .map(|&[rd, rs1]| [alu_imm(op, rd, rs1, *first)])
        .collect();
    for &imm in rest {
        for [rd, rs1] in [[RBX, RBP], [RBX, RBX], [SLOT0, SLOT0]] {
            cases.push([alu_imm(op, rd, rs1, imm)]);
        }
    }
    FAST.listings(cases.iter().map(|case| &case[..]))
}

#[test]
fn additions() {
    assert_listing!("add", in_all_homes(FAST, AluOp::Add));
    assert_listing!("addw", in_all_homes(FAST, AluOp::Addw));
}

#[test]
fn subtractions() {
    assert_listing!("sub", in_all_homes(FAST, AluOp::Sub));
    assert_listing!("subw", in_all_homes(FAST, AluOp::Subw));
}

#[test]
fn logic() {
    assert_listing!("and", in_all_homes(FAST, AluOp::And));
    assert_listing!("logic", in_some_homes(FAST, &[AluOp::Or, AluOp::Xor]));
}

#[test]
fn comparisons() {
    assert_listing!("slt", in_all_homes(FAST, AluOp::Slt));
    assert_listing!("sltu", in_some_homes(FAST, &[AluOp::Sltu]));
}

const OTHER_SHIFTS: [AluOp; 4] = [AluOp::Srl, AluOp::Sra, AluOp::Sllw, AluOp::Srlw];

#[test]
fn shifts() {
    assert_listing!("sll", in_all_homes(FAST, AluOp::Sll));
    assert_listing!("sraw", in_all_homes(FAST, AluOp::Sraw));
    assert_listing!("shift", in_some_homes(FAST, &OTHER_SHIFTS));
}

#[test]
fn shifts_without_bmi2() {
    assert_listing!("sll_without_bmi2", in_all_homes(WITHOUT_BMI2, AluOp::Sll));
    assert_listing!("sraw_without_bmi2", in_all_homes(WITHOUT_BMI2, AluOp::Sraw));
    assert_listing!(
        "shift_without_bmi2",
        in_some_homes(WITHOUT_BMI2, &OTHER_SHIFTS)
    );
}

#[test]
fn additions_of_immediates() {
    let imms = [5, 0, -128, 127, 128, -129, 2047, -2048];
    assert_listing!("addi", with_immediates(AluOp::Add, &imms));
    assert_listing!("addiw", with_immediates(AluOp::Addw, &imms));
}

#[test]
fn logic_with_immediates() {
    assert_listing!("andi", with_immediates(AluOp::And, &[0xff, -1, 0x80, 1]));
    assert_listing!("ori", with_immediates(AluOp::Or, &[-128, 0, 128]));
    assert_listing!("xori", with_immediates(AluOp::Xor, &[-1, 127, -129]));
}

#[test]
fn comparisons_with_immediates() {
    assert_listing!("slti", with_immediates(AluOp::Slt, &[-5, 0, 2047]));
    assert_listing!("sltiu", with_immediates(AluOp::Sltu, &[1, -1]));
}

#[test]
fn shifts_by_immediates() {
    assert_listing!("slli", with_immediates(AluOp::Sll, &[4, 0, 63]));
    assert_listing!("srli", with_immediates(AluOp::Srl, &[4, 0, 63]));
    assert_listing!("srai", with_immediates(AluOp::Sra, &[4, 0, 63]));
    assert_listing!("slliw", with_immediates(AluOp::Sllw, &[4, 0, 31]));
    assert_listing!("srliw", with_immediates(AluOp::Srlw, &[4, 0, 31]));
    assert_listing!("sraiw", with_immediates(AluOp::Sraw, &[4, 0, 31]));
}

#[test]
fn constants() {
    let auipc = |rd, imm| Inst::Auipc { rd, imm };
    let cases: [&[Inst]; 12] = [
        &[lui(RBX, 0x1234_5000)],
        &[lui(R13, i32::MIN), lui(SLOT0, 4096), lui(ZERO, 4096)],
        &[auipc(RBX, 4096), auipc(SLOT128, -0x2_0000)],
        &[addi(SLOT88, ZERO, 7), addi(RBX, ZERO, -1)],
        // Folded, each from what the ones before it have left.
        &[
            lui(RBX, 0x1000),
            addi(RBP, RBX, -1),
            alu(AluOp::Sub, RSI, RBP, RBX),
        ],
        &[lui(RBX, 0x4000_0000), alu_imm(AluOp::Sll, RBX, RBX, 5)],
        // A constant operand becomes an immediate.
        &[addi(RBX, ZERO, 100), alu(AluOp::Add, RBP, RSI, RBX)],
        &[lui(RBX, 0x1_0000), alu(AluOp::And, SLOT128, SLOT0, RBX)],
        &[addi(RBX, ZERO, 99), alu(AluOp::Sll, RBP, RSI, RBX)],
        &[addi(RBX, ZERO, 99), alu(AluOp::Sraw, RBP, RSI, RBX)],
        // A difference is a sum; what is too wide is no immediate.
        &[addi(RBX, ZERO, 3), alu(AluOp::Sub, RBP, RSI, RBX)],
        &[
            addi(RBX, ZERO, 1),
            alu_imm(AluOp::Sll, RBX, RBX, 40),
            alu(AluOp::Or, RBP, RSI, RBX),
        ],
    ];
    cases.iter().for_each(|case| FAST.check(case));
    assert_listing!("constants", FAST.listings(cases));
}

#[test]
fn a_write_ends_what_was_known() {
    let case = [
        addi(RBX, ZERO, 5),
        muldiv(MulDivOp::Mul, R8, RBX, RBP),
        alu(AluOp::Add, RBX, RBP, RSI),
        addi(RDI, RBX, 1),
    ];
    FAST.check(&case);
    insta::assert_snapshot!(FAST.listing(&case), @r"
    addi x1,x0,5
        mov ebx, 5
    mul x5,x1,x2
        mov r8, rbx
        imul r8, rbp
    add x1,x2,x3
        lea rbx, [rbp+rsi]
    addi x4,x1,1
        lea rdi, [rbx+1]
    ");
}

#[test]
fn every_operation_computes_what_the_interpreter_does() {
    for op in AluOp::ALL {
        for [rd, rs1, rs2] in TRIPLES {
            FAST.check(&[alu(op, rd, rs1, rs2)]);
            WITHOUT_BMI2.check(&[alu(op, rd, rs1, rs2)]);
        }
    }
}

#[test]
fn every_immediate_form_computes_what_the_interpreter_does() {
    for op in AluOp::ALL.into_iter().filter(|op| op.has_immediate_form()) {
        let imms: &[i32] = match (op.is_shift(), op.is_word()) {
            (true, true) => &[0, 1, 31],
            (true, false) => &[0, 1, 63],
            _ => &[0, 1, -1, 127, -128, 128, 255, -129, 2047, -2048],
        };
        for &imm in imms {
            for [rd, rs1] in PAIRS {
                FAST.check(&[alu_imm(op, rd, rs1, imm)]);
            }
        }
    }
}
