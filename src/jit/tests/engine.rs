//! The engine around the units: links, misses, budgets, windows, and code memory that is full.

use super::super::Jit;
use super::super::cache::Cache;
use super::super::exit::Mode;
use super::super::side::{self, Side};
use super::shape::{CODE, DATA, addi, alu, branch, hart, jalr, load, muldiv, store};
use super::*;
use crate::interp::Interp;
use crate::isa::{AluOp, Cond, Inst, LoadOp, MulDivOp, Width};
use crate::machine::{Engine, Hart, MachineState, Memory, PAGE_SIZE, Stop};

/// Seven times: a load that is misaligned more often than not, a product in
/// `x27`, a call, a store.
fn program() -> Vec<Inst> {
    const X27: Reg = Reg::new(27);
    let mut insns = vec![
        addi(RBP, ZERO, 7),
        load(LoadOp::Ld, RSI, RBX, 0),
        addi(RBX, RBX, 3),
        muldiv(MulDivOp::Mul, X27, X27, RSI),
        alu(AluOp::Add, X27, X27, RBX),
        jalr(R8, RDI, 0),
        store(Width::Double, X27, RBX, 8),
        addi(RBP, RBP, -1),
        branch(Cond::Ne, RBP, ZERO, -28),
        Inst::Ecall,
    ];
    insns.extend([alu(AluOp::Xor, X27, X27, RSI), jalr(ZERO, R8, 0)]);
    insns
}

pub(super) fn start() -> Hart {
    let mut hart = hart(&program());
    hart.state.set_reg(RBX, DATA);
    hart.state.set_reg(RDI, CODE + 4 * 10);
    hart
}

pub(super) fn engine(hart: &mut Hart) -> Jit {
    Jit::new(&mut hart.memory).unwrap()
}

/// Executes `budget` instructions, or all to the `ecall`.
pub(super) fn run(jit: &mut Jit, hart: &mut Hart, budget: u64) -> Stop {
    take_turns(jit, &mut Interp::new(), hart, budget)
}

/// What the interpreter makes of it.
pub(super) fn expected(budget: u64) -> (Stop, MachineState, Vec<u8>) {
    let mut hart = start();
    let stop = Interp::new().run(&mut hart, budget);
    outcome(stop, &hart)
}

pub(super) fn outcome(stop: Stop, hart: &Hart) -> (Stop, MachineState, Vec<u8>) {
    let data = hart.memory.peek(DATA, PAGE_SIZE).unwrap();
    (stop, hart.state.clone(), data)
}

/// Instructions to the `ecall`.
const LENGTH: u64 = 1 + 7 * 10;

#[test]
fn any_budget_is_kept_to_the_instruction() {
    for budget in 0..=LENGTH + 1 {
        let mut hart = start();
        let mut jit = engine(&mut hart);
        let stop = run(&mut jit, &mut hart, budget);
        assert!(outcome(stop, &hart) == expected(budget), "{budget}");
        let wanted = if budget > LENGTH {
            Stop::Ecall
        } else {
            Stop::Budget
        };
        // The end is known as soon as it is reached, without a budget for it.
        assert!(stop == wanted || budget == LENGTH, "{budget}: {stop:?}");
    }
}

#[test]
fn emitted_code_retires_no_more_than_its_budget() {
    let mut hart = start();
    let mut jit = engine(&mut hart);
    for budget in (0..9).cycle().take(60) {
        let before = hart.state.insns;
        jit.run(&mut hart, budget);
        assert!(hart.state.insns - before <= budget);
        let wanted = expected(hart.state.insns);
        assert!(hart.state == wanted.1);
        // A segment may be longer than any of these budgets.
        Interp::new().run(&mut hart, 1);
    }
}

