//! Loads and stores: `lower/mem`.

use super::shape::{CAREFUL, DATA, FAST, Shape, WINDOW, addi, alu, load, lui, store};
use super::*;
use crate::isa::{AluOp, Inst, LoadOp, Width};

/// Value and base, in each kind of home.
const HOMES: [[Reg; 2]; 9] = [
    [RBX, RBP],
    [RSI, RSI],
    [R8, R12],
    [R12, R13],
    [SLOT0, SLOT8],
    [SLOT128, SLOT88],
    [SLOT88, SLOT88],
    [RDI, SLOT136],
    [SLOT136, RDI],
];

fn listings(shape: Shape, cases: &[Vec<Inst>]) -> String {
    shape.listings(cases.iter().map(Vec::as_slice))
}

fn cases<const N: usize>(
    homes: &[[Reg; 2]],
    make: impl Fn(Reg, Reg) -> [Inst; N],
) -> Vec<Vec<Inst>> {
    homes
        .iter()
        .map(|&[value, base]| make(value, base).to_vec())
        .collect()
}

#[test]
fn loads_of_every_width() {
    let cases: Vec<Vec<Inst>> = LoadOp::ALL
        .into_iter()
        .flat_map(|op| {
            cases(&[[RBX, RBP], [SLOT128, SLOT0]], |rd, rs1| {
                [load(op, rd, rs1, 8)]
            })
        })
        .collect();
    assert_listing!("load", listings(FAST, &cases));
}

#[test]
fn stores_of_every_width() {
    let homes = [[RBX, RBP], [RSI, RDI], [SLOT128, SLOT0]];
    let cases: Vec<Vec<Inst>> = Width::ALL
        .into_iter()
        .flat_map(|width| cases(&homes, |rs2, rs1| [store(width, rs2, rs1, 8)]))
        .collect();
    assert_listing!("store", listings(FAST, &cases));
}

#[test]
fn double_words_in_every_home() {
    let load = cases(&HOMES, |rd, rs1| [load(LoadOp::Ld, rd, rs1, -2048)]);
    assert_listing!("ld", listings(FAST, &load));
    let store = cases(&HOMES, |rs2, rs1| [store(Width::Double, rs2, rs1, 0)]);
    assert_listing!("sd", listings(FAST, &store));
}

#[test]
fn what_is_not_kept_is_accessed_all_the_same() {
    let load = load(LoadOp::Lw, ZERO, RBX, 0);
    let store = store(Width::Half, ZERO, RBX, 0);
    assert_listing!("access_zero", FAST.listings([&[load][..], &[store]]));
}

/// Value and base, in slots.
const SLOTS: [[Reg; 2]; 3] = [[SLOT0, SLOT8], [SLOT128, SLOT88], [SLOT88, SLOT88]];

/// The second access needs no check, where that is so.
#[test]
fn a_base_is_checked_once() {
    let cases: [&[Inst]; 9] = [
        &[
            load(LoadOp::Ld, RSI, RBX, 0),
            load(LoadOp::Lw, RDI, RBX, 12),
        ],
        // A wider access asks for more alignment, a byte for none.
        &[load(LoadOp::Lw, RSI, RBX, 0), load(LoadOp::Ld, RDI, RBX, 8)],
        &[
            load(LoadOp::Lbu, RSI, RBX, 0),
            store(Width::Byte, RSI, RBX, 1),
        ],
        &[
            store(Width::Word, RSI, SLOT0, 0),
            store(Width::Word, RSI, SLOT0, 4),
        ],
        // A base that moves takes what is known along, in place or not.
        &[
            load(LoadOp::Ld, RSI, RBX, 0),
            addi(RBX, RBX, 8),
            load(LoadOp::Ld, RDI, RBX, 0),
        ],
        &[
            load(LoadOp::Ld, RSI, RBX, 0),
            addi(SLOT0, RBX, -4),
            load(LoadOp::Lw, RDI, SLOT0, 0),
            load(LoadOp::Ld, RDI, SLOT0, 0),
        ],
        // Further than the guards reach.
        &[
            load(LoadOp::Ld, RSI, RBX, 0),
            lui(RDI, 0x7000),
            alu(AluOp::Add, RBX, RBX, RDI),
            load(LoadOp::Ld, RSI, RBX, 0),
            lui(RDI, 0x7000),
            alu(AluOp::Add, RBX, RBX, RDI),
            load(LoadOp::Ld, RSI, RBX, 0),
        ],
        // A base that is loaded anew is another one.
        &[load(LoadOp::Ld, RBX, RBX, 0), load(LoadOp::Ld, RSI, RBX, 0)],
        // A copy is as good.
        &[
            load(LoadOp::Ld, RSI, RBX, 0),
            addi(RBP, RBX, 0),
            store(Width::Double, RSI, RBP, 16),
        ],
    ];
    for case in cases {
        FAST.compare_at(RBX, case);
        FAST.compare_at(SLOT0, case);
    }
    assert_listing!("checked_base", FAST.listings(cases));
}

#[test]
fn an_offset_that_spoils_the_alignment() {
    let cases: [&[Inst]; 4] = [
        &[load(LoadOp::Lw, RSI, RBX, 2)],
        &[load(LoadOp::Ld, SLOT128, SLOT0, -2047)],
        &[store(Width::Half, RSI, RBX, 1)],
        &[store(Width::Double, SLOT128, SLOT0, 4)],
    ];
    assert_listing!("odd_offset", FAST.listings(cases));
}

#[test]
fn careful_accesses() {
    let loads = LoadOp::ALL.map(|op| vec![load(op, RSI, RBX, 4)]);
    let in_slots = cases(&SLOTS, |rd, rs1| [load(LoadOp::Ld, rd, rs1, 0)]);
    assert_listing!(
        "careful_load",
        listings(CAREFUL, &[&loads[..], &in_slots].concat())
    );
    let stores = Width::ALL.map(|width| vec![store(width, RSI, RBX, 4)]);
    let in_slots = cases(&SLOTS, |rs2, rs1| [store(Width::Double, rs2, rs1, 0)]);
    assert_listing!(
        "careful_store",
        listings(CAREFUL, &[&stores[..], &in_slots].concat())
    );
}

#[test]
fn constant_addresses() {
    let data = lui(RBX, DATA as i32);
    let window = lui(RBX, WINDOW as i32);
    let cases: [&[Inst]; 6] = [
        &[data, load(LoadOp::Lw, RSI, RBX, 8)],
        &[
            data,
            store(Width::Double, SLOT0, RBX, 0x10),
            load(LoadOp::Lb, SLOT128, RBX, 1),
        ],
        // The last bytes of the window, and what is not plain: outside, misaligned, below zero.
        &[window, load(LoadOp::Ld, RSI, RBX, -8)],
        &[window, load(LoadOp::Ld, RSI, RBX, 0)],
        &[data, load(LoadOp::Lw, RSI, RBX, 2)],
        &[store(Width::Word, RSI, ZERO, -4)],
    ];
    cases[..2].iter().for_each(|case| FAST.check(case));
    assert_listing!("constant_address", FAST.listings(cases));
}

#[test]
fn every_access_does_what_the_interpreter_does() {
    for shape in [FAST, CAREFUL] {
        for [value, base] in HOMES {
            for offset in [0, 8, 2, 1, -2048, 2047] {
                for op in LoadOp::ALL {
                    shape.check_at(base, &[load(op, value, base, offset)]);
                }
                for width in Width::ALL {
                    shape.check_at(base, &[store(width, value, base, offset)]);
                }
            }
        }
    }
}
