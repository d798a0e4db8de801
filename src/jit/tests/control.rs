//! Branches and jumps: `lower/control`.

use super::shape::{FAST, addi, branch, jal, jalr, lui};
use super::*;
use crate::isa::{Cond, Inst};

const HOMES: [[Reg; 2]; 9] = [
    [RBX, RBP],
    [R12, R13],
    [RBX, RBX],
    [SLOT0, SLOT8],
    [SLOT88, SLOT128],
    [RBX, SLOT0],
    [SLOT128, RBX],
    [RBX, ZERO],
    [ZERO, SLOT0],
];

#[test]
fn branches() {
    let conditions = Cond::ALL.map(|cond| [branch(cond, RBX, RBP, 64)]);
    let homes = HOMES.map(|[rs1, rs2]| [branch(Cond::Ltu, rs1, rs2, -64)]);
    let with_zero = Cond::ALL.map(|cond| [branch(cond, RBX, ZERO, 64)]);
    let cases = conditions.iter().chain(&homes[1..]).chain(&with_zero);
    assert_listing!("branch", FAST.listings(cases.map(|case| &case[..])));
}

#[test]
fn branches_on_constants() {
    let cases: [&[Inst]; 5] = [
        &[addi(RBX, ZERO, -7), branch(Cond::Lt, RBP, RBX, 64)],
        &[lui(RBX, i32::MIN), branch(Cond::Geu, SLOT0, RBX, 64)],
        &[addi(RBX, ZERO, 7), branch(Cond::Ge, RBX, RBP, 64)],
        // Known now: always, never.
        &[branch(Cond::Eq, ZERO, ZERO, 64)],
        &[
            addi(RBX, ZERO, 7),
            branch(Cond::Eq, RBX, ZERO, 64),
            addi(RBX, RBX, 1),
        ],
    ];
    cases.iter().for_each(|case| FAST.check(case));
    assert_listing!("branch_constant", FAST.listings(cases));
}

/// The second segment has a budget of its own; constants reach into it.
#[test]
fn what_follows_a_branch_is_another_segment() {
    let case = [
        addi(RBX, ZERO, 7),
        branch(Cond::Ne, RBP, RBX, 64),
        addi(RSI, RBX, 1),
        addi(RDI, RDI, 1),
    ];
    FAST.check(&case);
    assert_listing!("segments", FAST.listing(&case));
}

#[test]
fn jumps() {
    let cases: [&[Inst]; 4] = [
        &[jal(RBX, 2048)],
        &[jal(SLOT128, -2048)],
        &[jal(ZERO, 2048)],
        // Onwards within the unit.
        &[jal(SLOT0, 4), addi(RBX, SLOT0, 1)],
    ];
    cases.iter().for_each(|case| FAST.check(case));
    assert_listing!("jal", FAST.listings(cases));
}

#[test]
fn indirect_jumps() {
    let homes = [
        [ZERO, RBX],
        [RBX, RBP],
        [RBX, RBX],
        [R12, R13],
        [SLOT0, SLOT8],
        [SLOT0, SLOT0],
        [SLOT128, SLOT88],
        [RBX, SLOT128],
        [SLOT88, RBX],
    ];
    let cases = homes.map(|[rd, rs1]| [jalr(rd, rs1, 0)]);
    let offsets = [[jalr(ZERO, RBX, 8)], [jalr(ZERO, SLOT0, -2047)]];
    cases
        .iter()
        .chain(&offsets)
        .for_each(|case| FAST.check(case));
    let cases = cases.iter().chain(&offsets).map(|case| &case[..]);
    assert_listing!("jalr", FAST.listings(cases));
}

#[test]
fn indirect_jumps_to_constants() {
    let cases: [&[Inst]; 3] = [
        &[jalr(RBX, ZERO, 64)],
        &[lui(SLOT0, 0x2_0000), jalr(SLOT0, SLOT0, -1)],
        &[Inst::Auipc { rd: RBX, imm: 4096 }, jalr(ZERO, RBX, 4)],
    ];
    cases.iter().for_each(|case| FAST.check(case));
    assert_listing!("jalr_constant", FAST.listings(cases));
}

#[test]
fn every_branch_goes_where_the_interpreter_goes() {
    for cond in Cond::ALL {
        for [rs1, rs2] in HOMES {
            FAST.check(&[branch(cond, rs1, rs2, 64)]);
            FAST.compare(&[branch(cond, rs1, rs2, -4096), addi(RBX, RBP, 1)]);
        }
        for constant in [0, 1, -1, 7, -2048] {
            FAST.check(&[addi(RBP, ZERO, constant), branch(cond, RBX, RBP, 64)]);
            FAST.check(&[addi(RBP, ZERO, constant), branch(cond, RBP, SLOT128, 64)]);
        }
    }
}
