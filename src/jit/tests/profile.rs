//! What is found out about execution, and when something follows from it: `profile`.

use super::super::float_regs::{FloatHome, FloatHomes};
use super::super::path::Fetched;
use super::super::profile::{
    HOT, LIKELY, MAX_HOT, MAX_PLACES, MAX_TARGETS, Profile, Verdict, WINDOWS,
};
use super::shape::{alu, branch, jal, jalr};
use super::*;
use crate::isa::{AluOp, Cond, FReg, Format, FpInst, Inst, Rounding};

const PC: u64 = 0x1000;

fn add(rd: u32, rs1: u32, rs2: u32) -> Inst {
    alu(AluOp::Add, Reg::new(rd), Reg::new(rs1), Reg::new(rs2))
}

fn at(pc: u64, inst: Inst) -> Fetched {
    let next = pc + 4;
    Fetched {
        pc,
        inst,
        next,
        to: next,
    }
}

/// A profile of nothing, and the homes at that time.
fn fresh() -> (Profile, Homes) {
    (Profile::new(1), Homes::usual())
}

/// The branch at `PC` is taken and passed so often.
fn branched(profile: &mut Profile, taken: u32, passed: u32) {
    let fetched = at(PC, branch(Cond::Eq, RBX, RBP, 64));
    (0..taken).for_each(|_| profile.executed(&fetched, PC + 64));
    (0..passed).for_each(|_| profile.executed(&fetched, PC + 4));
}

/// The indirect jump at `PC` goes to each of `targets` so often.
fn jumped(profile: &mut Profile, targets: &[(u64, u32)]) {
    let fetched = at(PC, jalr(ZERO, RBX, 0));
    for &(to, count) in targets {
        (0..count).for_each(|_| profile.executed(&fetched, to));
    }
}

/// The verdict after the windows that it takes.
fn verdict(profile: &mut Profile, homes: &Homes) -> Verdict {
    for _ in 1..WINDOWS {
        let early = profile.end_window(homes);
        assert!(early.homes.is_none() && early.hot.is_empty());
    }
    profile.end_window(homes)
}

/// The homes that the first verdict wants if each window is `insns`.
fn homes_after(profile: &mut Profile, homes: &Homes, insns: &[Inst]) -> Option<Homes> {
    for &inst in insns {
        profile.executed(&at(PC, inst), PC + 4);
    }
    verdict(profile, homes).homes
}

#[test]
fn each_verdict_is_on_windows_of_its_own_twice_as_far_apart() {
    let (mut profile, usual) = (Profile::new(100), Homes::usual());
    let better = homes_after(&mut profile, &usual, &[add(26, 27, 26)]).unwrap();
    assert_eq!(profile.interval(), 200);
    // What was seen before the verdict does not count any more.
    let back = homes_after(&mut profile, &better, &[add(22, 23, 22)]).unwrap();
    assert_eq!(profile.interval(), 400);
    assert!(matches!(back.of(Reg::new(22)), Home::Gpr(_)));
    assert!(matches!(back.of(Reg::new(26)), Home::Slot(_)));
}

/// As integer registers are, those of floating point get homes by how often they are used.
#[test]
fn floating_point_registers_are_ranked_too() {
    let square_root = Inst::Fp(FpInst::Sqrt {
        format: Format::Double,
        rd: FReg::new(27),
        rs1: FReg::new(26),
        rounding: Rounding::Dyn,
    });
    let (mut profile, usual) = fresh();
    assert_eq!(homes_after(&mut profile, &usual, &[square_root]), None);
    let floating = usual.with_floats(FloatHomes::usual());
    let better = homes_after(&mut profile, &floating, &[square_root]).unwrap();
    let floats = better.floats().unwrap();
    for reg in [26, 27].map(FReg::new) {
        assert!(matches!(floating.float(reg), FloatHome::Slot(_)));
        assert!(matches!(floats.of(reg), FloatHome::Xmm(_)));
    }
    assert_eq!(homes_after(&mut profile, &better, &[square_root]), None);
}

