//! When homes change: `profile`.

use super::super::profile::Profile;
use super::*;
use crate::isa::{AluOp, Inst};
use crate::jit::tests::shape::alu;

fn add(rd: u32, rs1: u32, rs2: u32) -> Inst {
    alu(AluOp::Add, Reg::new(rd), Reg::new(rs1), Reg::new(rs2))
}

/// The first verdict if every sample is `stretch`, however many it takes;
/// nothing if there was enough time for one.
fn verdict(profile: &mut Profile, homes: &Homes, stretch: &[Inst]) -> Option<Homes> {
    let interval = profile.interval();
    while profile.interval() == interval {
        profile.sample(stretch.iter().copied());
        if let Some(better) = profile.verdict(homes) {
            return Some(better);
        }
    }
    None
}

#[test]
fn each_verdict_is_on_samples_of_its_own_twice_as_far_apart() {
    let (mut profile, usual) = (Profile::new(), Homes::usual());
    let first = profile.interval();
    let better = verdict(&mut profile, &usual, &[add(26, 27, 26)]).unwrap();
    assert_eq!(profile.interval(), 2 * first);
    // What was sampled before the verdict does not count any more.
    let back = verdict(&mut profile, &better, &[add(22, 23, 22)]).unwrap();
    assert_eq!(profile.interval(), 4 * first);
    assert!(matches!(back.of(Reg::new(22)), Home::Gpr(_)));
    assert!(matches!(back.of(Reg::new(26)), Home::Slot(_)));
}

#[test]
fn what_is_used_equally_keeps_the_usual_order() {
    let better = verdict(&mut Profile::new(), &Homes::usual(), &[add(27, 27, 27)]).unwrap();
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
    let stretch = |length: usize| {
        let mut insns = vec![add(10, 11, 12); length];
        insns[0] = add(27, 11, 12);
        insns
    };
    assert_eq!(verdict(&mut Profile::new(), &usual, &stretch(6)), None);
    assert!(verdict(&mut Profile::new(), &usual, &stretch(5)).is_some());
}

#[test]
fn x0_and_nothing_at_all_want_no_home() {
    let usual = Homes::usual();
    assert_eq!(verdict(&mut Profile::new(), &usual, &[]), None);
    assert_eq!(verdict(&mut Profile::new(), &usual, &[add(0, 0, 0)]), None);
}
