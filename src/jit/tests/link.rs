//! Links, where accesses are linked to those before: `lower/link`.

use super::super::exit::Mode;
use super::super::inspect::Listing;
use super::super::regs::Homes;
use super::super::stubs::{self, LinkCode, TouchCode};
use super::shape::{DATA, FAST, WINDOW, addi, hart, load, lui, store};
use super::*;
use crate::isa::{Inst, LoadOp, Ordering, Width};
use crate::machine::Memory;

fn listings(cases: &[&[Inst]]) -> String {
    FAST.linked().listings(cases.iter().copied())
}

fn ld(rd: Reg, rs1: Reg, offset: i32) -> Inst {
    load(LoadOp::Ld, rd, rs1, offset)
}

fn sd(rs2: Reg, rs1: Reg, offset: i32) -> Inst {
    store(Width::Double, rs2, rs1, offset)
}

#[test]
fn an_access_logs_what_it_finds() {
    let cases: [&[Inst]; 6] = [
        &[ld(RSI, RBX, 8)],
        &[sd(RSI, RBX, 0)],
        &[load(LoadOp::Lw, RSI, RBX, 4)],
        &[store(Width::Byte, RSI, RBX, 1)],
        // The base takes the register that the clock would go through.
        &[ld(RSI, SLOT8, 8), ld(RSI, SLOT8, 16)],
        &[ld(ZERO, RBX, 0)],
    ];
    assert_listing!("link_access", listings(&cases));
}

#[test]
fn room_and_clock_are_constants_away() {
    let cases: [&[Inst]; 2] = [
        &[ld(RSI, RBX, 0), addi(RSI, RSI, 1), sd(RSI, RBX, 8)],
        &[ld(RSI, RBX, 0), addi(RBX, RBX, 8), ld(RDI, RBX, 0)],
    ];
    assert_listing!("link_segment", listings(&cases));
}

#[test]
fn the_whole_unit() {
    let insns = [ld(RSI, RBX, 8), sd(RSI, RBX, 16)];
    assert_listing!("link_unit", FAST.linked().whole(&insns));
}

#[test]
fn a_known_address_is_linked_too() {
    let data = lui(RBX, DATA as i32);
    let cases: [&[Inst]; 2] = [
        &[data, ld(RSI, RBX, 8), sd(RSI, RBX, 8)],
        &[lui(RBX, WINDOW as i32), ld(RSI, RBX, -8)],
    ];
    assert_listing!("link_constant", listings(&cases));
}

#[test]
fn what_is_rare_is_left_to_the_interpreter() {
    let (order, width) = (Ordering::default(), Width::Double);
    let (rd, rs1, rs2) = (RSI, RBX, RBP);
    let op = crate::isa::AmoOp::Add;
    let cases: [&[Inst]; 4] = [
        &[load(LoadOp::Lw, RSI, RBX, 1)],
        &[Inst::LoadReserved {
            width,
            rd,
            rs1,
            order,
        }],
        &[Inst::StoreConditional {
            width,
            rd,
            rs1,
            rs2,
            order,
        }],
        &[Inst::Amo {
            op,
            width,
            rd,
            rs1,
            rs2,
            order,
        }],
    ];
    assert_listing!("link_rare", listings(&cases));
}

#[test]
fn the_stubs_keep_the_log() {
    let memory = Memory::linking(WINDOW, WINDOW, 8).unwrap();
    let touch = memory.touch_map().and_then(TouchCode::new);
    let link = memory.link_map().and_then(|(map, _)| LinkCode::new(map));
    let homes = Homes::usual_beside_log().reranked(&[]);
    let (code, stubs) = stubs::emit(&homes, touch, link).unwrap();
    let listing = Listing {
        key: (0, Mode::Fast),
        offset: 0,
        code: &code,
        marks: &[],
        cold: stubs.first,
        sites: &[],
        repeats: false,
        guided: false,
    };
    let mut text = Vec::new();
    listing.write(&mut text, &hart(&[]).memory, None).unwrap();
    let text = String::from_utf8(text).unwrap();
    assert_listing!("link_stubs", text.split_once('\n').unwrap().1);
}
