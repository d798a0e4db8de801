//! Units as bytes: what comes back is what there was, or nothing.

use super::super::columns::{Input, Output};
use super::super::float_regs::FloatHomes;
use super::super::path;
use super::super::profile::Profile;
use super::super::seal::{Origin, Seal};
use super::super::stored::NotRestored;
use super::super::{Jit, stubs};
use super::dice::Dice;
use super::engine::{engine, expected, outcome, run, start};
use super::shape::{CODE, DATA, WINDOW, addi, alu_imm, branch, hart, jal, jalr};
use super::*;
use crate::interp::Interp;
use crate::isa::{AluOp, Cond, FReg, Inst, encode};
use crate::machine::{Access, Engine, Hart, Memory, PAGE_SIZE, Stop};

/// A program whose code is text.
fn settled() -> Hart {
    let mut hart = start();
    hart.memory.settle_text(DATA);
    hart.memory.take_stale_code();
    hart
}

/// A JIT that has run the program, and its hart.
fn done() -> (Jit, Hart) {
    let mut hart = settled();
    let mut jit = engine(&mut hart);
    let stop = run(&mut jit, &mut hart, 1000);
    assert!(outcome(stop, &hart) == expected(1000));
    (jit, hart)
}

fn listing(jit: &Jit, hart: &Hart) -> String {
    let mut text = Vec::new();
    jit.write_listing(&mut text, &hart.memory, 0..u64::MAX)
        .unwrap();
    String::from_utf8(text).unwrap()
}

#[test]
fn what_is_restored_runs_as_what_was_stored() {
    let (mut jit, hart) = done();
    let mut stored = jit.store_units(&hart.memory).unwrap();
    let mut again = settled();
    let mut other = engine(&mut again);
    let bytes = other.restore_units(&mut again.memory, &mut stored).unwrap();
    assert!(bytes > 0);
    assert_eq!(listing(&other, &again), listing(&jit, &hart));
    assert_eq!((other.free, other.kept), (jit.free, jit.kept));
    let emitted = other.code_bytes();
    let stop = run(&mut other, &mut again, 1000);
    assert!(outcome(stop, &again) == expected(1000));
    assert_eq!(other.code_bytes(), emitted);
    // There is nothing new.
    assert_eq!(jit.store_units(&hart.memory), None);
    assert_eq!(other.store_units(&again.memory), None);
}

/// Patience is for what is not compiled.
#[test]
fn what_is_restored_is_used_at_once() {
    let (mut jit, hart) = done();
    let mut stored = jit.store_units(&hart.memory).unwrap();
    let mut again = settled();
    let mut other = engine(&mut again);
    other.set_patience(u8::MAX);
    assert_eq!(other.run(&mut again, 1000), Stop::Cold);
    other.restore_units(&mut again.memory, &mut stored).unwrap();
    let stop = other.run(&mut again, 1000);
    assert!(stop != Stop::Cold && again.state.insns > 0, "{stop:?}");
}

#[test]
fn units_are_added_to_what_was_restored() {
    let mut hart = settled();
    let mut jit = engine(&mut hart);
    run(&mut jit, &mut hart, 3);
    let mut part = jit.store_units(&hart.memory).unwrap();
    let mut hart = settled();
    let mut jit = engine(&mut hart);
    jit.restore_units(&mut hart.memory, &mut part).unwrap();
    let stop = run(&mut jit, &mut hart, 1000);
    assert!(outcome(stop, &hart) == expected(1000));
    let mut whole = jit.store_units(&hart.memory).unwrap();
    let mut again = settled();
    let mut other = engine(&mut again);
    other.restore_units(&mut again.memory, &mut whole).unwrap();
    assert_eq!(listing(&other, &again), listing(&jit, &hart));
}

#[test]
fn homes_and_the_pace_of_windows_are_kept() {
    let (mut jit, mut hart) = done();
    // Without floating-point registers, and with them in an order of their own.
    let floating = homes().with_floats(FloatHomes::ranked(&[FReg::new(31)]));
    for homes in [homes(), floating] {
        homes_are_kept(&mut jit, &mut hart, &homes);
    }
}

