//! The A extension: `lower/atomic`.

use super::shape::{CAREFUL, FAST};
use super::*;
use crate::isa::{AmoOp, Inst, Ordering, Width};

const WIDTHS: [Width; 2] = [Width::Word, Width::Double];

/// `rd`, `rs1` (the base) and `rs2`.
const HOMES: [[Reg; 3]; 8] = [
    [RBX, RBP, RSI],
    [R13, R12, R8],
    [RBX, RBX, RSI],
    [RBX, RBP, RBP],
    [SLOT80, SLOT0, SLOT8],
    [SLOT128, SLOT88, SLOT128],
    [ZERO, RBX, RBP],
    [RBX, SLOT136, ZERO],
];

fn load_reserved(width: Width, rd: Reg, rs1: Reg) -> Inst {
    Inst::LoadReserved {
        width,
        rd,
        rs1,
        order: Ordering::default(),
    }
}

fn store_conditional(width: Width, rd: Reg, rs1: Reg, rs2: Reg) -> Inst {
    Inst::StoreConditional {
        width,
        rd,
        rs1,
        rs2,
        order: Ordering { aq: true, rl: true },
    }
}

fn amo(op: AmoOp, width: Width, rd: Reg, rs1: Reg, rs2: Reg) -> Inst {
    Inst::Amo {
        op,
        width,
        rd,
        rs1,
        rs2,
        order: Ordering::default(),
    }
}

#[test]
fn load_reserved_in_every_home() {
    let homes = HOMES.map(|[rd, rs1, _]| [load_reserved(Width::Double, rd, rs1)]);
    let word = [load_reserved(Width::Word, RBX, RBP)];
    let cases = homes.iter().chain([&word]).map(|case| &case[..]);
    assert_listing!("lr", FAST.listings(cases));
}

#[test]
fn store_conditional_in_every_home() {
    let homes = HOMES.map(|[rd, rs1, rs2]| [store_conditional(Width::Double, rd, rs1, rs2)]);
    let word = [store_conditional(Width::Word, RBX, RBP, RSI)];
    let cases = homes.iter().chain([&word]).map(|case| &case[..]);
    assert_listing!("sc", FAST.listings(cases));
}

#[test]
fn every_amo_and_every_home() {
    let ops = AmoOp::ALL.map(|op| [amo(op, Width::Double, RBX, RBP, RSI)]);
    let words = [AmoOp::Add, AmoOp::Min].map(|op| [amo(op, Width::Word, RBX, RBP, RSI)]);
    let homes = HOMES.map(|[rd, rs1, rs2]| [amo(AmoOp::Maxu, Width::Word, rd, rs1, rs2)]);
    let cases = ops.iter().chain(&words).chain(&homes[1..]);
    assert_listing!("amo", FAST.listings(cases.map(|case| &case[..])));
}

/// What one atomic has checked, the next and plain accesses use.
#[test]
fn a_checked_base_serves_atomics_too() {
    let case = [
        load_reserved(Width::Word, RBX, RBP),
        amo(AmoOp::Swap, Width::Word, RBX, RBP, RSI),
        super::shape::load(crate::isa::LoadOp::Lw, RBX, RBP, 4),
    ];
    FAST.check_at(RBP, &case);
    assert_listing!("checked_atomic", FAST.listing(&case));
}

/// To be careful is of no use here: a misaligned atomic traps.
#[test]
fn careful_atomics_are_the_same() {
    let case = [amo(AmoOp::Add, Width::Word, RBX, RBP, RSI)];
    assert_eq!(CAREFUL.listing(&case), FAST.listing(&case));
}

#[test]
fn every_atomic_does_what_the_interpreter_does() {
    for width in WIDTHS {
        for [rd, rs1, rs2] in HOMES {
            FAST.check_at(rs1, &[load_reserved(width, rd, rs1)]);
            FAST.check_at(rs1, &[store_conditional(width, rd, rs1, rs2)]);
            for op in AmoOp::ALL {
                FAST.check_at(rs1, &[amo(op, width, rd, rs1, rs2)]);
            }
        }
    }
}

/// Pairs of each width, address the same and not: `rs2` of the SC shows whether it stored.
#[test]
fn a_reservation_is_for_one_address_and_width() {
    for (first, second) in [(0, 0), (0, 1), (1, 0), (1, 1)] {
        for [rd, rs1, rs2] in HOMES {
            if rd == rs1 {
                continue;
            }
            for offset in [0, 4, 8] {
                FAST.compare_at(
                    rs1,
                    &[
                        load_reserved(WIDTHS[first], rd, rs1),
                        super::shape::addi(rs1, rs1, offset),
                        store_conditional(WIDTHS[second], rd, rs1, rs2),
                        store_conditional(WIDTHS[second], rd, rs1, rs2),
                    ],
                );
            }
        }
    }
}