#[test]
fn windows_never_lie_at_one_place() {
    assert_eq!(Profile::new(0).interval(), 1);
    let (mut profile, usual) = (Profile::new(u64::MAX), Homes::usual());
    verdict(&mut profile, &usual);
    assert_eq!(profile.interval(), u64::MAX);
}

#[test]
fn what_is_used_equally_keeps_the_usual_order() {
    let (mut profile, usual) = fresh();
    let better = homes_after(&mut profile, &usual, &[add(27, 27, 27)]).unwrap();
    let mut order = vec![Reg::new(27)];
    order.extend(Homes::usual_order());
    assert_eq!(better, Homes::ranked(&order));
}

#[test]
fn a_small_gain_is_not_worth_all_code() {
    let usual = Homes::usual();
    let cost = usual.of(Reg::new(27)).cost() as usize;
    assert_eq!(cost, 1);
    // One operand in `3 * length` is not in a general register.
    let wanted = |length: usize| {
        let mut insns = vec![add(10, 11, 12); length];
        insns[0] = add(27, 11, 12);
        homes_after(&mut Profile::new(1), &usual, &insns)
    };
    assert_eq!(wanted(6), None);
    assert!(wanted(5).is_some());
}

#[test]
fn x0_and_nothing_at_all_want_no_home() {
    let (mut profile, usual) = fresh();
    assert_eq!(homes_after(&mut profile, &usual, &[]), None);
    assert_eq!(homes_after(&mut profile, &usual, &[add(0, 0, 0)]), None);
}

#[test]
fn a_branch_goes_where_it_went_more_often() {
    for (taken, passed, wanted) in [
        (1, 0, (true, 1.0)),
        (0, 1, (false, 1.0)),
        (3, 1, (true, 0.75)),
        (1, 3, (false, 0.75)),
        // Who knows: the way that needs no jump.
        (2, 2, (false, 0.5)),
    ] {
        let (mut profile, _) = fresh();
        branched(&mut profile, taken, passed);
        // Where the target lies is of no interest then.
        for offset in [-64, 64] {
            assert_eq!(profile.branch(PC, offset), wanted, "{taken} {passed}");
        }
    }
}

#[test]
fn of_a_branch_that_was_never_seen_a_loop_goes_on() {
    let (mut profile, _) = fresh();
    branched(&mut profile, 1, 0);
    assert_eq!(profile.branch(PC + 4, -8), (true, 0.5));
    assert_eq!(profile.branch(PC + 4, 8), (false, 0.5));
    assert_eq!(profile.branch(PC + 4, 0), (false, 0.5));
}

/// Such a branch does not jump, wherever it goes.
#[test]
fn a_branch_to_the_next_instruction_is_passed() {
    let (mut profile, _) = fresh();
    let fetched = at(PC, branch(Cond::Eq, RBX, RBP, 4));
    profile.executed(&fetched, PC + 4);
    assert_eq!(profile.branch(PC, 4), (false, 1.0));
}

#[test]
fn an_indirect_jump_is_likely_to_go_where_it_mostly_went() {
    let target = |targets: &[(u64, u32)]| {
        let (mut profile, _) = fresh();
        jumped(&mut profile, targets);
        profile.target(PC)
    };
    assert_eq!(target(&[]), None);
    assert_eq!(target(&[(0x2000, 1)]), Some((0x2000, 1.0)));
    // Just often enough, in any order, and just not.
    assert_eq!(LIKELY, 0.75);
    assert_eq!(target(&[(0x2000, 3), (0x3000, 1)]), Some((0x2000, 0.75)));
    assert_eq!(target(&[(0x3000, 1), (0x2000, 3)]), Some((0x2000, 0.75)));
    assert_eq!(target(&[(0x2000, 299), (0x3000, 101)]), None);
    assert_eq!(target(&[(0x2000, 1), (0x3000, 1)]), None);
}