fn homes_are_kept(jit: &mut Jit, hart: &mut Hart, homes: &Homes) {
    jit.homes = homes.clone();
    jit.clear(&mut hart.memory).unwrap();
    jit.profile = Profile::new(1 << 20);
    hart.state = settled().state;
    run(jit, hart, 1000);
    let mut stored = jit.store_units(&hart.memory).unwrap();
    let mut again = settled();
    let mut other = engine(&mut again);
    assert!(other.homes != *homes);
    other.restore_units(&mut again.memory, &mut stored).unwrap();
    assert_eq!(other.homes, *homes);
    assert_eq!(other.until_window, 1 << 20);
    let stop = run(&mut other, &mut again, 1000);
    assert!(outcome(stop, &again) == expected(1000));
}

/// Goes around a loop that calls a function, in which every other call goes along
/// with a branch; what is hot there the JIT has found out.
fn hot() -> (Jit, Hart) {
    let mut hart = looping();
    let mut jit = engine(&mut hart);
    jit.observe_every(100);
    // Until windows have nothing to say that is new.
    assert_eq!(run(&mut jit, &mut hart, 1_000_000), Stop::Budget);
    (jit, hart)
}

fn looping() -> Hart {
    let mut hart = hart(&[
        addi(RBX, RBX, 1),
        jal(RSI, 12),
        branch(Cond::Ne, RBX, ZERO, -8),
        Inst::Ecall,
        alu_imm(AluOp::And, RBP, RBX, 1),
        branch(Cond::Eq, RBP, ZERO, 8),
        addi(RDI, RDI, 3),
        jalr(ZERO, RSI, 0),
    ]);
    hart.memory.settle_text(DATA);
    hart.memory.take_stale_code();
    hart
}

#[test]
fn what_was_hot_stays_so() {
    let (mut jit, hart) = hot();
    let known = |jit: &Jit| {
        let of = |pc| (jit.profile.is_hot(pc), jit.profile.is_loop(pc));
        (0..8).map(|index| of(CODE + 4 * index)).collect::<Vec<_>>()
    };
    assert!(known(&jit).contains(&(true, true)));
    let mut stored = jit.store_units(&hart.memory).unwrap();
    let mut again = looping();
    let mut other = engine(&mut again);
    other.restore_units(&mut again.memory, &mut stored).unwrap();
    assert_eq!(known(&other), known(&jit));
    assert_eq!(other.profile.interval(), jit.profile.interval());
    assert_eq!(listing(&other, &again), listing(&jit, &hart));
    // More windows have nothing to say of it. They end anywhere, and so there are
    // new units.
    again.state = hart.state.clone();
    let interval = other.profile.interval();
    let mut interp = Interp::new();
    while other.profile.interval() < 4 * interval {
        let stop = take_turns(&mut other, &mut interp, &mut again, 1000);
        assert_eq!(stop, Stop::Budget);
    }
    assert!(listing(&other, &again).starts_with(&listing(&jit, &hart)));
    assert_eq!(known(&other), known(&jit));
}

/// What is compiled once more, for want of room, goes where it went.
#[test]
fn what_guides_is_kept() {
    let (mut jit, hart) = hot();
    let mut stored = jit.store_units(&hart.memory).unwrap();
    let anew = |mut jit: Jit, mut hart: Hart| {
        jit.clear(&mut hart.memory).unwrap();
        jit.until_window = u64::MAX;
        run(&mut jit, &mut hart, 1000);
        assert!(jit.cache.units().any(|unit| unit.guided));
        listing(&jit, &hart)
    };
    let mut again = looping();
    let mut other = engine(&mut again);
    other.restore_units(&mut again.memory, &mut stored).unwrap();
    again.state = hart.state.clone();
    assert_eq!(anew(other, again), anew(jit, hart));
}

/// A unit that is compiled again with a guide makes no more units than there were.
#[test]
fn what_has_become_hot_is_news() {
    let mut hart = looping();
    let mut jit = engine(&mut hart);
    run(&mut jit, &mut hart, 1000);
    let cold = jit.store_units(&hart.memory).unwrap();
    let (mut jit, mut interp) = (engine(&mut hart), Interp::new());
    let restored = jit.restore_units(&mut hart.memory, &mut cold.clone());
    assert!(restored.is_some());
    assert_eq!(jit.store_units(&hart.memory), None);
    while !jit.profile.knows_hot() {
        jit.until_window = jit.until_window.min(100);
        take_turns(&mut jit, &mut interp, &mut hart, 1000);
    }
    take_turns(&mut jit, &mut interp, &mut hart, 1000);
    assert!(jit.store_units(&hart.memory).is_some());
}

