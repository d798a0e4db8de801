//! Bit manipulation: `lower/bits`.

use super::alu::{PAIRS, TRIPLES};
use super::shape::{FAST, Shape, WITHOUT_BMI2, addi, alu, alu_imm};
use super::*;
use crate::isa::{AluOp, BitImmOp, BitOp, BitUnaryOp, Inst};

/// What can be done in one host instruction, and what cannot.
const SHAPES: [Shape; 2] = [FAST, WITHOUT_BMI2];

fn bit(op: BitOp, rd: Reg, rs1: Reg, rs2: Reg) -> Inst {
    Inst::Bit { op, rd, rs1, rs2 }
}

fn bit_imm(op: BitImmOp, rd: Reg, rs1: Reg, shamt: u8) -> Inst {
    Inst::BitImm { op, rd, rs1, shamt }
}

fn bit_unary(op: BitUnaryOp, rd: Reg, rs1: Reg) -> Inst {
    Inst::BitUnary { op, rd, rs1 }
}

fn in_all_homes(shape: Shape, op: BitOp) -> String {
    let cases = TRIPLES.map(|[rd, rs1, rs2]| [bit(op, rd, rs1, rs2)]);
    shape.listings(cases.iter().map(|case| &case[..]))
}

/// Operations that differ from others in the opcode alone, in few homes.
fn in_some_homes(shape: Shape, ops: &[BitOp]) -> String {
    let homes = [[RBX, RBP, RSI], [RBX, RBP, RBX], [SLOT128, SLOT0, RDI]];
    let cases: Vec<[Inst; 1]> = ops
        .iter()
        .flat_map(|&op| homes.map(|[rd, rs1, rs2]| [bit(op, rd, rs1, rs2)]))
        .collect();
    shape.listings(cases.iter().map(|case| &case[..]))
}

fn with_amounts(op: BitImmOp, amounts: &[u8]) -> String {
    let cases: Vec<[Inst; 1]> = amounts
        .iter()
        .flat_map(|&shamt| {
            [[RBX, RBP], [RBX, RBX], [SLOT0, SLOT128]]
                .map(|[rd, rs1]| [bit_imm(op, rd, rs1, shamt)])
        })
        .collect();
    FAST.listings(cases.iter().map(|case| &case[..]))
}

fn unary_in_homes(shape: Shape, ops: &[BitUnaryOp]) -> String {
    let homes = [[RBX, RBP], [RBX, RBX], [SLOT0, SLOT128], [RBX, SLOT0]];
    let cases: Vec<[Inst; 1]> = ops
        .iter()
        .flat_map(|&op| homes.map(|[rd, rs1]| [bit_unary(op, rd, rs1)]))
        .collect();
    shape.listings(cases.iter().map(|case| &case[..]))
}

#[test]
fn scaled_sums() {
    let ops = [BitOp::AddUw, BitOp::Sh3add];
    assert_listing!("sh1add", in_all_homes(FAST, BitOp::Sh1add));
    assert_listing!("sh2add_uw", in_all_homes(FAST, BitOp::Sh2addUw));
    assert_listing!("scaled_sum", in_some_homes(FAST, &ops));
    assert_listing!("slli_uw", with_amounts(BitImmOp::SlliUw, &[0, 4, 63]));
}

#[test]
fn logic_with_an_inverted_operand() {
    assert_listing!("andn", in_some_homes(FAST, &[BitOp::Andn]));
    assert_listing!(
        "andn_without_bmi2",
        in_some_homes(WITHOUT_BMI2, &[BitOp::Andn])
    );
    assert_listing!("orn", in_all_homes(FAST, BitOp::Orn));
    assert_listing!("xnor", in_all_homes(FAST, BitOp::Xnor));
}

#[test]
fn minima_and_maxima() {
    let others = [BitOp::Maxu, BitOp::Min, BitOp::Minu];
    assert_listing!("max", in_all_homes(FAST, BitOp::Max));
    assert_listing!("min_max", in_some_homes(FAST, &others));
}

#[test]
fn rotations() {
    assert_listing!("rol", in_all_homes(FAST, BitOp::Rol));
    let others = [BitOp::Ror, BitOp::Rolw, BitOp::Rorw];
    assert_listing!("rotate_by", in_some_homes(FAST, &others));
    assert_listing!("rori", with_amounts(BitImmOp::Rori, &[0, 4, 63]));
    assert_listing!("roriw", with_amounts(BitImmOp::Roriw, &[0, 4, 31]));
}