#[test]
fn targets_that_are_not_told_apart_still_count() {
    let (mut profile, _) = fresh();
    let others = |count| -> Vec<(u64, u32)> {
        let others = (1..=MAX_TARGETS as u64).map(|index| (0x3000 + 4 * index, count));
        others.collect()
    };
    jumped(&mut profile, &others(1));
    // There is no room for this one, however often it is seen.
    jumped(&mut profile, &[(0x2000, 1000)]);
    assert_eq!(profile.target(PC), None);
    let (mut profile, _) = fresh();
    jumped(&mut profile, &[(0x2000, 3)]);
    jumped(&mut profile, &others(1)[1..]);
    jumped(&mut profile, &[(0x9000, 1)]);
    assert_eq!(profile.target(PC), None);
    jumped(&mut profile, &[(0x2000, 9)]);
    assert_eq!(profile.target(PC), Some((0x2000, 0.75)));
}

/// A profile whose first verdict has seen `pc` entered so often.
fn entered(pc: u64, count: u32) -> (Profile, Verdict) {
    let (mut profile, usual) = fresh();
    (0..count).for_each(|_| profile.entered(pc));
    let verdict = verdict(&mut profile, &usual);
    (profile, verdict)
}

#[test]
fn what_is_entered_often_is_hot() {
    let (profile, verdict) = entered(PC, HOT);
    assert_eq!(verdict.hot, [PC]);
    assert!(profile.is_hot(PC) && !profile.is_hot(PC + 4));
    let (profile, verdict) = entered(PC, HOT - 1);
    assert!(verdict.hot.is_empty() && !profile.is_hot(PC));
}

#[test]
fn entries_count_for_one_verdict() {
    let (mut profile, _) = entered(PC, HOT - 1);
    profile.entered(PC);
    let again = verdict(&mut profile, &Homes::usual());
    assert!(again.hot.is_empty());
}

#[test]
fn what_is_hot_becomes_so_once_and_stays() {
    let (mut profile, _) = entered(PC, HOT);
    (0..HOT).for_each(|_| profile.entered(PC));
    assert!(verdict(&mut profile, &Homes::usual()).hot.is_empty());
    assert!(profile.is_hot(PC));
}

#[test]
fn what_has_changed_is_no_longer_hot_and_may_become_so_again() {
    let (mut profile, _) = entered(PC, HOT);
    assert!(profile.knows_hot());
    profile.cool([PC, PC + 4].into_iter());
    assert!(!profile.is_hot(PC) && !profile.knows_hot());
    (0..HOT).for_each(|_| profile.entered(PC));
    assert_eq!(verdict(&mut profile, &Homes::usual()).hot, [PC]);
}

#[test]
fn a_verdict_is_in_the_order_of_addresses() {
    let (mut profile, usual) = fresh();
    let mut pcs: Vec<u64> = (0..100).map(|index| 4 * (index * 37 % 100)).collect();
    for _ in 0..HOT {
        pcs.iter().for_each(|&pc| profile.entered(pc));
    }
    pcs.sort_unstable();
    assert_eq!(verdict(&mut profile, &usual).hot, pcs);
}

#[test]
fn only_so_many_units_are_hot() {
    let (mut profile, usual) = fresh();
    let pc = |round: u64, index: u64| PC + 4 * index + (round << 32);
    let many = MAX_HOT as u64 / 2 + 1;
    for round in 0..2 {
        for index in 0..many {
            (0..HOT).for_each(|_| profile.entered(pc(round, index)));
        }
        assert_eq!(verdict(&mut profile, &usual).hot.len() as u64, many);
    }
    // Those of the second round have taken the place of those of the first.
    assert!(!profile.is_hot(pc(0, 0)) && !profile.is_hot(pc(0, many - 1)));
    assert!(profile.is_hot(pc(1, 0)) && profile.is_hot(pc(1, many - 1)));
    for index in 0..2 * MAX_HOT as u64 {
        (0..HOT).for_each(|_| profile.entered(pc(2, index)));
    }
    assert_eq!(verdict(&mut profile, &usual).hot.len(), MAX_HOT);
}

