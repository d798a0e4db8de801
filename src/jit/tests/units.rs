//! Units from the way in to the ways out, and the stubs around them.

use super::super::exit::Mode;
use super::super::float_regs::FloatHomes;
use super::super::inspect::Listing;
use super::super::stubs;
use super::shape::{CAREFUL, FAST, Shape, addi, branch, hart, jal, jalr, load, muldiv, store};
use super::*;
use crate::isa::{CacheBlockOp, Cond, CsrOp, CsrSource, Inst, LoadOp, MulDivOp, Width};

#[test]
fn a_whole_unit() {
    let insns = [
        load(LoadOp::Ld, RSI, RBX, 0),
        muldiv(MulDivOp::Divu, SLOT0, RSI, RBP),
        addi(RBX, RBX, 8),
        branch(Cond::Ne, SLOT0, ZERO, -12),
        store(Width::Byte, SLOT128, RBX, 1),
        jalr(ZERO, R8, 0),
    ];
    assert_listing!("unit", FAST.whole(&insns));
}

#[test]
fn a_whole_careful_unit() {
    let insns = [load(LoadOp::Lw, RSI, RBX, 0), jal(ZERO, -4)];
    assert_listing!("unit_careful", CAREFUL.whole(&insns));
}

#[test]
fn the_stubs() {
    assert_listing!("stubs", stubs_listing(&homes()));
}

/// The tables behind the code are none.
#[test]
fn the_stubs_with_floating_point_registers() {
    let homes = homes().with_floats(FloatHomes::ranked(&[]));
    assert_listing!("stubs_floating", stubs_listing(&homes));
}

fn stubs_listing(homes: &Homes) -> String {
    let (code, stubs) = stubs::emit(homes, None, None).unwrap();
    let ret = code.iter().rposition(|&byte| byte == 0xc3).unwrap();
    let end = match stubs.flags {
        0 => code.len(),
        _ => ret + 1,
    };
    let memory = hart(&[]).memory;
    let part = |name: &str, start: usize, end: usize| {
        let listing = Listing {
            key: (0, Mode::Fast),
            offset: start,
            code: &code[start..end],
            marks: &[],
            cold: usize::MAX,
            sites: &[],
            repeats: false,
            guided: false,
        };
        let mut text = Vec::new();
        listing.write(&mut text, &memory, None).unwrap();
        let text = String::from_utf8(text).unwrap();
        let (_, lines) = text.split_once('\n').unwrap();
        format!("{name}:\n{lines}")
    };
    let text = [
        part("enter", stubs.enter, stubs.miss),
        part("miss", stubs.miss, stubs.exit),
        part("exit", stubs.exit, end),
    ];
    text.concat()
}

#[test]
fn the_environment_and_the_interpreter_have_their_own_instructions() {
    let counter = Inst::Csr {
        op: CsrOp::Set,
        rd: RBX,
        csr: 0xc02,
        source: CsrSource::Reg(ZERO),
    };
    let fence_i = Inst::FenceI {
        rd: ZERO,
        rs1: ZERO,
        imm: 0,
    };
    let block = Inst::CacheBlock {
        op: CacheBlockOp::Zero,
        rs1: RBX,
    };
    let apart = [Inst::Ecall, Inst::Ebreak, fence_i, counter, block];
    let cases = apart.map(|inst| [addi(RBX, RBX, 1), inst]);
    assert_listing!("ends", FAST.listings(cases.iter().map(|case| &case[..])));
}

#[test]
fn a_fence_orders_nothing() {
    let fence = Inst::Fence {
        rd: ZERO,
        rs1: ZERO,
        sets: 0xff,
    };
    let case = [fence, addi(RBX, RBX, 1)];
    FAST.check(&case);
    insta::assert_snapshot!(FAST.listing(&case), @r"
    fence iorw,iorw
    addi x1,x1,1
        add rbx, 1
    ");
}

#[test]
fn a_jump_to_itself_is_linked_to_itself() {
    insta::assert_snapshot!(FAST.listing(&[jal(ZERO, 0)]), @r"
    jal x0,10000
        jmp -> the start of the unit
    ");
    assert_eq!(FAST.compare(&[jal(ZERO, 0)]), 40);
}

#[test]
fn a_branch_to_the_start_is_linked_to_it() {
    let case = [addi(RBX, RBX, -1), branch(Cond::Ne, RBX, ZERO, -4)];
    FAST.check(&case);
    insta::assert_snapshot!(FAST.listing(&case), @r"
    addi x1,x1,-1
        add rbx, 0xffffffffffffffff
    bne x1,x0,10000
        test rbx, rbx
        jne -> the start of the unit
    ");
}

#[test]
fn a_unit_that_is_long_enough_goes_on_at_the_next() {
    let last_jump = |shape: Shape| {
        let listing = shape.listing(&[addi(RBX, RBX, 1); 100]);
        let mut jumps = listing.lines().filter(|line| line.contains(" -> "));
        jumps.next_back().unwrap().trim().to_owned()
    };
    insta::assert_snapshot!(last_jump(FAST), @"jmp -> to the fast unit of 0x10100");
    insta::assert_snapshot!(last_jump(CAREFUL), @"jmp -> to the fast unit of 0x10040");
}
