//! First touches, where they are recorded: `lower/touch`.

use super::super::exit::Mode;
use super::super::inspect::Listing;
use super::super::stubs::{self, TouchCode};
use super::shape::{CAREFUL, DATA, FAST, WINDOW, addi, hart, load, lui, store};
use super::*;
use crate::isa::{AmoOp, Inst, LoadOp, Ordering, Width};
use crate::machine::Memory;

fn listings(cases: &[&[Inst]]) -> String {
    FAST.recorded().listings(cases.iter().copied())
}

fn ld(rd: Reg, rs1: Reg, offset: i32) -> Inst {
    load(LoadOp::Ld, rd, rs1, offset)
}

fn sd(rs2: Reg, rs1: Reg, offset: i32) -> Inst {
    store(Width::Double, rs2, rs1, offset)
}

#[test]
fn a_load_looks_at_its_word() {
    let cases: [&[Inst]; 6] = [
        &[ld(RSI, RBX, 8)],
        &[ld(SLOT0, SLOT8, -8)],
        &[load(LoadOp::Lw, RSI, RBX, 4)],
        &[load(LoadOp::Lbu, RSI, RBX, 0)],
        &[load(LoadOp::Lbu, SLOT128, SLOT88, 3)],
        &[ld(ZERO, RBX, 0)],
    ];
    assert_listing!("touch_load", listings(&cases));
}

#[test]
fn a_store_tries_to_write_before_it_is_logged() {
    let cases: [&[Inst]; 4] = [
        &[sd(RSI, RBX, 8)],
        &[store(Width::Byte, RSI, RBX, 1)],
        &[store(Width::Half, SLOT128, SLOT0, 2)],
        &[sd(ZERO, RBX, 0)],
    ];
    assert_listing!("touch_store", listings(&cases));
}

#[test]
fn a_word_is_looked_at_once() {
    let cases: [&[Inst]; 5] = [
        &[ld(RSI, RBX, 0), sd(RSI, RBX, 0)],
        &[ld(RSI, RBX, 0), load(LoadOp::Lbu, RSI, RBX, 7)],
        // In another word, for all that is known.
        &[load(LoadOp::Lw, RSI, RBX, 0), load(LoadOp::Lw, RSI, RBX, 4)],
        &[
            load(LoadOp::Lw, RSI, RBX, 0),
            load(LoadOp::Lhu, RSI, RBX, 2),
        ],
        // What is loaded is another base.
        &[ld(RBX, RBX, 0), ld(RSI, RBX, 0)],
    ];
    assert_listing!("touch_once", listings(&cases));
}

#[test]
fn a_base_that_moves_takes_what_is_touched_along() {
    let cases: [&[Inst]; 4] = [
        &[
            ld(RSI, RBX, 0),
            addi(RBX, RBX, -8),
            ld(RSI, RBX, 8),
            ld(RSI, RBX, 0),
        ],
        &[
            ld(RSI, RBX, 0),
            addi(RBP, RBX, 16),
            ld(RSI, RBP, -16),
            ld(RSI, RBP, 0),
        ],
        &[
            ld(RSI, RBX, 0),
            addi(RBX, RBX, 4),
            load(LoadOp::Lw, RSI, RBX, 0),
        ],
        // Too far for a displacement to hold.
        &[
            ld(RSI, RBX, 0),
            lui(RDI, i32::MIN),
            super::shape::alu(crate::isa::AluOp::Add, RBX, RBX, RDI),
            load(LoadOp::Lbu, RSI, RBX, 0),
        ],
    ];
    assert_listing!("touch_moved", listings(&cases));
}

#[test]
fn several_words_are_looked_at_together() {
    let group = |offsets: &[i32]| -> Vec<Inst> {
        offsets.iter().map(|&offset| sd(RSI, RBX, offset)).collect()
    };
    let cases: Vec<Vec<Inst>> = [
        &[0, 8][..],
        &[16, 8, 0],
        &[0, 8, 16, 24],
        &[8, 24],
        &[0, 32],
        &[0, 8, 16, 24, 32, 40],
    ]
    .into_iter()
    .map(group)
    .collect();
    let cases: Vec<&[Inst]> = cases.iter().map(Vec::as_slice).collect();
    assert_listing!("touch_group", listings(&cases));
    assert_listing!("touch_apart", FAST.apart().recorded().listings([cases[1]]));
}

#[test]
fn a_known_address_needs_no_index() {
    let data = lui(RBX, DATA as i32);
    let cases: [&[Inst]; 3] = [
        &[data, ld(RSI, RBX, 8), sd(RSI, RBX, 8)],
        &[data, store(Width::Byte, RSI, RBX, 3)],
        &[lui(RBX, WINDOW as i32), ld(RSI, RBX, -8)],
    ];
    assert_listing!("touch_constant", listings(&cases));
}

#[test]
fn a_careful_access_may_touch_two_words() {
    let careful = CAREFUL.recorded();
    let loads = [LoadOp::Lb, LoadOp::Lhu, LoadOp::Ld].map(|op| [load(op, RSI, RBX, 4)]);
    let stores = [Width::Byte, Width::Word].map(|width| [store(width, RSI, RBX, 4)]);
    let cases = loads.iter().chain(&stores).map(|case| &case[..]);
    assert_listing!("touch_careful", careful.listings(cases));
}

#[test]
fn atomics_touch_what_they_access() {
    let (order, width) = (Ordering::default(), Width::Double);
    let (rd, rs1, rs2) = (RSI, RBX, RBP);
    let reserved = Inst::LoadReserved {
        width,
        rd,
        rs1,
        order,
    };
    let conditional = Inst::StoreConditional {
        width: Width::Word,
        rd,
        rs1,
        rs2,
        order,
    };
    let op = AmoOp::Add;
    let amo = Inst::Amo {
        op,
        width,
        rd,
        rs1,
        rs2,
        order,
    };
    let cases: [&[Inst]; 4] = [
        &[reserved],
        &[conditional],
        &[amo],
        // It may have failed.
        &[conditional, load(LoadOp::Lw, RSI, RBX, 0)],
    ];
    assert_listing!("touch_atomic", listings(&cases));
}

#[test]
fn the_stub_that_logs_a_touch() {
    let memory = Memory::recording(WINDOW, WINDOW).unwrap();
    let touch = memory.touch_map().and_then(TouchCode::new);
    let (code, stubs) = stubs::emit(&homes(), touch, None).unwrap();
    let listing = Listing {
        key: (0, Mode::Fast),
        offset: stubs.touch,
        code: &code[stubs.touch..],
        marks: &[],
        cold: usize::MAX,
        sites: &[],
        repeats: false,
        guided: false,
    };
    let mut text = Vec::new();
    listing.write(&mut text, &hart(&[]).memory, None).unwrap();
    let text = String::from_utf8(text).unwrap();
    assert_listing!("touch_stub", text.split_once('\n').unwrap().1);
}
