//! What each lowering emits, in every kind of home, and whether it computes
//! what the interpreter does; and what the bookkeeping promises.
//!
//! A listing here is a [`Shape`](shape::Shape)'s: registers are named below by
//! the homes they have in all of them.

mod alu;
mod atomic;
mod cache;
mod chaos;
mod code;
mod control;
#[path = "../../../tests/common/dice.rs"]
mod dice;
mod engine;
mod fault;
mod float;
mod gather;
mod guided;
mod hot;
mod link;
mod mem;
mod muldiv;
mod plan;
mod profile;
mod sequences;
mod shape;
mod side;
mod stored;
mod touch;
mod units;

use super::regs::{Home, Homes};
use super::{Jit, WINDOW};
use crate::interp::Interp;
use crate::isa::Reg;
use crate::machine::{Engine, Hart, Stop};
use dynasmrt::x64::Rq;

const ZERO: Reg = Reg::ZERO;
const RBX: Reg = Reg::new(1);
const RBP: Reg = Reg::new(2);
const RSI: Reg = Reg::new(3);
const RDI: Reg = Reg::new(4);
const R8: Reg = Reg::new(5);
const R12: Reg = Reg::new(9);
const R13: Reg = Reg::new(10);
/// In the frame, so many bytes from `rsp`.
const SLOT0: Reg = Reg::new(11);
const SLOT8: Reg = Reg::new(12);
const SLOT80: Reg = Reg::new(21);
const SLOT88: Reg = Reg::new(22);
const SLOT104: Reg = Reg::new(24);
/// As those, too far for a short displacement.
const SLOT128: Reg = Reg::new(27);
const SLOT136: Reg = Reg::new(28);

/// Executes `budget` instructions, unless something stops it: the engines take
/// turns as the emulator lets them.
fn take_turns(jit: &mut Jit, interp: &mut Interp, hart: &mut Hart, budget: u64) -> Stop {
    let end = hart.state.insns + budget;
    loop {
        let left = |hart: &Hart| end - hart.state.insns;
        let stop = match jit.run(hart, left(hart)) {
            Stop::Pause | Stop::ChunkFull => continue,
            Stop::Observe => window(jit, interp, hart, left(hart)),
            Stop::Cold => pass(interp, hart, left(hart)),
            Stop::Step => interp.run(hart, 1),
            Stop::Budget => return interp.run(hart, left(hart)),
            stop => return stop,
        };
        if stop != Stop::Budget {
            return stop;
        }
    }
}

/// Instructions up to one that jumps, `left` at the most.
fn pass(interp: &mut Interp, hart: &mut Hart, left: u64) -> Stop {
    let mut stop = Stop::Budget;
    for _ in 0..left {
        let pc = hart.state.pc;
        stop = interp.run(hart, 1);
        if stop != Stop::Budget || !(2..=4).contains(&hart.state.pc.wrapping_sub(pc)) {
            break;
        }
    }
    stop
}

/// A window of the JIT's profile, of `left` instructions at the most.
fn window(jit: &mut Jit, interp: &mut Interp, hart: &mut Hart, left: u64) -> Stop {
    let mut stop = Stop::Budget;
    for _ in 0..left.min(WINDOW) {
        let pc = hart.state.pc;
        stop = interp.run(hart, 1);
        if stop != Stop::Budget {
            break;
        }
        jit.observe(&mut hart.memory, pc, hart.state.pc);
    }
    jit.end_window(&mut hart.memory);
    stop
}

/// The homes of these tests: in the order of the registers' numbers.
fn homes() -> Homes {
    Homes::ranked(&[])
}

#[test]
fn registers_are_named_by_their_homes() {
    let named = [
        (ZERO, Home::Zero),
        (RBX, Home::Gpr(Rq::RBX)),
        (RBP, Home::Gpr(Rq::RBP)),
        (RSI, Home::Gpr(Rq::RSI)),
        (RDI, Home::Gpr(Rq::RDI)),
        (R8, Home::Gpr(Rq::R8)),
        (R12, Home::Gpr(Rq::R12)),
        (R13, Home::Gpr(Rq::R13)),
        (SLOT0, Home::Slot(0)),
        (SLOT8, Home::Slot(8)),
        (SLOT80, Home::Slot(80)),
        (SLOT88, Home::Slot(88)),
        (SLOT104, Home::Slot(104)),
        (SLOT128, Home::Slot(128)),
        (SLOT136, Home::Slot(136)),
    ];
    for (reg, home) in named {
        assert_eq!(homes().of(reg), home, "{reg}");
    }
}

/// Compares listings with the snapshot of this name, in `src/jit/snapshots`.
macro_rules! assert_listing {
    ($name:literal, $listing:expr) => {
        insta::with_settings!({
            snapshot_path => "../snapshots",
            prepend_module_to_snapshot => false,
            omit_expression => true,
        }, {
            insta::assert_snapshot!($name, $listing);
        })
    };
}
use assert_listing;