#[test]
fn a_guest_may_stop_anywhere_and_go_on() {
    for piece in 1..30 {
        let mut hart = start();
        let mut jit = engine(&mut hart);
        while run(&mut jit, &mut hart, piece) == Stop::Budget {}
        assert!(outcome(Stop::Ecall, &hart) == expected(1000), "{piece}");
    }
}

/// The units know the size of the window that they were emitted for.
#[test]
fn another_memory_is_left_to_the_interpreter() {
    let mut hart = start();
    let mut jit = engine(&mut hart);
    assert_eq!(jit.run(&mut hart, 20), Stop::Budget);
    hart.memory = Memory::new(DATA, DATA).unwrap();
    assert_eq!(jit.run(&mut hart, 20), Stop::Step);
    let (mut jit, mut other) = (engine(&mut start()), start());
    engine(&mut other);
    assert_eq!(jit.run(&mut other, 20), Stop::Step);
}

#[test]
fn full_code_memory_is_cleared() {
    let mut hart = start();
    let mut jit = engine(&mut hart);
    let stubs = jit.free;
    let mut pieces = 0;
    loop {
        jit.free = jit.code.size() - 16;
        // No unit is found again: all are too long for what is left.
        jit.cache = Cache::default();
        side::initialize(&mut hart.memory, side::Bank::Run);
        match run(&mut jit, &mut hart, 9) {
            Stop::Budget => pieces += 1,
            stop => break assert_eq!(stop, Stop::Ecall),
        }
        assert!(jit.free > stubs && jit.free < 0x10000, "{:#x}", jit.free);
    }
    assert_eq!(pieces, LENGTH / 9);
    assert!(outcome(Stop::Ecall, &hart) == expected(1000));
}

#[test]
fn code_is_compiled_when_execution_has_arrived_often() {
    for patience in 0..7 {
        let mut hart = start();
        let mut jit = engine(&mut hart);
        jit.set_patience(patience);
        for _ in 1..patience {
            assert_eq!(jit.run(&mut hart, 1), Stop::Cold);
            assert!(jit.cache.find((CODE, Mode::Fast)).is_none());
        }
        // Its first segment is longer than that.
        assert_eq!(jit.run(&mut hart, 1), Stop::Budget);
        assert!(jit.cache.find((CODE, Mode::Fast)).is_some());
        assert_eq!(hart.state.insns, 0);
    }
}

#[test]
fn a_guest_does_not_notice_patience() {
    for patience in 0..20 {
        let mut hart = start();
        let mut jit = engine(&mut hart);
        jit.set_patience(patience);
        let stop = run(&mut jit, &mut hart, 1000);
        assert!(outcome(stop, &hart) == expected(1000), "{patience}");
    }
}

#[test]
fn a_guest_does_not_notice_new_homes() {
    let mut hart = start();
    let mut jit = engine(&mut hart);
    let usual = jit.homes.clone();
    for _ in 0..40 {
        hart.state = start().state;
        hart.memory
            .initialize(DATA, &start().memory.peek(DATA, PAGE_SIZE).unwrap())
            .unwrap();
        loop {
            jit.until_window = 5;
            if run(&mut jit, &mut hart, 8) == Stop::Ecall {
                break;
            }
        }
        assert!(outcome(Stop::Ecall, &hart) == expected(1000));
    }
    assert_ne!(jit.homes, usual);
}

#[test]
fn an_indirect_jump_is_missed_once() {
    let mut hart = start();
    let mut jit = engine(&mut hart);
    assert_eq!(run(&mut jit, &mut hart, 1000), Stop::Ecall);
    for target in [CODE + 4 * 10, CODE + 4 * 6] {
        let unit = jit.cache.find((target, Mode::Fast));
        let host = jit.code.address(unit.unwrap());
        let at = std::mem::offset_of!(Side, jumps) + 16 * side::jump_index(target);
        let entry = [target.to_le_bytes(), host.to_le_bytes()].concat();
        assert_eq!(hart.memory.side_area()[at..at + 16], entry);
    }
}