#[test]
fn a_loop_is_where_a_branch_or_a_jump_went_back_to() {
    let back = |inst: Inst, from: u64| {
        let (mut profile, _) = entered(PC, HOT);
        profile.executed(&at(from, inst), PC);
        profile.is_loop(PC)
    };
    assert!(back(branch(Cond::Eq, RBX, RBP, -8), PC + 8));
    assert!(back(jal(ZERO, -8), PC + 8));
    assert!(back(jal(ZERO, 0), PC));
    // Forward, and back by a return.
    assert!(!back(jal(ZERO, 8), PC - 8));
    assert!(!back(branch(Cond::Eq, RBX, RBP, 8), PC - 8));
    assert!(!back(jalr(ZERO, Reg::RA, 0), PC + 8));
}

#[test]
fn what_is_not_hot_is_no_loop_yet() {
    let (mut profile, _) = entered(PC, HOT - 1);
    profile.executed(&at(PC + 8, jal(ZERO, -8)), PC);
    assert!(!profile.is_loop(PC));
    (0..HOT).for_each(|_| profile.entered(PC));
    verdict(&mut profile, &Homes::usual());
    assert!(profile.is_loop(PC));
}

#[test]
fn only_so_many_places_are_remembered() {
    let places = (0..MAX_PLACES as u64).map(|index| PC + 0x1000 + 8 * index);
    let (mut profile, _) = fresh();
    branched(&mut profile, 1, 0);
    jumped(&mut profile, &[(0x2000, 1)]);
    for pc in places.clone().skip(1) {
        profile.executed(&at(pc, branch(Cond::Eq, RBX, RBP, 64)), pc + 64);
        profile.executed(&at(pc, jalr(ZERO, RBX, 0)), 0x2000);
    }
    assert_eq!(profile.branch(PC, 64), (true, 1.0));
    assert!(profile.target(PC).is_some());
    // One too many: it starts with an empty book.
    let pc = PC + 8;
    profile.executed(&at(pc, branch(Cond::Eq, RBX, RBP, 64)), pc + 64);
    profile.executed(&at(pc, jalr(ZERO, RBX, 0)), 0x2000);
    assert_eq!(profile.branch(PC, 64), (false, 0.5));
    assert_eq!(profile.branch(pc, 64), (true, 1.0));
    assert_eq!(
        (profile.target(PC), profile.target(pc)),
        (None, Some((0x2000, 1.0)))
    );
}

/// A place that is known does not need room.
#[test]
fn a_full_book_goes_on_counting() {
    let (mut profile, _) = fresh();
    for index in 0..MAX_PLACES as u64 {
        let pc = PC + 8 * index;
        profile.executed(&at(pc, branch(Cond::Eq, RBX, RBP, 64)), pc + 64);
    }
    branched(&mut profile, 0, 3);
    assert_eq!(profile.branch(PC, 64), (false, 0.75));
}

#[test]
fn only_so_many_loops_are_remembered() {
    let (mut profile, usual) = fresh();
    for index in 0..=MAX_PLACES as u64 {
        let pc = PC + 8 * index;
        profile.executed(&at(pc, jal(ZERO, 0)), pc);
    }
    let last = PC + 8 * MAX_PLACES as u64;
    for pc in [PC, last - 8, last] {
        (0..HOT).for_each(|_| profile.entered(pc));
    }
    verdict(&mut profile, &usual);
    assert!(!profile.is_loop(PC) && !profile.is_loop(last - 8) && profile.is_loop(last));
}
