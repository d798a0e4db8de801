//! The M extension: `lower/muldiv`.

use super::alu::TRIPLES;
use super::shape::{FAST, muldiv};
use super::*;
use crate::isa::{Inst, MulDivOp};

fn in_all_homes(op: MulDivOp) -> String {
    let cases = TRIPLES.map(|[rd, rs1, rs2]| [muldiv(op, rd, rs1, rs2)]);
    FAST.listings(cases.iter().map(|case| &case[..]))
}

fn in_some_homes(ops: &[MulDivOp]) -> String {
    let homes = [[RBX, RBP, RSI], [SLOT128, SLOT0, SLOT88]];
    in_homes(&homes, ops)
}

/// `rd` the divisor or not, slots, and a zero of either kind.
const DIVISIONS: [[Reg; 3]; 6] = [
    [R13, R12, RDI],
    [RBX, RBP, RBX],
    [RBX, RBX, RBX],
    [SLOT80, SLOT128, SLOT88],
    [RBX, RBP, ZERO],
    [ZERO, RBX, RBP],
];

fn in_homes(homes: &[[Reg; 3]], ops: &[MulDivOp]) -> String {
    let cases: Vec<[Inst; 1]> = ops
        .iter()
        .flat_map(|&op| {
            homes
                .iter()
                .map(move |&[rd, rs1, rs2]| [muldiv(op, rd, rs1, rs2)])
        })
        .collect();
    FAST.listings(cases.iter().map(|case| &case[..]))
}

#[test]
fn products() {
    assert_listing!("mul", in_all_homes(MulDivOp::Mul));
    assert_listing!("mulw", in_some_homes(&[MulDivOp::Mulw]));
}

#[test]
fn high_products() {
    assert_listing!("mulh", in_all_homes(MulDivOp::Mulh));
    assert_listing!("mulhsu", in_some_homes(&[MulDivOp::Mulhsu]));
    assert_listing!("mulhu", in_some_homes(&[MulDivOp::Mulhu]));
}

#[test]
fn quotients_and_remainders() {
    assert_listing!("div", in_homes(&DIVISIONS, &[MulDivOp::Div]));
    assert_listing!("rem", in_some_homes(&[MulDivOp::Rem]));
    assert_listing!(
        "div_unsigned",
        in_some_homes(&[MulDivOp::Divu, MulDivOp::Remu])
    );
    assert_listing!(
        "div_word",
        in_some_homes(&[
            MulDivOp::Divw,
            MulDivOp::Divuw,
            MulDivOp::Remw,
            MulDivOp::Remuw
        ])
    );
}

#[test]
fn every_operation_computes_what_the_interpreter_does() {
    for op in MulDivOp::ALL {
        for [rd, rs1, rs2] in TRIPLES {
            FAST.check(&[muldiv(op, rd, rs1, rs2)]);
        }
    }
}