#[test]
fn single_bits() {
    assert_listing!("bset", in_all_homes(FAST, BitOp::Bset));
    assert_listing!("bext", in_all_homes(FAST, BitOp::Bext));
    let others = [BitOp::Bclr, BitOp::Binv];
    assert_listing!("change_bit", in_some_homes(FAST, &others));
    assert_listing!("bseti", with_amounts(BitImmOp::Bseti, &[0, 63]));
    assert_listing!("bexti", with_amounts(BitImmOp::Bexti, &[0, 63]));
    let others = [BitImmOp::Bclri, BitImmOp::Binvi].map(|op| with_amounts(op, &[40]));
    assert_listing!("change_bit_imm", others.join("\n"));
}

#[test]
fn products_without_carry() {
    let ops = [BitOp::Clmul, BitOp::Clmulh, BitOp::Clmulr];
    assert_listing!("clmul", in_some_homes(FAST, &ops));
    assert_listing!("clmul_by_bits", in_some_homes(WITHOUT_BMI2, &ops));
}

#[test]
fn conditional_zeros() {
    assert_listing!("czero_eqz", in_all_homes(FAST, BitOp::CzeroEqz));
    assert_listing!("czero_nez", in_some_homes(FAST, &[BitOp::CzeroNez]));
}

#[test]
fn what_has_one_operand() {
    let counts = [
        BitUnaryOp::Clz,
        BitUnaryOp::Clzw,
        BitUnaryOp::Ctz,
        BitUnaryOp::Ctzw,
        BitUnaryOp::Cpop,
        BitUnaryOp::Cpopw,
    ];
    let bytes = [BitUnaryOp::Rev8, BitUnaryOp::OrcB];
    let parts = [BitUnaryOp::SextB, BitUnaryOp::SextH, BitUnaryOp::ZextH];
    assert_listing!("count", unary_in_homes(FAST, &counts));
    assert_listing!("count_by_hand", unary_in_homes(WITHOUT_BMI2, &counts));
    assert_listing!("bytes", unary_in_homes(FAST, &bytes));
    assert_listing!("extend_part", unary_in_homes(FAST, &parts));
}

/// What compilers make of Zba and of shifts is the same in the end, and goes on
/// being combined; what nobody looks at is not computed.
#[test]
fn as_a_part_of_more() {
    let cases: [&[Inst]; 5] = [
        &[bit(BitOp::Sh2add, RBX, RBP, RSI), addi(RBX, RBX, 12)],
        &[
            bit(BitOp::AddUw, RBX, RBP, ZERO),
            alu_imm(AluOp::Sll, RBX, RBX, 2),
        ],
        &[
            bit(BitOp::CzeroEqz, RBX, RBP, RSI),
            bit_unary(BitUnaryOp::Cpop, RBX, RBP),
        ],
        // The upper half of a rotated word is not looked at by the next.
        &[
            bit(BitOp::Rolw, RBX, RBP, RSI),
            alu(AluOp::Addw, RBX, RBX, RDI),
        ],
        &[
            addi(RBX, ZERO, 12),
            bit_unary(BitUnaryOp::Ctz, RBP, RBX),
            bit(BitOp::Sh1add, RSI, RBP, RBX),
            bit_imm(BitImmOp::Bseti, RDI, RSI, 40),
        ],
    ];
    cases.iter().for_each(|case| FAST.check(case));
    assert_listing!("bits_and_more", FAST.listings(cases));
}

#[test]
fn every_operation_computes_what_the_interpreter_does() {
    for shape in SHAPES {
        for op in BitOp::ALL {
            for [rd, rs1, rs2] in TRIPLES {
                shape.check(&[bit(op, rd, rs1, rs2)]);
            }
            // With a constant on either side.
            shape.check(&[addi(RBX, ZERO, 77), bit(op, RBP, RSI, RBX)]);
            shape.check(&[addi(RBX, ZERO, -5), bit(op, RBP, RBX, RSI)]);
        }
        for op in BitImmOp::ALL {
            let amounts = if op.is_word() {
                [0, 1, 31]
            } else {
                [0, 40, 63]
            };
            for (shamt, [rd, rs1]) in amounts.into_iter().flat_map(|n| PAIRS.map(|p| (n, p))) {
                shape.check(&[bit_imm(op, rd, rs1, shamt)]);
            }
        }
        for op in BitUnaryOp::ALL {
            for [rd, rs1] in PAIRS {
                shape.check(&[bit_unary(op, rd, rs1)]);
            }
        }
    }
}