#[test]
fn a_profile_is_of_text() {
    let mut profile = Profile::new(5);
    let mut went = |index: u64, to: u64| {
        let pc = CODE + 4 * index;
        let fetched = path::fetch(&mut looping().memory, pc).unwrap();
        profile.executed(&fetched, to);
    };
    went(2, CODE);
    went(5, CODE + 24);
    went(7, CODE + 8);
    let bytes = |profile: &Profile, kept: bool| {
        let mut out = Output::default();
        profile.write(&mut out, |_| kept);
        out.0
    };
    let read = |bytes: &[u8]| {
        let mut input = Input(bytes);
        Profile::read(&mut input).filter(|_| input.0.is_empty())
    };
    let whole = bytes(&profile, true);
    let other = read(&whole).unwrap();
    assert_eq!(bytes(&other, true), whole);
    assert_eq!(other.branch(CODE + 8, -8), (true, 1.0));
    assert_eq!(other.branch(CODE + 20, 8), (false, 1.0));
    assert_eq!(other.target(CODE + 28), Some((CODE + 8, 1.0)));
    let none = bytes(&profile, false);
    assert_eq!(none, bytes(&Profile::new(5), true));
    assert!(read(&none).is_some() && read(&whole[..whole.len() - 1]).is_none());
    // Windows that are no instructions apart.
    assert!(read(&[&[0], &none[1..]].concat()).is_none());
}

#[test]
fn what_is_not_the_programs_text_is_not_stored() {
    // Never settled.
    let mut hart = start();
    let mut jit = engine(&mut hart);
    run(&mut jit, &mut hart, 1000);
    assert_eq!(jit.store_units(&hart.memory), None);
    // Changed, and changed back: nobody knows what was written in between.
    let (mut jit, mut hart) = done();
    let page = CODE..CODE + PAGE_SIZE;
    for access in [Access::ALL, Access::READ_EXECUTE] {
        hart.memory.protect(page.clone(), access).unwrap();
    }
    assert_eq!(jit.store_units(&hart.memory), None);
}

#[test]
fn other_text_is_not_restored_to() {
    let (mut jit, hart) = done();
    let stored = jit.store_units(&hart.memory).unwrap();
    let nop = encode(addi(ZERO, ZERO, 0)).unwrap().to_le_bytes();
    // Behind the program's end, on its page.
    let mut other = start();
    other.memory.initialize(CODE + 0x800, &nop).unwrap();
    other.memory.settle_text(DATA);
    // The same, no text.
    for mut hart in [other, start()] {
        let mut jit = engine(&mut hart);
        let before = listing(&jit, &hart);
        assert_eq!(
            jit.restore_units(&mut hart.memory, &mut stored.clone()),
            None
        );
        assert_eq!(listing(&jit, &hart), before);
        let stop = run(&mut jit, &mut hart, 1000);
        assert!(outcome(stop, &hart) == expected(1000));
    }
}

#[test]
fn restored_units_go_with_their_text() {
    let (mut jit, hart) = done();
    let mut stored = jit.store_units(&hart.memory).unwrap();
    let mut again = settled();
    let mut other = engine(&mut again);
    other.restore_units(&mut again.memory, &mut stored).unwrap();
    // What the program calls becomes a return at once.
    let code = CODE + 4 * 10;
    let back = encode(jalr(ZERO, R8, 0)).unwrap().to_le_bytes();
    again.memory.initialize(code, &back).unwrap();
    let stale = again.memory.take_stale_code();
    assert!(!stale.is_empty());
    other.forget(&mut again.memory, &stale);
    assert_eq!(listing(&other, &again), "");
    assert_eq!(run(&mut other, &mut again, 1000), Stop::Ecall);
    assert_eq!(again.state.insns, 1 + 7 * 9);
}

/// Whoever made the bytes: nothing outside of its place, and no panic.
#[test]
fn any_bytes_are_taken_or_left() {
    let (mut jit, hart) = done();
    let stored = jit.store_units(&hart.memory).unwrap();
    let mut again = settled();
    let mut taken = 0;
    let mut jit = engine(&mut again);
    let mut restore = |mut bytes: Vec<u8>| {
        let restored = jit.restore_units(&mut again.memory, &mut bytes);
        assert!(!jit.broken);
        if restored.is_none() {
            assert_eq!((jit.kept, jit.cache.units().count()), (0, 0));
            return;
        }
        taken += 1;
        let (bytes, _) = stubs::emit(&jit.homes, jit.touch, jit.link).unwrap();
        assert!(jit.code.bytes(0..jit.stubs_end) == bytes);
        for unit in jit.cache.units() {
            let end = unit.offset + unit.len;
            assert!(jit.stubs_end <= unit.offset && end <= jit.free);
            assert!(unit.cold <= end);
            assert!(jit.cache.sites_of(unit).iter().all(|site| site.thunk < end));
        }
        listing(&jit, &again);
        // They can be dropped, too.
        jit.forget(&mut again.memory, &[0..CODE, CODE..DATA]);
        assert_eq!(jit.cache.units().count(), 0);
        jit.clear(&mut again.memory).unwrap();
    };
    for len in 0..stored.len() {
        restore(stored[..len].to_vec());
    }
    let mut dice = Dice::new(0x570);
    for at in 0..stored.len() {
        for bit in 0..8 {
            let mut bytes = stored.clone();
            bytes[at] ^= 1 << bit;
            restore(bytes);
        }
        for value in [0x7f, 0x80, 0xff, dice.roll() as u8] {
            let mut bytes = stored.clone();
            bytes[at] = value;
            restore(bytes);
        }
        let mut bytes = stored.clone();
        bytes.remove(at);
        restore(bytes);
        let mut bytes = stored.clone();
        bytes.insert(at, dice.roll() as u8);
        restore(bytes);
    }
    // Code, and what instructions owe, can be anything.
    assert!(taken > 0);
}

const ORIGIN: Origin = Origin {
    key: [1; 32],
    program: [2; 32],
};

#[test]
fn only_what_is_sealed_for_this_is_restored() {
    let (mut jit, hart) = done();
    let sealed = jit.store(&hart.memory, &ORIGIN).unwrap();
    let mut again = settled();
    let mut other = engine(&mut again);
    let (mut stranger, mut another) = (ORIGIN, ORIGIN);
    stranger.key[0] ^= 1;
    another.program[0] ^= 1;
    for origin in [stranger, another] {
        let restored = other.restore(&mut again.memory, &origin, &mut sealed.clone());
        assert_eq!(restored, Err(NotRestored::Foreign));
    }
    // Sealed, and none.
    let seal = Seal::new(&other, &again.memory, &ORIGIN).unwrap();
    let restored = other.restore(&mut again.memory, &ORIGIN, &mut seal.close(b"units"));
    assert_eq!(restored, Err(NotRestored::Unfit));
    let restored = other.restore(&mut again.memory, &ORIGIN, &mut sealed.clone());
    assert!(restored.is_ok());
    assert_eq!(listing(&other, &again), listing(&jit, &hart));
}

#[test]
fn each_kind_of_jit_has_a_name() {
    let (jit, hart) = done();
    let name = jit.stored_name(&hart.memory, &ORIGIN).unwrap();
    let mut same = settled();
    let mut other = engine(&mut same);
    assert_eq!(other.stored_name(&same.memory, &ORIGIN).unwrap(), name);
    other.host.bmi = !other.host.bmi;
    assert_ne!(other.stored_name(&same.memory, &ORIGIN).unwrap(), name);
    let larger = Memory::new(1 << 25, 1 << 25);
    let recorded = Memory::recording(WINDOW, WINDOW);
    for memory in [larger, recorded] {
        let mut memory = memory.unwrap();
        let jit = Jit::new(&mut memory).unwrap();
        assert_ne!(jit.stored_name(&memory, &ORIGIN).unwrap(), name);
    }
}
